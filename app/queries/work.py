"""Work that waits for the worker: the rows say so themselves."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.work import Work
from app.models import (
    Certificate,
    CertificateStatus,
    Invitation,
    InvitationState,
    LinkRequest,
    Message,
    MessageStatus,
    RequestStatus,
)

#: What failed is tried again, each time after twice as long, and then left for a person to see.
MOST_TRIES = 6
#: Whoever took something up that long ago and told nothing has died with it.
ABANDONED = timedelta(minutes=10)

#: Which rows are work, and in which state they wait; people who wait for a certificate come first.
WAITING: dict[
    Work,
    tuple[
        type[Certificate | Message | LinkRequest | Invitation],
        CertificateStatus | MessageStatus | RequestStatus | InvitationState,
    ],
] = {
    Work.ANSWER_REQUEST: (LinkRequest, RequestStatus.ASKED),
    Work.DRAW_CERTIFICATE: (Certificate, CertificateStatus.REQUESTED),
    Work.SEND_MESSAGE: (Message, MessageStatus.QUEUED),
    Work.SEND_INVITATION: (Invitation, InvitationState.QUEUED),
}


def state_of(model: type[Certificate | Message | LinkRequest | Invitation]) -> Any:
    """The column in which rows of work say how they stand."""
    return model.state if model is Invitation else model.status  # type: ignore[union-attr]


def due(session: Session, *, now: datetime) -> list[tuple[Work, UUID]]:
    """Every row that waits and that nobody has taken up, the oldest first."""
    return [
        (work, row)
        for work, (model, status) in WAITING.items()
        for row, tries, tried_at in session.exec(
            select(model.id, model.tries, model.tried_at)
            .where(state_of(model) == status, model.tries < MOST_TRIES)
            .order_by(col(model.id))
        ).all()
        if may_be_taken_up(tries, tried_at, now=now)
    ]


def may_be_taken_up(tries: int, tried_at: datetime | None, *, now: datetime) -> bool:
    """At once; after each failure 2, 4, 8… minutes later; or when a worker has died with it."""
    if tried_at is None:
        return True
    return tried_at + (timedelta(minutes=2**tries) if tries else ABANDONED) <= now
