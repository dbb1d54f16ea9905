"""Reading forums: which one it is and who asks, its topics, and what is new there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select, true
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import (
    PARTICIPANTS,
    Account,
    Activity,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    FollowState,
    Forum,
    ForumFollow,
    ForumPost,
    ForumRead,
    ForumReport,
    ForumTopic,
    StaffRole,
    Team,
    TeamMember,
)
from app.policy import Role
from app.queries.capstones import is_own_team

PAGE = 20


@dataclass(frozen=True, slots=True)
class ForumFacts:
    """A forum as whoever asks stands to it; ``id`` is None until somebody does something in it."""

    id: UUID | None
    activity_id: UUID | None
    course_id: UUID | None
    edition_id: UUID | None
    by_team: bool
    state: FollowState | None
    team_id: UUID | None = None  # in which the person is
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and which rooms are open to them."""

    account_id: UUID
    sees_all: bool
    tutors: bool
    team_id: UUID | None
    moderates: bool


def readable(reader: Reader) -> ColumnElement[bool]:
    """The condition on `ForumTopic` that the policy lets somebody read it."""
    if reader.sees_all:
        return true()
    room = col(ForumTopic.team_id)
    own = room == reader.team_id if reader.team_id else false()
    cared_for = select(col(Team.id)).where(is_own_team(reader.account_id))
    return or_(room.is_(None), own, room.in_(cared_for) if reader.tutors else false())


def _visible(reader: Reader) -> ColumnElement[bool]:
    """What is hidden is there for those who look after the forum."""
    shown = true() if reader.moderates else col(ForumTopic.hidden_at).is_(None)
    return readable(reader) & shown


def _my_state(account_id: UUID) -> ColumnElement[bool]:
    return and_(
        col(ForumFollow.forum_id) == col(Forum.id),
        col(ForumFollow.account_id) == account_id,
        col(ForumFollow.topic_id).is_(None),
    )


def forum_of_activity(session: Session, activity_id: UUID, account_id: UUID) -> ForumFacts:
    mine = and_(
        col(Enrolment.edition_id) == col(Activity.edition_id),
        col(Enrolment.account_id) == account_id,
        col(Enrolment.status).in_(PARTICIPANTS),
    )
    row = session.execute(
        select(
            col(Forum.id),
            col(Activity.edition_id),
            func.coalesce(col(Forum.by_team), false()),
            col(ForumFollow.state),
            col(Team.id),
            col(Team.name),
        )
        .select_from(Activity)
        .join(Forum, col(Forum.activity_id) == col(Activity.id), isouter=True)
        .join(ForumFollow, _my_state(account_id), isouter=True)
        .join(Enrolment, mine, isouter=True)
        .join(TeamMember, col(TeamMember.enrolment_id) == col(Enrolment.id), isouter=True)
        .join(Team, col(Team.id) == col(TeamMember.team_id), isouter=True)
        .where(col(Activity.id) == activity_id)
    ).one()
    forum_id, edition_id, by_team, *rest = row
    return ForumFacts(forum_id, activity_id, None, edition_id, bool(by_team), *rest)


@dataclass(frozen=True, slots=True)
class Community:
    """The community of a course, and what whoever asks is in the course's editions."""

    forum: ForumFacts
    slug: str
    title: Texts
    languages: list[str]
    roles: frozenset[Role]


def community(session: Session, slug: str, account_id: UUID) -> Community | None:
    """What somebody is in any edition: who left all of them is nothing there any more."""
    here = col(Enrolment.course_id) == col(Course.id)
    takes_part = exists().where(
        here, col(Enrolment.account_id) == account_id, col(Enrolment.status).in_(PARTICIPANTS)
    )
    row = session.execute(
        select(
            col(Course.id),
            col(Course.slug),
            col(Course.title),
            col(Course.languages),
            col(Forum.id),
            col(ForumFollow.state),
            takes_part,
            *(_accompanies(account_id, role) for role in StaffRole),
        )
        .select_from(Course)
        .join(Forum, col(Forum.course_id) == col(Course.id), isouter=True)
        .join(ForumFollow, _my_state(account_id), isouter=True)
        .where(col(Course.slug) == slug)
    ).one_or_none()
    if row is None:
        return None
    course_id, slug, title, languages, forum_id, state, *is_there = row
    held = [Role.PARTICIPANT, *(Role(role.value) for role in StaffRole)]
    roles = frozenset(role for role, is_so in zip(held, is_there, strict=True) if is_so)
    facts = ForumFacts(forum_id, None, course_id, None, by_team=False, state=state)
    return Community(facts, slug, title, languages, roles)


def _accompanies(account_id: Any, role: StaffRole) -> ColumnElement[bool]:
    return exists().where(
        col(EditionStaff.edition_id) == col(Edition.id),
        col(Edition.course_id) == col(Course.id),
        col(EditionStaff.account_id) == account_id,
        col(EditionStaff.role) == role,
    )


@dataclass(frozen=True, slots=True)
class TopicLine:
    id: UUID
    title: str
    author: str
    posts: int
    last_post_at: datetime
    pinned_at: datetime | None
    closed_at: datetime | None
    hidden_at: datetime | None
    team: str | None
    is_answered: bool
    read: int  # up to which post

    @property
    def new(self) -> int:
        return max(0, self.posts - self.read)


_ANSWERED = exists().where(
    col(ForumPost.topic_id) == col(ForumTopic.id), col(ForumPost.answers_since).is_not(None)
)


def how_many_topics(session: Session, forum_id: UUID, reader: Reader) -> int:
    found = select(func.count()).select_from(ForumTopic)
    here = col(ForumTopic.forum_id) == forum_id
    return int(session.execute(found.where(here, _visible(reader))).scalar_one())


def topics(session: Session, forum_id: UUID, reader: Reader, *, page: int) -> list[TopicLine]:
    """Pinned ones first, then those in which somebody wrote last."""
    mine = and_(
        col(ForumRead.topic_id) == col(ForumTopic.id),
        col(ForumRead.account_id) == reader.account_id,
    )
    rows = session.execute(
        select(
            col(ForumTopic.id),
            col(ForumTopic.title),
            col(Account.name),
            col(ForumTopic.posts),
            col(ForumTopic.last_post_at),
            col(ForumTopic.pinned_at),
            col(ForumTopic.closed_at),
            col(ForumTopic.hidden_at),
            col(Team.name),
            _ANSWERED,
            func.coalesce(col(ForumRead.number), 0),
        )
        .join(Account, col(Account.id) == col(ForumTopic.author_id))
        .join(Team, col(Team.id) == col(ForumTopic.team_id), isouter=True)
        .join(ForumRead, mine, isouter=True)
        .where(col(ForumTopic.forum_id) == forum_id, _visible(reader))
        .order_by(
            case((col(ForumTopic.pinned_at).is_(None), 1), else_=0),
            col(ForumTopic.last_post_at).desc(),
            col(ForumTopic.id).desc(),
        )
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [TopicLine(*row) for row in rows]


def waiting_reports(session: Session, forum_id: UUID, reader: Reader) -> int:
    """How many posts somebody asked to look at."""
    rows = (
        select(func.count(func.distinct(col(ForumPost.id))))
        .select_from(ForumReport)
        .join(ForumPost, col(ForumPost.id) == col(ForumReport.post_id))
        .join(ForumTopic, col(ForumTopic.id) == col(ForumPost.topic_id))
        .where(
            col(ForumTopic.forum_id) == forum_id,
            col(ForumReport.decided_at).is_(None),
            readable(reader),
        )
    )
    return int(session.execute(rows).scalar_one())


@dataclass(frozen=True, slots=True)
class NewInForum:
    topics: int = 0
    new: int = 0  # topics with something that the reader has not read
    last_post_at: datetime | None = None


def new_in_edition(session: Session, edition_id: UUID, reader: Reader) -> dict[UUID, NewInForum]:
    """By the forum's activity; forums without topics are left out."""
    here = col(Activity.edition_id) == edition_id
    return _new_in(session, col(Forum.activity_id), here, reader)


def new_in_community(session: Session, course_id: UUID, reader: Reader) -> NewInForum:
    found = _new_in(session, col(Forum.course_id), col(Forum.course_id) == course_id, reader)
    return found.get(course_id, NewInForum())


def _new_in(
    session: Session, key: Any, here: ColumnElement[bool], reader: Reader
) -> dict[UUID, NewInForum]:
    mine = and_(
        col(ForumRead.topic_id) == col(ForumTopic.id),
        col(ForumRead.account_id) == reader.account_id,
    )
    unread = col(ForumTopic.posts) > func.coalesce(col(ForumRead.number), 0)
    rows = session.execute(
        select(
            key,
            func.count(),
            func.sum(case((unread, 1), else_=0)),
            func.max(col(ForumTopic.last_post_at)),
        )
        .select_from(ForumTopic)
        .join(Forum, col(Forum.id) == col(ForumTopic.forum_id))
        .join(Activity, col(Activity.id) == col(Forum.activity_id), isouter=True)
        .join(ForumRead, mine, isouter=True)
        .where(here, readable(reader), col(ForumTopic.hidden_at).is_(None))
        .group_by(key)
    )
    return {row[0]: NewInForum(*row[1:]) for row in rows}


def my_team(session: Session, enrolment_id: UUID) -> UUID | None:
    found = select(col(TeamMember.team_id)).where(col(TeamMember.enrolment_id) == enrolment_id)
    return session.execute(found).scalar_one_or_none()


def rooms(session: Session, edition_id: UUID, reader: Reader) -> list[tuple[UUID, str]]:
    """The teams whose rooms somebody who accompanies the edition may enter."""
    own = true() if reader.sees_all else is_own_team(reader.account_id)
    rows = session.execute(
        select(col(Team.id), col(Team.name))
        .where(col(Team.edition_id) == edition_id, own)
        .order_by(col(Team.name))
    )
    return [(row[0], row[1]) for row in rows]


def posts_by(session: Session, activity_id: UUID, enrolment_id: UUID) -> int:
    """How often a participant wrote in the forum of an activity; what was hidden counts not."""
    rows = (
        select(func.count())
        .select_from(ForumPost)
        .join(ForumTopic, col(ForumTopic.id) == col(ForumPost.topic_id))
        .join(Forum, col(Forum.id) == col(ForumTopic.forum_id))
        .join(Enrolment, col(Enrolment.account_id) == col(ForumPost.author_id))
        .where(
            col(Forum.activity_id) == activity_id,
            col(Enrolment.id) == enrolment_id,
            col(ForumPost.hidden_at).is_(None),
        )
    )
    return int(session.execute(rows).scalar_one())
