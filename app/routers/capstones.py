"""A team's work, as its members write it together and hand it in; and the list of all works."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import CapstoneSection, SectionKey
from app.policy import Action
from app.queries.capstones import count_words, sections, teams
from app.services.capstones import save_section, save_title, submit
from app.web.capstone_page import about_work, own_team, show_work, team_of
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render, wants_part
from app.web.person_form import Tidy

router = APIRouter(route_class=OneHopRoute)

Member = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CAPSTONE))]
Reader = Annotated[EditionVisit, guarded_by(edition_where(Action.READ_CAPSTONES))]


class TitleForm(BaseModel):
    title: Tidy = Field(max_length=200)
    was: str = ""  # the title that the person had before them


class SectionForm(BaseModel):
    body: str = Field(default="", max_length=100_000)
    version: int = 0  # what the person had before them
    over: int | None = None  # somebody else's version, which they have read and will replace
    page: str = Field(default="", max_length=64)  # tells their windows from each other

    @property
    def read(self) -> int:
        """The version that the person knows."""
        return self.version if self.over is None else self.over


class SubmitForm(BaseModel):
    number: int


@router.get("/editions/{edition}/capstone", name="capstones.show")
def show(request: Request, visit: Member, edit: str = "") -> Response:
    team = team_of(visit)
    if team is None:
        return render(request, visit, "capstones/no_team.html", **about_work(visit))
    return show_work(request, visit, team, editing=edit)


@router.post("/editions/{edition}/capstone/title", name="capstones.title")
def write_title(
    request: Request, visit: Member, form: Annotated[Form[TitleForm], Depends(submitted(TitleForm))]
) -> Response:
    team = own_team(visit)
    if form.data is None:
        return show_work(request, visit, team, editing="title", form=form, status=422)
    given = form.data
    try:
        save_title(
            visit.session,
            team.team_id,
            given.title,
            was=given.was,
            by=visit.viewer.id,
            now=clock.now(),
        )
    except (Conflict, RuleBroken) as refusal:
        form.refuse("title", refusal.message)
        return show_work(
            request, visit, own_team(visit), editing="title", form=form, status=refusal.status
        )
    return go_to(f"/editions/{visit.edition.id}/capstone", say=_("The title was saved."))


@router.post("/editions/{edition}/capstone/sections/{key}", name="capstones.section")
def write_section(
    request: Request,
    visit: Member,
    key: SectionKey,
    form: Annotated[Form[SectionForm], Depends(submitted(SectionForm))],
) -> Response:
    """Saved by a button, or while typing; then htmx puts the answer beside the text."""
    team = own_team(visit)
    if form.data is None:
        return _unsaved(request, visit, key, form, 422)
    text, read = form.data.body, form.data.read
    by, now, page = visit.viewer.id, clock.now(), form.data.page
    try:
        section = save_section(
            visit.session,
            team.team_id,
            key,
            text,
            version=read,
            by=by,
            now=now,
            page=page,
        )
    except RuleBroken as refusal:
        form.refuse("body", refusal.message)
        return _unsaved(request, visit, key, form, 422)
    except Conflict:
        return _unsaved(request, visit, key, form, 409)
    return _saved(request, visit, section)


def _saved(request: Request, visit: EditionVisit, section: CapstoneSection) -> Response:
    if not wants_part(request):
        address = f"/editions/{visit.edition.id}/capstone#{section.key.value}"
        return go_to(address, say=_("The section was saved."))
    return render(
        request,
        visit,
        "capstones/_saved.html",
        section=section,
        words=count_words(section.body),
        **about_work(visit),
    )


def _unsaved(
    request: Request, visit: EditionVisit, key: SectionKey, form: Form[SectionForm], status: int
) -> Response:
    """The text stays in its box, and beside it stands why it was not saved."""
    team = own_team(visit)
    if not wants_part(request):
        return show_work(request, visit, team, editing=key.value, form=form, status=status)
    return render(
        request,
        visit,
        "capstones/_unsaved.html",
        status=status,
        theirs=sections(visit.session, team.id)[key],
        key=key,
        form=form,
        work=team,
        **about_work(visit),
    )


@router.post("/editions/{edition}/capstone/submit", name="capstones.submit")
def hand_in(
    request: Request,
    visit: Member,
    form: Annotated[Form[SubmitForm], Depends(submitted(SubmitForm))],
) -> Response:
    team = own_team(visit)
    if form.data is None:
        raise RuleBroken(_("This page was opened some time ago. Look at it anew, then submit."))
    try:
        version = submit(
            visit.session,
            team.team_id,
            number=form.data.number,
            by=visit.viewer.id,
            now=clock.now(),
        )
    except (Conflict, RuleBroken) as refusal:
        form.refuse("", refusal.message)
        return show_work(request, visit, own_team(visit), form=form, status=refusal.status)
    return go_to(
        f"/editions/{visit.edition.id}/capstone",
        say=_("Version %(number)s is with your tutor.") % {"number": version.number},
    )


@router.get("/editions/{edition}/capstones", name="capstones.index")
def index(request: Request, visit: Reader) -> Response:
    if visit.edition.capstone is None:
        raise NotFound(_("There is nothing at this address."))
    return render(
        request,
        visit,
        "capstones/index.html",
        teams=teams(visit.session, visit.edition.id, only_of=_own_only(visit)),
        may_review=visit.may(Action.REVIEW_CAPSTONES),
        **about_work(visit) | {"here": "reviews" if visit.viewer.tutors else "editions"},
    )


def _own_only(visit: EditionVisit) -> UUID | None:
    """The tutor who reads the works of their own teams alone; None: all are read."""
    return None if visit.may_with_all(Action.READ_CAPSTONES) else visit.viewer.id
