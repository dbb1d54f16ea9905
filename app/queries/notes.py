"""Reading what staff wrote about an enrolment, as far as the reader may, and who supports it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Account, Enrolment, EnrolmentNote, EnrolmentStatus, Institution, Support


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """The person of an enrolment, as whoever decides or supports sees them."""

    id: UUID  # the enrolment
    name: str
    email: str
    institution: str | None
    institution_id: UUID | None
    country: str
    status: EnrolmentStatus
    since: datetime


def person_seen(
    session: Session, edition_id: UUID, enrolment_id: UUID, *, only_institution: UUID | None
) -> PersonSeen | None:
    """Somebody of this edition; None as well if they are not of the reader's institution."""
    query = (
        select(
            col(Enrolment.id),
            col(Account.name),
            col(Account.email),
            col(Institution.acronym),
            col(Enrolment.institution_id),
            col(Enrolment.country),
            col(Enrolment.status),
            col(Enrolment.created_at),
        )
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
        .where(col(Enrolment.id) == enrolment_id, col(Enrolment.edition_id) == edition_id)
    )
    if only_institution:
        query = query.where(col(Enrolment.institution_id) == only_institution)
    row = session.execute(query).one_or_none()
    return PersonSeen(*row) if row else None


@dataclass(frozen=True, slots=True)
class NoteSeen:
    id: UUID
    author_id: UUID
    author: str
    at: datetime
    body: str
    shared: bool


def notes(session: Session, enrolment_id: UUID, *, only_shared: bool) -> list[NoteSeen]:
    """The notes about somebody, the oldest first; for a focal point those that are shared."""
    query = (
        select(
            col(EnrolmentNote.id),
            col(EnrolmentNote.author_id),
            col(Account.name),
            col(EnrolmentNote.created_at),
            col(EnrolmentNote.body),
            col(EnrolmentNote.shared),
        )
        .join(Account, col(Account.id) == col(EnrolmentNote.author_id))
        .where(col(EnrolmentNote.enrolment_id) == enrolment_id)
        .order_by(col(EnrolmentNote.created_at), col(EnrolmentNote.id))
    )
    if only_shared:
        query = query.where(col(EnrolmentNote.shared).is_(True))
    return [NoteSeen(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class SupportSeen:
    account_id: UUID
    name: str
    at: datetime
    words: str


def supports(session: Session, enrolment_id: UUID) -> list[SupportSeen]:
    rows = session.execute(
        select(
            col(Support.account_id), col(Account.name), col(Support.created_at), col(Support.words)
        )
        .join(Account, col(Account.id) == col(Support.account_id))
        .where(col(Support.enrolment_id) == enrolment_id)
        .order_by(col(Support.created_at))
    )
    return [SupportSeen(*row) for row in rows]
