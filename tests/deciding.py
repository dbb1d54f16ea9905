"""A coordinator's verdicts, as tests give them to people of an edition."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.models import Reason, Verdict
from app.services.admissions import Decided, Judgement, decide


def withdraw(
    session: Session,
    edition_id: UUID,
    chosen: Collection[UUID],
    *,
    by: UUID,
    now: datetime,
    because: Reason | None = None,
) -> Decided:
    return decide(session, edition_id, chosen, Judgement(Verdict.WITHDRAW, because), by=by, now=now)


def decline(
    session: Session, edition_id: UUID, chosen: Collection[UUID], *, by: UUID, now: datetime
) -> Decided:
    return decide(session, edition_id, chosen, Judgement(Verdict.DECLINE), by=by, now=now)


def put_in_line(
    session: Session, edition_id: UUID, chosen: Collection[UUID], *, by: UUID, now: datetime
) -> Decided:
    return decide(session, edition_id, chosen, Judgement(Verdict.WAITLIST), by=by, now=now)
