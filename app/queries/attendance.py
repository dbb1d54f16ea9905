"""Reading attendance: who came to a session, and how many hours that makes."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlmodel import Session, col

from app.core.text import folded
from app.models import PARTICIPANTS, Account, Attendance, Enrolment, Institution, LiveSession


@dataclass(frozen=True, slots=True)
class Attended:
    """How many people came to a session, and for how many minutes all together."""

    people: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A participant on the attendance sheet; ``minutes`` is None for who did not come."""

    enrolment_id: UUID
    name: str
    institution: str | None
    country: str
    minutes: int | None


def attended(
    session: Session, edition_id: UUID, *, only_institution: UUID | None = None
) -> dict[UUID, Attended]:
    """Per session of the edition; for a focal coordinator only the own institution's people."""
    rows = session.execute(
        select(
            col(Attendance.live_session_id),
            func.count(),
            func.sum(col(Attendance.minutes)),
        )
        .join(LiveSession, col(LiveSession.id) == col(Attendance.live_session_id))
        .join(Enrolment, col(Enrolment.id) == col(Attendance.enrolment_id))
        .where(col(LiveSession.edition_id) == edition_id, _of(only_institution))
        .group_by(col(Attendance.live_session_id))
    )
    return {row[0]: Attended(row[1], int(row[2])) for row in rows}


def sheet(
    session: Session, edition_id: UUID, session_id: UUID, *, only_institution: UUID | None = None
) -> list[SheetLine]:
    """The edition's participants by name, and whoever came before they left it.

    Accents do not count in the order, as on the list of people.
    """
    rows = session.execute(
        select(
            col(Enrolment.id),
            col(Account.name),
            col(Institution.acronym),
            col(Enrolment.country),
            col(Attendance.minutes),
        )
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
        .join(
            Attendance,
            and_(
                col(Attendance.enrolment_id) == col(Enrolment.id),
                col(Attendance.live_session_id) == session_id,
            ),
            isouter=True,
        )
        .where(
            col(Enrolment.edition_id) == edition_id,
            col(Enrolment.status).in_(PARTICIPANTS) | col(Attendance.id).is_not(None),
            _of(only_institution),
        )
        .order_by(col(Account.name), col(Enrolment.id))
    )
    return sorted((SheetLine(*row) for row in rows), key=lambda line: folded(line.name))


def own_minutes(session: Session, session_id: UUID, enrolment_id: UUID) -> int:
    """How long one person was there; 0: they did not come."""
    found = session.execute(
        select(col(Attendance.minutes)).where(
            col(Attendance.live_session_id) == session_id,
            col(Attendance.enrolment_id) == enrolment_id,
        )
    ).scalar_one_or_none()
    return found or 0


def _of(institution: UUID | None) -> ColumnElement[bool]:
    return col(Enrolment.institution_id) == institution if institution else true()
