"""Reading what one person has achieved in an edition: quizzes, live sessions, the certificate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from app.models import (
    Activity,
    Attempt,
    Attendance,
    Certificate,
    CertificateStatus,
    LiveSession,
    Quiz,
    SessionStatus,
)


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
    tries: tuple[Try, ...]

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
        .where(col(Activity.edition_id) == edition_id)
        .order_by(col(Attempt.number))
    )
    return _by_activity(tuple(row) for row in rows)


def _by_activity(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, QuizResult]:
    found: dict[UUID, QuizResult] = {}
    for activity_id, percent, *facts in rows:
        before = found[activity_id].tries if activity_id in found else ()
        tries = (*before, Try(*facts)) if facts[0] is not None else before
        found[activity_id] = QuizResult(activity_id, percent, tries)
    return found


@dataclass(frozen=True, slots=True)
class Presence:
    """At how many of the sessions that were held, and of which it is known who came, one was."""

    came: int
    held: int


def presence(session: Session, edition_id: UUID, enrolment_id: UUID) -> Presence:
    came, held = session.execute(
        select(func.count(col(Attendance.id)), func.count(col(LiveSession.id)))
        .select_from(LiveSession)
        .join(
            Attendance,
            and_(
                col(Attendance.live_session_id) == col(LiveSession.id),
                col(Attendance.enrolment_id) == enrolment_id,
            ),
            isouter=True,
        )
        .where(
            col(LiveSession.edition_id) == edition_id,
            col(LiveSession.status) == SessionStatus.SCHEDULED,
            col(LiveSession.attendance_taken_at).is_not(None) | col(Attendance.id).is_not(None),
        )
    ).one()
    return Presence(came, held)


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
