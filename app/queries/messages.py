"""Reading the outbox: every message that was written to somebody, and whether it left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.folding import Folded
from app.core.text import folded
from app.models import Account, Institution, Message, MessageKind, MessageStatus

PAGE = 50
MOST_FAILING = 500


@dataclass(frozen=True, slots=True)
class MessageSeen:
    id: UUID
    created_at: datetime
    kind: str
    status: MessageStatus
    subject: str
    body: str
    language: str
    tries: int
    trouble: str
    sent_at: datetime | None
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which messages are wanted. What is empty does not matter."""

    status: MessageStatus | None = None
    kind: MessageKind | None = None
    person: str = ""  # words of a name, or of an address


def how_many_by_status(session: Session, sought: Sought) -> dict[MessageStatus, int]:
    query = select(Message.status, func.count()).group_by(Message.status)
    rows = session.exec(_narrowed(query, Sought(None, sought.kind, sought.person))).all()
    return {MessageStatus(status): n for status, n in rows}


def messages(session: Session, sought: Sought, *, page: int) -> list[MessageSeen]:
    """One page of the messages, the newest first."""
    query = (
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            Message.id,
            Message.created_at,
            Message.kind,
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
    return [MessageSeen(*row) for row in session.exec(_narrowed(query, sought)).all()]


def _narrowed(query: Any, sought: Sought) -> Any:
    if sought.status:
        query = query.where(Message.status == sought.status)
    if sought.kind:
        query = query.where(Message.kind == sought.kind.value)
    if words := folded(sought.person).split():
        people = select(Account.id)
        for word in words:
            named = Folded(col(Account.name)).contains(word, autoescape=True)
            people = people.where(named | col(Account.email).contains(word, autoescape=True))
        query = query.where(col(Message.account_id).in_(people))
    return query


@dataclass(frozen=True, slots=True)
class FailingAddress:
    """An account whose messages come back."""

    account_id: UUID
    name: str
    email: str
    institution: str | None
    country: str
    since: datetime
    reason: str


def failing_addresses(session: Session, *, only: UUID | None) -> list[FailingAddress]:
    """The newest first; ``only`` the people of one institution, for who sees no others."""
    query = (
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            Account.id,
            Account.name,
            Account.email,
            Institution.acronym,
            Account.country,
            Account.email_bounced_at,
            Account.email_bounce_reason,
        )
        .join(Institution, col(Institution.id) == col(Account.institution_id), isouter=True)
        .where(col(Account.email_bounced_at).is_not(None))
        .order_by(col(Account.email_bounced_at).desc(), Account.id)
        .limit(MOST_FAILING)
    )
    if only:
        query = query.where(Account.institution_id == only)
    return [FailingAddress(*row) for row in session.exec(query).all()]


def message_seen(session: Session, message_id: UUID) -> Message | None:
    return session.get(Message, message_id)


def items_of(session: Session, digest_id: UUID) -> list[Message]:
    """What a digest holds, the oldest first."""
    items = select(Message).where(Message.digest_id == digest_id).order_by(col(Message.id))
    return list(session.exec(items).all())
