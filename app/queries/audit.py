"""Reading the audit trail: who did what, the newest first; and whether it is whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.core.folding import Folded
from app.core.text import folded
from app.models import Account, AuditEvent, AuditHead
from app.models.audit import BEGINNING

PAGE = 50
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are wanted. What is None or empty does not matter."""

    of_editions_only: bool = False  # those of the platform are not for this reader
    person: str = ""  # words of the name or address of who did it, or whom it is about
    action: str = ""
    subject_type: str = ""
    since: date | None = None
    until: date | None = None
    zone: str = "UTC"  # where the days are those of the reader
    before: int | None = None  # the number of the first that is not wanted any more


@dataclass(frozen=True, slots=True)
class EventSeen:
    seq: int
    at: datetime
    actor: str | None
    action: str
    subject_type: str
    subject_id: UUID | None
    details: dict[str, Any]
    person_id: UUID | None
    person: str | None
    actor_id: UUID | None
    edition_id: UUID | None
    hash: str


_Person = aliased(Account)
_EVENT: tuple[Any, ...] = (
    col(AuditEvent.seq),
    col(AuditEvent.created_at),
    col(Account.name),
    col(AuditEvent.action),
    col(AuditEvent.subject_type),
    col(AuditEvent.subject_id),
    col(AuditEvent.details),
    col(AuditEvent.person_id),
    col(_Person.name),
    col(AuditEvent.actor_id),
    col(AuditEvent.edition_id),
    col(AuditEvent.hash),
)


def how_many_events(session: Session, wanted: Wanted) -> int:
    query = select(func.count()).select_from(AuditEvent).where(*_conditions(wanted))
    return int(session.execute(query).scalar_one())


def events(session: Session, wanted: Wanted, *, page: int) -> list[EventSeen]:
    """One page of what staff did. No actor: the platform itself."""
    query = _events(wanted).offset((page - 1) * PAGE).limit(PAGE)
    return [EventSeen(*row) for row in session.execute(query)]


def all_events(session: Session, wanted: Wanted) -> Iterator[EventSeen]:
    """Every one of them, some at a time, so that few are held."""
    before: int | None = None
    while True:
        query = _events(wanted).limit(AT_ONCE)
        if before is not None:
            query = query.where(col(AuditEvent.seq) < before)
        found = [EventSeen(*row) for row in session.execute(query)]
        yield from found
        if len(found) < AT_ONCE:
            return
        before = found[-1].seq


def _events(wanted: Wanted) -> Select[tuple[Any, ...]]:
    return (
        select(*_EVENT)
        .select_from(AuditEvent)
        .join(Account, col(Account.id) == col(AuditEvent.actor_id), isouter=True)
        .join(_Person, col(_Person.id) == col(AuditEvent.person_id), isouter=True)
        .where(*_conditions(wanted))
        .order_by(col(AuditEvent.seq).desc())
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.of_editions_only:
        found.append(col(AuditEvent.edition_id).is_not(None))
    if wanted.before is not None:
        found.append(col(AuditEvent.seq) < wanted.before)
    if wanted.action:
        found.append(col(AuditEvent.action) == wanted.action)
    if wanted.subject_type:
        found.append(col(AuditEvent.subject_type) == wanted.subject_type)
    if wanted.since:
        found.append(col(AuditEvent.created_at) >= _begin(wanted.since, wanted.zone))
    if wanted.until:
        found.append(
            col(AuditEvent.created_at) < _begin(wanted.until + timedelta(days=1), wanted.zone)
        )
    if wanted.person.strip():
        who = select(col(Account.id)).where(*is_called(wanted.person))
        found.append(or_(col(AuditEvent.actor_id).in_(who), col(AuditEvent.person_id).in_(who)))
    return found


def is_called(words: str) -> list[ColumnElement[bool]]:
    """The conditions on `Account` that its name or address has each of ``words``."""
    return [
        or_(
            Folded(col(Account.name)).contains(word, autoescape=True),
            col(Account.email).contains(word, autoescape=True),
        )
        for word in folded(words).split()
    ]


def _begin(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def known_actions(session: Session, *, of_editions_only: bool = False) -> list[str]:
    """Every kind of act that the trail has, for the filter."""
    return _known(session, col(AuditEvent.action), of_editions_only=of_editions_only)


def known_subjects(session: Session, *, of_editions_only: bool = False) -> list[str]:
    """Every kind of thing that something was done to."""
    return _known(session, col(AuditEvent.subject_type), of_editions_only=of_editions_only)


def _known(session: Session, column: Any, *, of_editions_only: bool) -> list[str]:
    conditions = _conditions(Wanted(of_editions_only=of_editions_only))
    query = select(column).where(*conditions).distinct().order_by(column)
    return list(session.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class LookSeen:
    """A time at which support looked at a person's pages."""

    at: datetime
    by: str | None


def looks_at(session: Session, account_id: UUID, *, most: int = 10) -> list[LookSeen]:
    """Who looked at this person's pages, the newest first."""
    rows = session.execute(
        select(col(AuditEvent.created_at), col(Account.name))
        .join(Account, col(Account.id) == col(AuditEvent.actor_id), isouter=True)
        .where(
            col(AuditEvent.person_id) == account_id, col(AuditEvent.action) == "begin viewing as"
        )
        .order_by(col(AuditEvent.seq).desc())
        .limit(most)
    )
    return [LookSeen(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Trail:
    """How the trail fares: its length and its end, and where it is broken, if it is."""

    rows: int
    head: str
    broken_at: int | None = None
    trouble: str = ""

    @property
    def anchor(self) -> str:
        """What to keep elsewhere: compared with it one day, it shows whether all was rewritten."""
        return f"{self.rows}:{self.head}"

    def broken(self, seq: int, how: str) -> "Trail":
        return Trail(self.rows, self.head, seq, f"row {seq} {how}")


def examined(session: Session, anchor: str = "") -> Trail:
    """Read the whole trail from its first row; stop at the first that is not what it was.

    ``anchor`` is one that was kept elsewhere: the row of its number has to have its fingerprint.
    """
    number, _colon, fingerprint = anchor.partition(":")
    kept = (int(number), fingerprint) if number.isdigit() else (0, BEGINNING)
    trail = Trail(0, BEGINNING)
    for event in _in_order(session):
        if (found := _after(trail, event, kept)).trouble:
            return found
        trail = found
    return _at_the_end(session, trail, kept)


def _after(trail: Trail, event: AuditEvent, kept: tuple[int, str]) -> Trail:
    """The trail with its next row, or broken there."""
    if event.seq != trail.rows + 1:
        return trail.broken(trail.rows + 1, "is missing")
    if event.prev_hash != trail.head:
        return trail.broken(event.seq, "does not follow the one before")
    if event.hash != event.fingerprint():
        return trail.broken(event.seq, "was changed")
    if event.seq == kept[0] and event.hash != kept[1]:
        return trail.broken(event.seq, "is not the one that was kept")
    return Trail(event.seq, event.hash)


def _at_the_end(session: Session, trail: Trail, kept: tuple[int, str]) -> Trail:
    head = session.execute(select(col(AuditHead.seq), col(AuditHead.hash))).one_or_none()
    noted = (head.seq, head.hash) if head else (0, BEGINNING)
    if max(noted[0], kept[0]) > trail.rows:
        return trail.broken(trail.rows + 1, "is missing, and all that followed")
    if noted != (trail.rows, trail.head):
        return trail.broken(trail.rows, "is not the one that was noted as the last")
    return trail


def _in_order(session: Session) -> Iterator[AuditEvent]:
    """A thousand rows at a time; none is kept."""
    after = None
    while True:
        query = select(AuditEvent).order_by(col(AuditEvent.seq)).limit(AT_ONCE)
        if after is not None:
            query = query.where(col(AuditEvent.seq) > after)
        found = session.execute(query.execution_options(populate_existing=True)).scalars().all()
        for event in found:
            session.expunge(event)
            yield event
        if len(found) < AT_ONCE:
            return
        after = found[-1].seq


def refuses_changes(session: Session) -> bool:
    """Whether the database itself refuses edits and removals."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    found = session.execute(
        text(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
            " AND name LIKE 'audit_event_refuses%'"
            if sqlite
            else "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O'"
            " AND tgname LIKE 'audit_event_refuses%'"
        )
    ).scalar_one()
    return int(found) == 2  # noqa: PLR2004 -- one for each kind of change
