"""A forum: topics that people of an edition, or of all editions of a course, talk about."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel import CheckConstraint, Field, Index, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

SAID = personal(why=Why.TALK, kept=Kept.TALK, seen=Seen.COURSE)
BEGUN = personal(why=Why.TALK, kept=Kept.ACCOUNT, seen=Seen.PERSON)
REPORTED = personal(why=Why.TALK, kept=Kept.ACCOUNT, seen=Seen.STAFF)

_WHOLE, _ONE = text("topic_id IS NULL"), text("topic_id IS NOT NULL")
_ANSWERS = text("answers_since IS NOT NULL")


def _one_each(table: str) -> tuple[Index, Index]:
    """For each person one row for the forum, and one for each of its topics."""
    return (
        Index(
            f"ix_{table}_of_forum",
            "account_id",
            "forum_id",
            unique=True,
            sqlite_where=_WHOLE,
            postgresql_where=_WHOLE,
        ),
        Index(
            f"ix_{table}_of_topic",
            "account_id",
            "topic_id",
            unique=True,
            sqlite_where=_ONE,
            postgresql_where=_ONE,
        ),
    )


class Forum(Table, table=True):
    """It belongs to an activity of an edition, or is the community of a course."""

    __table_args__ = (
        CheckConstraint("(activity_id IS NULL) <> (course_id IS NULL)", name="belongs"),
    )

    activity_id: UUID | None = Field(
        default=None, foreign_key="activity.id", unique=True, ondelete="CASCADE"
    )
    course_id: UUID | None = Field(
        default=None, foreign_key="course.id", unique=True, ondelete="CASCADE"
    )
    by_team: bool = Field(
        default=False, description="each team talks apart", sa_column_kwargs=impersonal()
    )


class ForumTopic(Table, table=True):
    """What is talked about. Its first post says it."""

    __table_args__ = (Index(None, "forum_id", "last_post_at"),)

    forum_id: UUID = Field(foreign_key="forum.id", ondelete="CASCADE")
    team_id: UUID | None = Field(
        default=None, foreign_key="team.id", index=True, description="whose room; None: for all"
    )
    author_id: UUID = Field(foreign_key="account.id")
    title: str = Field(max_length=150, sa_column_kwargs=SAID)
    posts: int = Field(
        default=1, description="how many, hidden ones too", sa_column_kwargs=impersonal()
    )
    last_post_at: datetime = Field(sa_column_kwargs=impersonal())
    pinned_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())
    closed_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())
    hidden_at: datetime | None = Field(
        default=None, description="with its first post", sa_column_kwargs=impersonal()
    )


class ForumPost(Table, table=True):
    __table_args__ = (
        UniqueConstraint("topic_id", "number"),
        Index(None, "author_id", "created_at"),
        Index(  # a topic has one answer
            "ix_forum_post_answer",
            "topic_id",
            unique=True,
            sqlite_where=_ANSWERS,
            postgresql_where=_ANSWERS,
        ),
    )

    topic_id: UUID = Field(foreign_key="forum_topic.id", ondelete="CASCADE")
    number: int = Field(description="in its topic", sa_column_kwargs=impersonal())
    author_id: UUID = Field(foreign_key="account.id")
    body: str = Field(description="Markdown", sa_column_kwargs=SAID)
    quotes_id: UUID | None = Field(
        default=None, foreign_key="forum_post.id", ondelete="SET NULL", description="what it quotes"
    )
    version: int = Field(
        default=1, description="raised by each edit", sa_column_kwargs=impersonal()
    )
    edited_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())
    answers_since: datetime | None = Field(
        default=None, description="marked as the answer", sa_column_kwargs=impersonal()
    )
    hidden_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())
    hidden_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    hidden_because: str = Field(
        default="",
        max_length=300,
        sa_column_kwargs=personal(why=Why.TALK, kept=Kept.TALK, seen=Seen.STAFF),
    )


class ForumPostVersion(Table, table=True):
    """A post as it was before an edit; born when it was written so."""

    __table_args__ = (UniqueConstraint("post_id", "number"),)

    post_id: UUID = Field(foreign_key="forum_post.id", ondelete="CASCADE")
    number: int = Field(sa_column_kwargs=impersonal())
    title: str = Field(
        default="",
        max_length=150,
        description="of the topic, before its first post",
        sa_column_kwargs=personal(why=Why.TALK, kept=Kept.TALK, seen=Seen.STAFF),
    )
    body: str = Field(sa_column_kwargs=personal(why=Why.TALK, kept=Kept.TALK, seen=Seen.STAFF))


class AttachmentStatus(StrEnum):
    WAITING = "waiting"  # the worker looks at it, and only its author knows of it
    READY = "ready"
    REFUSED = "refused"  # it is not kept


class ForumAttachment(Table, table=True):
    """A file beside a post, which the others get once the worker has looked at it."""

    __table_args__ = (UniqueConstraint("post_id", "position"),)

    post_id: UUID = Field(foreign_key="forum_post.id", ondelete="CASCADE")
    file_id: UUID | None = Field(
        default=None, foreign_key="stored_file.id", description="None: it was refused"
    )
    position: int = Field(sa_column_kwargs=impersonal())
    status: AttachmentStatus = Field(
        default=AttachmentStatus.WAITING,
        sa_type=stored_as_text(AttachmentStatus),
        sa_column_kwargs=impersonal(),
    )
    refused_because: str = Field(
        default="",
        max_length=300,
        description="in the language of its author",
        sa_column_kwargs=impersonal(),
    )
    tries: int = Field(default=0, sa_column_kwargs=impersonal())
    tried_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())


class ForumReport(Table, table=True):
    """A reader asks those who look after a forum to look at a post."""

    __table_args__ = (UniqueConstraint("post_id", "account_id"),)

    post_id: UUID = Field(foreign_key="forum_post.id", ondelete="CASCADE")
    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    words: str = Field(max_length=500, sa_column_kwargs=REPORTED)
    decided_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())
    decided_by_id: UUID | None = Field(default=None, foreign_key="account.id")


class FollowState(StrEnum):
    FOLLOWED = "followed"
    MUTED = "muted"


class ForumFollow(Table, table=True):
    """Whether somebody wants letters of a topic, or of a whole forum."""

    __table_args__ = _one_each("forum_follow")

    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    forum_id: UUID = Field(foreign_key="forum.id", index=True, ondelete="CASCADE")
    topic_id: UUID | None = Field(
        default=None, foreign_key="forum_topic.id", index=True, ondelete="CASCADE"
    )
    state: FollowState = Field(sa_type=stored_as_text(FollowState), sa_column_kwargs=BEGUN)


class ForumRead(Table, table=True):
    """Up to which of its posts somebody has read a topic."""

    __table_args__ = (UniqueConstraint("account_id", "topic_id"),)

    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="forum_topic.id", index=True, ondelete="CASCADE")
    number: int = Field(sa_column_kwargs=BEGUN)


class ForumDraft(Table, table=True):
    """What somebody has begun to write: a topic of a forum, or an answer to one."""

    __table_args__ = _one_each("forum_draft")

    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    forum_id: UUID = Field(foreign_key="forum.id", index=True, ondelete="CASCADE")
    topic_id: UUID | None = Field(
        default=None, foreign_key="forum_topic.id", index=True, ondelete="CASCADE"
    )
    title: str = Field(default="", max_length=150, sa_column_kwargs=BEGUN)
    body: str = Field(default="", sa_column_kwargs=BEGUN)
    saved_at: datetime = Field(sa_column_kwargs=BEGUN)
