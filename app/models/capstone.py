"""A capstone: the plan a team writes, its milestones, and every version it handed in."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field, Index, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

WRITTEN = personal(why=Why.TEAM_WORK, kept=Kept.TEAM_WORK, seen=Seen.TEAM)


class CapstoneStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class SectionKey(StrEnum):
    """The parts of a project or roadmap, in the order in which they are read."""

    PROBLEM = "problem"
    OBJECTIVES = "objectives"
    ACTIONS = "actions"
    RESOURCES = "resources"


class Capstone(Table, table=True):
    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE", index=True)
    team_id: UUID = Field(foreign_key="team.id", unique=True, ondelete="CASCADE")
    title: str = Field(default="", max_length=200, sa_column_kwargs=WRITTEN)
    status: CapstoneStatus = Field(
        default=CapstoneStatus.DRAFT,
        sa_type=stored_as_text(CapstoneStatus),
        sa_column_kwargs=impersonal(),
    )
    language: str = Field(default="es", max_length=2, sa_column_kwargs=impersonal())
    saved_at: datetime | None = Field(default=None, sa_column_kwargs=WRITTEN)
    saved_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    version: int = Field(
        default=1,
        description="raised by every save of the title or milestones",
        sa_column_kwargs=impersonal(),
    )

    @property
    def can_be_written(self) -> bool:
        return self.status in {CapstoneStatus.DRAFT, CapstoneStatus.RETURNED}


class CapstoneSection(Table, table=True):
    """The text of one part, as it stands now."""

    __table_args__ = (UniqueConstraint("capstone_id", "key"),)

    capstone_id: UUID = Field(foreign_key="capstone.id", ondelete="CASCADE")
    key: SectionKey = Field(sa_type=stored_as_text(SectionKey), sa_column_kwargs=impersonal())
    body: str = Field(default="", description="Markdown", sa_column_kwargs=WRITTEN)
    version: int = Field(
        default=1, description="raised by every save", sa_column_kwargs=impersonal()
    )
    saved_at: datetime | None = Field(default=None, sa_column_kwargs=WRITTEN)
    saved_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    saved_from: str = Field(
        default="",
        max_length=64,
        description="the page it was written on",
        sa_column_kwargs=impersonal(),
    )


class Milestone(Table, table=True):
    capstone_id: UUID = Field(foreign_key="capstone.id", ondelete="CASCADE", index=True)
    position: int = Field(sa_column_kwargs=impersonal())
    title: str = Field(max_length=200, sa_column_kwargs=WRITTEN)
    responsible: str = Field(default="", max_length=120, sa_column_kwargs=WRITTEN)
    due_on: date | None = Field(default=None, sa_column_kwargs=WRITTEN)
    indicator: str = Field(default="", max_length=300, sa_column_kwargs=WRITTEN)
    resources: str = Field(default="", max_length=300, sa_column_kwargs=WRITTEN)


class CapstoneVersion(Table, table=True):
    """What was handed in, kept as it was: title, sections, milestones and members."""

    __table_args__ = (
        UniqueConstraint("capstone_id", "number"),
        Index(None, "status", "submitted_at"),
    )

    capstone_id: UUID = Field(foreign_key="capstone.id", ondelete="CASCADE")
    number: int = Field(sa_column_kwargs=impersonal())
    submitted_at: datetime = Field(sa_column_kwargs=WRITTEN)
    submitted_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=WRITTEN)
    status: CapstoneStatus = Field(
        default=CapstoneStatus.SUBMITTED,
        sa_type=stored_as_text(CapstoneStatus),
        sa_column_kwargs=impersonal(),
    )
    decided_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())
