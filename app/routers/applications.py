"""One person of an edition, for staff: who they are, what they wrote, and what became of it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import country_name
from app.core.i18n import gettext as _
from app.policy import Action, Role
from app.queries.applications import (
    PersonSeen,
    application_of,
    corrections_of,
    person_of,
    steps_of,
)
from app.queries.institutions import institutions
from app.queries.waiting_lists import standing_of
from app.services.corrections import TAKEN_DOWN, Mended, correct
from app.web import choices
from app.web.downloads import send_file
from app.web.edition_place import edition_place
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.people_page import DecisionForm
from app.web.person_page import decided, deciding
from app.web.session_page import own_people_only

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/people/{enrolment}")

Watcher = Annotated[EditionVisit, guarded_by(edition_where(Action.SEE_PEOPLE))]
Reader = Annotated[EditionVisit, guarded_by(edition_where(Action.READ_APPLICATIONS))]
Admitter = Annotated[EditionVisit, guarded_by(edition_where(Action.ADMIT_PEOPLE))]


class Correction(BaseModel):
    country: str = Field(max_length=2)
    institution: UUID | None = None
    why: str = Field(max_length=500)


@router.get("", name="applications.show")
def show(request: Request, visit: Watcher, enrolment: UUID) -> Response:
    person = _person(visit, enrolment)
    return _page(request, visit, person, _taken_down(person))


@router.get("/letter", name="applications.letter")
def letter(request: Request, visit: Reader, enrolment: UUID) -> Response:
    person = _person(visit, enrolment)
    seen = application_of(visit.session, person.id)
    if seen is None or seen.letter is None or not _as_far_as(visit, Action.READ_APPLICATIONS):
        raise NotFound(_("There is nothing at this address."))
    return send_file(request, seen.letter)


@router.post("/corrections", name="applications.correct")
def mend(
    request: Request,
    visit: Admitter,
    enrolment: UUID,
    form: Annotated[Form[Correction], Depends(submitted(Correction))],
) -> Response:
    person = _person(visit, enrolment)
    if form.data is None:
        return _page(request, visit, person, form)
    changed = correct(
        visit.session,
        visit.edition.id,
        person.id,
        Mended(form.data.country, form.data.institution, form.data.why),
        by=visit.viewer.id,
        now=clock.now(),
    )
    said = _("Corrected. The figures count it so from now on.") if changed else ""
    return go_to(_address(visit, person.id), say=said or _("Nothing was changed."))


@router.post("/decision", name="applications.decide")
def decide(
    request: Request,
    visit: Admitter,
    enrolment: UUID,
    form: Annotated[Form[DecisionForm], Depends(submitted(DecisionForm))],
) -> Response:
    person = _person(visit, enrolment)
    done = decided(visit, person, form)
    if done is None:
        person = _person(visit, enrolment)  # as they are now
        return _page(request, visit, person, _taken_down(person), form)
    say, decision = done
    undo = f"/editions/{visit.edition.id}/people/decisions/{decision}/undo?person={person.id}"
    return go_to(_address(visit, person.id), say=say, undo=undo)


def _person(visit: EditionVisit, enrolment_id: UUID) -> PersonSeen:
    person = person_of(
        visit.session, visit.edition.id, enrolment_id, only_institution=own_people_only(visit)
    )
    if person is None:
        raise NotFound(_("There is nothing at this address."))
    return person


def _taken_down(person: PersonSeen) -> Form[Correction]:
    """The form of a correction with what stands."""
    typed = {"country": person.country, "institution": str(person.institution_id or "")}
    return Form[Correction](typed=typed)


def _as_far_as(visit: EditionVisit, action: Action) -> bool:
    """A focal coordinator who sees all people in another role may do so in that role only."""
    return visit.may(action) and not (Role.FOCAL in visit.roles and own_people_only(visit) is None)


def _address(visit: EditionVisit, enrolment_id: UUID) -> str:
    return f"/editions/{visit.edition.id}/people/{enrolment_id}"


def _page(
    request: Request,
    visit: EditionVisit,
    person: PersonSeen,
    form: Form[Correction],
    decision: Form[DecisionForm] | None = None,
) -> Response:
    decision = decision or Form[DecisionForm]()
    reads, mends = _as_far_as(visit, Action.READ_APPLICATIONS), visit.may(Action.ADMIT_PEOPLE)
    return render(
        request,
        visit,
        "applications/show.html",
        status=422 if form.errors or decision.errors else 200,
        **edition_place(visit),
        person=person,
        person_address=_address(visit, person.id),
        form=form,
        sees_gender=_as_far_as(visit, Action.SEE_GENDER),
        sees_address=_as_far_as(visit, Action.SEE_ADDRESSES),
        reads=reads,
        application=application_of(visit.session, person.id) if reads else None,
        standing=standing_of(visit.session, person.id),
        steps=steps_of(visit.session, person.id),
        corrections=corrections_of(visit.session, person.id),
        in_words=_in_words,
        may_look=_may_look(visit, person),
        **deciding(visit, person, decision),
        **(_mending(visit, person) if mends else {"mends": False}),
    )


def _may_look(visit: EditionVisit, person: PersonSeen) -> bool:
    """Whether the reader may see the product as this person does."""
    is_other = person.account_id != visit.viewer.id
    return is_other and person.can_be_looked_at and visit.may(Action.VIEW_AS_PARTICIPANT)


def _mending(visit: EditionVisit, person: PersonSeen) -> dict[str, Any]:
    if person.status not in TAKEN_DOWN or person.admitted_at is None:
        return {"mends": False}
    known = [(one.id, one.label) for one in institutions(visit.session)]
    if person.institution_id and person.institution_id not in dict(known):  # merged since
        country = country_name(person.institution_country or "")
        known.insert(0, (person.institution_id, f"{person.acronym}, {country}"))
    return {
        "mends": True,
        "countries": choices.countries(),
        "institutions": known,
    }


def _in_words(what: str, value: str) -> str:
    """A corrected fact as one reads it."""
    if not value:
        return _("none")
    return country_name(value) if what == "country" else value
