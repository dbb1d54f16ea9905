"""Reading the catalogue: courses with the edition that matters most, and one course in full."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.folding import finds
from app.core.i18n import choose
from app.core.text import folded
from app.models import (
    PARTICIPANTS,
    CapstoneKind,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentCount,
    EnrolmentPolicy,
    EnrolmentStatus,
    Mode,
    Module,
    OpeningRule,
    StaffRole,
    is_over,
    takes_people,
)
from app.queries.figures import FEWEST_IN_A_SPLIT


class Stage(StrEnum):
    """Where an edition is on a given day; the first that a course has is the one that matters."""

    OPEN = "open"  # has dates, and can be joined
    ANY_DAY = "any day"
    TO_COME = "to come"
    RUNNING = "running"
    FINISHED = "finished"


class Group(StrEnum):
    """The parts of the catalogue, in the order in which they stand."""

    OPEN = "open"
    ANY_DAY = "any day"
    TO_COME = "to come"
    UNDER_WAY = "under way"
    NO_DATES = "no dates"


_GROUP_OF = {
    Stage.OPEN: Group.OPEN,
    Stage.ANY_DAY: Group.ANY_DAY,
    Stage.TO_COME: Group.TO_COME,
    Stage.RUNNING: Group.UNDER_WAY,
    Stage.FINISHED: Group.UNDER_WAY,
}


@dataclass(frozen=True, slots=True)
class EditionOffered:
    """An edition as anybody may know it, and what the person who asks is in it."""

    id: UUID
    course_id: UUID
    slug: str
    version: int
    languages: list[str]
    starts_on: date | None
    ends_on: date | None
    enrol_from: date | None
    enrol_until: date | None
    capacity: int | None
    reserve_until: date | None
    waiting_list: bool
    policy: EnrolmentPolicy
    capstone: CapstoneKind | None
    gives_certificate: bool
    own_status: EnrolmentStatus | None = None
    own_role: StaffRole | None = None
    own_choice: bool | None = None  # to leave, where they left

    def stage(self, day: date) -> Stage:
        if takes_people(self, day):
            return Stage.OPEN if self.starts_on else Stage.ANY_DAY
        if self.starts_on is None or is_over(self, day):
            return Stage.FINISHED
        return Stage.TO_COME if self.starts_on > day else Stage.RUNNING

    @property
    def closes_on(self) -> date | None:
        """The last day on which one can enrol or apply."""
        return self.enrol_until or self.ends_on

    @property
    def weeks(self) -> int | None:
        if self.starts_on is None or self.ends_on is None:
            return None
        return max(1, round(((self.ends_on - self.starts_on).days + 1) / 7))

    @property
    def is_own(self) -> bool:
        """Whether the person who asks takes part in it or accompanies it."""
        return self.own_status in PARTICIPANTS or self.own_role is not None


@dataclass(frozen=True, slots=True)
class CourseListed:
    id: UUID
    slug: str
    mode: Mode
    hours: int
    languages: list[str]
    title: Texts
    summary: Texts
    outcomes: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class CourseSeen(CourseListed):
    description: Texts


@dataclass(frozen=True, slots=True)
class Size:
    participants: int
    countries: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A course in the catalogue."""

    course: CourseListed
    edition: EditionOffered | None
    stage: Stage | None
    size: Size | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for in the catalogue. What is None or empty does not matter."""

    words: str = ""
    mode: Mode | None = None
    language: str | None = None
    starts_from: date | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    groups: dict[Group, list[Entry]]
    modes: list[Mode]  # that some course has, as the languages
    languages: list[str]

    def __len__(self) -> int:
        return sum(map(len, self.groups.values()))


_OFFERED: tuple[Any, ...] = (
    col(Edition.id),
    col(Edition.course_id),
    col(Edition.slug),
    col(Edition.version),
    col(Edition.languages),
    col(Edition.starts_on),
    col(Edition.ends_on),
    col(Edition.enrol_from),
    col(Edition.enrol_until),
    col(Edition.capacity),
    col(Edition.reserve_until),
    col(Edition.waiting_list),
    col(Edition.policy),
    col(Edition.capstone),
    col(Edition.gives_certificate),
)
_LISTED: tuple[Any, ...] = (
    col(Course.id),
    col(Course.slug),
    col(Course.mode),
    col(Course.hours),
    col(Course.languages),
    col(Course.title),
    col(Course.summary),
    col(Course.outcomes),
)


def catalogue(session: Session, wanted: Wanted, *, on: date) -> Catalogue:
    """Every published course that is looked for, once, in the group of its edition."""
    rows = session.execute(select(*_LISTED).where(col(Course.is_published)))
    courses = [CourseListed(*row) for row in rows]
    editions = _by_course(session)
    found = [
        _entry(course, editions.get(course.id, ()), wanted, on)
        for course in courses
        if _is_wanted(course, wanted)
    ]
    entries = [entry for entry in found if entry.edition or not wanted.starts_from]
    return Catalogue(
        groups=_in_groups(_with_sizes(session, entries)),
        modes=[mode for mode in Mode if any(course.mode is mode for course in courses)],
        languages=sorted({language for course in courses for language in course.languages}),
    )


def _by_course(session: Session) -> dict[UUID, list[EditionOffered]]:
    rows = session.execute(
        select(*_OFFERED)
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(col(Course.is_published))
    )
    found: dict[UUID, list[EditionOffered]] = {}
    for edition in (EditionOffered(*row) for row in rows):
        found.setdefault(edition.course_id, []).append(edition)
    return found


def _is_wanted(course: CourseListed, wanted: Wanted) -> bool:
    if wanted.mode and course.mode is not wanted.mode:
        return False
    if wanted.language and wanted.language not in course.languages:
        return False
    texts = [*course.title.values(), *course.summary.values()]
    outcomes = [line for lines in course.outcomes.values() for line in lines]
    return finds(wanted.words, *texts, *outcomes)


def _entry(
    course: CourseListed, editions: Sequence[EditionOffered], wanted: Wanted, on: date
) -> Entry:
    possible = [
        edition
        for edition in editions
        if wanted.starts_from is None
        or edition.stage(on) is Stage.ANY_DAY
        or (edition.starts_on is not None and edition.starts_on >= wanted.starts_from)
    ]
    edition = most_relevant(possible, on=on)
    return Entry(course, edition, edition.stage(on) if edition else None)


def most_relevant(editions: Iterable[EditionOffered], *, on: date) -> EditionOffered | None:
    """The edition to join first: open, then coming soonest, then running, then ended last."""
    stages = list(Stage)

    def order(edition: EditionOffered) -> tuple[int, int, UUID]:
        stage = edition.stage(on)
        day = (edition.starts_on or edition.ends_on or date.min).toordinal()
        soonest = stage in {Stage.OPEN, Stage.TO_COME}
        return stages.index(stage), day if soonest else -day, edition.id

    return min(editions, key=order, default=None)


def _with_sizes(session: Session, entries: Iterable[Entry]) -> list[Entry]:
    entries = list(entries)
    past = {Stage.RUNNING, Stage.FINISHED}
    known = sizes(session, [e.edition.id for e in entries if e.edition and e.stage in past])
    return [
        Entry(e.course, e.edition, e.stage, known.get(e.edition.id) if e.edition else None)
        for e in entries
    ]


def sizes(session: Session, edition_ids: Sequence[UUID]) -> dict[UUID, Size]:
    """How many took part, from how many countries; nothing of editions too small to publish."""
    if not edition_ids:
        return {}
    of = EnrolmentCount
    number = func.sum(col(of.n))
    countries = func.count(func.distinct(col(of.country)))
    rows = session.execute(
        select(col(of.edition_id), number, countries)
        .where(_taking_part(), col(of.edition_id).in_(edition_ids))
        .group_by(col(of.edition_id))
        .having(number >= FEWEST_IN_A_SPLIT)
    )
    return {edition: Size(people, lands) for edition, people, lands in rows}


def _taking_part() -> ColumnElement[bool]:
    of = EnrolmentCount
    return and_(col(of.status).in_(PARTICIPANTS), col(of.n) > 0)


def _in_groups(entries: Iterable[Entry]) -> dict[Group, list[Entry]]:
    found: dict[Group, list[Entry]] = {group: [] for group in Group}
    for entry in sorted(entries, key=_order):
        found[_GROUP_OF[entry.stage] if entry.stage else Group.NO_DATES].append(entry)
    return {group: its for group, its in found.items() if its}


def _order(entry: Entry) -> tuple[int, int, str]:
    """What closes or starts soonest first; of what is over, what ended last; else by title."""
    title = folded(choose(entry.course.title))
    edition, stage = entry.edition, entry.stage
    if edition is None or stage is None or stage is Stage.ANY_DAY:
        return 0, 0, title
    if stage is Stage.OPEN:
        return 0, (edition.closes_on or date.max).toordinal(), title
    if stage is Stage.TO_COME:
        return 0, (edition.starts_on or date.max).toordinal(), title
    ends = (edition.ends_on or date.max).toordinal()
    return (0, ends, title) if stage is Stage.RUNNING else (1, -ends, title)


def course_seen(session: Session, slug: str) -> CourseSeen | None:
    """A published course by the name in its address."""
    row = session.execute(
        select(*_LISTED, col(Course.description)).where(
            col(Course.slug) == slug, col(Course.is_published)
        )
    ).one_or_none()
    return CourseSeen(*row) if row else None


def editions_of(session: Session, course_id: UUID, account_id: UUID | None) -> list[EditionOffered]:
    """All editions of a course, the newest first, with what the account is in each."""
    rows = session.execute(
        select(
            *_OFFERED, col(Enrolment.status), col(EditionStaff.role), col(Enrolment.left_by_choice)
        )
        .join(
            Enrolment,
            and_(
                col(Enrolment.edition_id) == col(Edition.id),
                col(Enrolment.account_id) == account_id,
            ),
            isouter=True,
        )
        .join(
            EditionStaff,
            and_(
                col(EditionStaff.edition_id) == col(Edition.id),
                col(EditionStaff.account_id) == account_id,
            ),
            isouter=True,
        )
        .where(col(Edition.course_id) == course_id)
        .order_by(col(Edition.starts_on).desc().nulls_last(), col(Edition.id).desc())
    )
    return [EditionOffered(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ModuleNamed:
    title: Texts
    summary: Texts
    opens_on: date | None


def modules_of(session: Session, edition_id: UUID) -> list[ModuleNamed]:
    """What everybody may know of an edition's modules, in their order."""
    opens_on = (
        select(func.max(col(OpeningRule.opens_on)))
        .where(col(OpeningRule.module_id) == col(Module.id))
        .correlate(Module)
        .scalar_subquery()
    )
    rows = session.execute(
        select(col(Module.title), col(Module.summary), opens_on)
        .where(col(Module.edition_id) == edition_id, col(Module.is_hidden).is_(False))
        .order_by(col(Module.position))
    )
    return [ModuleNamed(*row) for row in rows]
