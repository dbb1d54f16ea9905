"""A team: participants of one country or institution who work together, with one tutor."""

from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from app.core.db import Table
from app.core.personal import impersonal


class Team(Table, table=True):
    __table_args__ = (UniqueConstraint("edition_id", "name"),)

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    name: str = Field(max_length=80, sa_column_kwargs=impersonal())
    tutor_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)


class TeamMember(Table, table=True):
    team_id: UUID = Field(foreign_key="team.id", ondelete="CASCADE", index=True)
    enrolment_id: UUID = Field(foreign_key="enrolment.id", unique=True, ondelete="CASCADE")
