"""Reading quizzes: their slots, as those see them who write them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import Session, col, select

from app.models import (
    Account,
    Enrolment,
    EnrolmentStatus,
    Question,
    QuestionVersion,
    Quiz,
    QuizExtension,
    QuizSlot,
)
from app.queries.questions import QuestionSeen, as_it_would_be_asked


def quiz_of(session: Session, activity_id: UUID) -> Quiz | None:
    return session.exec(select(Quiz).where(Quiz.activity_id == activity_id)).one_or_none()


@dataclass(frozen=True, slots=True)
class SlotSeen:
    """A place of a quiz. ``question``: the one asked there; None: drawn by chance."""

    id: UUID
    position: int
    points: float
    draws: int
    category: str
    tag: str
    question: QuestionSeen | None
    is_retired: bool = False


def slots(session: Session, quiz_id: UUID, language: str) -> list[SlotSeen]:
    rows = session.execute(
        select(QuizSlot, Question, QuestionVersion)
        .join(Question, col(Question.id) == col(QuizSlot.question_id), isouter=True)
        .join(
            QuestionVersion,
            and_(
                col(QuestionVersion.question_id) == col(Question.id),
                col(QuestionVersion.number) == col(Question.number),
            ),
            isouter=True,
        )
        .where(QuizSlot.quiz_id == quiz_id)
        .order_by(col(QuizSlot.position), col(QuizSlot.id))
    ).all()
    found, number = [], 1
    for slot, question, version in rows:
        shown = None
        if question is not None:
            shown = as_it_would_be_asked(
                version, question, language, number=number, points=slot.points
            )
        found.append(
            SlotSeen(
                slot.id, slot.position, slot.points, slot.draws, slot.category, slot.tag, shown,
                is_retired=question is not None and question.is_retired,
            )
        )  # fmt: skip
        number += slot.draws
    return found


@dataclass(frozen=True, slots=True)
class Extended:
    id: UUID
    enrolment_id: UUID
    name: str
    minutes: int
    attempts: int
    reason: str


def extensions(session: Session, activity_id: UUID) -> list[Extended]:
    rows = session.execute(
        select(QuizExtension, Account.name)
        .join(Enrolment, col(Enrolment.id) == col(QuizExtension.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(QuizExtension.activity_id == activity_id)
        .order_by(col(Account.name))
    ).all()
    return [
        Extended(one.id, one.enrolment_id, name, one.minutes, one.attempts, one.reason)
        for one, name in rows
    ]


def people_to_extend(session: Session, edition_id: UUID) -> list[tuple[UUID, str]]:
    """Who takes part, by name."""
    rows = session.execute(
        select(Enrolment.id, Account.name)
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(
            Enrolment.edition_id == edition_id,
            col(Enrolment.status).in_([EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED]),
        )
        .order_by(col(Account.name))
    ).all()
    return [tuple(row) for row in rows]
