"""What events were done to, as it is called today."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.db import Texts
from app.models import (
    Account,
    Capstone,
    CapstoneVersion,
    Certificate,
    Course,
    Edition,
    Enrolment,
    ForumPost,
    ForumTopic,
    Institution,
    LiveSession,
    Message,
    Team,
)
from app.queries.audit import EventSeen


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


#: Details that may hold the id of an institution.
OF_INSTITUTIONS = ("institution", "into", "out_of")


def subjects(session: Session, seen: Iterable[EventSeen]) -> dict[UUID, SubjectSeen]:
    """What these events were done to and where, if it still exists: a statement for each kind."""
    wanted: dict[str, set[UUID]] = {}
    for event in seen:
        for kind, id_ in _named_in(event):
            wanted.setdefault(kind, set()).add(id_)
    found: dict[UUID, SubjectSeen] = {}
    for kind, ids in wanted.items():
        query = _SUBJECTS[kind]
        rows = session.execute(query.where(query.selected_columns["id"].in_(ids))).mappings()
        found |= {row["id"]: SubjectSeen(**row) for row in rows}
    return found


def _named_in(event: EventSeen) -> Iterator[tuple[str, UUID]]:
    if event.subject_id is not None and event.subject_type in _SUBJECTS:
        yield event.subject_type, event.subject_id
    if event.edition_id is not None and event.subject_type not in _SAY_THEIR_EDITION:
        yield "edition", event.edition_id
    for name in OF_INSTITUTIONS:
        if written := event.details.get(name):
            with suppress(ValueError):
                yield "institution", UUID(str(written))


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
    "forum topic": select(col(ForumTopic.id), _PERSON, col(ForumTopic.title).label("name")).join(
        Account, col(Account.id) == col(ForumTopic.author_id)
    ),
    "forum post": select(col(ForumPost.id), _PERSON, col(ForumTopic.title).label("name"))
    .join(ForumTopic, col(ForumTopic.id) == col(ForumPost.topic_id))
    .join(Account, col(Account.id) == col(ForumPost.author_id)),
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
#: Whose own rows tell the edition, so that it need not be looked for.
_SAY_THEIR_EDITION = {
    kind for kind, query in _SUBJECTS.items() if "edition_id" in query.selected_columns
}
