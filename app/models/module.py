"""A module: a chapter of an edition."""

from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from app.core.db import Table, Texts, localized


class Module(Table, table=True):
    __table_args__ = (UniqueConstraint("edition_id", "position"),)

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    position: int
    title: Texts = localized()
    summary: Texts = localized()
    is_hidden: bool = Field(default=False, description="with all in it, from all but who write")
    came_from_id: UUID | None = Field(
        default=None,
        foreign_key="module.id",
        ondelete="SET NULL",
        index=True,
        description="the one that it was copied from, in this edition or an earlier one",
    )
