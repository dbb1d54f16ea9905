"""Work that waits for the worker: the rows say so themselves."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.work import Work
from app.models import Certificate, CertificateStatus, Message, MessageStatus

#: What failed is tried again, each time after twice as long, and then left for a person to see.
MOST_TRIES = 6


def due(session: Session, *, now: datetime) -> list[tuple[Work, UUID]]:
    """Every row that waits, oldest first; people who wait for a certificate before mail."""
    certificates = session.exec(
        select(Certificate.id, Certificate.created_at, Certificate.tries)
        .where(Certificate.status == CertificateStatus.REQUESTED)
        .order_by(col(Certificate.id))
    ).all()
    messages = session.exec(
        select(Message.id, Message.created_at, Message.tries)
        .where(Message.status == MessageStatus.QUEUED)
        .order_by(col(Message.id))
    ).all()
    return [
        (work, row)
        for work, rows in ((Work.DRAW_CERTIFICATE, certificates), (Work.SEND_MESSAGE, messages))
        for row, since, tries in rows
        if tries < MOST_TRIES and since + _patience(tries) <= now
    ]


def _patience(tries: int) -> timedelta:
    """How long after it was asked for the next try comes: at once, then 2, 4, 8… minutes later."""
    return timedelta(minutes=2**tries) if tries else timedelta()
