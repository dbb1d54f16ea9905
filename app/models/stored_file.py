"""A file that we keep: what it is called, what it weighs, and where it lies."""

from uuid import UUID

from sqlmodel import Field

from app.core.db import Table
from app.core.personal import Kept, Seen, Why, impersonal, personal


class StoredFile(Table, table=True):
    key: str = Field(unique=True, max_length=200, sa_column_kwargs=impersonal())
    name: str = Field(
        max_length=200,
        description="as it is offered for download",
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.FILE, seen=Seen.STAFF),
    )
    content_type: str = Field(max_length=100, sa_column_kwargs=impersonal())
    size: int = Field(description="bytes", sa_column_kwargs=impersonal())
    sha256: str = Field(max_length=64, sa_column_kwargs=impersonal())
    uploaded_by_id: UUID | None = Field(default=None, foreign_key="account.id")
