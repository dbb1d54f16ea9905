"""What an edition has from the one that it was made from, and what that said at the time."""

from uuid import UUID

from sqlmodel import JSON, Field, UniqueConstraint

from app.core.db import Table

#: What each part of a module or an activity says, by the name of the part: a fingerprint.
Prints = dict[str, str]


class CarriedPiece(Table, table=True):
    """A module or an activity of the earlier edition, and what became of it here.

    Where there is neither, it was taken away here, or never wanted.
    """

    __table_args__ = (UniqueConstraint("edition_id", "source_id"),)

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    source_id: UUID = Field(description="of the module or activity there, be it gone or not")
    module_id: UUID | None = Field(
        default=None, foreign_key="module.id", ondelete="SET NULL", index=True
    )
    activity_id: UUID | None = Field(
        default=None, foreign_key="activity.id", ondelete="SET NULL", index=True
    )
    seen: Prints = Field(
        default_factory=dict, sa_type=JSON, description="what it said when it was taken over"
    )
    left: Prints = Field(
        default_factory=dict, sa_type=JSON, description="what it said when it was left as it is"
    )
