"""The versions of a work: each as it was handed in, and what changed from one to another."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.policy import About, Action
from app.queries.capstones import is_late, team_of_capstone, whole_work
from app.queries.reviews import reviews_of
from app.queries.rubrics import criteria
from app.queries.versions import VersionSeen, chosen_versions, compare
from app.web.capstone_page import about_work, own_team
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute)

Member = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CAPSTONE))]
Reader = Annotated[EditionVisit, guarded_by(edition_where(Action.READ_CAPSTONES))]
Number = Annotated[int, Path(ge=1, le=9999)]


@router.get("/editions/{edition}/capstone/versions/{number}", name="versions.show")
def show(request: Request, visit: Member, number: Number) -> Response:
    """One's own team's version."""
    return _version(request, visit, own_team(visit).id, number, about_work(visit))


@router.get("/editions/{edition}/capstones/{capstone}/versions/{number}", name="versions.read")
def read(request: Request, visit: Reader, capstone: UUID, number: Number) -> Response:
    """Any team's version, for those who accompany the edition."""
    team = team_of_capstone(visit.session, capstone, visit.edition.id)
    if team is None or not visit.may(Action.READ_CAPSTONES, About(tutor_id=team.tutor_id)):
        raise NotFound(_("There is nothing at this address."))
    here = {"here": "reviews" if visit.viewer.tutors else "editions", "team": team}
    return _version(request, visit, capstone, number, about_work(visit) | here)


def _version(
    request: Request,
    visit: EditionVisit,
    capstone_id: UUID | None,
    number: int,
    around: dict[str, Any],
) -> Response:
    version = _chosen(visit, capstone_id, number)[number]
    return render(
        request,
        visit,
        "capstones/version.html",
        version=version,
        late=is_late(version.submitted_at, visit.edition.capstone_due_on),
        review=reviews_of(visit.session, version.id).get(version.id),
        rubric=criteria(visit.session, visit.edition.rubric_id),
        **around,
    )


@router.get(
    "/editions/{edition}/capstone/versions/{number}/compare/{other}", name="versions.compare"
)
def compare_two(request: Request, visit: Member, number: Number, other: Number) -> Response:
    """The older of the two is what it was, the newer what it became."""
    older, newer = sorted((number, other))
    if older == newer:
        return go_to(f"/editions/{visit.edition.id}/capstone/versions/{number}")
    found = _chosen(visit, own_team(visit).id, older, newer)
    return render(
        request,
        visit,
        "capstones/compare.html",
        older=older,
        newer=newer,
        content=found[newer].content,
        comparison=compare(found[older].content, found[newer].content),
        **about_work(visit),
    )


@router.get("/editions/{edition}/capstone/compare/{number}", name="versions.compare_draft")
def compare_draft(request: Request, visit: Member, number: Number) -> Response:
    """What changed since a version in what the team is writing now."""
    team = own_team(visit)
    version = _chosen(visit, team.id, number)[number]
    now = whole_work(visit.session, team)
    return render(
        request,
        visit,
        "capstones/compare.html",
        older=number,
        newer=None,
        content=now.content,
        comparison=compare(version.content, now.content),
        **about_work(visit),
    )


def _chosen(visit: EditionVisit, capstone_id: UUID | None, *numbers: int) -> dict[int, VersionSeen]:
    """The versions of these numbers; without one of them there is no such page."""
    found = chosen_versions(visit.session, capstone_id, *numbers) if capstone_id else {}
    if len(found) < len(numbers):
        raise NotFound(_("There is nothing at this address."))
    return found
