"""Reading one topic of a forum: its posts, how they were before, and what was reported."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.core.folding import Folded
from app.core.text import folded
from app.models import (
    Account,
    AttachmentStatus,
    Edition,
    EditionStaff,
    FollowState,
    ForumAttachment,
    ForumDraft,
    ForumFollow,
    ForumPost,
    ForumPostVersion,
    ForumRead,
    ForumReport,
    ForumTopic,
    Institution,
    StaffRole,
    StoredFile,
    Team,
)
from app.policy import Role
from app.queries.capstones import tutor_in_charge
from app.queries.forums import PAGE, ForumFacts, Reader, readable


@dataclass(frozen=True, slots=True)
class TopicSeen:
    id: UUID
    title: str
    author_id: UUID
    posts: int
    pinned_at: datetime | None
    closed_at: datetime | None
    hidden_at: datetime | None
    team_id: UUID | None
    team: str | None
    tutor_id: UUID | None  # of the team
    state: FollowState | None
    read: int
    own_posts: int


def topic_of(
    session: Session, forum_id: UUID, topic_id: UUID, account_id: UUID
) -> TopicSeen | None:
    """The topic, if it is one of this forum; who may read it is for the policy to say."""
    my_state = and_(
        col(ForumFollow.topic_id) == col(ForumTopic.id),
        col(ForumFollow.account_id) == account_id,
    )
    my_mark = and_(
        col(ForumRead.topic_id) == col(ForumTopic.id), col(ForumRead.account_id) == account_id
    )
    own_posts: Any = (
        select(func.count())
        .select_from(ForumPost)
        .where(
            col(ForumPost.topic_id) == col(ForumTopic.id), col(ForumPost.author_id) == account_id
        )
        .correlate(ForumTopic)
        .scalar_subquery()
    )
    row = session.execute(
        select(
            col(ForumTopic.id),
            col(ForumTopic.title),
            col(ForumTopic.author_id),
            col(ForumTopic.posts),
            col(ForumTopic.pinned_at),
            col(ForumTopic.closed_at),
            col(ForumTopic.hidden_at),
            col(ForumTopic.team_id),
            col(Team.name),
            tutor_in_charge(),
            col(ForumFollow.state),
            func.coalesce(col(ForumRead.number), 0),
            own_posts,
        )
        .select_from(ForumTopic)
        .join(Team, col(Team.id) == col(ForumTopic.team_id), isouter=True)
        .join(ForumFollow, my_state, isouter=True)
        .join(ForumRead, my_mark, isouter=True)
        .where(col(ForumTopic.id) == topic_id, col(ForumTopic.forum_id) == forum_id)
    ).one_or_none()
    return TopicSeen(*row) if row else None


@dataclass(frozen=True, slots=True)
class FileOfPost:
    id: UUID | None  # None: it was refused
    post_id: UUID
    name: str
    size: int
    status: AttachmentStatus
    refused_because: str = ""

    @property
    def is_ready(self) -> bool:
        return self.status is AttachmentStatus.READY


@dataclass(frozen=True, slots=True)
class PostSeen:
    id: UUID
    number: int
    author_id: UUID
    author: str
    institution: str | None
    country: str
    role: Role | None  # of who accompanies the course
    body: str
    at: datetime
    edited_at: datetime | None
    version: int
    answers_since: datetime | None
    hidden_at: datetime | None
    hidden_because: str
    quoted_number: int | None
    quoted: str | None  # whom it quotes
    reports: int
    files: tuple[FileOfPost, ...] = ()


_Quoted = aliased(ForumPost)
_QuotedPerson = aliased(Account)


def _role(forum: ForumFacts) -> Any:
    """What the author of a post is in the edition or the course today."""
    there = select(col(EditionStaff.id)).where(
        col(EditionStaff.account_id) == col(Account.id),
        col(EditionStaff.role) == StaffRole.TUTOR,
    )
    if forum.edition_id:
        there = there.where(col(EditionStaff.edition_id) == forum.edition_id)
    else:
        there = there.join(Edition, col(Edition.id) == col(EditionStaff.edition_id)).where(
            col(Edition.course_id) == forum.course_id
        )
    runs_all = col(Account.platform_role).is_not(None) & col(Account.coordinates_id).is_(None)
    return case(
        (there.correlate(Account).exists(), literal(Role.TUTOR.value)),
        (runs_all, literal(Role.COORDINATOR.value)),
        else_=null(),
    )


def _reports() -> Any:
    return (
        select(func.count())
        .select_from(ForumReport)
        .where(col(ForumReport.post_id) == col(ForumPost.id), col(ForumReport.decided_at).is_(None))
        .correlate(ForumPost)
        .scalar_subquery()
    )


def _posts(session: Session, forum: ForumFacts, *where: ColumnElement[bool]) -> list[PostSeen]:
    rows = session.execute(
        select(
            col(ForumPost.id),
            col(ForumPost.number),
            col(ForumPost.author_id),
            col(Account.name),
            col(Institution.acronym),
            col(Account.country),
            _role(forum),
            col(ForumPost.body),
            col(ForumPost.created_at),
            col(ForumPost.edited_at),
            col(ForumPost.version),
            col(ForumPost.answers_since),
            col(ForumPost.hidden_at),
            col(ForumPost.hidden_because),
            col(_Quoted.number),
            col(_QuotedPerson.name),
            _reports(),
        )
        .select_from(ForumPost)
        .join(Account, col(Account.id) == col(ForumPost.author_id))
        .join(Institution, col(Institution.id) == col(Account.institution_id), isouter=True)
        .join(_Quoted, col(_Quoted.id) == col(ForumPost.quotes_id), isouter=True)
        .join(_QuotedPerson, col(_QuotedPerson.id) == col(_Quoted.author_id), isouter=True)
        .where(*where)
        .order_by(col(ForumPost.number))
    ).all()
    files = _files(session, [row[0] for row in rows])
    return [_seen(row, files.get(row[0], [])) for row in rows]


def _seen(row: Sequence[Any], files: list[FileOfPost]) -> PostSeen:
    role = Role(row[6]) if row[6] else None
    values: list[Any] = [*row[:6], role, *row[7:], tuple(files)]
    return PostSeen(*values)


def posts(session: Session, forum: ForumFacts, topic_id: UUID, *, page: int) -> list[PostSeen]:
    """A page of a topic: posts are numbered without gaps, so the page is known by their numbers."""
    number = col(ForumPost.number)
    return _posts(
        session,
        forum,
        col(ForumPost.topic_id) == topic_id,
        number > (page - 1) * PAGE,
        number <= page * PAGE,
    )


def answer_of(session: Session, forum: ForumFacts, topic_id: UUID) -> PostSeen | None:
    found = _posts(
        session,
        forum,
        col(ForumPost.topic_id) == topic_id,
        col(ForumPost.answers_since).is_not(None),
    )
    return found[0] if found else None


def post_of(session: Session, forum: ForumFacts, topic_id: UUID, post_id: UUID) -> PostSeen | None:
    found = _posts(
        session, forum, col(ForumPost.topic_id) == topic_id, col(ForumPost.id) == post_id
    )
    return found[0] if found else None


def _files(session: Session, post_ids: Collection[UUID]) -> dict[UUID, list[FileOfPost]]:
    found: dict[UUID, list[FileOfPost]] = {}
    rows = session.execute(
        select(
            col(StoredFile.id),
            col(ForumAttachment.post_id),
            func.coalesce(col(StoredFile.name), ""),
            func.coalesce(col(StoredFile.size), 0),
            col(ForumAttachment.status),
            col(ForumAttachment.refused_because),
        )
        .select_from(ForumAttachment)
        .join(StoredFile, col(StoredFile.id) == col(ForumAttachment.file_id), isouter=True)
        .where(col(ForumAttachment.post_id).in_(post_ids))
        .order_by(col(ForumAttachment.position))
    )
    for row in rows:
        found.setdefault(row[1], []).append(FileOfPost(*row))
    return found


def attached_file(session: Session, post_id: UUID, file_id: UUID) -> StoredFile | None:
    return session.execute(
        select(StoredFile)
        .join(ForumAttachment, col(ForumAttachment.file_id) == col(StoredFile.id))
        .where(
            col(ForumAttachment.post_id) == post_id,
            col(ForumAttachment.status) == AttachmentStatus.READY,
            col(StoredFile.id) == file_id,
        )
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class VersionSeen:
    number: int
    at: datetime
    title: str
    body: str


def versions_of(session: Session, post_id: UUID) -> list[VersionSeen]:
    """How a post was before its edits, the oldest first."""
    rows = session.execute(
        select(
            col(ForumPostVersion.number),
            col(ForumPostVersion.created_at),
            col(ForumPostVersion.title),
            col(ForumPostVersion.body),
        )
        .where(col(ForumPostVersion.post_id) == post_id)
        .order_by(col(ForumPostVersion.number))
    )
    return [VersionSeen(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class DraftSeen:
    title: str
    body: str
    saved_at: datetime


def draft_of(
    session: Session, forum_id: UUID | None, topic_id: UUID | None, account_id: UUID
) -> DraftSeen | None:
    """What somebody has begun to write in a topic, or as a new one."""
    if forum_id is None:
        return None
    about = col(ForumDraft.topic_id)
    row = session.execute(
        select(col(ForumDraft.title), col(ForumDraft.body), col(ForumDraft.saved_at)).where(
            col(ForumDraft.forum_id) == forum_id,
            col(ForumDraft.account_id) == account_id,
            about == topic_id if topic_id else about.is_(None),
        )
    ).one_or_none()
    return DraftSeen(*row) if row else None


def own_topics(session: Session, forum_id: UUID | None, account_id: UUID) -> int:
    """How many topics of a forum somebody began."""
    found = (
        select(func.count())
        .select_from(ForumTopic)
        .where(col(ForumTopic.forum_id) == forum_id, col(ForumTopic.author_id) == account_id)
    )
    return int(session.execute(found).scalar_one())


@dataclass(frozen=True, slots=True)
class Found:
    """A post in which all the words are, or in the title of its topic."""

    topic_id: UUID
    title: str
    number: int
    author: str
    at: datetime
    body: str


def _holds(words: str) -> list[ColumnElement[bool]]:
    return [
        or_(
            Folded(col(ForumPost.body)).contains(word, autoescape=True),
            Folded(col(ForumTopic.title)).contains(word, autoescape=True)
            & (col(ForumPost.number) == 1),
        )
        for word in folded(words).split()
    ]


def how_many_found(session: Session, forum_id: UUID, reader: Reader, words: str) -> int:
    found = (
        select(func.count())
        .select_from(ForumPost)
        .join(ForumTopic, col(ForumTopic.id) == col(ForumPost.topic_id))
        .where(*_findable(forum_id, reader), *_holds(words))
    )
    return int(session.execute(found).scalar_one())


def found_posts(
    session: Session, forum_id: UUID, reader: Reader, words: str, *, page: int
) -> list[Found]:
    """The newest first; never what was hidden."""
    rows = session.execute(
        select(
            col(ForumTopic.id),
            col(ForumTopic.title),
            col(ForumPost.number),
            col(Account.name),
            col(ForumPost.created_at),
            col(ForumPost.body),
        )
        .select_from(ForumPost)
        .join(ForumTopic, col(ForumTopic.id) == col(ForumPost.topic_id))
        .join(Account, col(Account.id) == col(ForumPost.author_id))
        .where(*_findable(forum_id, reader), *_holds(words))
        .order_by(col(ForumPost.created_at).desc(), col(ForumPost.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [Found(*row) for row in rows]


def _findable(forum_id: UUID, reader: Reader) -> list[ColumnElement[bool]]:
    return [
        col(ForumTopic.forum_id) == forum_id,
        readable(reader),
        col(ForumTopic.hidden_at).is_(None),
        col(ForumPost.hidden_at).is_(None),
    ]


@dataclass(frozen=True, slots=True)
class Reported:
    """A post that somebody asked to look at, with what they say of it."""

    topic_id: UUID
    title: str
    post_id: UUID
    number: int
    author: str
    body: str
    hidden_at: datetime | None
    words: tuple[tuple[str, str, datetime], ...]  # by whom, what and when


def reported(session: Session, forum_id: UUID, reader: Reader) -> list[Reported]:
    """Those not decided yet, the longest waiting first."""
    reporter = aliased(Account)
    rows = session.execute(
        select(
            col(ForumTopic.id),
            col(ForumTopic.title),
            col(ForumPost.id),
            col(ForumPost.number),
            col(Account.name),
            col(ForumPost.body),
            col(ForumPost.hidden_at),
            col(reporter.name),
            col(ForumReport.words),
            col(ForumReport.created_at),
        )
        .select_from(ForumReport)
        .join(ForumPost, col(ForumPost.id) == col(ForumReport.post_id))
        .join(ForumTopic, col(ForumTopic.id) == col(ForumPost.topic_id))
        .join(Account, col(Account.id) == col(ForumPost.author_id))
        .join(reporter, col(reporter.id) == col(ForumReport.account_id))
        .where(
            col(ForumTopic.forum_id) == forum_id,
            col(ForumReport.decided_at).is_(None),
            readable(reader),
        )
        .order_by(col(ForumReport.created_at), col(ForumReport.id))
    ).all()
    said: dict[UUID, list[tuple[str, str, datetime]]] = {}
    for row in rows:
        said.setdefault(row[2], []).append((row[7], row[8], row[9]))
    first = {row[2]: row for row in reversed(rows)}
    return [_reported(first[post], words) for post, words in said.items()]


def _reported(row: Sequence[Any], words: list[tuple[str, str, datetime]]) -> Reported:
    values: list[Any] = [*row[:7], tuple(words)]
    return Reported(*values)
