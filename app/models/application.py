"""Applying: what an edition asks of those who want to come in, and what they answered."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Field, Index, SQLModel

from app.core.db import Table, Texts, localized, stored_as_text
from app.core.personal import Kept, Seen, Why, personal

ANSWERED = personal(why=Why.ADMISSION, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS)


class Asked(StrEnum):
    """Whether a form asks for something."""

    NO = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


class AskedKind(StrEnum):
    """How a question of an application is answered."""

    SHORT = "short"
    LONG = "long"
    ONE = "one"
    SEVERAL = "several"
    YES_NO = "yes_no"


class ApplicationForm(SQLModel, table=True):
    """What every applicant of an edition is asked."""

    __tablename__ = "application_form"
    __table_args__ = (
        CheckConstraint("motivation_length BETWEEN 100 AND 10000", name="length_is_sensible"),
    )

    edition_id: UUID = Field(primary_key=True, foreign_key="edition.id", ondelete="CASCADE")
    motivation: Asked = Field(default=Asked.NO, sa_type=stored_as_text(Asked))
    motivation_length: int = Field(default=2000, description="letters at most")
    position: Asked = Field(default=Asked.NO, sa_type=stored_as_text(Asked))
    letter: Asked = Field(default=Asked.NO, sa_type=stored_as_text(Asked))


class ApplicationQuestion(Table, table=True):
    """A question of the coordinators' own."""

    __table_args__ = (Index(None, "edition_id", "position"),)

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    position: int
    kind: AskedKind = Field(sa_type=stored_as_text(AskedKind))
    text: Texts = localized()
    choices: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, description="each a key and its words by language"
    )
    is_required: bool = False


class Application(SQLModel, table=True):
    """What somebody wrote. Each answer keeps the words of its question, whatever becomes of it."""

    __tablename__ = "application"

    enrolment_id: UUID = Field(primary_key=True, foreign_key="enrolment.id", ondelete="CASCADE")
    motivation: str = Field(default="", sa_column_kwargs=ANSWERED)
    position: str = Field(default="", max_length=200, sa_column_kwargs=ANSWERED)
    letter_id: UUID | None = Field(default=None, foreign_key="stored_file.id", index=True)
    answers: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs=ANSWERED
    )
