"""Reading enrolments: who is in an edition, and as what."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import PARTICIPANTS, Account, Enrolment, EnrolmentStatus, Gender, Institution


def enrolment_of(session: Session, account_id: UUID, edition_id: UUID) -> Enrolment | None:
    return session.exec(
        select(Enrolment).where(
            Enrolment.account_id == account_id, Enrolment.edition_id == edition_id
        )
    ).one_or_none()


def places_taken(session: Session, edition_id: UUID) -> int:
    return session.exec(
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.edition_id == edition_id, col(Enrolment.status).in_(PARTICIPANTS))
    ).one()


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """A person of an edition as its staff see them; gender and institution as on admission."""

    enrolment_id: UUID
    account_id: UUID
    name: str
    email: str
    status: EnrolmentStatus
    gender: Gender
    country: str
    institution_id: UUID | None
    institution: str | None
    language: str
    admitted_at: datetime | None
    completed_at: datetime | None


def people(
    session: Session, edition_id: UUID, *, only_institution: UUID | None = None
) -> list[PersonSeen]:
    """Everyone in the edition by name; for a focal coordinator only the own institution's."""
    query = (
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            Enrolment.id,
            Account.id,
            Account.name,
            Account.email,
            Enrolment.status,
            Enrolment.gender,
            Enrolment.country,
            Enrolment.institution_id,
            Institution.acronym,
            Enrolment.language,
            Enrolment.admitted_at,
            Enrolment.completed_at,
        )
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
        .where(Enrolment.edition_id == edition_id)
        .order_by(col(Account.name), col(Account.id))
    )
    if only_institution:
        query = query.where(Enrolment.institution_id == only_institution)
    return [PersonSeen(*row) for row in session.exec(query).all()]
