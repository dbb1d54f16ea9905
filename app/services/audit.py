"""The audit log: every act of staff that changes somebody's standing leaves a row in it."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import AuditEvent


def record(
    session: Session,
    actor_id: UUID | None,
    action: str,
    subject_type: str,
    subject_id: UUID | None,
    **details: Any,
) -> AuditEvent:
    """Note who did what to which row, in the transaction of the deed itself."""
    event = AuditEvent(
        actor_id=actor_id,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        details=details,
    )
    session.add(event)
    return event
