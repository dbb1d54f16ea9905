"""Reading what one person has under way: their editions, their team's work, how far they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, exists, func, literal, or_, select, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import (
    PARTICIPANTS,
    Account,
    Activity,
    Capstone,
    CapstoneKind,
    CapstoneStatus,
    CapstoneVersion,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentStatus,
    Mode,
    OfferState,
    OpeningRule,
    Progress,
    ProgressState,
    Review,
    SeatOffer,
    StaffRole,
    Team,
    TeamMember,
)
from app.queries.activities import is_for, is_shown
from app.queries.progress import Standing
from app.queries.reviews import accompanied_by
from app.queries.visits import Viewer


@dataclass(frozen=True, slots=True)
class OwnEdition:
    """An edition that somebody takes, applied for, or accompanies."""

    id: UUID
    slug: str
    version: int
    course_slug: str
    title: Texts
    mode: Mode
    languages: list[str]
    starts_on: date | None
    ends_on: date | None
    capstone: CapstoneKind | None
    capstone_due_on: date | None
    enrolment_id: UUID | None
    status: EnrolmentStatus | None
    language: str | None  # in which they take it
    role: StaffRole | None
    team_id: UUID | None  # with which they take it
    activities: int  # that are for them
    something_to_do: bool  # an activity that is not done lies in a module whose day has come
    to_review: int
    offered_until: datetime | None = None  # a freed seat, held for them till then

    @property
    def takes_part(self) -> bool:
        return self.status in PARTICIPANTS

    @property
    def is_under_way(self) -> bool:
        return self.status is EnrolmentStatus.ACTIVE

    @property
    def spoken(self) -> str:
        """The language of the content for this person, as its pages choose it."""
        return self.language if self.language in self.languages else self.languages[0]


def own_editions(session: Session, viewer: Viewer, *, on: date) -> list[OwnEdition]:
    """Everything that a person takes, applied for or accompanies, in one statement."""
    staff = aliased(EditionStaff)
    own = union(
        select(col(Enrolment.edition_id)).where(col(Enrolment.account_id) == viewer.id),
        select(col(EditionStaff.edition_id)).where(col(EditionStaff.account_id) == viewer.id),
    )
    rows = session.execute(
        select(
            col(Edition.id),
            col(Edition.slug),
            col(Edition.version),
            col(Course.slug),
            col(Course.title),
            col(Course.mode),
            col(Edition.languages),
            col(Edition.starts_on),
            col(Edition.ends_on),
            col(Edition.capstone),
            col(Edition.capstone_due_on),
            col(Enrolment.id),
            col(Enrolment.status),
            col(Enrolment.language),
            col(staff.role),
            col(TeamMember.team_id),
            _activities(),
            _something_to_do(on),
            case((col(staff.role) == StaffRole.TUTOR, _to_review(viewer)), else_=literal(0)),
            col(SeatOffer.ends_at),
        )
        .join(Course, col(Course.id) == col(Edition.course_id))
        .join(Enrolment, _of(Enrolment, viewer.id), isouter=True)
        .join(staff, _of(staff, viewer.id), isouter=True)
        .join(SeatOffer, _offered, isouter=True)
        .join(TeamMember, col(TeamMember.enrolment_id) == col(Enrolment.id), isouter=True)
        .where(col(Edition.id).in_(own))
        .order_by(col(Edition.ends_on).desc().nulls_first(), col(Edition.id).desc())
    )
    return [OwnEdition(*row) for row in rows]


_offered = and_(
    col(SeatOffer.enrolment_id) == col(Enrolment.id), col(SeatOffer.state) == OfferState.OPEN
)


def _of(table: Any, account_id: UUID) -> Any:
    return and_(col(table.edition_id) == col(Edition.id), col(table.account_id) == account_id)


def _activities() -> Any:
    return (
        select(func.count())
        .select_from(Activity)
        .where(col(Activity.edition_id) == col(Edition.id), is_shown(), is_for(col(Enrolment.id)))
        .correlate(Edition, Enrolment)
        .scalar_subquery()
    )


def _something_to_do(on: date) -> Any:
    done = exists().where(
        col(Progress.enrolment_id) == col(Enrolment.id),
        col(Progress.activity_id) == col(Activity.id),
        col(Progress.state) == ProgressState.DONE,
    )
    waits = exists().where(
        col(OpeningRule.opens_on) > on,
        or_(
            col(OpeningRule.module_id) == col(Activity.module_id),
            col(OpeningRule.activity_id) == col(Activity.id),
        ),
    )
    return (
        select(col(Activity.id))
        .where(
            col(Activity.edition_id) == col(Edition.id),
            ~waits.correlate(Activity),
            is_shown(),
            is_for(col(Enrolment.id)),
            ~done.correlate(Activity, Enrolment),
        )
        .correlate(Edition, Enrolment)
        .exists()
    )


def _to_review(viewer: Viewer) -> Any:
    """How many versions of the edition wait for this person, as the review queue counts them."""
    return (
        select(func.count())
        .select_from(CapstoneVersion)
        .join(Capstone, col(Capstone.id) == col(CapstoneVersion.capstone_id))
        .join(Team, col(Team.id) == col(Capstone.team_id))
        .where(
            accompanied_by(viewer),
            col(Team.edition_id) == col(Edition.id),
            col(CapstoneVersion.status) == CapstoneStatus.SUBMITTED,
        )
        .correlate(Edition)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Steps:
    """What somebody did in an edition of all that is shown there, and when last."""

    states: dict[UUID, ProgressState]
    last: datetime | None
    told: str = ""  # as `Standing` keeps it

    @property
    def done(self) -> int:
        return sum(state is ProgressState.DONE for state in self.states.values())

    def standing(self, team_id: UUID | None) -> Standing:
        return Standing(self.states, team_id=team_id, told=self.told)


NO_STEPS = Steps({}, None)


def steps_of(session: Session, enrolment_ids: Iterable[UUID]) -> dict[UUID, Steps]:
    """The activities that were begun or done, by enrolment."""
    wanted = list(enrolment_ids)
    if not wanted:
        return {}
    rows = session.execute(
        select(
            col(Progress.enrolment_id),
            col(Progress.activity_id),
            col(Progress.state),
            col(Progress.percent),
            col(Progress.changed_at),
        )
        .join(Activity, col(Activity.id) == col(Progress.activity_id))
        .where(
            col(Progress.enrolment_id).in_(wanted),
            is_shown(),
            is_for(col(Progress.enrolment_id)),
        )
        .order_by(col(Progress.changed_at))
    ).all()
    found: dict[UUID, Steps] = {}
    for enrolment_id, activity_id, state, percent, at in rows:
        before = found.get(enrolment_id, NO_STEPS)
        judged = "" if percent is None else f" {activity_id}:{state}:{percent}"
        states = before.states | {activity_id: state}
        found[enrolment_id] = Steps(states, at, before.told + judged)
    return found


@dataclass(frozen=True, slots=True)
class OwnWork:
    """The work of a person's team, with the last answer of its tutor."""

    edition_id: UUID
    team: str
    title: str
    status: CapstoneStatus
    saved_at: datetime | None
    saved_by: str | None
    version: int | None  # that was answered last
    decided_at: datetime | None
    message: str
    tutor: str | None


_Saver, _Tutor = aliased(Account), aliased(Account)
_WORK: tuple[Any, ...] = (
    col(Team.edition_id),
    col(Team.name),
    func.coalesce(col(Capstone.title), ""),
    col(Capstone.status),
    col(Capstone.saved_at),
    col(_Saver.name),
    col(CapstoneVersion.number),
    col(CapstoneVersion.decided_at),
    func.coalesce(col(Review.message), ""),
    col(_Tutor.name),
)


def works_of(session: Session, enrolment_ids: Iterable[UUID]) -> list[OwnWork]:
    """The team's work in each edition; a team that has not begun has a draft without a title."""
    wanted = list(enrolment_ids)
    if not wanted:
        return []
    its_last_answer = and_(
        col(CapstoneVersion.capstone_id) == col(Capstone.id),
        col(CapstoneVersion.number) == _last_answered(),
    )
    sent = and_(
        col(Review.version_id) == col(CapstoneVersion.id), col(Review.decision).is_not(None)
    )
    rows = session.execute(
        select(*_WORK)
        .select_from(TeamMember)
        .join(Team, col(Team.id) == col(TeamMember.team_id))
        .join(Capstone, col(Capstone.team_id) == col(Team.id), isouter=True)
        .join(_Saver, col(_Saver.id) == col(Capstone.saved_by_id), isouter=True)
        .join(CapstoneVersion, its_last_answer, isouter=True)
        .join(Review, sent, isouter=True)
        .join(_Tutor, col(_Tutor.id) == col(Review.tutor_id), isouter=True)
        .where(col(TeamMember.enrolment_id).in_(wanted))
        .order_by(col(Team.id))
    )
    return [_own_work(*row) for row in rows]


def _last_answered() -> Any:
    answered = aliased(CapstoneVersion)
    return (
        select(func.max(col(answered.number)))
        .where(col(answered.capstone_id) == col(Capstone.id), col(answered.decided_at).is_not(None))
        .correlate(Capstone)
        .scalar_subquery()
    )


def _own_work(edition_id: UUID, team: str, title: str, status: Any, *rest: Any) -> OwnWork:
    return OwnWork(edition_id, team, title, status or CapstoneStatus.DRAFT, *rest)
