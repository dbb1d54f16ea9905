"""An activity: one thing to read, watch, take along or answer, in as many languages as it has."""

from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, Index, UniqueConstraint

from app.core.db import Table, Texts, localized, stored_as_text
from app.core.personal import impersonal


class ActivityKind(StrEnum):
    PAGE = "page"
    FILE = "file"
    VIDEO = "video"
    LINK = "link"
    EMBED = "embed"  # something of another house, shown in our page
    PANORAMA = "panorama"  # a place to look around in, for a visit from afar
    QUIZ = "quiz"
    SURVEY = "survey"
    FORUM = "forum"
    LIVE_SESSION = "live_session"
    CAPSTONE = "capstone"


class FileRole(StrEnum):
    DOWNLOAD = "download"
    VIDEO = "video"
    AUDIO = "audio"
    CAPTIONS = "captions"


class Activity(Table, table=True):
    __table_args__ = (
        UniqueConstraint("module_id", "position"),
        Index(None, "edition_id"),
    )

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    module_id: UUID = Field(foreign_key="module.id", ondelete="CASCADE")
    position: int
    kind: ActivityKind = Field(sa_type=stored_as_text(ActivityKind))
    title: Texts = localized()
    minutes: int = Field(default=0, description="what it takes, as its author expects")
    counts: bool = Field(default=True, description="whether it must be done for the certificate")
    is_hidden: bool = Field(default=False, description="from all but those who write")
    came_from_id: UUID | None = Field(
        default=None,
        foreign_key="activity.id",
        ondelete="SET NULL",
        index=True,
        description="the one that it was copied from, in this edition or an earlier one",
    )


class ActivityText(Table, table=True):
    """What an activity says in one language, in Markdown."""

    __table_args__ = (UniqueConstraint("activity_id", "language"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    language: str = Field(max_length=2)
    body: str = ""
    transcript: str = Field(default="", description="of a video, in Markdown")


class ActivityFile(Table, table=True):
    """A file that an activity offers, in one language."""

    __table_args__ = (UniqueConstraint("activity_id", "role", "language"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    file_id: UUID = Field(foreign_key="stored_file.id")
    role: FileRole = Field(sa_type=stored_as_text(FileRole), sa_column_kwargs=impersonal())
    language: str = Field(max_length=2, sa_column_kwargs=impersonal())
    title: str = Field(default="", max_length=200, sa_column_kwargs=impersonal())
    seconds: int = Field(
        default=0, description="how long a recording lasts", sa_column_kwargs=impersonal()
    )
