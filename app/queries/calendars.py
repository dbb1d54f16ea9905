"""Reading live sessions for calendars: all of a person's, or one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, select
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import (
    PARTICIPANTS,
    Account,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    LiveSession,
    PlatformRole,
    SessionStatus,
)
from app.queries.visits import is_open


@dataclass(frozen=True, slots=True)
class FeedOwner:
    id: UUID
    language: str
    generation: int
    platform_role: PlatformRole | None


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A session as a calendar needs to know it: never with the link into the room."""

    id: UUID
    edition_id: UUID
    edition_title: Texts
    title: str
    agenda: str
    starts_at: datetime
    timezone: str
    minutes: int
    status: SessionStatus
    sequence: int
    created_at: datetime
    changed_at: datetime


_ENTRY: tuple[Any, ...] = (
    col(LiveSession.id),
    col(LiveSession.edition_id),
    col(Course.title),
    col(LiveSession.title),
    col(LiveSession.agenda),
    col(LiveSession.starts_at),
    col(LiveSession.timezone),
    col(LiveSession.minutes),
    col(LiveSession.status),
    col(LiveSession.sequence),
    col(LiveSession.created_at),
    col(LiveSession.changed_at),
)


def _entries() -> Select[tuple[Any, ...]]:
    return (
        select(*_ENTRY)
        .select_from(LiveSession)
        .join(Edition, col(Edition.id) == col(LiveSession.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .order_by(col(LiveSession.starts_at), col(LiveSession.id))
    )


def feed_owner(session: Session, account_id: UUID) -> FeedOwner | None:
    row = session.execute(
        select(
            col(Account.id),
            col(Account.language),
            col(Account.calendar_generation),
            col(Account.platform_role),
        ).where(col(Account.id) == account_id, is_open())
    ).one_or_none()
    return FeedOwner(*row) if row else None


def feed(session: Session, owner: FeedOwner, *, since: datetime) -> list[CalendarEntry]:
    """The sessions of every edition in which the person takes part or is staff.

    Who runs the programme has those they host themselves: all of them would fill a calendar.
    """
    query = _entries().where(
        col(LiveSession.starts_at) >= since, is_in_edition(owner.id) | _hosts(owner)
    )
    return [CalendarEntry(*row) for row in session.execute(query)]


def entry(session: Session, session_id: UUID, visible: ColumnElement[bool]) -> CalendarEntry | None:
    """One session, if its edition meets ``visible``."""
    row = session.execute(
        _entries().where(col(LiveSession.id) == session_id, visible)
    ).one_or_none()
    return CalendarEntry(*row) if row else None


def is_in_edition(account_id: UUID) -> ColumnElement[bool]:
    """The condition on `Edition` that somebody takes part in it, or is one of its staff."""
    return exists().where(
        col(Enrolment.edition_id) == col(Edition.id),
        col(Enrolment.account_id) == account_id,
        col(Enrolment.status).in_(PARTICIPANTS),
    ) | exists().where(
        col(EditionStaff.edition_id) == col(Edition.id),
        col(EditionStaff.account_id) == account_id,
    )


def _hosts(owner: FeedOwner) -> ColumnElement[bool]:
    return col(LiveSession.host_id) == owner.id if owner.platform_role else false()
