"""The live sessions of an edition as everybody in it sees them, read once per version."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import LiveSession, SessionStatus

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
