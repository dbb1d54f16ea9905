"""A file that we keep: what it is called, what it weighs, and where it lies."""

from uuid import UUID

from sqlmodel import Field

from app.core.db import Table


class StoredFile(Table, table=True):
    key: str = Field(unique=True, max_length=200)
    name: str = Field(max_length=200, description="as it is offered for download")
    content_type: str = Field(max_length=100)
    size: int = Field(description="bytes")
    sha256: str = Field(max_length=64)
    uploaded_by_id: UUID | None = Field(default=None, foreign_key="account.id")
