"""Reading the audit log: who did what to whom, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.db import Texts
from app.models import (
    Account,
    AuditEvent,
    Capstone,
    CapstoneVersion,
    Certificate,
    Course,
    Edition,
    Enrolment,
    Institution,
    LiveSession,
    Message,
    Team,
)

PAGE = 50


@dataclass(frozen=True, slots=True)
class EventSeen:
    at: datetime
    actor: str | None
    action: str
    subject_type: str
    subject_id: UUID | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SubjectSeen:
    """What an act was done to, as it is called today; what does not apply is empty."""

    id: UUID
    person: str = ""  # whose it is
    edition_id: UUID | None = None
    title: Texts = field(default_factory=dict)  # of the edition's course
    starts_on: date | None = None
    ends_on: date | None = None
    name: str = ""  # a session's title, a message's subject, a team
    language: str = ""  # in which the name is written
    code: str = ""  # of a certificate
    session_id: UUID | None = None
    capstone_id: UUID | None = None
    number: int = 0  # of a version


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


def subjects(session: Session, seen: Iterable[EventSeen]) -> dict[UUID, SubjectSeen]:
    """What these events were done to, where it still exists: one statement for each kind."""
    wanted: dict[str, set[UUID]] = {}
    for event in seen:
        if event.subject_id is not None and event.subject_type in _SUBJECTS:
            wanted.setdefault(event.subject_type, set()).add(event.subject_id)
    found: dict[UUID, SubjectSeen] = {}
    for kind, ids in wanted.items():
        query = _SUBJECTS[kind]
        rows = session.execute(query.where(query.selected_columns["id"].in_(ids))).mappings()
        found |= {row["id"]: SubjectSeen(**row) for row in rows}
    return found


_OF_EDITION: tuple[Any, ...] = (
    col(Edition.id).label("edition_id"),
    col(Course.title),
    col(Edition.starts_on),
    col(Edition.ends_on),
)
_PERSON: Any = col(Account.name).label("person")
_COURSE = (Course, col(Course.id) == col(Edition.course_id))

#: How each kind of thing is called, by the name under which services record it.
_SUBJECTS: dict[str, Any] = {
    "account": select(col(Account.id), _PERSON),
    "edition": select(col(Edition.id), *_OF_EDITION).join(*_COURSE),
    "enrolment": select(col(Enrolment.id), _PERSON, *_OF_EDITION)
    .join(Account, col(Account.id) == col(Enrolment.account_id))
    .join(Edition, col(Edition.id) == col(Enrolment.edition_id))
    .join(*_COURSE),
    "certificate": select(col(Certificate.id), col(Certificate.code), _PERSON, *_OF_EDITION)
    .join(Enrolment, col(Enrolment.id) == col(Certificate.enrolment_id))
    .join(Account, col(Account.id) == col(Enrolment.account_id))
    .join(Edition, col(Edition.id) == col(Enrolment.edition_id))
    .join(*_COURSE),
    "institution": select(col(Institution.id), col(Institution.acronym).label("name")),
    "live session": select(
        col(LiveSession.id),
        col(LiveSession.id).label("session_id"),
        col(LiveSession.title).label("name"),
        col(LiveSession.language),
        *_OF_EDITION,
    )
    .join(Edition, col(Edition.id) == col(LiveSession.edition_id))
    .join(*_COURSE),
    "message": select(
        col(Message.id), _PERSON, col(Message.subject).label("name"), col(Message.language)
    ).join(Account, col(Account.id) == col(Message.account_id)),
    "capstone_version": select(
        col(CapstoneVersion.id),
        col(CapstoneVersion.number),
        col(Capstone.id).label("capstone_id"),
        col(Team.name),
        *_OF_EDITION,
    )
    .join(Capstone, col(Capstone.id) == col(CapstoneVersion.capstone_id))
    .join(Team, col(Team.id) == col(Capstone.team_id))
    .join(Edition, col(Edition.id) == col(Capstone.edition_id))
    .join(*_COURSE),
}
