"""Reading accounts as those who look after them see them: a list to search, and one in full."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.folding import Folded
from app.models import (
    PARTICIPANTS,
    Account,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentStatus,
    Institution,
    PlatformRole,
    StaffRole,
    Suspension,
)
from app.queries.audit import is_called

PAGE = 50


class Held(StrEnum):
    """What somebody is, for the filter: on the platform, or in any edition."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    FOCAL = "focal"
    TUTOR = "tutor"
    OBSERVER = "observer"
    PARTICIPANT = "participant"


class Standing(StrEnum):
    OPEN = "open"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts are wanted. What is None or empty does not matter."""

    words: str = ""
    held: Held | None = None
    standing: Standing | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class AccountLine:
    id: UUID
    name: str
    email: str
    institution: str | None
    country: str
    platform_role: PlatformRole | None
    coordinates_id: UUID | None
    coordinates: str | None
    suspended_at: datetime | None
    accompanies: int
    takes: int

    @property
    def held(self) -> Held | None:
        """What they are on the platform."""
        if self.platform_role is None:
            return None
        return Held.FOCAL if self.coordinates_id else Held(self.platform_role.value)


_Bound = aliased(Institution)
_accompanies: Any = (
    select(func.count())
    .where(col(EditionStaff.account_id) == col(Account.id))
    .correlate(Account)
    .scalar_subquery()
)
_takes: Any = (
    select(func.count())
    .where(col(Enrolment.account_id) == col(Account.id), col(Enrolment.status).in_(PARTICIPANTS))
    .correlate(Account)
    .scalar_subquery()
)


def _lines() -> Select[tuple[Any, ...]]:
    return (
        select(
            col(Account.id),
            col(Account.name),
            col(Account.email),
            col(Institution.acronym),
            col(Account.country),
            col(Account.platform_role),
            col(Account.coordinates_id),
            col(_Bound.acronym),
            col(Account.suspended_at),
            _accompanies,
            _takes,
        )
        .select_from(Account)
        .join(Institution, col(Institution.id) == col(Account.institution_id), isouter=True)
        .join(_Bound, col(_Bound.id) == col(Account.coordinates_id), isouter=True)
    )


def how_many(session: Session, wanted: Wanted) -> int:
    query = select(func.count()).select_from(Account).where(*_conditions(wanted))
    return int(session.execute(query).scalar_one())


def accounts(session: Session, wanted: Wanted, *, page: int) -> list[AccountLine]:
    """One page of the accounts, by name."""
    query = (
        _lines()
        .where(*_conditions(wanted))
        .order_by(Folded(col(Account.name)), col(Account.id))
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return [AccountLine(*row) for row in session.execute(query)]


def account(session: Session, account_id: UUID) -> AccountLine | None:
    row = session.execute(_lines().where(col(Account.id) == account_id)).one_or_none()
    return AccountLine(*row) if row else None


def countries(session: Session) -> list[str]:
    """Where people with an account live."""
    there = select(col(Account.country)).where(col(Account.deleted_at).is_(None))
    return list(session.execute(there.distinct()).scalars())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [col(Account.deleted_at).is_(None), *is_called(wanted.words)]
    if wanted.held:
        found.append(_holds(wanted.held))
    if wanted.country:
        found.append(col(Account.country) == wanted.country)
    if wanted.standing:
        suspended = col(Account.suspended_at).is_not(None)
        found.append(suspended if wanted.standing is Standing.SUSPENDED else ~suspended)
    return found


def _holds(held: Held) -> ColumnElement[bool]:
    bound = col(Account.coordinates_id).is_not(None)
    coordinates = col(Account.platform_role) == PlatformRole.COORDINATOR
    accompanies = (
        exists()
        .where(
            col(EditionStaff.account_id) == col(Account.id),
            col(EditionStaff.role) == held.value,
        )
        .correlate(Account)
    )
    takes = (
        exists()
        .where(
            col(Enrolment.account_id) == col(Account.id), col(Enrolment.status).in_(PARTICIPANTS)
        )
        .correlate(Account)
    )
    return {
        Held.ADMINISTRATOR: col(Account.platform_role) == PlatformRole.ADMINISTRATOR,
        Held.COORDINATOR: coordinates & ~bound,
        Held.FOCAL: coordinates & bound,
        Held.TUTOR: accompanies,
        Held.OBSERVER: accompanies,
        Held.PARTICIPANT: takes,
    }[held]


@dataclass(frozen=True, slots=True)
class PlaceHeld:
    """An edition that somebody accompanies or is enrolled in."""

    edition_id: UUID
    title: Texts
    starts_on: date | None
    ends_on: date | None
    is_what: StaffRole | EnrolmentStatus


_PLACE: tuple[Any, ...] = (
    col(Edition.id),
    col(Course.title),
    col(Edition.starts_on),
    col(Edition.ends_on),
)


def accompanied(session: Session, account_id: UUID) -> list[PlaceHeld]:
    query = _places(EditionStaff, col(EditionStaff.role)).where(
        col(EditionStaff.account_id) == account_id
    )
    return [PlaceHeld(*row) for row in session.execute(query)]


def enrolled(session: Session, account_id: UUID) -> list[PlaceHeld]:
    query = _places(Enrolment, col(Enrolment.status)).where(col(Enrolment.account_id) == account_id)
    return [PlaceHeld(*row) for row in session.execute(query)]


def _places(of: type[EditionStaff | Enrolment], what: Any) -> Select[tuple[Any, ...]]:
    return (
        select(*_PLACE, what)
        .select_from(of)
        .join(Edition, col(Edition.id) == col(of.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .order_by(col(Edition.starts_on).desc().nulls_last(), col(Edition.id).desc())
    )


@dataclass(frozen=True, slots=True)
class EditionOffered:
    id: UUID
    title: Texts
    starts_on: date | None
    ends_on: date | None


def editions_to_accompany(session: Session, account_id: UUID, *, on: date) -> list[EditionOffered]:
    """The editions that are not over, and in which the person has no role yet."""
    has_role = exists().where(
        col(EditionStaff.edition_id) == col(Edition.id),
        col(EditionStaff.account_id) == account_id,
    )
    query = (
        select(*_PLACE)
        .select_from(Edition)
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(or_(col(Edition.ends_on).is_(None), col(Edition.ends_on) >= on), ~has_role)
        .order_by(col(Edition.starts_on).desc().nulls_last(), col(Edition.id).desc())
    )
    return [EditionOffered(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class StaffSeen:
    """Somebody who accompanies an edition."""

    account_id: UUID
    name: str
    email: str
    role: StaffRole


def staff_of(session: Session, edition_id: UUID) -> list[StaffSeen]:
    """Those who accompany an edition: tutors, then observers, each by name."""
    query = (
        select(col(Account.id), col(Account.name), col(Account.email), col(EditionStaff.role))
        .select_from(EditionStaff)
        .join(Account, col(Account.id) == col(EditionStaff.account_id))
        .where(col(EditionStaff.edition_id) == edition_id)
        .order_by(col(EditionStaff.role).desc(), Folded(col(Account.name)), col(Account.id))
    )
    return [StaffSeen(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class SuspensionSeen:
    begun_at: datetime
    begun_by: str | None
    reason: str
    ended_at: datetime | None
    ended_by: str | None
    reason_to_end: str


def suspensions(session: Session, account_id: UUID) -> list[SuspensionSeen]:
    """When an account was suspended and why, the newest first."""
    began, ended = aliased(Account), aliased(Account)
    query = (
        select(
            col(Suspension.created_at),
            col(began.name),
            col(Suspension.reason),
            col(Suspension.ended_at),
            col(ended.name),
            col(Suspension.reason_to_end),
        )
        .select_from(Suspension)
        .join(began, col(began.id) == col(Suspension.begun_by_id), isouter=True)
        .join(ended, col(ended.id) == col(Suspension.ended_by_id), isouter=True)
        .where(col(Suspension.account_id) == account_id)
        .order_by(col(Suspension.id).desc())
    )
    return [SuspensionSeen(*row) for row in session.execute(query)]
