"""Reading the outbox: every message that was written to somebody, and whether it left."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import Account, Message, MessageStatus

PAGE = 50


@dataclass(frozen=True, slots=True)
class MessageSeen:
    id: UUID
    created_at: datetime
    status: MessageStatus
    subject: str
    body: str
    language: str
    tries: int
    trouble: str
    sent_at: datetime | None
    name: str
    email: str


def how_many_by_status(session: Session) -> dict[MessageStatus, int]:
    rows = session.exec(select(Message.status, func.count()).group_by(Message.status)).all()
    return {MessageStatus(status): n for status, n in rows}


def messages(session: Session, status: MessageStatus | None, *, page: int) -> list[MessageSeen]:
    """One page of the messages, the newest first."""
    query = (
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            Message.id,
            Message.created_at,
            Message.status,
            Message.subject,
            Message.body,
            Message.language,
            Message.tries,
            Message.trouble,
            Message.sent_at,
            Account.name,
            func.coalesce(func.nullif(Message.email, ""), Account.email),
        )
        .join(Account, col(Account.id) == col(Message.account_id))
        .order_by(col(Message.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    if status:
        query = query.where(Message.status == status)
    return [MessageSeen(*row) for row in session.exec(query).all()]
