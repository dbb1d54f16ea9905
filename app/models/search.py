"""What can be looked for: the words of each text, kept beside the text that they are of."""

from secrets import randbits
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from app.core.db import Table


def _number() -> int:
    """Of an entry for the database's own index, which counts; 62 bits are a number on both."""
    return randbits(62)


class SearchEntry(Table, table=True):
    """One text in one language: a course of the catalogue, or an activity of an edition.

    What the words are kept in beside this table is the database's own: the virtual table
    ``search_words`` of SQLite, an index of PostgreSQL.
    """

    __table_args__ = (
        UniqueConstraint("activity_id", "language"),
        Index(None, "edition_id"),
        Index(None, "course_id"),
    )

    number: int = Field(default_factory=_number, unique=True, sa_type=BigInteger)
    course_id: UUID = Field(foreign_key="course.id", ondelete="CASCADE")
    edition_id: UUID | None = Field(
        default=None, foreign_key="edition.id", ondelete="CASCADE", description="None: the course"
    )
    activity_id: UUID | None = Field(default=None, foreign_key="activity.id", ondelete="CASCADE")
    language: str = Field(max_length=2)
    title: str
    body: str = Field(default="", description="without its marks, as a passage of it is shown")
    title_words: str = ""
    body_words: str = ""


class SearchMark(SQLModel, table=True):
    """How far the index is: what an edition or a course was like when its entries were made."""

    __tablename__ = "search_mark"

    subject_id: UUID = Field(primary_key=True, description="of the edition or the course")
    mark: str = Field(max_length=64)
