"""Reading what waits for a tutor's mark in a quiz."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.i18n import choose, chosen_language
from app.core.question_content import Essay, QuestionKind
from app.models import Account, Answer, Attempt, Enrolment, Question, QuestionVersion


@dataclass(frozen=True, slots=True)
class EssaySeen:
    id: UUID
    name: str
    number: int
    submitted_at: datetime
    question: str
    language: str
    notes: str
    text: str
    out_of: float
    points: float | None
    comment: str


def essays(session: Session, activity_id: UUID, language: str, *, marked: bool) -> list[EssaySeen]:
    """Those that wait, the oldest first; or those that have their mark, the latest first."""
    order = col(Answer.marked_at).desc() if marked else col(Attempt.submitted_at)
    rows = session.execute(
        select(Answer, Attempt, Account.name, QuestionVersion)
        .join(Attempt, col(Attempt.id) == col(Answer.attempt_id))
        .join(Enrolment, col(Enrolment.id) == col(Attempt.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Question, col(Question.id) == col(Answer.question_id))
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.version_id))
        .where(
            Attempt.activity_id == activity_id,
            col(Attempt.submitted_at).is_not(None),
            Question.kind == QuestionKind.ESSAY,
            col(Answer.marked_at).is_not(None) if marked else col(Answer.points).is_(None),
        )
        .order_by(order, col(Answer.id))
        .limit(50)
    ).all()
    return [
        _seen(answer, attempt, name, version, language) for answer, attempt, name, version in rows
    ]


def _seen(
    answer: Answer, attempt: Attempt, name: str, version: QuestionVersion, language: str
) -> EssaySeen:
    holds = version.holds(QuestionKind.ESSAY)
    return EssaySeen(
        id=answer.id,
        name=name,
        number=attempt.number,
        submitted_at=attempt.submitted_at or attempt.last_at,
        question=choose(version.text, language),
        language=chosen_language(version.text, language),
        notes=choose(holds.notes, language) if isinstance(holds, Essay) else "",
        text=str(answer.given.get("text", "")),
        out_of=answer.out_of,
        points=answer.points,
        comment=answer.comment,
    )


def how_many_wait(session: Session, activity_id: UUID) -> int:
    return session.exec(
        select(func.count(col(Answer.id)))
        .join(Attempt, col(Attempt.id) == col(Answer.attempt_id))
        .where(
            Attempt.activity_id == activity_id,
            col(Attempt.submitted_at).is_not(None),
            col(Answer.points).is_(None),
        )
    ).one()
