"""A file on its way to an activity: it comes in pieces, and can be gone on with after a break."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal
from app.models.activity import FileRole


class Upload(Table, table=True):
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    replaces_id: UUID | None = Field(
        default=None, foreign_key="activity_file.id", ondelete="CASCADE"
    )
    role: FileRole = Field(sa_type=stored_as_text(FileRole), sa_column_kwargs=impersonal())
    language: str = Field(max_length=2, sa_column_kwargs=impersonal())
    name: str = Field(
        max_length=200,
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.UNTIL_IT_ENDS, seen=Seen.PERSON),
    )
    title: str = Field(default="", max_length=200, sa_column_kwargs=impersonal())
    alt: str = Field(default="", max_length=500, sa_column_kwargs=impersonal())
    seconds: int = Field(default=0, sa_column_kwargs=impersonal())
    length: int = Field(description="bytes", sa_column_kwargs=impersonal())
    received: int = Field(default=0, description="bytes", sa_column_kwargs=impersonal())
    is_done: bool = Field(default=False, sa_column_kwargs=impersonal())
    expires_at: datetime = Field(index=True, sa_column_kwargs=impersonal())


class UploadPart(Table, table=True):
    """A piece that has come, and where it lies until the file is whole."""

    __table_args__ = (UniqueConstraint("upload_id", "start"),)

    upload_id: UUID = Field(foreign_key="upload.id", ondelete="CASCADE")
    start: int = Field(sa_column_kwargs=impersonal())
    size: int = Field(sa_column_kwargs=impersonal())
    key: str = Field(max_length=200, sa_column_kwargs=impersonal())
