"""Reading enrolments: who is in an edition, and as what."""

from uuid import UUID

from sqlmodel import Session, select

from app.models import Enrolment


def enrolment_of(session: Session, account_id: UUID, edition_id: UUID) -> Enrolment | None:
    return session.exec(
        select(Enrolment).where(
            Enrolment.account_id == account_id, Enrolment.edition_id == edition_id
        )
    ).one_or_none()
