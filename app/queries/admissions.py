"""Reading what was decided about people: one's last decision, and the story of one enrolment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.models import Account, BulkDecision, BulkDecisionLine, EnrolmentStatus, Reason, Verdict


@dataclass(frozen=True, slots=True)
class LastDecision:
    id: UUID
    verdict: Verdict
    at: datetime
    people: int


def last_decision(
    session: Session,
    edition_id: UUID,
    account_id: UUID,
    *,
    since: datetime,
    about: UUID | None = None,
) -> LastDecision | None:
    """What somebody last decided in the edition, unless it is older or was taken back.

    With ``about`` an enrolment, what they last decided about that one, be it with others.
    """
    meant = [
        col(BulkDecision.edition_id) == edition_id,
        col(BulkDecision.account_id) == account_id,
        col(BulkDecision.created_at) >= since,
    ]
    if about is not None:
        line = aliased(BulkDecisionLine)
        meant.append(
            exists().where(
                col(line.decision_id) == col(BulkDecision.id), col(line.enrolment_id) == about
            )
        )
    row = session.execute(
        select(
            col(BulkDecision.id),
            col(BulkDecision.verdict),
            col(BulkDecision.created_at),
            func.count(),
            col(BulkDecision.undone_at),
        )
        .join(BulkDecisionLine, col(BulkDecisionLine.decision_id) == col(BulkDecision.id))
        .where(*meant)
        .group_by(col(BulkDecision.id))
        .order_by(col(BulkDecision.created_at).desc())
        .limit(1)
    ).first()
    if row is None or row[4] is not None:
        return None
    return LastDecision(*row[:4])


@dataclass(frozen=True, slots=True)
class DecisionSeen:
    at: datetime
    by: str
    verdict: Verdict
    before: EnrolmentStatus
    reason: Reason | None
    words: str
    reason_told: bool
    undone_at: datetime | None


def decisions_about(session: Session, enrolment_id: UUID) -> list[DecisionSeen]:
    """What was decided about somebody in bulk, the newest first."""
    rows = session.execute(
        select(
            col(BulkDecision.created_at),
            col(Account.name),
            col(BulkDecision.verdict),
            col(BulkDecisionLine.before),
            col(BulkDecision.reason),
            col(BulkDecisionLine.words),
            col(BulkDecision.reason_told),
            col(BulkDecision.undone_at),
        )
        .select_from(BulkDecisionLine)
        .join(BulkDecision, col(BulkDecision.id) == col(BulkDecisionLine.decision_id))
        .join(Account, col(Account.id) == col(BulkDecision.account_id))
        .where(col(BulkDecisionLine.enrolment_id) == enrolment_id)
        .order_by(col(BulkDecision.created_at).desc())
    )
    return [DecisionSeen(*row) for row in rows]
