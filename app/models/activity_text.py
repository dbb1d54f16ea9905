"""What became of an activity's text: its versions, and the drafts of those who write it."""

from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from app.core.db import Table
from app.core.personal import Kept, Seen, Why, impersonal, personal

WRITTEN = personal(why=Why.WRITING, kept=Kept.COURSE, seen=Seen.COURSE)
OWN = personal(why=Why.WRITING, kept=Kept.ACCOUNT, seen=Seen.PERSON)


class TextVersion(Table, table=True):
    """A text of an activity in one language, as somebody saved it; the newest is what all read."""

    __table_args__ = (UniqueConstraint("activity_id", "language", "number"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    language: str = Field(max_length=2, sa_column_kwargs=impersonal())
    number: int = Field(sa_column_kwargs=impersonal())
    body: str = Field(default="", description="Markdown", sa_column_kwargs=WRITTEN)
    transcript: str = Field(default="", description="Markdown", sa_column_kwargs=WRITTEN)
    note: str = Field(
        default="", max_length=200, description="what was changed", sa_column_kwargs=WRITTEN
    )
    author_id: UUID | None = Field(
        default=None, foreign_key="account.id", description="None: it was there before"
    )


class TextDraft(Table, table=True):
    """What somebody is writing and has not saved for all: nobody else sees it."""

    __table_args__ = (UniqueConstraint("activity_id", "language", "account_id"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    language: str = Field(max_length=2, sa_column_kwargs=impersonal())
    account_id: UUID = Field(foreign_key="account.id", index=True)
    number: int = Field(description="the version it set out from", sa_column_kwargs=impersonal())
    body: str = Field(default="", description="Markdown", sa_column_kwargs=OWN)
    transcript: str = Field(default="", description="Markdown", sa_column_kwargs=OWN)
    revision: int = Field(
        default=1, description="raised whenever it is kept", sa_column_kwargs=impersonal()
    )
    kept_from: str = Field(
        default="",
        max_length=64,
        description="the page it was written on",
        sa_column_kwargs=impersonal(),
    )
