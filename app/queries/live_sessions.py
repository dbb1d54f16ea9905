"""Reading live sessions: those of an edition, one of them, its room, and all that lie ahead."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, true
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import (
    Account,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentStatus,
    LiveSession,
    Message,
    PlatformRole,
    SessionStatus,
    StaffRole,
    StoredFile,
)

ROOM_OPENS_BEFORE = timedelta(minutes=15)
REMINDED_BEFORE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Meeting:
    """When it is and whether it takes place: what decides about the room."""

    id: UUID
    edition_id: UUID
    starts_at: datetime
    minutes: int
    status: SessionStatus

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def room_opens_at(self) -> datetime:
        return self.starts_at - ROOM_OPENS_BEFORE

    @property
    def is_cancelled(self) -> bool:
        return self.status is SessionStatus.CANCELLED

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now

    def was_held(self, now: datetime) -> bool:
        return self.is_over(now) and not self.is_cancelled

    def has_begun(self, now: datetime) -> bool:
        return self.starts_at <= now

    def room_is_open(self, now: datetime) -> bool:
        return self.room_opens_at <= now < self.ends_at and not self.is_cancelled


@dataclass(frozen=True, slots=True)
class Room(Meeting):
    """The link into the meeting; read apart, so that no page shows it by mistake."""

    link: str


@dataclass(frozen=True, slots=True)
class Slides:
    id: UUID
    key: str
    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SessionSeen(Meeting):
    """A session as pages show it, without the link into its room."""

    title: str
    agenda: str
    language: str
    timezone: str
    local_start: str
    host_id: UUID | None
    sequence: int
    recording_url: str
    recording_minutes: int | None
    published_at: datetime | None
    attendance_taken_at: datetime | None
    has_link: bool
    host: str | None
    slides: Slides | None


@dataclass(frozen=True, slots=True)
class SessionAnywhere:
    """A session with the title of the edition it belongs to."""

    session: SessionSeen
    edition_title: Texts


@dataclass(frozen=True, slots=True)
class EditionChoice:
    """An edition to choose from; its first day tells it from others of the same course."""

    id: UUID
    title: Texts
    starts_on: date | None


_MEETING: tuple[Any, ...] = (
    col(LiveSession.id),
    col(LiveSession.edition_id),
    col(LiveSession.starts_at),
    col(LiveSession.minutes),
    col(LiveSession.status),
)
_SEEN: tuple[Any, ...] = (
    *_MEETING,
    col(LiveSession.title),
    col(LiveSession.agenda),
    col(LiveSession.language),
    col(LiveSession.timezone),
    col(LiveSession.local_start),
    col(LiveSession.host_id),
    col(LiveSession.sequence),
    col(LiveSession.recording_url),
    col(LiveSession.recording_minutes),
    col(LiveSession.published_at),
    col(LiveSession.attendance_taken_at),
    (col(LiveSession.link) != "").label("has_link"),
    col(Account.name),
)
_SLIDES: tuple[Any, ...] = (
    col(StoredFile.id),
    col(StoredFile.key),
    col(StoredFile.name),
    col(StoredFile.content_type),
    col(StoredFile.size),
    col(StoredFile.sha256),
)


def _seen() -> Select[tuple[Any, ...]]:
    return (
        select(*_SEEN, *_SLIDES)
        .select_from(LiveSession)
        .join(Account, col(Account.id) == col(LiveSession.host_id), isouter=True)
        .join(StoredFile, col(StoredFile.id) == col(LiveSession.slides_id), isouter=True)
        .order_by(col(LiveSession.starts_at), col(LiveSession.id))
    )


def _session(row: tuple[Any, ...]) -> SessionSeen:
    seen, slides = row[: len(_SEEN)], row[len(_SEEN) : len(_SEEN) + len(_SLIDES)]
    whole = (*seen, Slides(*slides) if slides[0] else None)
    return SessionSeen(*whole)


def sessions_of(session: Session, edition_id: UUID) -> list[SessionSeen]:
    """All sessions of an edition in order of time, the cancelled ones too."""
    rows = session.execute(_seen().where(col(LiveSession.edition_id) == edition_id))
    return [_session(tuple(row)) for row in rows]


def session_seen(session: Session, edition_id: UUID, session_id: UUID) -> SessionSeen | None:
    """The session, if it is one of this edition's."""
    row = session.execute(
        _seen().where(col(LiveSession.edition_id) == edition_id, col(LiveSession.id) == session_id)
    ).one_or_none()
    return _session(tuple(row)) if row else None


def room_of(session: Session, edition_id: UUID, session_id: UUID) -> Room | None:
    row = session.execute(
        select(*_MEETING, col(LiveSession.link)).where(
            col(LiveSession.edition_id) == edition_id, col(LiveSession.id) == session_id
        )
    ).one_or_none()
    return Room(*row) if row else None


def sessions_everywhere(
    session: Session,
    visible: ColumnElement[bool],
    *,
    begin: datetime,
    end: datetime | None = None,
    edition_id: UUID | None = None,
    most: int = 500,
) -> list[SessionAnywhere]:
    """Sessions that start from ``begin`` on, of every edition that meets ``visible``."""
    query = (
        _seen()
        .add_columns(col(Course.title))
        .join(Edition, col(Edition.id) == col(LiveSession.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(
            visible,
            col(LiveSession.starts_at) >= begin,
            col(LiveSession.starts_at) < end if end else true(),
            col(LiveSession.edition_id) == edition_id if edition_id else true(),
        )
        .limit(most)
    )
    return [SessionAnywhere(_session(tuple(row)), row[-1]) for row in session.execute(query)]


def editions_with_sessions(
    session: Session, visible: ColumnElement[bool], *, begin: datetime, end: datetime
) -> list[EditionChoice]:
    """The editions that meet ``visible`` and have a session within the time."""
    rows = session.execute(
        select(col(Edition.id), col(Course.title), col(Edition.starts_on))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(
            visible,
            col(Edition.id).in_(
                select(col(LiveSession.edition_id)).where(
                    col(LiveSession.starts_at) >= begin, col(LiveSession.starts_at) < end
                )
            ),
        )
        .order_by(col(Edition.id))
    )
    return [EditionChoice(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to, in their language and with the hours of their zone."""

    id: UUID
    name: str
    language: str
    timezone: str


def active_participants(session: Session, edition_id: UUID) -> list[Recipient]:
    """Those who are taking the edition now: who has completed it needs no news of it."""
    return [Recipient(*row) for row in session.execute(_taking(edition_id))]


def _taking(edition_id: UUID) -> Select[UUID, str, str, str]:
    return (
        select(col(Account.id), col(Account.name), col(Account.language), col(Account.timezone))
        .join(Enrolment, col(Enrolment.account_id) == col(Account.id))
        .where(
            col(Enrolment.edition_id) == edition_id,
            col(Enrolment.status) == EnrolmentStatus.ACTIVE,
            col(Account.deleted_at).is_(None),
        )
        .order_by(col(Account.id))
    )


_REMINDER = "session soon "


def reminder_of(session_id: UUID) -> str:
    """The occasion by which it is known whom nobody need remind of a session any more."""
    return f"{_REMINDER}{session_id}"


def is_soon(now: datetime) -> ColumnElement[bool]:
    """Sessions of which people are reminded: until then the door of their room is shut."""
    starts = col(LiveSession.starts_at)
    return and_(
        col(LiveSession.status) == SessionStatus.SCHEDULED,
        starts > now + ROOM_OPENS_BEFORE,
        starts <= now + REMINDED_BEFORE,
    )


def to_remind(session: Session, *, now: datetime) -> list[UUID]:
    """The sessions that begin soon and of which somebody was not told."""
    soon = session.execute(
        select(col(LiveSession.id), col(LiveSession.edition_id))
        .where(is_soon(now))
        .order_by(col(LiveSession.starts_at))
    ).all()
    return [id_ for id_, edition_id in soon if not_reminded(session, edition_id, id_, most=1)]


def not_reminded(
    session: Session, edition_id: UUID, session_id: UUID, *, most: int | None = None
) -> list[Recipient]:
    """Those who take the edition, can come in, and were not told that the session is near."""
    told = select(col(Message.id)).where(
        col(Message.occasion) == reminder_of(session_id),
        col(Message.account_id) == col(Account.id),
    )
    rows = session.execute(
        _taking(edition_id)
        .where(col(Account.suspended_at).is_(None), ~told.correlate(Account).exists())
        .limit(most)
    )
    return [Recipient(*row) for row in rows]


def reminder_holds(session: Session, account_id: UUID, occasion: str) -> bool:
    """Whether whoever was to be reminded still takes the edition of a session that takes place."""
    holds = (
        select(col(LiveSession.id))
        .join(Enrolment, col(Enrolment.edition_id) == col(LiveSession.edition_id))
        .where(
            col(LiveSession.id) == UUID(occasion.removeprefix(_REMINDER)),
            col(LiveSession.status) == SessionStatus.SCHEDULED,
            col(Enrolment.account_id) == account_id,
            col(Enrolment.status) == EnrolmentStatus.ACTIVE,
        )
    )
    return session.execute(holds).first() is not None


def possible_hosts(
    session: Session, edition_id: UUID, *also: UUID | None
) -> list[tuple[UUID, str]]:
    """The edition's tutors, and those of ``also`` who run the programme, by name."""
    is_tutor = col(Account.id).in_(
        select(col(EditionStaff.account_id)).where(
            col(EditionStaff.edition_id) == edition_id, col(EditionStaff.role) == StaffRole.TUTOR
        )
    )
    runs_it = col(Account.platform_role).in_(list(PlatformRole)) & col(Account.id).in_(
        [person for person in also if person]
    )
    rows = session.execute(
        select(col(Account.id), col(Account.name))
        .where(is_tutor | runs_it)
        .order_by(col(Account.name))
    )
    return [(row[0], row[1]) for row in rows]
