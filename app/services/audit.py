"""The audit trail: every act that only staff may do leaves a row in it, before and after."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col

from app.models import (
    AuditEvent,
    AuditHead,
    Capstone,
    CapstoneVersion,
    Certificate,
    Enrolment,
    LiveSession,
    Message,
)
from app.models.audit import BEGINNING

#: Before and after of what was made, and of what was taken away.
MADE: dict[str, Any] = {"before": {"there": False}, "after": {"there": True}}
GONE: dict[str, Any] = {"before": {"there": True}, "after": {"there": False}}

#: Whom an event is about, and in which edition it happened.
type Place = tuple[UUID | None, UUID | None]


def record(
    session: Session,
    actor_id: UUID | None,
    action: str,
    subject_type: str,
    subject_id: UUID | None,
    *,
    person: UUID | None = None,
    edition: UUID | str | None = None,
    **details: Any,
) -> AuditEvent:
    """Note who did what to which row, in the transaction of the deed itself.

    ``details`` hold ``before`` and ``after``, and name people by their ids alone. Whoever is the
    first to record has the end of the trail until they commit: so this comes after other locks.
    """
    found_person, found_edition = _place(session, subject_type, subject_id)
    seq, before = _next(session)
    event = AuditEvent(
        seq=seq,
        actor_id=actor_id,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        person_id=person or found_person,
        edition_id=UUID(str(edition)) if edition else found_edition,
        details=json.loads(json.dumps(details)),
        prev_hash=before,
        hash="",
    )
    event.hash = event.fingerprint()
    session.execute(update(AuditHead).where(col(AuditHead.id) == 1).values(hash=event.hash))
    session.add(event)
    return event


def _next(session: Session) -> tuple[int, str]:
    """The number of the next row and the fingerprint of the last; nobody else gets them."""
    insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    statement = insert(AuditHead).values(id=1, seq=1, hash=BEGINNING)
    seq, before = session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={"seq": col(AuditHead.seq) + 1}
        ).returning(col(AuditHead.seq), col(AuditHead.hash))
    ).one()
    return seq, before


def _place(session: Session, subject_type: str, subject_id: UUID | None) -> Place:
    """What the subject itself says of where it belongs, so that no caller needs to."""
    find = _PLACES.get(subject_type)
    return find(session, subject_id) if find and subject_id else (None, None)


def _of_enrolment(session: Session, enrolment_id: UUID) -> Place:
    enrolment = session.get(Enrolment, enrolment_id)
    return (enrolment.account_id, enrolment.edition_id) if enrolment else (None, None)


def _of_certificate(session: Session, certificate_id: UUID) -> Place:
    certificate = session.get(Certificate, certificate_id)
    return _of_enrolment(session, certificate.enrolment_id) if certificate else (None, None)


def _of_version(session: Session, version_id: UUID) -> Place:
    version = session.get(CapstoneVersion, version_id)
    capstone = session.get(Capstone, version.capstone_id) if version else None
    return None, capstone.edition_id if capstone else None


def _of_message(session: Session, message_id: UUID) -> Place:
    message = session.get(Message, message_id)
    return message.account_id if message else None, None


def _of_session(session: Session, session_id: UUID) -> Place:
    live_session = session.get(LiveSession, session_id)
    return None, live_session.edition_id if live_session else None


_PLACES: dict[str, Callable[[Session, UUID], Place]] = {
    "account": lambda _session, account_id: (account_id, None),
    "edition": lambda _session, edition_id: (None, edition_id),
    "enrolment": _of_enrolment,
    "certificate": _of_certificate,
    "capstone_version": _of_version,
    "message": _of_message,
    "live session": _of_session,
}
