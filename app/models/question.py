"""A question in the bank of a course. Its words stand in versions: answers point to theirs."""

from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field, Index, UniqueConstraint

from app.core.db import Table, Texts, localized, stored_as_text
from app.core.question_content import Content, QuestionKind, content_of


class Question(Table, table=True):
    __table_args__ = (Index(None, "course_id", "category"),)

    course_id: UUID = Field(foreign_key="course.id", ondelete="CASCADE")
    kind: QuestionKind = Field(sa_type=stored_as_text(QuestionKind))
    category: str = Field(default="", max_length=200, description="a path: Module 1/Safety")
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    number: int = Field(default=1, description="of the version that is asked now")
    is_retired: bool = Field(default=False, description="kept for what was answered, not asked")


class QuestionVersion(Table, table=True):
    """What a question says and holds. Once somebody was asked it, it stays as it is."""

    __table_args__ = (UniqueConstraint("question_id", "number"),)

    question_id: UUID = Field(foreign_key="question.id", ondelete="CASCADE")
    number: int = 1
    text: Texts = localized()
    explanation: Texts = localized()
    content: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, description="see core/question_content.py"
    )

    def holds(self, kind: QuestionKind) -> Content:
        return content_of(kind, self.content)
