"""Who reads a topic today, and who of them wants letters of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.models import (
    PARTICIPANTS,
    Account,
    Activity,
    Edition,
    EditionStaff,
    Enrolment,
    FollowState,
    Forum,
    ForumFollow,
    ForumPost,
    ForumTopic,
    PlatformRole,
    StaffRole,
    Team,
    TeamMember,
)
from app.queries.capstones import is_own_team
from app.queries.live_sessions import Recipient


class Where:
    """Where a topic is: what decides who reads it."""

    def __init__(
        self, *, edition_id: UUID | None, course_id: UUID | None, team_id: UUID | None
    ) -> None:
        self.edition_id = edition_id
        self.course_id = course_id
        self.team_id = team_id

    def takes_part(self) -> ColumnElement[bool]:
        """The condition on `Account` that its owner reads here as a participant."""
        mine = [
            col(Enrolment.account_id) == col(Account.id),
            col(Enrolment.status).in_(PARTICIPANTS),
            col(Enrolment.edition_id) == self.edition_id
            if self.edition_id
            else col(Enrolment.course_id) == self.course_id,
        ]
        if self.team_id:
            mine += [
                col(TeamMember.enrolment_id) == col(Enrolment.id),
                col(TeamMember.team_id) == self.team_id,
            ]
        return exists().where(*mine)

    def accompanies(self, *roles: StaffRole) -> ColumnElement[bool]:
        """The same as one of its staff: a tutor with the teams that are theirs."""
        there = [col(EditionStaff.account_id) == col(Account.id), col(EditionStaff.role).in_(roles)]
        if self.edition_id:
            return exists().where(*there, col(EditionStaff.edition_id) == self.edition_id)
        of_course = col(Edition.course_id) == self.course_id
        return exists().where(*there, col(EditionStaff.edition_id) == col(Edition.id), of_course)

    def tutors(self) -> ColumnElement[bool]:
        whole = self.accompanies(StaffRole.TUTOR)
        if not self.team_id:
            return whole
        own: Any = is_own_team(col(Account.id))  # type: ignore[arg-type]  # -- a column will do
        return whole & exists().where(col(Team.id) == self.team_id, own)

    def admits(self) -> ColumnElement[bool]:
        runs_all = or_(
            col(Account.platform_role) == PlatformRole.ADMINISTRATOR,
            (col(Account.platform_role) == PlatformRole.COORDINATOR)
            & col(Account.coordinates_id).is_(None),
        )
        observes = self.accompanies(StaffRole.OBSERVER)
        is_open = col(Account.suspended_at).is_(None) & col(Account.deleted_at).is_(None)
        return is_open & or_(self.takes_part(), self.tutors(), observes, runs_all)


def followers(
    session: Session,
    where: Where,
    *,
    forum_id: UUID,
    topic_id: UUID,
    is_new: bool,
    without: UUID,
) -> list[Recipient]:
    """Who wants to hear of a post. Tutors of an edition hear of new topics unless they mute it."""
    whole, one = aliased(ForumFollow), aliased(ForumFollow)
    of_forum = and_(
        col(whole.account_id) == col(Account.id),
        col(whole.forum_id) == forum_id,
        col(whole.topic_id).is_(None),
    )
    of_topic = and_(col(one.account_id) == col(Account.id), col(one.topic_id) == topic_id)
    not_told = col(whole.state).is_(None)
    as_tutor = where.tutors() & not_told if is_new and where.edition_id else false()
    wants = or_(
        col(one.state) == FollowState.FOLLOWED,
        col(one.state).is_(None) & (col(whole.state) == FollowState.FOLLOWED),
        as_tutor,
    )
    is_muted = col(whole.state).is_not(None) & (col(whole.state) == FollowState.MUTED)
    rows = session.execute(
        select(col(Account.id), col(Account.name), col(Account.language), col(Account.timezone))
        .join(whole, of_forum, isouter=True)
        .join(one, of_topic, isouter=True)
        .where(wants, ~is_muted, where.admits(), col(Account.id) != without)
        .order_by(col(Account.id))
    )
    return [Recipient(*row) for row in rows]


def reader_of(session: Session, where: Where, account_id: UUID) -> Recipient | None:
    """Somebody to whom a letter goes, if they still read there."""
    row = session.execute(
        select(
            col(Account.id), col(Account.name), col(Account.language), col(Account.timezone)
        ).where(col(Account.id) == account_id, where.admits())
    ).one_or_none()
    return Recipient(*row) if row else None


def still_reads(session: Session, account_id: UUID, post_id: UUID) -> bool:
    """Whether a post is still there for somebody to whom it was told."""
    row = session.execute(
        select(col(Activity.edition_id), col(Forum.course_id), col(ForumTopic.team_id))
        .select_from(ForumPost)
        .join(ForumTopic, col(ForumTopic.id) == col(ForumPost.topic_id))
        .join(Forum, col(Forum.id) == col(ForumTopic.forum_id))
        .join(Activity, col(Activity.id) == col(Forum.activity_id), isouter=True)
        .where(
            col(ForumPost.id) == post_id,
            col(ForumPost.hidden_at).is_(None),
            col(ForumTopic.hidden_at).is_(None),
        )
    ).one_or_none()
    if row is None:
        return False
    where = Where(edition_id=row[0], course_id=row[1], team_id=row[2])
    found = select(col(Account.id)).where(col(Account.id) == account_id, where.admits())
    return session.execute(found).first() is not None
