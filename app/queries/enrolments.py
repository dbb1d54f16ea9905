"""Reading enrolments: who is in an edition, and as what."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import PARTICIPANTS, Enrolment


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
