"""Reading what one person has achieved in an edition: quizzes, the certificate."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlmodel import Session, col

from app.models import (
    Activity,
    Attempt,
    Certificate,
    CertificateStatus,
    Counting,
    Quiz,
)
from app.queries.activities import is_shown


@dataclass(frozen=True, slots=True)
class Try:
    number: int
    submitted_at: datetime
    score: float
    out_of: float
    passed: bool


@dataclass(frozen=True, slots=True)
class QuizResult:
    """A quiz with somebody's tries at it, the first one first."""

    activity_id: UUID
    pass_percent: int
    counting: Counting
    weight: float
    tries: tuple[Try, ...]
    waits: bool = False  # for somebody to mark an essay

    @property
    def best(self) -> Try | None:
        return max(self.tries, key=lambda one: (one.passed, one.score), default=None)

    @property
    def last(self) -> Try | None:
        return self.tries[-1] if self.tries else None


def quiz_results(session: Session, edition_id: UUID, enrolment_id: UUID) -> dict[UUID, QuizResult]:
    """Every quiz of the edition by its activity, tried or not."""
    rows = session.execute(
        select(
            col(Quiz.activity_id),
            col(Quiz.pass_percent),
            col(Quiz.counting),
            col(Activity.weight),
            col(Attempt.waits),
            col(Attempt.number),
            col(Attempt.submitted_at),
            col(Attempt.score),
            col(Attempt.out_of),
            col(Attempt.passed),
        )
        .join(Activity, col(Activity.id) == col(Quiz.activity_id))
        .join(
            Attempt,
            and_(
                col(Attempt.activity_id) == col(Activity.id),
                col(Attempt.enrolment_id) == enrolment_id,
                col(Attempt.submitted_at).is_not(None),
            ),
            isouter=True,
        )
        .where(col(Activity.edition_id) == edition_id, is_shown())
        .order_by(col(Attempt.number))
    )
    return _by_activity(tuple(row) for row in rows)


def _by_activity(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, QuizResult]:
    found: dict[UUID, QuizResult] = {}
    for activity_id, percent, counting, weight, waits, *facts in rows:
        before = found.get(activity_id, QuizResult(activity_id, percent, counting, weight, ()))
        tries = (*before.tries, Try(*facts)) if facts[0] is not None else before.tries
        found[activity_id] = replace(before, tries=tries, waits=before.waits or bool(waits))
    return found


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    code: str
    status: CertificateStatus


def certificate_of(session: Session, enrolment_id: UUID) -> OwnCertificate | None:
    row = session.execute(
        select(col(Certificate.code), col(Certificate.status)).where(
            col(Certificate.enrolment_id) == enrolment_id
        )
    ).one_or_none()
    return OwnCertificate(*row) if row else None
