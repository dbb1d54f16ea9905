"""Reading reviews: what waits for a tutor, and one submission beside its rubric."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import (
    Account,
    Capstone,
    CapstoneStatus,
    CapstoneVersion,
    Course,
    Decision,
    Edition,
    Enrolment,
    Review,
    ReviewComment,
    Team,
    TeamMember,
)
from app.policy import Action, permits_with_all
from app.queries.capstones import is_own_team, tutor_in_charge, tutors
from app.queries.versions import VersionSeen, latest_versions
from app.queries.visits import Viewer

#: How long a team waits at most: what its page promises.
ANSWER_WITHIN = timedelta(days=7)
LATELY = timedelta(days=30)
MOST_LATELY = 10


def is_member(account_id: UUID) -> ColumnElement[bool]:
    """The condition on `Team` that ``account_id`` belongs to it."""
    return (
        exists()
        .where(
            col(TeamMember.team_id) == col(Team.id),
            col(Enrolment.id) == col(TeamMember.enrolment_id),
            col(Enrolment.account_id) == account_id,
        )
        .correlate(Team)
    )


def accompanied_by(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `Team` that lists the teams whose work ``viewer`` is to answer.

    A tutor's own teams, and those of the same edition that have no tutor of their own; for those
    who run the programme, all. Never the team that one is a member of.
    """
    others = ~is_member(viewer.id)
    if permits_with_all(viewer.roles, Action.REVIEW_CAPSTONES):
        return others
    return others & tutors(viewer.id) & is_own_team(viewer.id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that waits for its tutor."""

    edition_id: UUID
    course: Texts
    capstone_id: UUID
    title: str
    language: str
    team: str
    number: int
    submitted_at: datetime

    @property
    def answer_by(self) -> datetime:
        return self.submitted_at + ANSWER_WITHIN


@dataclass(frozen=True, slots=True)
class Decided:
    """A version that was answered."""

    edition_id: UUID
    course: Texts
    capstone_id: UUID
    title: str
    language: str
    team: str
    number: int
    decided_at: datetime
    decision: Decision
    tutor: str
    score: int | None
    out_of: int | None


_LINE: tuple[Any, ...] = (
    col(Team.edition_id),
    col(Course.title),
    col(Capstone.id),
    col(Capstone.title),
    col(Capstone.language),
    col(Team.name),
    col(CapstoneVersion.number),
)


def _lines(viewer: Viewer, *more: Any) -> Select[tuple[Any, ...]]:
    return (
        select(*_LINE, *more)
        .select_from(CapstoneVersion)
        .join(Capstone, col(Capstone.id) == col(CapstoneVersion.capstone_id))
        .join(Team, col(Team.id) == col(Capstone.team_id))
        .join(Edition, col(Edition.id) == col(Team.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(accompanied_by(viewer))
    )


def waiting(session: Session, viewer: Viewer, *, page: int, size: int) -> list[Waiting]:
    """What ``viewer`` is to answer, the longest wait first."""
    query = (
        _lines(viewer, col(CapstoneVersion.submitted_at))
        .where(col(CapstoneVersion.status) == CapstoneStatus.SUBMITTED)
        .order_by(col(CapstoneVersion.submitted_at), col(CapstoneVersion.id))
        .offset((page - 1) * size)
        .limit(size)
    )
    return [Waiting(*row) for row in session.execute(query)]


def how_many_wait(session: Session, viewer: Viewer) -> int:
    found: int = session.execute(
        select(func.count())
        .select_from(CapstoneVersion)
        .join(Capstone, col(Capstone.id) == col(CapstoneVersion.capstone_id))
        .join(Team, col(Team.id) == col(Capstone.team_id))
        .where(accompanied_by(viewer), col(CapstoneVersion.status) == CapstoneStatus.SUBMITTED)
    ).scalar_one()
    return found


def decided_lately(session: Session, viewer: Viewer, *, now: datetime) -> list[Decided]:
    """What was answered in the last weeks, the newest first."""
    query = (
        _lines(
            viewer,
            col(CapstoneVersion.decided_at),
            col(Review.decision),
            col(Account.name),
            col(Review.score),
            col(Review.out_of),
        )
        .join(Review, col(Review.version_id) == col(CapstoneVersion.id))
        .join(Account, col(Account.id) == col(Review.tutor_id))
        .where(col(CapstoneVersion.decided_at) > now - LATELY, col(Review.decision).is_not(None))
        .order_by(col(CapstoneVersion.decided_at).desc())
        .limit(MOST_LATELY)
    )
    return [Decided(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Neighbour:
    edition_id: UUID
    capstone_id: UUID
    team: str

    @property
    def address(self) -> str:
        return f"/editions/{self.edition_id}/capstones/{self.capstone_id}/review"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version stands in somebody's queue."""

    number: int
    of: int
    before: Neighbour | None
    after: Neighbour | None


def place_in_queue(session: Session, viewer: Viewer, version_id: UUID) -> Place | None:
    """None when the version does not wait for ``viewer``."""
    order = [col(CapstoneVersion.submitted_at), col(CapstoneVersion.id)]
    neighbour: tuple[Any, ...] = (col(Team.edition_id), col(Capstone.id), col(Team.name))
    queue = (
        select(
            col(CapstoneVersion.id).label("version_id"),
            func.row_number().over(order_by=order).label("number"),
            func.count().over().label("of"),
            *(func.lag(what, type_=what.type).over(order_by=order) for what in neighbour),
            *(func.lead(what, type_=what.type).over(order_by=order) for what in neighbour),
        )
        .select_from(CapstoneVersion)
        .join(Capstone, col(Capstone.id) == col(CapstoneVersion.capstone_id))
        .join(Team, col(Team.id) == col(Capstone.team_id))
        .where(accompanied_by(viewer), col(CapstoneVersion.status) == CapstoneStatus.SUBMITTED)
        .subquery()
    )
    row = session.execute(select(queue).where(queue.c.version_id == version_id)).one_or_none()
    if row is None:
        return None
    _version, number, of, *rest = row
    return Place(number, of, _neighbour(rest[:3]), _neighbour(rest[3:]))


def _neighbour(facts: Sequence[Any]) -> Neighbour | None:
    return Neighbour(*facts) if facts[1] else None


@dataclass(frozen=True, slots=True)
class Submission:
    """What a team handed in last, and before that."""

    capstone_id: UUID
    edition_id: UUID
    team_id: UUID
    team: str
    status: CapstoneStatus
    is_own: bool  # the one who reads it is a member of the team
    tutor_id: UUID | None  # whose team it is
    version: VersionSeen
    previous: VersionSeen | None

    @property
    def waits(self) -> bool:
        return self.version.status is CapstoneStatus.SUBMITTED

    @property
    def answer_by(self) -> datetime:
        return self.version.submitted_at + ANSWER_WITHIN


def submission(
    session: Session, capstone_id: UUID, edition_id: UUID, *, reader: UUID
) -> Submission | None:
    """None when there is no such capstone in the edition, or nothing was handed in yet."""
    row = session.execute(
        select(
            col(Capstone.id),
            col(Team.edition_id),
            col(Team.id),
            col(Team.name),
            col(Capstone.status),
            is_member(reader),
            tutor_in_charge(),
        )
        .join(Team, col(Team.id) == col(Capstone.team_id))
        .where(col(Capstone.id) == capstone_id, col(Team.edition_id) == edition_id)
    ).one_or_none()
    found = latest_versions(session, capstone_id, most=2) if row else []
    if row is None or not found:
        return None
    facts = [*row, found[0], found[1] if len(found) > 1 else None]
    return Submission(*facts)


@dataclass(frozen=True, slots=True)
class ReviewSeen:
    id: UUID
    version_id: UUID
    tutor_id: UUID
    tutor: str
    decision: Decision | None
    message: str
    levels: dict[str, str]
    score: int | None
    out_of: int | None
    saved: int
    saved_at: datetime | None
    comments: dict[str, str] = field(default_factory=dict)


_REVIEW: tuple[Any, ...] = (
    col(Review.id),
    col(Review.version_id),
    col(Review.tutor_id),
    col(Account.name),
    col(Review.decision),
    col(Review.message),
    col(Review.levels),
    col(Review.score),
    col(Review.out_of),
    col(Review.saved),
    col(Review.saved_at),
)


def reviews_of(
    session: Session, *version_ids: UUID, decided_only: bool = True
) -> dict[UUID, ReviewSeen]:
    """The reviews of these versions. Drafts only for those who may review: never for the team."""
    query = (
        select(*_REVIEW)
        .join(Account, col(Account.id) == col(Review.tutor_id))
        .where(col(Review.version_id).in_(version_ids))
    )
    if decided_only:
        query = query.where(col(Review.decision).is_not(None))
    found = {row[0]: ReviewSeen(*row) for row in session.execute(query)}
    comments = session.execute(
        select(
            col(ReviewComment.review_id), col(ReviewComment.section), col(ReviewComment.body)
        ).where(col(ReviewComment.review_id).in_(found))
    )
    for review_id, section, body in comments:
        found[review_id].comments[section] = body
    return {review.version_id: review for review in found.values()}
