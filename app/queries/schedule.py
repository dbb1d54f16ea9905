"""The live sessions of an edition as everybody in it sees them, read once per version."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.db import Texts
from app.models import Course, Edition, LiveSession, SessionStatus
from app.queries.calendars import is_in_edition

#: No session lasts longer, so whatever is still on has begun since.
LONGEST = timedelta(hours=12)
MOST_AT_ONCE = 50  # sessions of one person within that time


@dataclass(frozen=True, slots=True)
class SessionAhead:
    id: UUID
    title: str
    language: str
    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


_kept: OrderedDict[tuple[UUID, int], tuple[SessionAhead, ...]] = OrderedDict()
MOST_KEPT = 1024


def schedule(session: Session, edition_id: UUID, version: int) -> tuple[SessionAhead, ...]:
    """Sessions that are not cancelled, in order of time; every change raises the version."""
    key = (edition_id, version)
    if key not in _kept:
        rows = session.exec(
            select(LiveSession)
            .where(
                LiveSession.edition_id == edition_id,
                LiveSession.status == SessionStatus.SCHEDULED,
            )
            .order_by(col(LiveSession.starts_at))
        ).all()
        _kept[key] = tuple(
            SessionAhead(row.id, row.title, row.language, row.starts_at, row.minutes)
            for row in rows
        )
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def upcoming(sessions: tuple[SessionAhead, ...], *, now: datetime) -> SessionAhead | None:
    """The session that is on or comes next."""
    return next((session for session in sessions if session.ends_at > now), None)


@dataclass(frozen=True, slots=True)
class NextSession:
    """The next session of a person, and the edition in which it takes place."""

    ahead: SessionAhead
    edition_id: UUID
    edition_title: Texts


def next_for(session: Session, account_id: UUID, now: datetime) -> NextSession | None:
    """The session that is on or comes next, over all editions somebody is in or accompanies."""
    rows = session.execute(
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            LiveSession.id,
            LiveSession.title,
            LiveSession.language,
            LiveSession.starts_at,
            LiveSession.minutes,
            Edition.id,
            Course.title,
        )
        .join(Edition, col(Edition.id) == col(LiveSession.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(
            is_in_edition(account_id),
            LiveSession.status == SessionStatus.SCHEDULED,
            LiveSession.starts_at > now - LONGEST,
        )
        .order_by(col(LiveSession.starts_at), col(LiveSession.id))
        .limit(MOST_AT_ONCE)
    )
    found = (NextSession(SessionAhead(*row[:5]), row[5], row[6]) for row in rows)
    return next((coming for coming in found if coming.ahead.ends_at > now), None)
