"""Reading invitations: who was invited to an edition, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import Course, Edition, Invitation, InvitationState


@dataclass(frozen=True, slots=True)
class InvitationSeen:
    id: UUID
    email: str
    language: str
    generation: int
    state: InvitationState
    changed_at: datetime

    @property
    def stands(self) -> bool:
        return self.state not in {InvitationState.ACCEPTED, InvitationState.REVOKED}


def invitations(
    session: Session, edition_id: UUID, *, page: int = 1, size: int = 50
) -> list[InvitationSeen]:
    of = Invitation
    rows = session.execute(
        select(
            col(of.id),
            col(of.email),
            col(of.language),
            col(of.generation),
            col(of.state),
            col(of.changed_at),
        )
        .where(col(of.edition_id) == edition_id)
        .order_by(col(of.changed_at).desc(), col(of.email))
        .offset((page - 1) * size)
        .limit(size)
    )
    return [InvitationSeen(*row) for row in rows]


def how_many_invitations(session: Session, edition_id: UUID) -> dict[InvitationState, int]:
    of = Invitation
    rows = session.execute(
        select(col(of.state), func.count())
        .where(col(of.edition_id) == edition_id)
        .group_by(col(of.state))
    )
    return dict.fromkeys(InvitationState, 0) | {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class InvitationWritten:
    """An invitation with the edition it is to, for those who keep the platform running."""

    invitation: Invitation
    course: Texts
    starts_on: date | None


def invitations_anywhere(
    session: Session, email: str, *, page: int, size: int
) -> list[InvitationWritten]:
    """One page of the invitations to all editions, the newest first; ``email``: a part of it."""
    rows = session.execute(
        _addressed(select(Invitation, col(Course.title), col(Edition.starts_on)), email)
        .join(Edition, col(Edition.id) == col(Invitation.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .order_by(col(Invitation.changed_at).desc(), col(Invitation.id))
        .offset((page - 1) * size)
        .limit(size)
    )
    return [InvitationWritten(*row) for row in rows]


def how_many_anywhere(session: Session, email: str) -> int:
    many = _addressed(select(func.count()).select_from(Invitation), email)
    return int(session.execute(many).scalar_one())


def _addressed(query: Any, email: str) -> Any:
    part = email.strip().lower()
    return query.where(col(Invitation.email).contains(part, autoescape=True)) if part else query


def invitation_written(session: Session, invitation_id: UUID) -> tuple[Invitation, Texts] | None:
    """One invitation, and the title of its course."""
    row = session.execute(
        select(Invitation, col(Course.title))
        .join(Edition, col(Edition.id) == col(Invitation.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(col(Invitation.id) == invitation_id)
    ).one_or_none()
    return (row[0], dict(row[1])) if row else None
