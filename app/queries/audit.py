"""Reading the audit log: who did what, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import Account, AuditEvent

PAGE = 50


@dataclass(frozen=True, slots=True)
class EventSeen:
    at: datetime
    actor: str | None
    action: str
    subject_type: str
    subject_id: UUID | None
    details: dict[str, Any]


def how_many_events(session: Session, action: str = "") -> int:
    query = select(func.count()).select_from(AuditEvent)
    if action:
        query = query.where(AuditEvent.action == action)
    return session.exec(query).one()


def events(session: Session, action: str = "", *, page: int) -> list[EventSeen]:
    """One page of what staff did, or of one kind of act. No actor: the platform itself."""
    query = (
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            AuditEvent.created_at,
            Account.name,
            AuditEvent.action,
            AuditEvent.subject_type,
            AuditEvent.subject_id,
            AuditEvent.details,
        )
        .join(Account, col(Account.id) == col(AuditEvent.actor_id), isouter=True)
        .order_by(col(AuditEvent.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    if action:
        query = query.where(AuditEvent.action == action)
    return [EventSeen(*row) for row in session.exec(query).all()]


def known_actions(session: Session) -> list[str]:
    """Every kind of act that the log has, for the filter."""
    query = select(AuditEvent.action).distinct().order_by(AuditEvent.action)
    return list(session.exec(query).all())
