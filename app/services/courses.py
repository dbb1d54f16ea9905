"""The rules of the catalogue: courses written and changed, and a course's edition from nothing."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.core.db import Texts
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import Course, Edition, EnrolmentPolicy, Mode
from app.services.audit import MADE, record
from app.services.enrolments import key_hash
from app.services.next_editions import refuse_slug


@dataclass(frozen=True, slots=True)
class CourseWords:
    """What a course says of itself."""

    slug: str
    mode: Mode
    hours: int
    languages: list[str]
    title: Texts
    summary: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    is_published: bool = False


@dataclass(frozen=True, slots=True)
class FirstEdition:
    """What is said of an edition before anything is written in it. ``id``: of the press."""

    id: UUID
    slug: str
    languages: list[str]
    reporting_year: int
    starts_on: date | None = None
    ends_on: date | None = None
    policy: EnrolmentPolicy = EnrolmentPolicy.CLOSED
    capacity: int | None = None


class AddressTaken(RuleBroken):
    """Another course is at this address."""


def add_course(session: Session, words: CourseWords, *, by: UUID) -> UUID:
    _refuse_taken(session, words.slug)
    course = Course(**asdict(words))
    session.add(course)
    session.flush()
    record(session, by, "add course", "course", course.id, thing=choose(course.title), **MADE)
    return course.id


def change_course(session: Session, course_id: UUID, words: CourseWords, *, by: UUID) -> bool:
    """Whether anything is different now. Editions that run keep their own languages."""
    course = session.exec(
        select(Course).where(Course.id == course_id).with_for_update(key_share=True)
    ).one_or_none()
    if course is None:
        raise NotFound(_("There is nothing at this address."))
    wanted: dict[str, Any] = asdict(words)
    before = {name: getattr(course, name) for name in wanted}
    names = sorted(name for name in wanted if wanted[name] != before[name])
    if not names:
        return False
    if "slug" in names:
        _refuse_taken(session, words.slug)
    for name in names:
        setattr(course, name, wanted[name])
    session.add(course)
    session.flush()
    _show_anew(session, course_id)
    record(
        session,
        by,
        "change course",
        "course",
        course_id,
        before={name: before[name] for name in names},
        after={name: wanted[name] for name in names},
    )
    return True


def _show_anew(session: Session, course_id: UUID) -> None:
    """What is kept of its editions has the course's name in it."""
    for edition in session.exec(
        select(Edition).where(Edition.course_id == course_id).with_for_update(key_share=True)
    ):
        edition.version += 1
        session.add(edition)
    session.flush()


def _refuse_taken(session: Session, slug: str) -> None:
    if session.exec(select(Course.id).where(Course.slug == slug)).first():
        raise AddressTaken(_("Another course is at this address already."))


def open_edition(
    session: Session, course_id: UUID, wanted: FirstEdition, *, by: UUID, key: str = ""
) -> UUID:
    """An empty edition of a course. Whoever presses twice has one."""
    course = session.exec(
        select(Course).where(Course.id == course_id).with_for_update(key_share=True)
    ).one_or_none()
    if course is None:
        raise NotFound(_("There is nothing at this address."))
    if found := session.get(Edition, wanted.id):
        if found.course_id != course_id:
            raise NotFound(_("There is nothing at this address."))
        return found.id
    refuse_slug(session, course_id, wanted.slug)
    hashed = key_hash(key) if key.strip() else ""
    edition = Edition(course_id=course_id, key_hash=hashed, **asdict(wanted))
    session.add(edition)
    session.flush()
    record(session, by, "open edition", "edition", edition.id, **MADE)
    return edition.id
