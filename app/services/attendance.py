"""Taking attendance: who came to a live session, and for how long."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Attendance, Completion, Edition, LiveSession, SessionStatus
from app.queries.attendance import sheet
from app.services.audit import record
from app.services.live_sessions import session_of_edition
from app.services.progress import complete_if_done, record_fulfilled_by


def take_attendance(
    session: Session,
    edition_id: UUID,
    session_id: UUID,
    minutes: Mapping[UUID, int],
    *,
    by: UUID,
    now: datetime,
) -> int:
    """Note how many minutes each enrolment was there, and say how many people came.

    ``0`` takes a note back; who is not named stays as noted. Saving the same twice changes nothing.
    """
    live_session = session_of_edition(session, edition_id, session_id)
    _check(session, live_session, minutes, now=now)
    noted = {
        row.enrolment_id: row
        for row in session.exec(select(Attendance).where(Attendance.live_session_id == session_id))
    }
    before = {row.enrolment_id: row.minutes for row in noted.values()}
    for enrolment_id, stayed in minutes.items():
        _note(session, noted, session_id, enrolment_id, stayed, by=by)
    is_first = live_session.attendance_taken_at is None
    if is_first:
        live_session.attendance_taken_at = now
        session.add(live_session)
    session.flush()
    after = {row.enrolment_id: row.minutes for row in noted.values()}
    came = [one for one in minutes if one in after]
    _note_what_it_does(session, edition_id, came, now=now)
    if is_first or before != after:
        _record(session, by, live_session, before, after)
    return len(noted)


def _note_what_it_does(
    session: Session, edition_id: UUID, came: list[UUID], *, now: datetime
) -> None:
    """Who was there may have done an activity with that, or all that the edition asks for."""
    record_fulfilled_by(session, edition_id, came, Completion.ATTENDED, now=now)
    if session.get_one(Edition, edition_id).minimum_attendance:
        for enrolment_id in sorted(came):
            complete_if_done(session, enrolment_id, now=now)


def _record(
    session: Session,
    by: UUID,
    live_session: LiveSession,
    before: dict[UUID, int],
    after: dict[UUID, int],
) -> None:
    """Whose minutes are others now; nobody's, if it was noted that nobody came."""
    changed = [one for one in before | after if before.get(one) != after.get(one)]
    record(
        session,
        by,
        "take attendance",
        "live session",
        live_session.id,
        edition=live_session.edition_id,
        before={str(one): before.get(one, 0) for one in changed},
        after={str(one): after.get(one, 0) for one in changed},
    )


def _check(
    session: Session, live_session: LiveSession, minutes: Mapping[UUID, int], *, now: datetime
) -> None:
    if live_session.status is SessionStatus.CANCELLED:
        raise RuleBroken(_("This session was cancelled, so nobody came."))
    if live_session.starts_at > now:
        raise RuleBroken(_("Attendance can be taken once the session has begun."))
    if any(not 0 <= stayed <= live_session.minutes for stayed in minutes.values()):
        raise RuleBroken(
            _("Nobody can be there longer than the %(minutes)s minutes the session lasts.")
            % {"minutes": live_session.minutes}
        )
    people = {
        line.enrolment_id for line in sheet(session, live_session.edition_id, live_session.id)
    }
    if not minutes.keys() <= people:
        raise RuleBroken(_("Attendance is taken of the participants of this edition only."))


def _note(
    session: Session,
    noted: dict[UUID, Attendance],
    session_id: UUID,
    enrolment_id: UUID,
    stayed: int,
    *,
    by: UUID,
) -> None:
    row = noted.get(enrolment_id)
    if row is not None and row.minutes == stayed:
        return
    if not stayed:
        if row is not None:
            session.delete(noted.pop(enrolment_id))
        return
    row = row or Attendance(live_session_id=session_id, enrolment_id=enrolment_id, minutes=stayed)
    row.minutes = stayed
    row.noted_by_id = by
    noted[enrolment_id] = row
    session.add(row)
