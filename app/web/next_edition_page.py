"""The page on which the next edition of a course is checked before it is made."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.formats import current_zone, zone_name
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.core.zones import NoSuchHour, instant_of
from app.models import StaffRole
from app.queries.account_list import staff_of
from app.queries.next_editions import Amiss, Dated, DateOf, Plan, amiss, day_of, next_plan
from app.services.next_editions import NextEdition
from app.web.days import FIRST_DAY, LAST_DAY, Day
from app.web.edition_place import edition_place
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.slugs import Slug


class NextAsked(BaseModel):
    starts_on: Day | None = None


class NextForm(BaseModel):
    """What the page asks besides its dates, of which each edition has its own."""

    press: UUID
    slug: Slug
    starts_on: Day | None = None
    reporting_year: int = Field(ge=2000, le=2100)
    staff: list[UUID] = Field(default_factory=list, max_length=200)
    with_sessions: bool = False


def plan_of(visit: EditionVisit, starts_on: date | None) -> Plan:
    zone = current_zone()
    return next_plan(
        visit.session,
        visit.edition.id,
        starts_on=starts_on,
        on=clock.today(zone),
        zone=zone,
    )


def suggested(plan: Plan) -> Form[NextForm]:
    """The form as it is opened: every date where it would be."""
    typed = {one.name: _written(one) for one in plan.dates}
    first = {"starts_on": plan.starts_on.isoformat()} if plan.starts_on else {}
    own = {"press": str(uuid7()), "slug": plan.slug, "reporting_year": str(plan.reporting_year)}
    return Form(typed=typed | first | own)


def _written(one: Dated) -> str:
    if not isinstance(one.new, datetime):
        return one.new.isoformat() if one.new else ""
    return f"{one.new.astimezone(ZoneInfo(one.zone)):%Y-%m-%dT%H:%M}"


def dates_typed(form: Form[NextForm], plan: Plan) -> dict[str, date | datetime | None]:
    """The dates by name, as far as they can be read; what can't is refused beside its field."""
    found: dict[str, date | datetime | None] = {}
    for one in plan.dates:
        if one.name not in form.typed:  # it was given here after the page was opened
            form.typed[one.name] = _written(one)
        try:
            found[one.name] = _read(form.typed[one.name].strip(), one)
        except ValueError as refusal:
            form.refuse(one.name, str(refusal))
    ends_on, starts_on = found.get(DateOf.LAST_DAY.value), _first_day(form, plan)
    if starts_on and isinstance(ends_on, date) and ends_on < starts_on:
        form.refuse(DateOf.LAST_DAY.value, _("The last day comes before the first day."))
    return found


def _first_day(form: Form[NextForm], plan: Plan) -> date | None:
    return form.data.starts_on if form.data else plan.starts_on


def _read(typed: str, one: Dated) -> date | datetime | None:
    if not typed:
        return None
    if not isinstance(one.old, datetime):
        said = _("Write a date, such as 2026-05-31.")
        return _in_our_time(_parsed(date.fromisoformat, typed, said))
    said = _("Write a day and an hour, such as 2026-05-31 10:00.")
    local = _parsed(datetime.fromisoformat, typed, said).replace(tzinfo=None)
    _in_our_time(local.date())
    try:
        return instant_of(local, one.zone).instant
    except NoSuchHour as jumped:
        raise ValueError(_("The clocks jump over that hour. Choose another one.")) from jumped


def _parsed(how: Any, typed: str, said: str) -> Any:
    try:
        return how(typed)
    except ValueError as unreadable:
        raise ValueError(said) from unreadable


def _in_our_time(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(_("Write a date, such as 2026-05-31."))
    return day


def wanted_of(
    data: NextForm, dates: dict[str, date | datetime | None], visit: EditionVisit
) -> NextEdition:
    there = {one.account_id for one in staff_of(visit.session, visit.edition.id)}
    return NextEdition(
        id=data.press,
        slug=data.slug,
        starts_on=data.starts_on,
        reporting_year=data.reporting_year,
        dates=dates,
        staff_ids=tuple(one for one in data.staff if one in there),
        with_sessions=data.with_sessions,
    )


def next_page(
    request: Request,
    visit: EditionVisit,
    plan: Plan,
    form: Form[NextForm],
    asked: Form[NextAsked] | None = None,
) -> Response:
    form.typed.setdefault("press", str(uuid7()))
    dates = plan.with_dates(_readable(form, plan))
    ends_on = next((one.new_day for one in dates if one.what is DateOf.LAST_DAY), None)
    warnings = amiss(dates, starts_on=plan.starts_on, ends_on=ends_on)
    staff = staff_of(visit.session, visit.edition.id)
    return render(
        request,
        visit,
        "next_editions/new.html",
        status=422 if form.errors else 200,
        **edition_place(visit),
        form=form,
        first=asked or Form(typed={"starts_on": form.typed.get("starts_on", "")}),
        plan=plan,
        groups=_groups(dates),
        days={one.name: day_of(one.old, one.zone) for one in dates},
        hours={one.name: _hour(one) for one in dates},
        warnings={name: in_words(found) for name, found in warnings.items()},
        what_words=what_words,
        staff=[one for one in staff if one.account_id != visit.viewer.id],
        is_own=any(
            one.account_id == visit.viewer.id and one.role is StaffRole.TUTOR for one in staff
        ),
        zone_words=zone_name(current_zone(), clock.now()),
    )


def _readable(form: Form[NextForm], plan: Plan) -> dict[str, date | datetime | None]:
    found: dict[str, date | datetime | None] = {}
    for one in plan.dates:
        try:
            found[one.name] = _read(form.typed.get(one.name, "").strip(), one)
        except ValueError:
            continue
    return found


def _groups(dates: Iterable[Dated]) -> dict[str, list[Dated]]:
    """The dates of the edition, those of its content, and those of its sessions."""
    found: dict[str, list[Dated]] = {"edition": [], "content": [], "sessions": []}
    content = {DateOf.OPENING, DateOf.QUIZ_OPENS, DateOf.QUIZ_CLOSES}
    for one in dates:
        group = "content" if one.what in content else "edition"
        found["sessions" if one.what is DateOf.SESSION else group].append(one)
    return found


def _hour(one: Dated) -> str:
    if not isinstance(one.old, datetime):
        return ""
    return f"{one.old.astimezone(ZoneInfo(one.zone)):%H:%M}"


def in_words(found: Amiss) -> str:
    return {
        Amiss.BEFORE_EDITION: _("Before the first day of the edition"),
        Amiss.AFTER_EDITION: _("After the last day of the edition"),
        Amiss.BEFORE_MODULE: _("Before its module opens"),
        Amiss.AFTER_CLOSING: _("Not before it closes"),
    }[found]


def what_words(what: DateOf) -> str:
    return {
        DateOf.LAST_DAY: _("Last day"),
        DateOf.ENROL_FROM: _("First day to enrol"),
        DateOf.ENROL_UNTIL: _("Last day to enrol"),
        DateOf.OFFERS_UNTIL: _("Last day on which freed places are offered"),
        DateOf.RESERVE_UNTIL: _("Last day on which reserved places are kept"),
        DateOf.CAPSTONE_DUE: _("Day on which the team's work is due"),
        DateOf.OPENING: _("Opens"),
        DateOf.QUIZ_OPENS: _("The quiz opens"),
        DateOf.QUIZ_CLOSES: _("The quiz closes"),
        DateOf.SESSION: _("Live session"),
    }[what]
