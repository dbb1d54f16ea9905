"""What is written about one person of an edition: notes of staff, and a focal point's support."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import NotAllowed, NotFound
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.admissions import decisions_about
from app.queries.notes import PersonSeen, notes, person_seen, supports
from app.services.admission_news import reasons_given
from app.services.notes import add_note, remove_note, support, take_support_back
from app.web.edition_place import edition_place
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.session_page import own_people_only

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/people/{enrolment}")

Watcher = Annotated[EditionVisit, guarded_by(edition_where(Action.SEE_PEOPLE))]
Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.NOTE_PEOPLE))]
Focal = Annotated[EditionVisit, guarded_by(edition_where(Action.SUPPORT_APPLICANTS))]


class NoteForm(BaseModel):
    body: str = Field(max_length=2000)
    shared: bool = False


class SupportForm(BaseModel):
    words: str = Field(default="", max_length=500)


NoteTyped = Annotated[Form[NoteForm], Depends(submitted(NoteForm))]
SupportTyped = Annotated[Form[SupportForm], Depends(submitted(SupportForm))]


@router.get("/notes", name="notes.index")
def index(request: Request, visit: Watcher, enrolment: UUID) -> Response:
    return _show(request, visit, enrolment, Form())


@router.post("/notes", name="notes.add")
def add(request: Request, visit: Writer, enrolment: UUID, form: NoteTyped) -> Response:
    if form.data is None:
        return _show(request, visit, enrolment, form)
    add_note(
        visit.session,
        visit.edition.id,
        enrolment,
        form.data.body,
        shared=form.data.shared,
        by=visit.viewer.id,
        now=clock.now(),
    )
    return go_to(_address(visit, enrolment), say=_("The note is kept."))


@router.post("/notes/{note}/remove", name="notes.remove")
def remove(visit: Writer, enrolment: UUID, note: UUID) -> Response:
    remove_note(visit.session, visit.edition.id, enrolment, note, by=visit.viewer.id)
    return go_to(_address(visit, enrolment), say=_("The note is gone."))


@router.post("/support", name="notes.support")
def add_support(request: Request, visit: Focal, enrolment: UUID, form: SupportTyped) -> Response:
    if form.data is None:
        return _show(request, visit, enrolment, form)
    support(
        visit.session,
        visit.edition.id,
        enrolment,
        form.data.words,
        institution_id=visit.viewer.coordinates_id,
        by=visit.viewer.id,
        now=clock.now(),
    )
    return go_to(_address(visit, enrolment), say=_("The coordinators see that you support this."))


@router.post("/support/remove", name="notes.unsupport")
def remove_support(visit: Focal, enrolment: UUID) -> Response:
    take_support_back(
        visit.session,
        visit.edition.id,
        enrolment,
        institution_id=visit.viewer.coordinates_id,
        by=visit.viewer.id,
    )
    return go_to(_address(visit, enrolment), say=_("You no longer support this application."))


def _address(visit: EditionVisit, enrolment: UUID) -> str:
    return f"/editions/{visit.edition.id}/people/{enrolment}/notes"


def _person(visit: EditionVisit, enrolment: UUID) -> PersonSeen:
    """The person, for those who decide about them and for their own focal point."""
    writes = visit.may(Action.NOTE_PEOPLE)
    if not (writes or visit.may(Action.SUPPORT_APPLICANTS)):
        raise NotAllowed(_("You may not do that in this edition."))
    only = None if writes else visit.viewer.coordinates_id
    found = person_seen(visit.session, visit.edition.id, enrolment, only_institution=only)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _show(request: Request, visit: EditionVisit, enrolment: UUID, form: Form[Any]) -> Response:
    person = _person(visit, enrolment)
    writes = visit.may(Action.NOTE_PEOPLE)
    supported_by = supports(visit.session, enrolment)
    return render(
        request,
        visit,
        "people/notes.html",
        status=422 if form.errors else 200,
        **edition_place(visit),
        form=form,
        person=person,
        writes=writes,
        speaks=visit.may(Action.SUPPORT_APPLICANTS),
        notes=notes(visit.session, enrolment, only_shared=not writes),
        supports=supported_by,
        own=next((one for one in supported_by if one.account_id == visit.viewer.id), None),
        decisions=decisions_about(visit.session, enrolment) if writes else [],
        reasons_given=reasons_given,
        only_own=own_people_only(visit),
    )
