"""Work that waits for the worker: the rows say so themselves."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.work import Work
from app.models import (
    AttachmentStatus,
    Certificate,
    CertificateStatus,
    CopyStatus,
    DataCopy,
    ForumAttachment,
    ImportStatus,
    Invitation,
    InvitationState,
    LinkRequest,
    Message,
    MessageStatus,
    PeopleImport,
    RequestStatus,
)

#: What failed is tried again, each time after longer, and then left for a person to see.
MOST_TRIES = 6
#: How long to wait after each failure. A mail server may be down for a day.
_SOON = tuple(timedelta(minutes=2**tries) for tries in range(1, MOST_TRIES))
_WITHIN_A_DAY = tuple(timedelta(minutes=n) for n in (2, 15, 60, 4 * 60, 19 * 60))
WAITS: dict[Work, tuple[timedelta, ...]] = dict.fromkeys(Work, _SOON) | dict.fromkeys(
    (Work.SEND_MESSAGE, Work.SEND_INVITATION), _WITHIN_A_DAY
)
#: Whoever took something up that long ago and told nothing has died with it.
ABANDONED = timedelta(minutes=10)

type Worked = (
    Certificate | DataCopy | Message | LinkRequest | PeopleImport | Invitation | ForumAttachment
)

#: Which rows are work, and in which state they wait; what thousands may wait for comes last.
WAITING: dict[
    Work,
    tuple[
        type[Worked],
        CertificateStatus
        | CopyStatus
        | MessageStatus
        | RequestStatus
        | ImportStatus
        | InvitationState
        | AttachmentStatus,
    ],
] = {
    Work.ANSWER_REQUEST: (LinkRequest, RequestStatus.ASKED),
    Work.DRAW_CERTIFICATE: (Certificate, CertificateStatus.REQUESTED),
    Work.CHECK_IMPORT: (PeopleImport, ImportStatus.CHECKING),
    Work.APPLY_IMPORT: (PeopleImport, ImportStatus.APPLYING),
    Work.CHECK_ATTACHMENT: (ForumAttachment, AttachmentStatus.WAITING),
    Work.SEND_INVITATION: (Invitation, InvitationState.QUEUED),
    Work.COPY_DATA: (DataCopy, CopyStatus.REQUESTED),
    Work.SEND_MESSAGE: (Message, MessageStatus.QUEUED),
}


def state_of(
    model: type[Worked],
) -> Any:
    """The column in which rows of work say how they stand."""
    return model.state if model is Invitation else model.status  # type: ignore[union-attr]  # -- it alone says state


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
        if may_be_taken_up(work, tries, tried_at, now=now)
    ]


def may_be_taken_up(work: Work, tries: int, tried_at: datetime | None, *, now: datetime) -> bool:
    """At once; after each failure some time later; or when a worker has died with it.

    What was taken up long after ``now`` was so by a clock that was wrong.
    """
    if tried_at is None or tried_at > now + ABANDONED:
        return True
    wait = WAITS[work][min(tries, MOST_TRIES - 1) - 1] if tries else ABANDONED
    return tried_at + wait <= now
