"""Merging two entries that are one institution: choose, look what moves, do it, undo it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core import clock
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.policy import Action
from app.queries.institution_pages import what_moves
from app.queries.institutions import InstitutionSeen, institutions, same_as
from app.services.institution_merges import merge, undo_merge
from app.web.asked import asked
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, may
from app.web.institution_forms import MergeForm
from app.web.institutions import InstitutionVisit, institution_where
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/institutions")

Changer = Annotated[InstitutionVisit, guarded_by(institution_where(Action.CHANGE_INSTITUTIONS))]


class Chosen(BaseModel):
    into: UUID | None = None


@router.get("/{institution}/merge", name="institution_merges.ask")
def ask(
    request: Request, visit: Changer, form: Annotated[Form[Chosen], Depends(asked(Chosen))]
) -> Response:
    return _page(request, visit, form)


@router.post("/{institution}/merge", name="institution_merges.merge")
def do_it(
    request: Request,
    visit: Changer,
    form: Annotated[Form[MergeForm], Depends(submitted(MergeForm))],
) -> Response:
    if form.data is None:
        return _page(request, visit, form)
    try:
        merged = merge(visit.session, visit.institution.id, form.data.into, by=visit.viewer.id)
    except RuleBroken as error:
        form.refuse("into", error.message)
        return _page(request, visit, form)
    said = ngettext(
        "Merged. %(num)s person moved here.", "Merged. %(num)s people moved here.", merged.people
    )
    return go_to(f"/institutions/{form.data.into}", say=said % {"num": merged.people})


@router.post("/merges/{merge}/undo", name="institution_merges.undo")
def undo(
    visit: Annotated[Visit, guarded_by(may(Action.CHANGE_INSTITUTIONS))], merge: UUID
) -> Response:
    undone = undo_merge(visit.session, merge, by=visit.viewer.id, now=clock.now())
    said = ngettext(
        "The merge is undone. %(num)s person moved back.",
        "The merge is undone. %(num)s people moved back.",
        undone.people,
    )
    return go_to(f"/institutions/{undone.gone_id}", say=said % {"num": undone.people})


def _page(
    request: Request, visit: InstitutionVisit, form: Form[Chosen] | Form[MergeForm]
) -> Response:
    seen = visit.institution
    among = [one for one in institutions(visit.session, country=seen.country) if one.id != seen.id]
    into = form.data.into if form.data else None
    likely = same_as(seen.acronym, seen.name, among, country=seen.country)
    return render(
        request,
        visit,
        "institutions/merge.html",
        status=422 if form.errors else 200,
        here="institutions",
        trail=[
            ("/institutions", _("Institutions")),
            (visit.address, seen.label),
            (None, _("Merge")),
        ],
        seen=seen,
        address=visit.address,
        form=form,
        options=[(str(one.id), f"{one.label}: {one.name}") for one in _likely_first(among, likely)],
        chosen=next((one for one in among if one.id == into), None),
        moves=what_moves(visit.session, seen.id),
    )


def _likely_first(
    among: list[InstitutionSeen], likely: list[InstitutionSeen]
) -> list[InstitutionSeen]:
    return [*likely, *(one for one in among if one not in likely)]
