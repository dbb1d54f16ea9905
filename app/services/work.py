"""Taking up work: of several workers who see the same row, one does it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.work import Work
from app.queries.work import MOST_TRIES, WAITING, may_be_taken_up, state_of


def take_up(session: Session, work: Work, row: UUID, *, now: datetime) -> bool:
    """Whether the row still waits and is the caller's to do: nobody else is given it meanwhile."""
    model, status = WAITING[work]
    found = session.exec(
        select(model.tries, model.tried_at).where(model.id == row, state_of(model) == status)
    ).one_or_none()
    if found is None:
        return False
    tries, tried_at = found
    if tries >= MOST_TRIES or not may_be_taken_up(work, tries, tried_at, now=now):
        return False
    as_seen = col(model.tried_at) == tried_at if tried_at else col(model.tried_at).is_(None)
    taken = session.execute(update(model).where(col(model.id) == row, as_seen).values(tried_at=now))
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # -- an UPDATE has one
