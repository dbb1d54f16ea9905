"""Reading the works of teams: one's own as it stands, and all those of an edition."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, select, true, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.core.db import MemberName
from app.models import (
    PARTICIPANTS,
    Account,
    Capstone,
    CapstoneSection,
    CapstoneStatus,
    CapstoneVersion,
    Decision,
    EditionStaff,
    Enrolment,
    Institution,
    Milestone,
    Review,
    ReviewComment,
    SectionKey,
    StaffRole,
    Team,
    TeamMember,
)
from app.queries.versions import MemberNamed, MilestoneSeen, Snapshot

#: A day is over when it is over everywhere, also in the last zone (UTC-12).
LAST_ZONE = timedelta(hours=12)


def is_late(at: datetime, due_on: date | None) -> bool:
    return due_on is not None and (at - LAST_ZONE).date() > due_on


def count_words(text: str) -> int:
    return len(re.findall(r"\w+(?:[.,'’/-]\w+)*", text))


def tutors(account_id: Any) -> ColumnElement[bool]:
    """The condition on `Team` that ``account_id`` is a tutor of its edition."""
    return exists().where(
        col(EditionStaff.edition_id) == col(Team.edition_id),
        col(EditionStaff.account_id) == account_id,
        col(EditionStaff.role) == StaffRole.TUTOR,
    )


def tutor_in_charge() -> Any:
    """The tutor of a `Team`; none if it has none, or one who accompanies its edition no more."""
    return case((tutors(col(Team.tutor_id)), col(Team.tutor_id)))


def is_own_team(account_id: UUID) -> ColumnElement[bool]:
    """The condition on `Team` that a tutor of its edition answers for it: `policy.own_teams`."""
    return (
        (col(Team.tutor_id) == account_id)
        | col(Team.tutor_id).is_(None)
        | ~tutors(col(Team.tutor_id))
    )


@dataclass(frozen=True, slots=True)
class TeamWork:
    """A team and what it has of its capstone; ``id`` is None until something was saved."""

    team_id: UUID
    team: str
    tutor: str | None
    id: UUID | None
    title: str
    status: CapstoneStatus
    language: str
    saved_at: datetime | None
    saved_by: str | None
    tutor_id: UUID | None = None

    @property
    def can_be_written(self) -> bool:
        return self.status in {CapstoneStatus.DRAFT, CapstoneStatus.RETURNED}


_Tutor = aliased(Account)
_Saver = aliased(Account)


_TEAM_WORK: tuple[Any, ...] = (
    col(Team.id),
    col(Team.name),
    col(_Tutor.name),
    col(Capstone.id),
    col(Capstone.title),
    col(Capstone.status),
    col(Capstone.language),
    col(Capstone.saved_at),
    type_coerce(col(_Saver.name), MemberName).label("member"),
    tutor_in_charge(),
)


def team_work(session: Session, enrolment_id: UUID, edition_id: UUID) -> TeamWork | None:
    """The team that this enrolment is in, with its capstone."""
    member = select(col(TeamMember.team_id)).where(col(TeamMember.enrolment_id) == enrolment_id)
    return _one_team(session, edition_id, col(Team.id) == member.scalar_subquery())


def team_of_capstone(session: Session, capstone_id: UUID, edition_id: UUID) -> TeamWork | None:
    return _one_team(session, edition_id, col(Capstone.id) == capstone_id)


def _one_team(
    session: Session, edition_id: UUID, condition: ColumnElement[bool]
) -> TeamWork | None:
    row = session.execute(
        select(*_TEAM_WORK)
        .select_from(Team)
        .join(_Tutor, col(_Tutor.id) == col(Team.tutor_id), isouter=True)
        .join(Capstone, col(Capstone.team_id) == col(Team.id), isouter=True)
        .join(_Saver, col(_Saver.id) == col(Capstone.saved_by_id), isouter=True)
        .where(col(Team.edition_id) == edition_id, condition)
    ).one_or_none()
    if row is None:
        return None
    team_id, team, tutor, capstone_id, title, status, language, *saved = row
    if capstone_id is None:
        title, status, language = "", CapstoneStatus.DRAFT, ""
    return TeamWork(team_id, team, tutor, capstone_id, title, status, language, *saved)


@dataclass(frozen=True, slots=True)
class MemberSeen:
    enrolment_id: UUID
    account_id: UUID
    name: str
    institution: str | None
    country: str


_MEMBER: tuple[Any, ...] = (
    col(Enrolment.id),
    col(Account.id),
    col(Account.name),
    col(Institution.acronym),
    col(Enrolment.country),
)


def members(session: Session, team_id: UUID) -> list[MemberSeen]:
    """Those of the team who take part, by name; who withdrew is no longer of it."""
    rows = session.execute(
        select(*_MEMBER)
        .select_from(TeamMember)
        .join(Enrolment, col(Enrolment.id) == col(TeamMember.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
        .where(col(TeamMember.team_id) == team_id, col(Enrolment.status).in_(PARTICIPANTS))
        .order_by(col(Account.name), col(Account.id))
    )
    return [MemberSeen(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class SectionSeen:
    body: str = ""
    version: int = 0  # nothing was saved yet
    saved_at: datetime | None = None
    saved_by_id: UUID | None = None
    saved_by: str | None = None

    @property
    def words(self) -> int:
        return count_words(self.body)


_SECTION: tuple[Any, ...] = (
    col(CapstoneSection.key),
    col(CapstoneSection.body),
    col(CapstoneSection.version),
    col(CapstoneSection.saved_at),
    col(CapstoneSection.saved_by_id),
    type_coerce(col(Account.name), MemberName).label("member"),
)


def sections(session: Session, capstone_id: UUID | None) -> dict[SectionKey, SectionSeen]:
    """All sections in their order, also those not begun."""
    found = dict.fromkeys(SectionKey, SectionSeen())
    if capstone_id is None:
        return found
    rows = session.execute(
        select(*_SECTION)
        .join(Account, col(Account.id) == col(CapstoneSection.saved_by_id), isouter=True)
        .where(col(CapstoneSection.capstone_id) == capstone_id)
    )
    return found | {key: SectionSeen(*rest) for key, *rest in rows}


_MILESTONE: tuple[Any, ...] = (
    col(Milestone.id),
    col(Milestone.title),
    col(Milestone.responsible),
    col(Milestone.due_on),
    col(Milestone.indicator),
    col(Milestone.resources),
)


def milestones(session: Session, capstone_id: UUID | None) -> list[MilestoneSeen]:
    if capstone_id is None:
        return []
    rows = session.execute(
        select(*_MILESTONE)
        .where(col(Milestone.capstone_id) == capstone_id)
        .order_by(col(Milestone.position), col(Milestone.id))
    )
    return [MilestoneSeen(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list of versions; of its review only what the team may know."""

    number: int
    submitted_at: datetime
    submitted_by: str | None
    status: CapstoneStatus
    decided_at: datetime | None
    review_id: UUID | None
    decision: Decision | None
    message: str | None
    score: int | None
    out_of: int | None
    tutor: str | None


_VERSION: tuple[Any, ...] = (
    col(CapstoneVersion.number),
    col(CapstoneVersion.submitted_at),
    type_coerce(col(_Saver.name), MemberName).label("member"),
    col(CapstoneVersion.status),
    col(CapstoneVersion.decided_at),
    col(Review.id),
    col(Review.decision),
    col(Review.message),
    col(Review.score),
    col(Review.out_of),
    col(_Tutor.name),
)


def versions(session: Session, capstone_id: UUID | None) -> list[VersionLine]:
    """The newest first. A review that is not decided yet is left out."""
    if capstone_id is None:
        return []
    rows = session.execute(
        select(*_VERSION)
        .select_from(CapstoneVersion)
        .join(_Saver, col(_Saver.id) == col(CapstoneVersion.submitted_by_id), isouter=True)
        .join(
            Review,
            (col(Review.version_id) == col(CapstoneVersion.id)) & col(Review.decision).is_not(None),
            isouter=True,
        )
        .join(_Tutor, col(_Tutor.id) == col(Review.tutor_id), isouter=True)
        .where(col(CapstoneVersion.capstone_id) == capstone_id)
        .order_by(col(CapstoneVersion.number).desc())
    )
    return [VersionLine(*row) for row in rows]


def decided_comments(session: Session, review_id: UUID | None) -> dict[str, str]:
    """What the tutor wrote beside each part, once the version is decided."""
    if review_id is None:
        return {}
    rows = session.execute(
        select(col(ReviewComment.section), col(ReviewComment.body))
        .join(Review, col(Review.id) == col(ReviewComment.review_id))
        .where(col(ReviewComment.review_id) == review_id, col(Review.decision).is_not(None))
    )
    return dict(rows.all())


@dataclass(frozen=True, slots=True)
class WholeWork:
    """Everything that a member sees of the team's work."""

    work: TeamWork
    members: list[MemberSeen]
    sections: dict[SectionKey, SectionSeen]
    milestones: list[MilestoneSeen]
    versions: list[VersionLine]
    comments: dict[str, str]  # on the newest version, by part

    @property
    def next_number(self) -> int:
        return self.versions[0].number + 1 if self.versions else 1

    @property
    def content(self) -> Snapshot:
        """What would be handed in now."""
        return snapshot(self.work, self.sections, self.milestones, self.members)


def whole_work(session: Session, work: TeamWork) -> WholeWork:
    found = versions(session, work.id)
    return WholeWork(
        work,
        members(session, work.team_id),
        sections(session, work.id),
        milestones(session, work.id),
        found,
        decided_comments(session, found[0].review_id if found else None),
    )


def snapshot(
    work: TeamWork | Capstone,
    written: dict[SectionKey, SectionSeen],
    planned: list[MilestoneSeen],
    people: list[MemberSeen],
) -> Snapshot:
    return Snapshot(
        title=work.title,
        language=work.language,
        sections={key: section.body for key, section in written.items()},
        milestones=tuple(planned),
        members=tuple(MemberNamed(member.account_id, member.name) for member in people),
    )


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team of an edition as its staff see it; drafts stay with the team."""

    team: str
    tutor: str | None
    capstone_id: UUID | None
    title: str | None
    language: str | None
    status: CapstoneStatus | None
    members: int
    number: int | None
    submitted_at: datetime | None

    @property
    def waits_since(self) -> datetime | None:
        return self.submitted_at if self.status is CapstoneStatus.SUBMITTED else None


_TEAM: tuple[Any, ...] = (
    col(Team.name),
    col(_Tutor.name),
    col(Capstone.id),
    col(Capstone.title),
    col(Capstone.language),
    col(Capstone.status),
)


def teams(session: Session, edition_id: UUID, *, only_of: UUID | None = None) -> list[TeamLine]:
    """Those who wait longest first, then by name; all of the edition, or ``only_of`` one tutor."""
    newest: Any = (
        select(func.max(CapstoneVersion.number))
        .where(col(CapstoneVersion.capstone_id) == col(Capstone.id))
        .correlate(Capstone)
        .scalar_subquery()
    )
    size: Any = (
        select(func.count())
        .select_from(TeamMember)
        .join(Enrolment, col(Enrolment.id) == col(TeamMember.enrolment_id))
        .where(col(TeamMember.team_id) == col(Team.id), col(Enrolment.status).in_(PARTICIPANTS))
        .correlate(Team)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            *_TEAM,
            size.label("members"),
            col(CapstoneVersion.number),
            col(CapstoneVersion.submitted_at),
        )
        .select_from(Team)
        .join(_Tutor, col(_Tutor.id) == col(Team.tutor_id), isouter=True)
        .join(Capstone, col(Capstone.team_id) == col(Team.id), isouter=True)
        .join(
            CapstoneVersion,
            (col(CapstoneVersion.capstone_id) == col(Capstone.id))
            & (col(CapstoneVersion.number) == newest),
            isouter=True,
        )
        .where(col(Team.edition_id) == edition_id, is_own_team(only_of) if only_of else true())
        .order_by(col(Team.name), col(Team.id))
    )
    lines = [TeamLine(*row) for row in rows]
    waiting = sorted((t for t in lines if t.waits_since), key=lambda t: str(t.waits_since))
    return [*waiting, *(team for team in lines if not team.waits_since)]
