"""A quiz: its rules, the slots that questions are drawn for, and each try that somebody makes."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Field, Index, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, acting, impersonal, personal
from app.core.question_content import Given

TRIED = personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF)


class Counting(StrEnum):
    """Which of several tries is the result."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    AVERAGE = "average"


class Reveal(StrEnum):
    """When something about the answers is shown to whoever gave them."""

    EACH = "each"  # after each question, which then stays as it was answered
    SUBMITTED = "submitted"
    CLOSED = "closed"  # when nobody can answer any more
    NEVER = "never"


class Quiz(Table, table=True):
    __table_args__ = (
        CheckConstraint("pass_percent BETWEEN 0 AND 100", name="a_percentage"),
        CheckConstraint("wrong_costs BETWEEN 0 AND 100", name="costs_a_part"),
    )

    activity_id: UUID = Field(foreign_key="activity.id", unique=True, ondelete="CASCADE")
    pass_percent: int = 70
    most_attempts: int | None = Field(default=None, description="None: as many as one likes")
    counting: Counting = Field(default=Counting.BEST, sa_type=stored_as_text(Counting))
    shuffle_questions: bool = False
    shuffle_choices: bool = False
    minutes: int | None = Field(default=None, description="None: as long as one likes")
    grace_seconds: int = Field(default=60, description="in which a slow line may still save")
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    password_hash: str = Field(default="", max_length=64)
    in_order: bool = Field(default=False, description="no way back to a page before")
    per_page: int | None = Field(default=None, description="None: all questions on one page")
    wrong_costs: int = Field(default=0, description="percent of its points")
    feedback: Reveal = Field(default=Reveal.SUBMITTED, sa_type=stored_as_text(Reveal))
    solution: Reveal = Field(default=Reveal.SUBMITTED, sa_type=stored_as_text(Reveal))


class QuizSlot(Table, table=True):
    """A place in a quiz: for one question, or for some drawn by chance from the bank."""

    __table_args__ = (
        CheckConstraint("question_id IS NULL OR draws = 1", name="one_question_is_one"),
        CheckConstraint("draws > 0", name="draws_something"),
        CheckConstraint("points > 0", name="is_worth_something"),
        Index(None, "quiz_id", "position"),
    )

    quiz_id: UUID = Field(foreign_key="quiz.id", ondelete="CASCADE")
    position: int
    question_id: UUID | None = Field(default=None, foreign_key="question.id", index=True)
    category: str = Field(default="", max_length=200, description="and what lies below it")
    tag: str = Field(default="", max_length=60)
    draws: int = 1
    points: float = 1


class QuizExtension(Table, table=True):
    """More time or tries for one person, with the reason."""

    __table_args__ = (UniqueConstraint("activity_id", "enrolment_id"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE", index=True)
    minutes: int = Field(default=0, sa_column_kwargs=TRIED)
    attempts: int = Field(default=0, sa_column_kwargs=TRIED)
    reason: str = Field(max_length=500, sa_column_kwargs=TRIED)
    given_by_id: UUID | None = Field(
        default=None, foreign_key="account.id", sa_column_kwargs=acting()
    )


class Attempt(Table, table=True):
    """One try. Until it is handed in it has no result; what was judged stays as it was."""

    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_id", "number"),
        CheckConstraint("score <= out_of", name="score_in_range"),
        Index(None, "submitted_at", "due_at"),
    )

    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE")
    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE", index=True)
    number: int = Field(sa_column_kwargs=TRIED)
    started_at: datetime = Field(sa_column_kwargs=TRIED)
    due_at: datetime | None = Field(
        default=None, description="None: no hurry", sa_column_kwargs=TRIED
    )
    last_at: datetime = Field(
        description="when it was last begun, saved or turned", sa_column_kwargs=impersonal()
    )
    page: int = Field(
        default=1, description="the one it was left on", sa_column_kwargs=impersonal()
    )
    per_page: int | None = Field(default=None, sa_column_kwargs=impersonal())
    in_order: bool = Field(default=False, sa_column_kwargs=impersonal())
    submitted_at: datetime | None = Field(default=None, sa_column_kwargs=TRIED)
    by_server: bool = Field(
        default=False, description="handed in when the time was over", sa_column_kwargs=TRIED
    )
    score: float | None = Field(default=None, sa_column_kwargs=TRIED)
    out_of: float = Field(sa_column_kwargs=TRIED)
    passed: bool = Field(default=False, sa_column_kwargs=TRIED)
    waits: bool = Field(
        default=False, description="for somebody to mark an essay", sa_column_kwargs=TRIED
    )


OWN_ANSWER = personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF)


class Answer(Table, table=True):
    """One question of an attempt as it was asked, what was answered, and what that was worth.

    What was given stays as given; what it was worth stands apart, so that it can be judged again.
    """

    __table_args__ = (UniqueConstraint("attempt_id", "question_id"),)

    attempt_id: UUID = Field(foreign_key="attempt.id", ondelete="CASCADE")
    question_id: UUID = Field(foreign_key="question.id", ondelete="CASCADE", index=True)
    version_id: UUID = Field(foreign_key="question_version.id", ondelete="CASCADE", index=True)
    position: int = Field(sa_column_kwargs=impersonal())
    out_of: float = Field(default=1, sa_column_kwargs=impersonal())
    arranged: dict[str, list[str]] = Field(
        default_factory=dict,
        sa_type=JSON,
        description="in which order its parts were shown",
        sa_column_kwargs=impersonal(),
    )
    given: Given = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=OWN_ANSWER)
    version: int = Field(
        default=0, description="raised by each save", sa_column_kwargs=impersonal()
    )
    saved_from: str = Field(
        default="", max_length=40, description="the opened page", sa_column_kwargs=impersonal()
    )
    saved_as: int = Field(
        default=0, description="the page's own count of saves", sa_column_kwargs=impersonal()
    )
    seconds: int = Field(default=0, description="spent on it, by our clock", sa_column_kwargs=TRIED)
    checked_at: datetime | None = Field(
        default=None, description="its feedback was seen", sa_column_kwargs=TRIED
    )
    share: float | None = Field(default=None, sa_column_kwargs=TRIED)
    points: float | None = Field(default=None, sa_column_kwargs=TRIED)
    judged_as_id: UUID | None = Field(
        default=None,
        foreign_key="question_version.id",
        ondelete="SET NULL",
        description="the mended version that it was judged by; None: the one that was asked",
        sa_column_kwargs=impersonal(),
    )
    comment: str = Field(default="", max_length=5000, sa_column_kwargs=TRIED)
    marked_by_id: UUID | None = Field(
        default=None, foreign_key="account.id", sa_column_kwargs=acting()
    )
    marked_at: datetime | None = Field(default=None, sa_column_kwargs=TRIED)


class AsideReason(StrEnum):
    LATE = "late"  # it came after the time was over
    OLDER = "older"  # something newer was there, from another page


class AnswerAside(Table, table=True):
    """What was sent and does not count: kept so that nothing anybody wrote is lost."""

    answer_id: UUID = Field(foreign_key="answer.id", ondelete="CASCADE", index=True)
    given: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=OWN_ANSWER)
    arrived_at: datetime = Field(sa_column_kwargs=TRIED)
    reason: AsideReason = Field(sa_type=stored_as_text(AsideReason), sa_column_kwargs=TRIED)
