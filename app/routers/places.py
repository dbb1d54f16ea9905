"""A person's own way in an edition: applying, waiting, an offered place, leaving; being named."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, field_validator

from app.core import clock
from app.core.errors import NotFound
from app.core.formats import current_zone
from app.core.i18n import choose, current_locale, language_name
from app.core.i18n import gettext as _
from app.models import OWN_REASONS, Account, Course, Edition, LeavingReason
from app.policy import Action
from app.queries.applications import FormAsked, application_of, corrections_of, form_of, own_place
from app.queries.doors import edition_to_join
from app.queries.nominations import named_by, person_to_name
from app.queries.waiting_lists import standing_of
from app.services.applications import CHANGEABLE, change_application
from app.services.corrections import correct_own_gender
from app.services.enrolments import CAN_LEAVE, Ticket, enrol, leave, nominate
from app.services.offers import accept_offer, decline_offer
from app.web.admission import WORDS, ApplicationTyped, after_the_door, as_written, filled_in
from app.web.downloads import send_file
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, may, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/courses/{course}/{run}")

Person = Annotated[Visit, guarded_by(signed_in)]
Focal = Annotated[Visit, guarded_by(may(Action.NOMINATE))]


class Answer(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"


class Reply(BaseModel):
    do: Answer


class Leaving(BaseModel):
    because: LeavingReason | None = None
    word: str = Field(default="", max_length=200)

    @field_validator("because")
    @classmethod
    def _is_ones_own(cls, because: LeavingReason | None) -> LeavingReason | None:
        if because is None or because in OWN_REASONS:
            return because
        raise ValueError(_("Choose one of the options."))


class Named(BaseModel):
    email: str = Field(max_length=254)


@router.get("/place", name="places.show")
def show(request: Request, visit: Person, course: str, run: str) -> Response:
    return _own_page(request, visit, _edition(visit, course, run), Form[Leaving]())


@router.post("/place/offer", name="places.answer")
def answer(
    visit: Person, course: str, run: str, form: Annotated[Form[Reply], Depends(submitted(Reply))]
) -> Response:
    edition = _edition(visit, course, run)
    if form.data is None:
        return go_to(f"/courses/{course}/{run}/place")
    act = accept_offer if form.data.do is Answer.ACCEPT else decline_offer
    enrolment = act(visit.session, visit.viewer.id, edition.id, now=clock.now())
    if form.data.do is Answer.ACCEPT:
        return after_the_door(enrolment, f"/courses/{course}/{run}")
    return go_to(f"/courses/{course}/{run}", say=_("The place goes to the next in line."))


@router.post("/place/leaving", name="places.leave")
def go(
    request: Request,
    visit: Person,
    course: str,
    run: str,
    form: Annotated[Form[Leaving], Depends(submitted(Leaving))],
) -> Response:
    edition = _edition(visit, course, run)
    if form.data is None:
        return _own_page(request, visit, edition, form)
    leave(
        visit.session,
        visit.viewer.id,
        edition.id,
        because=form.data.because,
        word=form.data.word,
        now=clock.now(),
    )
    return go_to(f"/courses/{course}/{run}", say=_("You have left. What you did is kept."))


@router.post("/place/gender", name="places.gender")
def count_anew(visit: Person, course: str, run: str) -> Response:
    edition = _edition(visit, course, run)
    changed = correct_own_gender(visit.session, visit.viewer.id, edition.id, now=clock.now())
    said = _("Your answer of today counts in this edition now.") if changed else ""
    return go_to(f"/courses/{course}/{run}/place", say=said)


@router.get("/application", name="places.application")
def ask(request: Request, visit: Person, course: str, run: str) -> Response:
    edition = _edition(visit, course, run)
    own = own_place(visit.session, visit.viewer.id, edition.id)
    asked = form_of(visit.session, edition.id)
    seen = application_of(visit.session, own.id) if own else None
    spoken = own.language if own else current_locale()
    language = spoken if spoken in edition.languages else edition.languages[0]
    return _form_page(request, visit, edition, asked, as_written(seen, asked, language))


@router.post("/application", name="places.apply")
def apply(
    request: Request,
    visit: Person,
    course: str,
    run: str,
    form: Annotated[Form[ApplicationTyped], Depends(submitted(ApplicationTyped))],
) -> Response:
    edition, on = _edition(visit, course, run), clock.today(current_zone())
    own = own_place(visit.session, visit.viewer.id, edition.id)
    seen = application_of(visit.session, own.id) if own else None
    asked = form_of(visit.session, edition.id)
    filled = filled_in(form, asked, has_letter=bool(seen and seen.letter))
    if filled is None:
        return _form_page(request, visit, edition, asked, form)
    if own and own.status in CHANGEABLE:
        change_application(visit.session, visit.viewer.id, edition, filled, on=on)
        return go_to(f"/courses/{course}/{run}/place", say=_("Your application was changed."))
    enrolment = enrol(
        visit.session,
        visit.session.get_one(Account, visit.viewer.id),
        edition,
        language=form.typed.get("language") or current_locale(),
        on=on,
        now=clock.now(),
        ticket=Ticket(application=filled),
    )
    return after_the_door(enrolment, f"/courses/{course}/{run}/place")


@router.get("/application/letter", name="places.letter")
def letter(request: Request, visit: Person, course: str, run: str) -> Response:
    own = own_place(visit.session, visit.viewer.id, _edition(visit, course, run).id)
    seen = application_of(visit.session, own.id) if own else None
    if seen is None or seen.letter is None:
        raise NotFound(_("There is nothing at this address."))
    return send_file(request, seen.letter)


@router.get("/nominations", name="places.nominations")
def nominations(request: Request, visit: Focal, course: str, run: str) -> Response:
    return _nominations_page(request, visit, _edition(visit, course, run), Form[Named]())


@router.post("/nominations", name="places.nominate")
def name(
    request: Request,
    visit: Focal,
    course: str,
    run: str,
    form: Annotated[Form[Named], Depends(submitted(Named))],
) -> Response:
    edition, own = _edition(visit, course, run), visit.viewer.coordinates_id
    found = form.data and own and person_to_name(visit.session, form.data.email, own)
    if form.data and not found:
        form.refuse(
            "email",
            _("Nobody of your institution has an account with this address. Ask them to make one."),
        )
    if not found:
        return _nominations_page(request, visit, edition, form)
    nominate(
        visit.session,
        found,
        edition,
        by=visit.viewer.id,
        on=clock.today(current_zone()),
        now=clock.now(),
    )
    said = _("%(name)s was named and gets an e-mail.") % {"name": found.name}
    return go_to(f"/courses/{course}/{run}/nominations", say=said)


def _edition(visit: Visit, course: str, run: str) -> Edition:
    edition = edition_to_join(visit.session, course, run)
    if edition is None:
        raise NotFound(_("There is nothing at this address."))
    return edition


def _own_page(request: Request, visit: Visit, edition: Edition, form: Form[Leaving]) -> Response:
    own = own_place(visit.session, visit.viewer.id, edition.id)
    if own is None:
        raise NotFound(_("You are not in this edition."))
    on = clock.today(current_zone())
    return render(
        request,
        visit,
        "places/show.html",
        status=422 if form.errors else 200,
        **_around(visit, edition, request),
        form=form,
        own=own,
        standing=standing_of(visit.session, own.id),
        application=application_of(visit.session, own.id),
        corrections=corrections_of(visit.session, own.id),
        can_leave=own.status in CAN_LEAVE,
        can_change=own.status in CHANGEABLE and edition.is_open_for_enrolment(on),
        reasons=list(OWN_REASONS),
    )


def _form_page(
    request: Request, visit: Visit, edition: Edition, asked: FormAsked, form: Form[Any]
) -> Response:
    own = own_place(visit.session, visit.viewer.id, edition.id)
    seen = application_of(visit.session, own.id) if own else None
    return render(
        request,
        visit,
        "places/application.html",
        status=422 if form.errors else 200,
        **_around(visit, edition, request),
        **WORDS,
        form=form,
        asked=asked,
        letter=seen.letter if seen else None,
        labels=_labels(asked),
        is_new=own is None or own.status not in CHANGEABLE,
        languages=[(code, language_name(code)) for code in edition.languages],
    )


def _labels(asked: FormAsked) -> dict[str, str]:
    """What each answer is called where several need another look."""
    own = {question.field: choose(question.text) for question in asked.questions}
    return {
        "language": _("In which language?"),
        "position": _("Your position"),
        "motivation": _("Why you want to take this course"),
        **own,
        "letter": _("Letter"),
    }


def _nominations_page(
    request: Request, visit: Visit, edition: Edition, form: Form[Named]
) -> Response:
    own = visit.viewer.coordinates_id
    return render(
        request,
        visit,
        "places/nominations.html",
        status=422 if form.errors else 200,
        **_around(visit, edition, request),
        form=form,
        is_open=edition.is_open_for_enrolment(clock.today(current_zone())),
        named=named_by(visit.session, edition.id, own) if own else [],
    )


def _around(visit: Visit, edition: Edition, request: Request) -> dict[str, Any]:
    """What stands around a page before the edition: its course, and the way back."""
    title = visit.session.get_one(Course, edition.course_id).title
    course, run = request.path_params["course"], request.path_params["run"]
    address = f"/courses/{course}/{run}"
    return {
        "here": "courses",
        "edition": edition,
        "course_title": choose(title),
        "title": title,
        "address": address,
        "trail": [("/", _("Courses")), (address, choose(title))],
        "today": clock.today(current_zone()),
    }
