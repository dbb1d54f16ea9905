"""Who is asking, and what they are in the edition they ask for: one statement per request."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    false,
    null,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.db import Texts
from app.core.questions import Question
from app.models import (
    PARTICIPANTS,
    Account,
    ApiToken,
    CapstoneKind,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Gender,
    Institution,
    Mode,
    PlatformRole,
    SignIn,
    StaffRole,
)
from app.policy import Action, Role, permits
from app.queries.progress import BESIDE_STEPS, Standing, steps_of, understood, with_what_came_of


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, as pages need to know them."""

    id: UUID
    sign_in_id: UUID  # or the key to the API by which we know them
    seen_at: datetime | None  # the last use of the sign-in that was noted
    email: str
    name: str
    language: str
    timezone: str
    theme: str
    data_saver: bool
    gender: Gender
    country: str
    institution_id: UUID | None
    institution: str | None
    platform_role: PlatformRole | None
    coordinates_id: UUID | None
    calendar_generation: int
    tutors: bool
    messages_come_back: bool
    #: Of whoever of support looks at this person's pages as if they were this person.
    seen_by_id: UUID | None = None
    seen_by: str | None = None
    seen_until: datetime | None = None

    @property
    def is_looked_at(self) -> bool:
        """Whether somebody else asks: for them nothing changes, and secrets stay hidden."""
        return self.seen_by_id is not None

    @property
    def signed_in_id(self) -> UUID:
        """Whose sign-in it is, whosever pages are looked at in it."""
        return self.seen_by_id or self.id

    @property
    def roles(self) -> frozenset[Role]:
        """What they are on the platform, wherever they are."""
        found = {Role.SIGNED_IN}
        if self.platform_role is PlatformRole.ADMINISTRATOR:
            found.add(Role.ADMINISTRATOR)
        elif self.platform_role is PlatformRole.COORDINATOR:
            found.add(Role.FOCAL if self.coordinates_id else Role.COORDINATOR)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class EditionSeen:
    id: UUID
    slug: str
    version: int
    course_id: UUID
    course_slug: str
    mode: Mode
    hours: int
    title: Texts
    languages: list[str]
    starts_on: date | None
    ends_on: date | None
    reporting_year: int
    capstone: CapstoneKind | None
    capstone_due_on: date | None
    rubric_id: UUID | None
    required_share: int
    required_count: int | None
    minimum_result: int | None
    minimum_attendance: int | None
    requires_capstone: bool
    gives_certificate: bool


@dataclass(frozen=True, slots=True)
class EnrolmentSeen:
    id: UUID
    status: EnrolmentStatus
    language: str
    version: int


@dataclass(frozen=True)
class EditionVisitFacts:
    """A person before an edition: who they are in it decides what they may do."""

    viewer: Viewer | None
    edition: EditionSeen | None
    enrolment: EnrolmentSeen | None
    staff_role: StaffRole | None
    own_people_there: bool
    standing: Standing | None = None  # of a participant, where it was asked for

    @cached_property
    def roles(self) -> frozenset[Role]:
        if self.viewer is None:
            return frozenset({Role.VISITOR})
        found = set(self.viewer.roles)
        if Role.FOCAL in found and not self.own_people_there:
            found.remove(Role.FOCAL)
        if self.enrolment and self.enrolment.status in PARTICIPANTS:
            found.add(Role.PARTICIPANT)
        if self.staff_role:
            found.add(Role(self.staff_role.value))
        return frozenset(found)

    def may(self, action: Action) -> bool:
        return permits(self.roles, action)


NOBODY = EditionVisitFacts(None, None, None, None, own_people_there=False)

_PERSON: tuple[Any, ...] = (
    col(Account.email),
    col(Account.name),
    col(Account.language),
    col(Account.timezone),
    col(Account.theme),
    col(Account.data_saver),
    col(Account.gender),
    col(Account.country),
    col(Account.institution_id),
    col(Institution.acronym).label("institution"),
    col(Account.platform_role),
    col(Account.coordinates_id),
    col(Account.calendar_generation),
    exists()
    .where(
        col(EditionStaff.account_id) == col(Account.id),
        col(EditionStaff.role) == StaffRole.TUTOR,
    )
    .correlate(Account)
    .label("tutors"),
    col(Account.email_bounced_at).is_not(None).label("messages_come_back"),
)
_Support = aliased(Account)
_VIEWER: tuple[Any, ...] = (
    col(Account.id),
    col(SignIn.id).label("sign_in_id"),
    col(SignIn.seen_at),
    *_PERSON,
    col(_Support.id).label("seen_by_id"),
    col(_Support.name).label("seen_by"),
    case((col(_Support.id).is_not(None), col(SignIn.viewing_until))).label("seen_until"),
)
_EDITION: tuple[Any, ...] = (
    col(Edition.id),
    col(Edition.slug),
    col(Edition.version),
    col(Edition.course_id),
    col(Course.slug).label("course_slug"),
    col(Course.mode),
    col(Course.hours),
    col(Course.title),
    col(Edition.languages),
    col(Edition.starts_on),
    col(Edition.ends_on),
    col(Edition.reporting_year),
    col(Edition.capstone),
    col(Edition.capstone_due_on),
    col(Edition.rubric_id),
    col(Edition.required_share),
    col(Edition.required_count),
    col(Edition.minimum_result),
    col(Edition.minimum_attendance),
    col(Edition.requires_capstone),
    col(Edition.gives_certificate),
)
_ENROLMENT: tuple[Any, ...] = (
    col(Enrolment.id),
    col(Enrolment.status),
    col(Enrolment.language),
    col(Enrolment.version),
)


def is_open(whose: Any = Account) -> ColumnElement[bool]:
    """The condition that an account opens something: it is neither suspended nor nobody's."""
    return col(whose.suspended_at).is_(None) & col(whose.deleted_at).is_(None)


def may_be_looked_at() -> ColumnElement[bool]:
    """The condition on `Account` that support may see the product as this person does."""
    return col(Account.platform_role).is_(None) & is_open()


def _may_look() -> ColumnElement[bool]:
    return (
        col(_Support.platform_role).is_not(None)
        & col(_Support.coordinates_id).is_(None)
        & is_open(_Support)
    )


def _signed_in() -> Select[tuple[Any, ...]]:
    """Whoever signed in, or the participant whose pages they look at; none that is shut out."""
    now = bindparam("now", type_=UTCDateTime)
    looks = col(SignIn.viewing_as_id).is_not(None) & (col(SignIn.viewing_until) > now)
    whose = case((looks, col(SignIn.viewing_as_id)), else_=col(SignIn.account_id))
    return (
        select(*_VIEWER)
        .select_from(SignIn)
        .join(Account, col(Account.id) == whose)
        .join(_Support, and_(col(_Support.id) == col(SignIn.account_id), looks), isouter=True)
        .join(Institution, col(Institution.id) == col(Account.institution_id), isouter=True)
        .where(
            col(SignIn.token_hash) == bindparam("token_hash", type_=String),
            col(SignIn.second_step_due).is_(False),
            col(SignIn.expires_at) > now,
            is_open(),
            or_(col(_Support.id).is_(None), and_(_may_look(), may_be_looked_at())),
        )
    )


def _holding_a_key() -> Select[tuple[Any, ...]]:
    nobody = (null().label("seen_by_id"), null().label("seen_by"), null().label("seen_until"))
    return (
        select(
            col(Account.id),
            col(ApiToken.id).label("sign_in_id"),
            type_coerce(null(), UTCDateTime).label("seen_at"),
            *_PERSON,
            *nobody,
        )
        .select_from(ApiToken)
        .join(Account, col(Account.id) == col(ApiToken.account_id))
        .join(Institution, col(Institution.id) == col(Account.institution_id), isouter=True)
        .where(
            col(ApiToken.token_hash) == bindparam("token_hash", type_=String),
            col(ApiToken.revoked_at).is_(None),
            is_open(),
        )
    )


def _before_an_edition(somebody: Select[tuple[Any, ...]]) -> Select[tuple[Any, ...]]:
    edition_id = bindparam("edition_id", type_=Uuid)
    own_people = (
        exists()
        .where(
            col(EnrolmentCount.edition_id) == edition_id,
            col(EnrolmentCount.institution_key) == col(Account.coordinates_id),
            col(EnrolmentCount.n) > 0,
        )
        .correlate(Account)
    )
    mine = and_(
        col(Enrolment.edition_id) == col(Edition.id),
        col(Enrolment.account_id) == col(Account.id),
    )
    my_work = and_(
        col(EditionStaff.edition_id) == col(Edition.id),
        col(EditionStaff.account_id) == col(Account.id),
    )
    return (
        somebody.add_columns(*_EDITION, *_ENROLMENT, col(EditionStaff.role), own_people)
        .join(Edition, col(Edition.id) == edition_id, isouter=True)
        .join(Course, col(Course.id) == col(Edition.course_id), isouter=True)
        .join(Enrolment, mine, isouter=True)
        .join(EditionStaff, my_work, isouter=True)
    )


def _with_standing(visit: Select[tuple[Any, ...]]) -> Select[tuple[Any, ...]]:
    return with_what_came_of(visit.add_columns(steps_of(col(Enrolment.id)), *BESIDE_STEPS))


class KnownBy(Enum):
    """The secret by which a request shows whose it is; its statements are put together once."""

    COOKIE = _signed_in()
    KEY = _holding_a_key()

    def __init__(self, somebody: Select[tuple[Any, ...]]) -> None:
        visit = _before_an_edition(somebody)
        self.viewer = Question(somebody)
        self.visit = Question(visit)
        self.visit_with_standing = Question(_with_standing(visit))


def viewer(
    session: Session, token_hash: str, *, now: datetime, known_by: KnownBy = KnownBy.COOKIE
) -> Viewer | None:
    row = known_by.viewer.row(session, token_hash=token_hash, now=now)
    return Viewer(*row) if row else None


def edition_visit(
    session: Session,
    token_hash: str,
    edition_id: UUID,
    *,
    now: datetime,
    known_by: KnownBy = KnownBy.COOKIE,
    with_standing: bool = False,
) -> EditionVisitFacts:
    """The person of the sign-in before the edition, in one statement; parts missing are None."""
    question = known_by.visit_with_standing if with_standing else known_by.visit
    row = question.row(session, token_hash=token_hash, now=now, edition_id=edition_id)
    return _visit(row) if row else NOBODY


def _visit(row: tuple[Any, ...]) -> EditionVisitFacts:
    a, b = len(_VIEWER), len(_VIEWER) + len(_EDITION)
    c = b + len(_ENROLMENT)
    personal = row[c + 2 :]
    return EditionVisitFacts(
        viewer=Viewer(*row[:a]),
        edition=EditionSeen(*row[a:b]) if row[a] else None,
        enrolment=EnrolmentSeen(*row[b:c]) if row[b] else None,
        staff_role=row[c],
        own_people_there=bool(row[c + 1]),
        standing=understood(*personal) if personal and row[b] else None,
    )


def visible_editions(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `Edition` that lists exactly the editions whose guard admits ``viewer``."""
    if viewer.roles & {Role.COORDINATOR, Role.ADMINISTRATOR}:
        return true()
    return (
        exists().where(
            col(Enrolment.edition_id) == col(Edition.id),
            col(Enrolment.account_id) == viewer.id,
            col(Enrolment.status).in_(PARTICIPANTS),
        )
        | exists().where(
            col(EditionStaff.edition_id) == col(Edition.id),
            col(EditionStaff.account_id) == viewer.id,
        )
        | (
            exists().where(
                col(EnrolmentCount.edition_id) == col(Edition.id),
                col(EnrolmentCount.institution_key) == viewer.coordinates_id,
                col(EnrolmentCount.n) > 0,
            )
            if Role.FOCAL in viewer.roles
            else false()
        )
    )
