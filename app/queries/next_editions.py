"""What the next edition of a course would be like, if it began on a day: each date, moved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.core.db import Texts
from app.core.weeks import day_moved, instant_moved, weeks_between
from app.models import (
    Activity,
    Course,
    Edition,
    LiveSession,
    Module,
    OpeningRule,
    Quiz,
    RuleKind,
    SessionStatus,
)

#: After a year of 52 weeks, so that it begins on the same day of the week.
A_YEAR = timedelta(weeks=52)


class DateOf(StrEnum):
    """What a date of an edition is about."""

    LAST_DAY = "ends_on"
    ENROL_FROM = "enrol_from"
    ENROL_UNTIL = "enrol_until"
    OFFERS_UNTIL = "offers_until"
    RESERVE_UNTIL = "reserve_until"
    CAPSTONE_DUE = "capstone_due_on"
    OPENING = "rule"
    QUIZ_OPENS = "opens"
    QUIZ_CLOSES = "closes"
    SESSION = "session"


#: Those that are terms of the edition itself, by the name of its column.
TERMS = (
    DateOf.LAST_DAY,
    DateOf.ENROL_FROM,
    DateOf.ENROL_UNTIL,
    DateOf.OFFERS_UNTIL,
    DateOf.RESERVE_UNTIL,
    DateOf.CAPSTONE_DUE,
)
#: Those that may well lie before its first day.
BEFORE = frozenset({DateOf.ENROL_FROM, DateOf.ENROL_UNTIL})


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of an edition: what it is, and what it would be in the next one."""

    name: str  # of its field
    what: DateOf
    old: date | datetime
    new: date | datetime | None
    title: Texts
    zone: str
    module_id: UUID | None = None  # whose day, or in which it lies
    is_module: bool = False

    @property
    def new_day(self) -> date | None:
        return day_of(self.new, self.zone)


def day_of(moment: date | datetime | None, zone: str) -> date | None:
    if isinstance(moment, datetime):
        return moment.astimezone(ZoneInfo(zone)).date()
    return moment


@dataclass(frozen=True, slots=True)
class Plan:
    """An edition to come, as it is suggested from the one before."""

    slug: str
    starts_on: date | None
    reporting_year: int
    dates: tuple[Dated, ...]

    def with_dates(self, given: Mapping[str, date | datetime | None]) -> tuple[Dated, ...]:
        """The dates as somebody has them instead."""
        return tuple(replace(one, new=given.get(one.name, one.new)) for one in self.dates)


class Amiss(StrEnum):
    """Why somebody should look at a date again."""

    BEFORE_EDITION = "before the edition"
    AFTER_EDITION = "after the edition"
    BEFORE_MODULE = "before its module"
    AFTER_CLOSING = "after it closes"


def next_plan(
    session: Session, edition_id: UUID, *, starts_on: date | None, on: date, zone: str
) -> Plan:
    """All of it. Without a first day of its own: a year of 52 weeks later, and not in the past."""
    edition = session.exec(select(Edition).where(Edition.id == edition_id)).one()
    first = edition.starts_on
    if starts_on is None and first is not None:
        starts_on = first + A_YEAR
        while starts_on < on:
            starts_on += A_YEAR
    weeks = weeks_between(first, starts_on) if first and starts_on else 0
    dates = tuple(_dates(session, edition, weeks, zone))
    last = next((one.new_day for one in dates if one.what is DateOf.LAST_DAY), None) or starts_on
    year = last.year if last else edition.reporting_year + 1
    return Plan(_free_slug(session, edition, starts_on, year), starts_on, year, dates)


def dates_in(session: Session, edition: Edition, zone: str) -> list[Dated]:
    """The dates that an edition has, where they are."""
    return list(_dates(session, edition, 0, zone))


def _dates(session: Session, edition: Edition, weeks: int, zone: str) -> Iterable[Dated]:
    for what in TERMS:
        day = getattr(edition, what.value)
        if day is not None:
            yield Dated(what.value, what, day, day_moved(day, weeks), {}, zone)
    modules = {
        one.id: one
        for one in session.exec(
            select(Module).where(Module.edition_id == edition.id).order_by(col(Module.position))
        )
    }
    activities = session.exec(
        select(Activity).where(Activity.edition_id == edition.id).order_by(col(Activity.position))
    ).all()
    days = _opening_days(session, edition.id)
    quizzes = _quizzes(session, edition.id)
    for module in modules.values():
        for rule in days.get(module.id, ()):
            yield _opening(rule, weeks, zone, module.title, module.id, is_module=True)
        for activity in activities:
            if activity.module_id == module.id:
                for rule in days.get(activity.id, ()):
                    yield _opening(rule, weeks, zone, activity.title, module.id, is_module=False)
                if quiz := quizzes.get(activity.id):
                    yield from _of_quiz(quiz, activity, weeks, zone)
    yield from _of_sessions(session, edition.id, weeks)


def _opening_days(session: Session, edition_id: UUID) -> dict[UUID, list[OpeningRule]]:
    found: dict[UUID, list[OpeningRule]] = {}
    for rule in session.exec(
        select(OpeningRule).where(
            OpeningRule.edition_id == edition_id, OpeningRule.kind == RuleKind.DATE
        )
    ):
        found.setdefault(rule.thing_id, []).append(rule)
    return found


def _quizzes(session: Session, edition_id: UUID) -> dict[UUID, Quiz]:
    rows = session.exec(
        select(Quiz)
        .join(Activity, col(Activity.id) == col(Quiz.activity_id))
        .where(Activity.edition_id == edition_id)
    )
    return {quiz.activity_id: quiz for quiz in rows}


def _opening(
    rule: OpeningRule, weeks: int, zone: str, title: Texts, module_id: UUID, *, is_module: bool
) -> Dated:
    day = rule.opens_on
    assert day is not None  # noqa: S101 -- a rule by date has one
    name = f"{DateOf.OPENING.value}-{rule.id}"
    new = day_moved(day, weeks)
    return Dated(name, DateOf.OPENING, day, new, title, zone, module_id, is_module)


def _of_quiz(quiz: Quiz, activity: Activity, weeks: int, zone: str) -> Iterable[Dated]:
    both = ((DateOf.QUIZ_OPENS, quiz.opens_at), (DateOf.QUIZ_CLOSES, quiz.closes_at))
    for what, at in both:
        if at is not None:
            new = instant_moved(at, weeks, zone)
            name = f"{what.value}-{quiz.id}"
            yield Dated(name, what, at, new, activity.title, zone, activity.module_id)


def _of_sessions(session: Session, edition_id: UUID, weeks: int) -> Iterable[Dated]:
    """Each in the zone in which it was agreed."""
    for one in session.exec(
        select(LiveSession)
        .where(LiveSession.edition_id == edition_id, LiveSession.status == SessionStatus.SCHEDULED)
        .order_by(col(LiveSession.starts_at))
    ):
        new = instant_moved(one.starts_at, weeks, one.timezone)
        title = {one.language: one.title}
        name = f"{DateOf.SESSION.value}-{one.id}"
        yield Dated(name, DateOf.SESSION, one.starts_at, new, title, one.timezone)


def _free_slug(session: Session, edition: Edition, starts_on: date | None, year: int) -> str:
    """The year, and a number behind it where there is one of that year already."""
    taken = set(
        session.exec(select(Edition.slug).where(Edition.course_id == edition.course_id)).all()
    )
    wanted = str(starts_on.year if starts_on else year)
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def amiss(
    dates: Iterable[Dated], *, starts_on: date | None, ends_on: date | None
) -> dict[str, Amiss]:
    """What to look at again, by the name of the date."""
    dates = tuple(dates)
    opens = {
        one.module_id: one.new_day for one in dates if one.is_module and one.new_day is not None
    }
    closes = {
        one.name.partition("-")[2]: one.new for one in dates if one.what is DateOf.QUIZ_CLOSES
    }
    found: dict[str, Amiss] = {}
    for one in dates:
        day = one.new_day
        if day is None or one.what is DateOf.LAST_DAY:
            continue
        module_opens = None if one.is_module else opens.get(one.module_id)
        closes_at = closes.get(one.name.partition("-")[2])
        if starts_on and day < starts_on and one.what not in BEFORE:
            found[one.name] = Amiss.BEFORE_EDITION
        elif ends_on and day > ends_on:
            found[one.name] = Amiss.AFTER_EDITION
        elif module_opens and day < module_opens:
            found[one.name] = Amiss.BEFORE_MODULE
        elif one.what is DateOf.QUIZ_OPENS and _is_after(one.new, closes_at):
            found[one.name] = Amiss.AFTER_CLOSING
    return found


def _is_after(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one >= other


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """The edition that another was made from."""

    id: UUID
    title: Texts
    slug: str
    starts_on: date | None
    ends_on: date | None


def source_of(session: Session, edition_id: UUID) -> SourceSeen | None:
    own, source = aliased(Edition), aliased(Edition)
    row = session.exec(
        select(source, Course)
        .join(own, col(own.came_from_id) == col(source.id))
        .join(Course, col(Course.id) == col(source.course_id))
        .where(own.id == edition_id)
    ).one_or_none()
    if row is None:
        return None
    found, course = row
    return SourceSeen(found.id, course.title, found.slug, found.starts_on, found.ends_on)
