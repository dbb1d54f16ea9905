"""Reading announcements: to whom one goes, and which of them somebody may read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import (
    PARTICIPANTS,
    Account,
    Announcement,
    Audience,
    EditionStaff,
    Enrolment,
    EnrolmentStatus,
    Institution,
    StaffRole,
    Team,
    TeamMember,
)
from app.queries.live_sessions import Recipient

PAGE = 20
APPLICANTS = (EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom of an edition an announcement is for."""

    audience: Audience
    team_id: UUID | None = None
    country: str = ""
    institution_id: UUID | None = None  # whose people alone


@dataclass(frozen=True, slots=True)
class AnnouncementSeen:
    id: UUID
    at: datetime
    title: Texts
    body: Texts
    audience: Audience
    country: str
    team: str | None
    institution: str | None
    author: str
    recipients: int


@dataclass(frozen=True, slots=True)
class ReaderThere:
    """Who reads, and what they are in the edition."""

    account_id: UUID
    reads_all: bool
    coordinates_id: UUID | None


def recipients(
    session: Session, edition_id: UUID, target: Target, *, without: UUID
) -> list[Recipient]:
    """Everybody whom ``target`` means, each once; not its author."""
    rows = session.execute(
        select(col(Account.id), col(Account.name), col(Account.language), col(Account.timezone))
        .where(
            _means(edition_id, target),
            col(Account.id) != without,
            col(Account.deleted_at).is_(None),
        )
        .order_by(col(Account.id))
    )
    return [Recipient(*row) for row in rows]


def how_many(session: Session, edition_id: UUID, target: Target, *, without: UUID) -> int:
    people = (
        select(func.count())
        .select_from(Account)
        .where(
            _means(edition_id, target),
            col(Account.id) != without,
            col(Account.deleted_at).is_(None),
        )
    )
    return int(session.execute(people).scalar_one())


def _means(edition_id: UUID, target: Target) -> ColumnElement[bool]:
    enrolled = col(Account.id).in_(_enrolled(edition_id, target))
    staff = select(col(EditionStaff.account_id)).where(col(EditionStaff.edition_id) == edition_id)
    if target.audience is Audience.EVERYBODY:
        return enrolled | col(Account.id).in_(staff)
    if target.audience is Audience.TUTORS:
        return col(Account.id).in_(staff.where(col(EditionStaff.role) == StaffRole.TUTOR))
    return enrolled


def _enrolled(edition_id: UUID, target: Target) -> Select[Any]:
    wanted = APPLICANTS if target.audience is Audience.APPLICANTS else PARTICIPANTS
    query = select(col(Enrolment.account_id)).where(
        col(Enrolment.edition_id) == edition_id, col(Enrolment.status).in_(wanted)
    )
    if target.institution_id:
        query = query.where(col(Enrolment.institution_id) == target.institution_id)
    if target.audience is Audience.COUNTRY:
        query = query.where(col(Enrolment.country) == target.country)
    if target.audience is Audience.TEAM:
        query = query.join(TeamMember, col(TeamMember.enrolment_id) == col(Enrolment.id)).where(
            col(TeamMember.team_id) == target.team_id
        )
    return query


def teams_of(
    session: Session, edition_id: UUID, *, only_institution: UUID | None = None
) -> list[tuple[UUID, str]]:
    """The teams of the edition; for a focal point those that one of their own people is in."""
    query = (
        select(col(Team.id), col(Team.name))
        .where(col(Team.edition_id) == edition_id)
        .order_by(col(Team.name))
    )
    if only_institution:
        own = (
            select(col(TeamMember.team_id))
            .join(Enrolment, col(Enrolment.id) == col(TeamMember.enrolment_id))
            .where(col(Enrolment.institution_id) == only_institution)
        )
        query = query.where(col(Team.id).in_(own))
    return [(row[0], row[1]) for row in session.execute(query)]


def how_many_for(session: Session, edition_id: UUID, reader: ReaderThere) -> int:
    readable = select(func.count()).select_from(Announcement)
    return int(session.execute(readable.where(*_readable(edition_id, reader))).scalar_one())


def announcements(
    session: Session, edition_id: UUID, reader: ReaderThere, *, page: int
) -> list[AnnouncementSeen]:
    """One page of what somebody may read in an edition, the newest first."""
    rows = session.execute(
        select(
            col(Announcement.id),
            col(Announcement.created_at),
            col(Announcement.title),
            col(Announcement.body),
            col(Announcement.audience),
            col(Announcement.country),
            col(Team.name),
            col(Institution.acronym),
            col(Account.name),
            col(Announcement.recipients),
        )
        .join(Account, col(Account.id) == col(Announcement.author_id))
        .join(Team, col(Team.id) == col(Announcement.team_id), isouter=True)
        .join(Institution, col(Institution.id) == col(Announcement.institution_id), isouter=True)
        .where(*_readable(edition_id, reader))
        .order_by(col(Announcement.created_at).desc(), col(Announcement.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [AnnouncementSeen(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Latest:
    """An announcement as a person's first page names it."""

    id: UUID
    edition_id: UUID
    at: datetime
    title: Texts


def latest_for(
    session: Session,
    account_id: UUID,
    *,
    taken: Collection[UUID],
    accompanied: Collection[UUID],
    since: datetime,
    most: int,
) -> list[Latest]:
    """What was announced to somebody in what they take or accompany, the newest first."""
    here = col(Announcement.edition_id)
    to_staff = here.in_(accompanied) & col(Announcement.audience).in_(
        [Audience.EVERYBODY, Audience.TUTORS]
    )
    rows = session.execute(
        select(col(Announcement.id), here, col(Announcement.created_at), col(Announcement.title))
        .where(
            col(Announcement.created_at) >= since,
            col(Announcement.author_id) != account_id,
            or_(here.in_(taken) & _for_participant(here, account_id), to_staff),
        )
        .order_by(col(Announcement.created_at).desc(), col(Announcement.id).desc())
        .limit(most)
    )
    return [Latest(*row) for row in rows]


def _readable(edition_id: UUID, reader: ReaderThere) -> list[ColumnElement[bool]]:
    here = col(Announcement.edition_id) == edition_id
    if reader.reads_all:
        return [here]
    own = col(Announcement.author_id) == reader.account_id
    return [
        here,
        or_(own, _for_participant(edition_id, reader.account_id), _for_focal_point(reader)),
    ]


def _for_participant(edition_id: Any, reader_id: UUID) -> ColumnElement[bool]:
    mine: tuple[Any, ...] = (
        col(Enrolment.edition_id) == edition_id,
        col(Enrolment.account_id) == reader_id,
        col(Enrolment.status).in_(PARTICIPANTS),
    )
    my_teams = (
        select(col(TeamMember.team_id))
        .join(Enrolment, col(Enrolment.id) == col(TeamMember.enrolment_id))
        .where(*mine)
    )
    audience = col(Announcement.audience)
    institution = col(Announcement.institution_id)
    return and_(
        select(col(Enrolment.id)).where(*mine).exists(),
        or_(
            audience.in_([Audience.EVERYBODY, Audience.PARTICIPANTS]),
            and_(
                audience == Audience.COUNTRY,
                col(Announcement.country).in_(select(col(Enrolment.country)).where(*mine)),
            ),
            and_(audience == Audience.TEAM, col(Announcement.team_id).in_(my_teams)),
        ),
        or_(
            institution.is_(None),
            institution.in_(select(col(Enrolment.institution_id)).where(*mine)),
        ),
    )


def _for_focal_point(reader: ReaderThere) -> ColumnElement[bool]:
    """What went to all participants, and what went to the institution's own people."""
    if reader.coordinates_id is None:
        return false()
    to_all = col(Announcement.institution_id).is_(None) & col(Announcement.audience).in_(
        [Audience.EVERYBODY, Audience.PARTICIPANTS]
    )
    return to_all | (col(Announcement.institution_id) == reader.coordinates_id)
