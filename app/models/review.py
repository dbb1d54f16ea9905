"""A review: what a tutor says of a version, by a rubric; seen by the team once it is decided."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Field, UniqueConstraint

from app.core.db import Table, Texts, localized, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal
from app.models.capstone import SectionKey

SAID = personal(why=Why.TEAM_WORK, kept=Kept.TEAM_WORK, seen=Seen.TEAM)


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
    decision: Decision | None = Field(
        default=None, sa_type=stored_as_text(Decision), sa_column_kwargs=impersonal()
    )
    message: str = Field(
        default="", description="Markdown; the team reads this first", sa_column_kwargs=SAID
    )
    levels: dict[str, str] = Field(
        default_factory=dict,
        sa_type=JSON,
        description="criterion id to level id",
        sa_column_kwargs=SAID,
    )
    score: int | None = Field(default=None, sa_column_kwargs=SAID)
    out_of: int | None = Field(default=None, sa_column_kwargs=SAID)
    saved: int = Field(
        default=1,
        description="raised by every save: shows two tutors at once",
        sa_column_kwargs=impersonal(),
    )
    saved_at: datetime | None = Field(default=None, sa_column_kwargs=SAID)


class ReviewComment(Table, table=True):
    __table_args__ = (UniqueConstraint("review_id", "section"),)

    review_id: UUID = Field(foreign_key="review.id", ondelete="CASCADE")
    section: str = Field(
        max_length=40, description="a SectionKey, or `milestones`", sa_column_kwargs=impersonal()
    )
    body: str = Field(default="", sa_column_kwargs=SAID)


#: What a comment can be about.
COMMENTED = (*(key.value for key in SectionKey), "milestones")
