"""Reading editions: the list that staff look through, and the terms on which one runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.folding import finds
from app.models import (
    PARTICIPANTS,
    Course,
    Edition,
    EnrolmentCount,
    EnrolmentPolicy,
    EnrolmentStatus,
    Mode,
)
from app.queries.visits import Viewer, visible_editions

WAITING = (EnrolmentStatus.APPLIED,)


class When(StrEnum):
    """Where an edition is on the day."""

    RUNNING = "running"
    TO_COME = "to-come"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the viewer's editions are wanted. What is None or empty does not matter."""

    words: str = ""
    year: int | None = None
    when: When | None = None


@dataclass(frozen=True, slots=True)
class EditionLine:
    """An edition in the list; people are those whom the viewer may see."""

    id: UUID
    title: Texts
    mode: Mode
    languages: list[str]
    starts_on: date | None
    ends_on: date | None
    reporting_year: int
    when: When
    participants: int
    waiting: int


@dataclass(frozen=True, slots=True)
class EditionTerms:
    """What coordinators decide about an edition."""

    starts_on: date | None
    ends_on: date | None
    reporting_year: int
    policy: EnrolmentPolicy
    enrol_until: date | None
    capacity: int | None
    required_share: int
    requires_capstone: bool
    gives_certificate: bool
    capstone_due_on: date | None
    enrol_from: date | None = None
    waiting_list: bool = True
    offer_days: int = 3
    offers_until: date | None = None
    reserve_until: date | None = None
    required_count: int | None = None
    minimum_result: int | None = None
    minimum_attendance: int | None = None


_TERMS: tuple[Any, ...] = (
    col(Edition.starts_on),
    col(Edition.ends_on),
    col(Edition.reporting_year),
    col(Edition.policy),
    col(Edition.enrol_until),
    col(Edition.capacity),
    col(Edition.required_share),
    col(Edition.requires_capstone),
    col(Edition.gives_certificate),
    col(Edition.capstone_due_on),
    col(Edition.enrol_from),
    col(Edition.waiting_list),
    col(Edition.offer_days),
    col(Edition.offers_until),
    col(Edition.reserve_until),
    col(Edition.required_count),
    col(Edition.minimum_result),
    col(Edition.minimum_attendance),
)


def terms_of(session: Session, edition_id: UUID) -> EditionTerms:
    row = session.execute(select(*_TERMS).where(col(Edition.id) == edition_id)).one()
    return EditionTerms(*row)


def has_key(session: Session, edition_id: UUID) -> bool:
    """Whether the edition has a key for coming in; what it is nobody is told."""
    return bool(
        session.execute(select(col(Edition.key_hash)).where(col(Edition.id) == edition_id)).scalar()
    )


def how_many(session: Session, viewer: Viewer, wanted: Wanted, *, on: date) -> dict[When, int]:
    """The numbers of editions that run, are to come and are over, whatever ``when`` is wanted."""
    conditions = _conditions(session, viewer, Wanted(wanted.words, wanted.year), on)
    when = _when(on).label("is_when")
    rows = session.execute(
        select(when, func.count()).select_from(Edition).where(*conditions).group_by(when)
    )
    return dict.fromkeys(When, 0) | {When(found): n for found, n in rows}


def editions(
    session: Session, viewer: Viewer, wanted: Wanted, *, on: date, page: int, size: int
) -> list[EditionLine]:
    """One page of the editions: what runs, then what is to come, then what is over."""
    when = _when(on)
    query = (
        select(
            col(Edition.id),
            col(Course.title),
            col(Course.mode),
            col(Edition.languages),
            col(Edition.starts_on),
            col(Edition.ends_on),
            col(Edition.reporting_year),
            when,
            _people(viewer, PARTICIPANTS),
            _people(viewer, WAITING),
        )
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(*_conditions(session, viewer, wanted, on))
        .order_by(*_order(when), col(Edition.id).desc())
        .offset((page - 1) * size)
        .limit(size)
    )
    return [_line(*row) for row in session.execute(query)]


def _line(*row: Any) -> EditionLine:
    *facts, when, participants, waiting = row
    return EditionLine(*(*facts, When(when), int(participants), int(waiting)))


def _when(on: date) -> Any:
    return case(
        (col(Edition.ends_on) < on, When.FINISHED.value),
        (col(Edition.starts_on) > on, When.TO_COME.value),
        else_=When.RUNNING.value,
    )


def _order(when: Any) -> list[ColumnElement[Any]]:
    ahead = case((when == When.FINISHED.value, None), else_=col(Edition.ends_on))
    rank = case({When.RUNNING.value: 0, When.TO_COME.value: 1}, value=when, else_=2)
    return [rank, ahead.asc().nulls_last(), col(Edition.ends_on).desc()]


def _conditions(
    session: Session, viewer: Viewer, wanted: Wanted, on: date
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [visible_editions(viewer)]
    if wanted.words.strip():
        found.append(col(Edition.course_id).in_(_courses_like(session, wanted.words)))
    if wanted.year is not None:
        found.append(col(Edition.reporting_year) == wanted.year)
    if wanted.when is not None:
        found.append(_when(on) == wanted.when.value)
    return found


def _courses_like(session: Session, words: str) -> Sequence[UUID]:
    """Titles are in several languages, so Python looks through them; there are few courses."""
    rows = session.execute(select(col(Course.id), col(Course.title)))
    return [course_id for course_id, title in rows if finds(words, *title.values())]


def _people(viewer: Viewer, statuses: tuple[EnrolmentStatus, ...]) -> Any:
    """How many people of these statuses the viewer may see in the edition."""
    of = EnrolmentCount
    counted = select(func.coalesce(func.sum(col(of.n)), 0)).where(
        col(of.edition_id) == col(Edition.id), col(of.status).in_(statuses)
    )
    if viewer.coordinates_id:
        counted = counted.where(col(of.institution_key) == viewer.coordinates_id)
    return counted.correlate(Edition).scalar_subquery()


def years(session: Session, viewer: Viewer) -> list[int]:
    """The reporting years of the editions that the viewer may see, the newest first."""
    rows = session.execute(
        select(col(Edition.reporting_year))
        .where(visible_editions(viewer))
        .distinct()
        .order_by(col(Edition.reporting_year).desc())
    )
    return list(rows.scalars())
