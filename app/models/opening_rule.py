"""A rule of when a module or an activity opens; all that a thing has must hold."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import CheckConstraint, Field

from app.core.db import Table, stored_as_text
from app.core.personal import impersonal


class RuleKind(StrEnum):
    DATE = "date"
    AFTER_ACTIVITY = "after_activity"
    AFTER_MODULE = "after_module"
    RESULT = "result"
    TEAM = "team"  # of several for the same thing one must hold: it is for these teams


class OpeningRule(Table, table=True):
    __table_args__ = (
        CheckConstraint("(module_id IS NULL) <> (activity_id IS NULL)", name="opens_one_thing"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent_can_be_reached"),
    )

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE", index=True)
    module_id: UUID | None = Field(
        default=None,
        foreign_key="module.id",
        ondelete="CASCADE",
        index=True,
        description="what opens, if it is a module",
    )
    activity_id: UUID | None = Field(
        default=None,
        foreign_key="activity.id",
        ondelete="CASCADE",
        index=True,
        description="what opens, if it is an activity",
    )
    kind: RuleKind = Field(sa_type=stored_as_text(RuleKind), sa_column_kwargs=impersonal())
    opens_on: date | None = Field(default=None, sa_column_kwargs=impersonal())
    after_module_id: UUID | None = Field(
        default=None, foreign_key="module.id", ondelete="CASCADE", index=True
    )
    after_activity_id: UUID | None = Field(
        default=None,
        foreign_key="activity.id",
        ondelete="CASCADE",
        index=True,
        description="that must be done, or in which the result must be reached",
    )
    percent: int | None = Field(
        default=None, description="the least result", sa_column_kwargs=impersonal()
    )
    team_id: UUID | None = Field(
        default=None, foreign_key="team.id", ondelete="CASCADE", index=True
    )

    @property
    def thing_id(self) -> UUID:
        """The module or activity that opens."""
        found = self.module_id or self.activity_id
        assert found is not None  # noqa: S101 -- the table holds one of them
        return found
