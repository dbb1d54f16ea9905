"""Reading videoconferences: the public events, series by series."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Videoconference


@dataclass(frozen=True, slots=True)
class Event:
    id: UUID
    series: int
    title: str
    held_on: date
    organisations: str
    language: str

    @property
    def organisers(self) -> list[str]:
        """Those who spoke, in the order given."""
        return [name.strip() for name in self.organisations.split(";") if name.strip()]


_EVENT: tuple[Any, ...] = (
    col(Videoconference.id),
    col(Videoconference.series),
    col(Videoconference.title),
    col(Videoconference.held_on),
    col(Videoconference.organisations),
    col(Videoconference.language),
)


def to_come(session: Session, *, on: date, most: int) -> list[Event]:
    """The events of today and after, the soonest first."""
    rows = session.execute(
        select(*_EVENT)
        .where(col(Videoconference.held_on) >= on)
        .order_by(col(Videoconference.held_on), col(Videoconference.id))
        .limit(most)
    )
    return [Event(*row) for row in rows]


def by_series(session: Session) -> list[tuple[int, list[Event]]]:
    """Every series with its events, the newest first."""
    rows = session.execute(
        select(*_EVENT).order_by(
            col(Videoconference.series).desc(),
            col(Videoconference.held_on).desc(),
            col(Videoconference.id),
        )
    )
    events = [Event(*row) for row in rows]
    return [(series, list(group)) for series, group in groupby(events, lambda e: e.series)]
