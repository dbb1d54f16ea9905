"""Reading nominations: whom an institution can name for an edition, and whom it has named."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Account, Enrolment, EnrolmentStatus, normalized_email


def person_to_name(session: Session, email: str, institution_id: UUID) -> Account | None:
    """Somebody of the institution, by their address; of nobody else anything is told."""
    found = session.execute(
        select(Account).where(
            col(Account.email) == normalized_email(email),
            col(Account.institution_id) == institution_id,
        )
    ).scalar_one_or_none()
    return None if found is None or found.is_pending else found


@dataclass(frozen=True, slots=True)
class NamedPerson:
    name: str
    status: EnrolmentStatus
    since: datetime


def named_by(session: Session, edition_id: UUID, institution_id: UUID) -> list[NamedPerson]:
    """The people of an institution in an edition, whoever put them down."""
    rows = session.execute(
        select(col(Account.name), col(Enrolment.status), col(Enrolment.created_at))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(
            col(Enrolment.edition_id) == edition_id,
            col(Enrolment.institution_id) == institution_id,
        )
        .order_by(col(Enrolment.created_at), col(Enrolment.id))
    )
    return [NamedPerson(*row) for row in rows]
