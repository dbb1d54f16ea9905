"""An announcement: what staff told some or all people of an edition, kept for them to read."""

from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table, Texts, localized, stored_as_text
from app.core.personal import impersonal


class Audience(StrEnum):
    """To whom in the edition it goes."""

    EVERYBODY = "everybody"  # who takes part, and who accompanies them
    PARTICIPANTS = "participants"
    APPLICANTS = "applicants"
    TUTORS = "tutors"
    TEAM = "team"
    COUNTRY = "country"  # participants of one country, as on admission


class Announcement(Table, table=True):
    edition_id: UUID = Field(foreign_key="edition.id", index=True, ondelete="CASCADE")
    author_id: UUID = Field(foreign_key="account.id")
    audience: Audience = Field(sa_type=stored_as_text(Audience), sa_column_kwargs=impersonal())
    team_id: UUID | None = Field(default=None, foreign_key="team.id", ondelete="SET NULL")
    country: str = Field(
        default="", max_length=2, description="of that audience", sa_column_kwargs=impersonal()
    )
    institution_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        description="a focal point's announcement: for the people of that institution alone",
    )
    title: Texts = localized(sa_column_kwargs=impersonal())
    body: Texts = localized(sa_column_kwargs=impersonal())
    recipients: int = Field(description="to how many people it went", sa_column_kwargs=impersonal())
