"""Reading what an institution's page shows: its names, its people here, and its history."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.i18n import country_name
from app.models import (
    PARTICIPANTS,
    Account,
    AliasKind,
    AuditEvent,
    Course,
    Edition,
    Enrolment,
    EnrolmentCount,
    Institution,
    InstitutionAlias,
    InstitutionKind,
    InstitutionMerge,
    InstitutionProposal,
    ProposalState,
)

MOST_EVENTS = 50


@dataclass(frozen=True, slots=True)
class InstitutionFacts:
    id: UUID
    acronym: str
    name: str
    country: str
    kind: InstitutionKind
    is_example: bool
    needs_review: bool
    created_at: datetime
    merged_into_id: UUID | None
    successor: str | None  # the acronym of the one that took its place

    @property
    def label(self) -> str:
        return f"{self.acronym}, {country_name(self.country)}"


@dataclass(frozen=True, slots=True)
class AliasSeen:
    id: UUID
    words: str
    kind: AliasKind


@dataclass(frozen=True, slots=True)
class FocalPoint:
    id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class EditionSent:
    """An edition, and how many took part in it from one institution."""

    id: UUID
    title: Texts
    starts_on: date | None
    ends_on: date | None
    year: int
    participants: int


@dataclass(frozen=True, slots=True)
class MergeSeen:
    """That an institution took the place of another."""

    id: UUID
    at: datetime
    gone_id: UUID
    acronym: str
    name: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    actor: str | None
    action: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WhatMoves:
    """What a merge would move, and what stays as it was."""

    people: int
    focal_points: int
    aliases: list[str]
    proposals: int
    enrolments: int  # these keep what they were


def institution(session: Session, institution_id: UUID) -> InstitutionFacts | None:
    it, next_one = Institution, aliased(Institution)
    row = session.execute(
        select(
            col(it.id),
            col(it.acronym),
            col(it.name),
            col(it.country),
            col(it.kind),
            col(it.is_example),
            col(it.needs_review),
            col(it.created_at),
            col(it.merged_into_id),
            col(next_one.acronym),
        )
        .join(next_one, col(next_one.id) == col(it.merged_into_id), isouter=True)
        .where(col(it.id) == institution_id)
    ).one_or_none()
    return InstitutionFacts(*row) if row else None


def aliases_of(session: Session, institution_id: UUID) -> list[AliasSeen]:
    rows = session.execute(
        select(col(InstitutionAlias.id), col(InstitutionAlias.words), col(InstitutionAlias.kind))
        .where(col(InstitutionAlias.institution_id) == institution_id)
        .order_by(col(InstitutionAlias.id))
    )
    return [AliasSeen(*row) for row in rows]


def focal_points(session: Session, institution_id: UUID) -> list[FocalPoint]:
    rows = session.execute(
        select(col(Account.id), col(Account.name), col(Account.email))
        .where(col(Account.coordinates_id) == institution_id)
        .order_by(col(Account.name), col(Account.id))
    )
    return [FocalPoint(*row) for row in rows]


def editions_sent_to(session: Session, institution_id: UUID) -> list[EditionSent]:
    """The editions that people of the institution took part in, the newest first."""
    of = EnrolmentCount
    rows = session.execute(
        select(
            col(Edition.id),
            col(Course.title),
            col(Edition.starts_on),
            col(Edition.ends_on),
            col(Edition.reporting_year),
            func.sum(col(of.n)),
        )
        .join(Edition, col(Edition.id) == col(of.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(
            col(of.institution_key) == institution_id,
            col(of.status).in_(PARTICIPANTS),
            col(of.n) > 0,
        )
        .group_by(col(Edition.id), col(Course.id))
        .order_by(col(Edition.reporting_year).desc(), col(Edition.starts_on).desc())
    )
    return [
        EditionSent(edition, title, starts, ends, year, int(n))
        for edition, title, starts, ends, year, n in rows
    ]


def people_at(session: Session, institution_id: UUID) -> int:
    """How many accounts name it as theirs today."""
    counted = select(func.count()).where(col(Account.institution_id) == institution_id)
    return int(session.execute(counted).scalar_one())


def merges_into(session: Session, institution_id: UUID) -> list[MergeSeen]:
    """The institutions whose place it took, the last first; without what was undone."""
    rows = session.execute(
        select(
            col(InstitutionMerge.id),
            col(InstitutionMerge.created_at),
            col(Institution.id),
            col(Institution.acronym),
            col(Institution.name),
        )
        .join(Institution, col(Institution.id) == col(InstitutionMerge.gone_id))
        .where(
            col(InstitutionMerge.stays_id) == institution_id,
            col(InstitutionMerge.undone_at).is_(None),
        )
        .order_by(col(InstitutionMerge.id).desc())
    )
    return [MergeSeen(*row) for row in rows]


def history(session: Session, institution_id: UUID) -> list[HistoryLine]:
    """What staff did to it, the newest first. No actor: the platform itself."""
    rows = session.execute(
        select(
            col(AuditEvent.created_at),
            col(Account.name),
            col(AuditEvent.action),
            col(AuditEvent.details),
        )
        .join(Account, col(Account.id) == col(AuditEvent.actor_id), isouter=True)
        .where(
            col(AuditEvent.subject_type) == "institution",
            col(AuditEvent.subject_id) == institution_id,
        )
        .order_by(col(AuditEvent.id).desc())
        .limit(MOST_EVENTS)
    )
    return [HistoryLine(*row) for row in rows]


def what_moves(session: Session, institution_id: UUID) -> WhatMoves:
    def number(column: Any, *conditions: Any) -> int:
        counted = select(func.count()).where(column == institution_id, *conditions)
        return int(session.execute(counted).scalar_one())

    return WhatMoves(
        people=number(col(Account.institution_id)),
        focal_points=number(col(Account.coordinates_id)),
        aliases=[alias.words for alias in aliases_of(session, institution_id)],
        proposals=number(
            col(InstitutionProposal.institution_id),
            col(InstitutionProposal.state) == ProposalState.WAITING,
        ),
        enrolments=number(col(Enrolment.institution_id)),
    )
