"""A review: what a tutor says of a version, by a rubric; seen by the team once it is decided."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Field, UniqueConstraint

from app.core.db import Table, Texts, localized, stored_as_text
from app.models.capstone import SectionKey


class Decision(StrEnum):
    ACCEPT = "accept"
    RETURN = "return"


class Rubric(Table, table=True):
    title: Texts = localized()


class Criterion(Table, table=True):
    __table_args__ = (
        UniqueConstraint("rubric_id", "position"),
        CheckConstraint("points > 0", name="worth_something"),
    )

    rubric_id: UUID = Field(foreign_key="rubric.id", ondelete="CASCADE")
    position: int
    title: Texts = localized()
    points: int


class Level(Table, table=True):
    __table_args__ = (UniqueConstraint("criterion_id", "position"),)

    criterion_id: UUID = Field(foreign_key="criterion.id", ondelete="CASCADE")
    position: int
    name: Texts = localized()
    descriptor: Texts = localized()
    points: int


class Review(Table, table=True):
    """One per version; while ``decision`` is empty only those who may review it see it."""

    version_id: UUID = Field(foreign_key="capstone_version.id", unique=True, ondelete="CASCADE")
    tutor_id: UUID = Field(
        foreign_key="account.id", index=True, description="who saved it last; then who decided"
    )
    decision: Decision | None = Field(default=None, sa_type=stored_as_text(Decision))
    message: str = Field(default="", description="Markdown; the team reads this first")
    levels: dict[str, str] = Field(
        default_factory=dict, sa_type=JSON, description="criterion id to level id"
    )
    score: int | None = None
    out_of: int | None = None
    saved: int = Field(default=1, description="raised by every save: shows two tutors at once")
    saved_at: datetime | None = None


class ReviewComment(Table, table=True):
    __table_args__ = (UniqueConstraint("review_id", "section"),)

    review_id: UUID = Field(foreign_key="review.id", ondelete="CASCADE")
    section: str = Field(max_length=40, description="a SectionKey, or `milestones`")
    body: str = ""


#: What a comment can be about.
COMMENTED = (*(key.value for key in SectionKey), "milestones")
