"""Reading invitations: who was invited to an edition, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.models import Invitation, InvitationState


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
