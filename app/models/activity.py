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


class Completion(StrEnum):
    """When an activity is done."""

    BY_HAND = "by_hand"  # by the word of the person
    VIEWED = "viewed"
    ANSWERED = "answered"
    RESULT = "result"  # of so many per cent
    POSTED = "posted"  # so often
    ATTENDED = "attended"  # so many live sessions of the edition
    SUBMITTED = "submitted"  # by the team


_READ = (Completion.BY_HAND, Completion.VIEWED)
#: What a kind can be done by; the first is what holds where nothing was chosen.
COMPLETIONS: dict[ActivityKind, tuple[Completion, ...]] = {
    ActivityKind.PAGE: _READ,
    ActivityKind.FILE: _READ,
    ActivityKind.VIDEO: _READ,
    ActivityKind.LINK: _READ,
    ActivityKind.EMBED: _READ,
    ActivityKind.PANORAMA: _READ,
    ActivityKind.QUIZ: (Completion.RESULT, Completion.ANSWERED),
    ActivityKind.SURVEY: (Completion.ANSWERED, Completion.BY_HAND),
    ActivityKind.FORUM: (Completion.BY_HAND, Completion.POSTED),
    ActivityKind.LIVE_SESSION: (Completion.BY_HAND, Completion.ATTENDED),
    ActivityKind.CAPSTONE: (Completion.BY_HAND, Completion.SUBMITTED),
}


class FileRole(StrEnum):
    DOWNLOAD = "download"
    VIDEO = "video"
    AUDIO = "audio"
    CAPTIONS = "captions"
    IMAGE = "image"  # shown in the text, by its name
    PANORAMA = "panorama"  # a picture all around


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
    completion: Completion | None = Field(
        default=None,
        sa_type=stored_as_text(Completion),
        description="when it is done; None: as usual for its kind",
    )
    completion_number: int | None = Field(
        default=None, description="of per cent, posts or sessions; None: as usual"
    )
    weight: float = Field(default=1, description="of its result in the total; 0: none")
    came_from_id: UUID | None = Field(
        default=None,
        foreign_key="activity.id",
        ondelete="SET NULL",
        index=True,
        description="the one that it was copied from, in this edition or an earlier one",
    )

    @property
    def done_when(self) -> Completion:
        return self.completion or COMPLETIONS[self.kind][0]


class ActivityText(Table, table=True):
    """What an activity says in one language, in Markdown."""

    __table_args__ = (UniqueConstraint("activity_id", "language"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    language: str = Field(max_length=2)
    body: str = ""
    transcript: str = Field(default="", description="of a video, in Markdown")


class ActivityFile(Table, table=True):
    """A file that an activity offers or shows, in one language."""

    __table_args__ = (UniqueConstraint("activity_id", "name"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    file_id: UUID = Field(foreign_key="stored_file.id")
    role: FileRole = Field(sa_type=stored_as_text(FileRole), sa_column_kwargs=impersonal())
    language: str = Field(max_length=2, sa_column_kwargs=impersonal())
    position: int = Field(default=0, sa_column_kwargs=impersonal())
    name: str | None = Field(
        default=None,
        max_length=200,
        description="by which the text speaks of it",
        sa_column_kwargs=impersonal(),
    )
    title: str = Field(default="", max_length=200, sa_column_kwargs=impersonal())
    alt: str = Field(
        default="",
        max_length=500,
        description="what a picture shows, for who does not see it",
        sa_column_kwargs=impersonal(),
    )
    width: int = Field(default=0, description="of a picture", sa_column_kwargs=impersonal())
    height: int = Field(default=0, description="of a picture", sa_column_kwargs=impersonal())
    seconds: int = Field(
        default=0, description="how long a recording lasts", sa_column_kwargs=impersonal()
    )


class ActivityAddress(Table, table=True):
    """Where a link, a frame or a video of another house leads, in one language."""

    __table_args__ = (UniqueConstraint("activity_id", "language"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    language: str = Field(max_length=2)
    url: str = Field(max_length=2000)
    title: str = Field(default="", max_length=200, description="as it calls itself")
    instead: str = Field(default="", description="what there is to see, in Markdown")
    seconds: int = Field(default=0, description="how long it lasts; 0: not said")
