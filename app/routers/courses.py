"""A course for anybody who thinks of taking it, and the way into its editions."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import NotFound, TooMany
from app.core.formats import current_zone
from app.core.i18n import current_locale, language_name
from app.core.i18n import gettext as _
from app.models import Account, Edition, Enrolment, EnrolmentPolicy
from app.policy import Action
from app.queries.applications import asks_something
from app.queries.courses import (
    EditionOffered,
    Stage,
    course_seen,
    editions_of,
    modules_of,
    most_relevant,
    sizes,
)
from app.queries.doors import Door, door, edition_to_join
from app.queries.schedule import schedule
from app.queries.seats import NOWHERE, Origin, seats_of
from app.queries.waiting_lists import standing_in
from app.services.enrolments import Ticket, WrongKey, enrol
from app.services.tries import AtTheDoor, note_wrong_key, refuse_guessing_keys
from app.web.admission import after_the_door
from app.web.entering import later_please
from app.web.forms import Form, submitted
from app.web.guards import Visit, anyone, guarded_by, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import render
from app.web.throttle import address_of

#: As in an address. What no database takes as a text is the name of nothing.
Name = Annotated[str, Path(pattern=r"^[^\x00]*$")]

router = APIRouter(route_class=OneHopRoute, prefix="/courses/{course}")

Visitor = Annotated[Visit, guarded_by(anyone)]
Person = Annotated[Visit, guarded_by(signed_in)]


class Entrance(BaseModel):
    """What one gives when enrolling: the language, where there are several, and the key."""

    language: str = Field(default="", max_length=2)
    key: str = Field(default="", max_length=200)


@router.get("", name="courses.show")
def show(request: Request, visit: Visitor, course: Name) -> Response:
    return _page(request, visit, course, None)


@router.get("/{run}", name="courses.edition")
def show_edition(request: Request, visit: Visitor, course: Name, run: Name) -> Response:
    return _page(request, visit, course, run)


@router.post("/{run}/enrolment", name="courses.enrol")
def come_in(
    request: Request,
    visit: Person,
    course: Name,
    run: Name,
    form: Annotated[Form[Entrance], Depends(submitted(Entrance))],
) -> Response:
    edition = edition_to_join(visit.session, course, run)
    if edition is None:
        raise NotFound(_("There is nothing at this address."))
    try:
        enrolment = _through_the_door(request, visit, edition, form)
    except TooMany as error:
        form.refuse("key", error.message)
        return later_please(_page(request, visit, course, run, form), error)
    except WrongKey as wrong:
        form.refuse("key", wrong.message)
        return _page(request, visit, course, run, form)
    return after_the_door(enrolment, f"/courses/{course}/{run}")


def _through_the_door(
    request: Request, visit: Visit, edition: Edition, form: Form[Entrance]
) -> Enrolment:
    """Past the key, if there is one: who tries key after key waits."""
    now = clock.now()
    who = AtTheDoor(visit.viewer.id, visit.viewer.email, address_of(request))
    if edition.policy is EnrolmentPolicy.KEY:
        refuse_guessing_keys(visit.session, who, now=now)
    try:
        return enrol(
            visit.session,
            visit.session.get_one(Account, visit.viewer.id),
            edition,
            language=form.typed.get("language") or current_locale(),
            on=clock.today(current_zone()),
            now=now,
            ticket=Ticket(key=form.typed.get("key", "")[:200]),
        )
    except WrongKey:
        note_wrong_key(visit.session, who, now=now)
        raise


def _page(
    request: Request,
    visit: Visit,
    slug: str,
    run: str | None,
    form: Form[Entrance] | None = None,
) -> Response:
    course = course_seen(visit.session, slug)
    if course is None:
        raise NotFound(_("There is nothing at this address."))
    viewer = visit.maybe_viewer
    editions = editions_of(visit.session, course.id, viewer.id if viewer else None)
    edition = _the_one(editions, run)
    return render(
        request,
        visit,
        "courses/show.html",
        status=422 if form and form.errors else 200,
        here="courses",
        course=course,
        edition=edition,
        editions=editions,
        others=[other for other in editions if other is not edition],
        sizes=sizes(visit.session, [e.id for e in editions if e.stage(_today()) in PAST]),
        today=_today(),
        address=f"/courses/{course.slug}",
        Door=Door,
        Stage=Stage,
        Action=Action,
        EnrolmentPolicy=EnrolmentPolicy,
        **(_about(visit, edition, form) if edition else NO_EDITION),
    )


PAST = {Stage.RUNNING, Stage.FINISHED}
NO_EDITION: dict[str, Any] = {
    "door": None,
    "stage": None,
    "places_left": None,
    "modules": [],
    "sessions": [],
    "form": Form(),
    "languages": [],
    "standing": None,
    "has_form": False,
}


def _today() -> date:
    return clock.today(current_zone())


def _the_one(editions: list[EditionOffered], run: str | None) -> EditionOffered | None:
    """The edition that was asked for; else the person's own, else the one to join first."""
    if run is not None:
        for edition in editions:
            if edition.slug == run:
                return edition
        raise NotFound(_("There is nothing at this address."))
    own = [edition for edition in editions if edition.is_own]
    on = _today()
    return most_relevant([e for e in own if e.stage(on) is not Stage.FINISHED], on=on) or (
        most_relevant(editions, on=on)
    )


def _about(visit: Visit, edition: EditionOffered, form: Form[Entrance] | None) -> dict[str, Any]:
    """What belongs to the one edition that the page is about."""
    person, now = visit.maybe_viewer, clock.now()
    origin = Origin(person.country, person.institution_id) if person else NOWHERE
    left = seats_of(visit.session, edition, on=now.date()).left_for(origin)
    its_door = door(edition, places_left=left, on=_today())
    return {
        "door": its_door,
        "stage": edition.stage(_today()),
        "places_left": left,
        "modules": modules_of(visit.session, edition.id),
        "sessions": [
            ahead
            for ahead in schedule(visit.session, edition.id, edition.version)
            if ahead.ends_at > now
        ],
        "form": form or Form(typed={"language": _spoken(edition)}),
        "languages": [(code, language_name(code)) for code in edition.languages],
        "standing": standing_in(visit.session, person.id, edition.id)
        if person and its_door is Door.WAITING
        else None,
        "has_form": its_door is Door.BY_APPLICATION and asks_something(visit.session, edition.id),
    }


def _spoken(edition: EditionOffered) -> str:
    """The language that is chosen for a person until they choose another."""
    mine = current_locale()
    return mine if mine in edition.languages else edition.languages[0]
