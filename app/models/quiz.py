"""A quiz: its questions, and each try that somebody makes at them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Field, UniqueConstraint

from app.core.db import Table, Texts, localized, stored_as_text
from app.core.personal import Kept, Seen, Why, personal

TRIED = personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF)


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"


class Quiz(Table, table=True):
    __table_args__ = (CheckConstraint("pass_percent BETWEEN 0 AND 100", name="a_percentage"),)

    activity_id: UUID = Field(foreign_key="activity.id", unique=True, ondelete="CASCADE")
    pass_percent: int = 70
    most_attempts: int | None = Field(default=None, description="None: as many as one likes")


class Question(Table, table=True):
    __table_args__ = (UniqueConstraint("quiz_id", "position"),)

    quiz_id: UUID = Field(foreign_key="quiz.id", ondelete="CASCADE")
    position: int
    kind: QuestionKind = Field(sa_type=stored_as_text(QuestionKind))
    text: Texts = localized()
    explanation: Texts = localized()
    points: int = 1


class Choice(Table, table=True):
    __table_args__ = (UniqueConstraint("question_id", "position"),)

    question_id: UUID = Field(foreign_key="question.id", ondelete="CASCADE")
    position: int
    text: Texts = localized()
    feedback: Texts = localized()
    is_right: bool = False


class Attempt(Table, table=True):
    """One finished try: its answers were judged when it was handed in, and stay as they were."""

    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_id", "number"),
        CheckConstraint("score <= out_of", name="score_in_range"),
    )

    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE")
    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE", index=True)
    number: int = Field(sa_column_kwargs=TRIED)
    submitted_at: datetime = Field(sa_column_kwargs=TRIED)
    score: int = Field(sa_column_kwargs=TRIED)
    out_of: int = Field(sa_column_kwargs=TRIED)
    passed: bool = Field(sa_column_kwargs=TRIED)


class Answer(Table, table=True):
    """What was chosen for one question of an attempt, as given."""

    __table_args__ = (UniqueConstraint("attempt_id", "question_id"),)

    attempt_id: UUID = Field(foreign_key="attempt.id", ondelete="CASCADE")
    question_id: UUID = Field(foreign_key="question.id", ondelete="CASCADE", index=True)
    chosen: list[str] = Field(
        default_factory=list,
        sa_type=JSON,
        description="ids of choices",
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.PERSON),
    )
    points: int = Field(
        default=0, sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.PERSON)
    )
