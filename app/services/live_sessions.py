"""The rules of live sessions: agreed for an hour of some zone, moved, cancelled, entered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from app.core import formats
from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.core.zones import Hour, NoSuchHour, instant_of
from app.models import Attendance, Course, Edition, LiveSession, SessionStatus
from app.queries.live_sessions import (
    REMINDED_BEFORE,
    active_participants,
    is_soon,
    not_reminded,
    possible_hosts,
    reminder_of,
    room_of,
)
from app.services.audit import record
from app.services.notifications import (
    Once,
    SessionNews,
    call_off,
    session_cancelled,
    session_moved,
    session_soon,
)


@dataclass(frozen=True)
class Plan:
    """What is agreed of a session; ``local_start`` is the hour that clocks in ``timezone`` show."""

    title: str
    local_start: datetime
    timezone: str
    minutes: int
    language: str
    link: str
    agenda: str
    host_id: UUID | None


class Agreed(NamedTuple):
    """What came of a plan: ``twice`` when its hour comes twice and the first one is meant."""

    live_session: LiveSession
    twice: bool
    told: int = 0  # how many people were written to


def schedule(
    session: Session, edition_id: UUID, plan: Plan, *, by: UUID, may_be_past: bool, now: datetime
) -> Agreed:
    """Put a session on the edition's calendar. Only what ``may_be_past`` can have begun already."""
    hour = hour_of(plan)
    if trouble := trouble_with_hour(hour.instant, may_be_past=may_be_past, now=now):
        raise RuleBroken(trouble)
    _check_host(session, edition_id, plan.host_id, by)
    live_session = LiveSession(
        edition_id=edition_id, starts_at=hour.instant, changed_at=now, **_columns(plan)
    )
    session.add(live_session)
    show_anew(session, edition_id)
    session.flush()
    _note(session, by, "schedule live session", live_session, {}, facts_of(live_session))
    return Agreed(live_session, hour.twice)


def change(  # noqa: PLR0913 -- who may do what, and from which state they changed it
    session: Session,
    edition_id: UUID,
    session_id: UUID,
    plan: Plan,
    *,
    seen: int,
    by: UUID,
    may_be_past: bool,
    now: datetime,
) -> Agreed:
    """Change a session. ``seen`` is the sequence its form was filled from.

    Everybody who takes the edition is told of another hour or length, if it still lies ahead.
    """
    live_session = session_of_edition(session, edition_id, session_id)
    if live_session.status is SessionStatus.CANCELLED:
        raise RuleBroken(_("This session was cancelled. Schedule a new one."))
    if live_session.sequence != seen:
        raise Conflict(changed_meanwhile())
    hour, facts = hour_of(plan), facts_of(live_session)
    before, moved = live_session.starts_at, _moves(live_session, plan, hour.instant)
    if hour.instant != before and (
        trouble := trouble_with_hour(hour.instant, may_be_past=may_be_past, now=now)
    ):
        raise RuleBroken(trouble)
    if moved:
        _check_attendance_stays_true(session, live_session, plan, hour.instant, now=now)
    if plan.host_id != live_session.host_id:
        _check_host(session, edition_id, plan.host_id, by)
    if not _update(live_session, starts_at=hour.instant, **_columns(plan)):
        return Agreed(live_session, hour.twice)

    _raise_sequence(session, live_session, now=now)
    told = 0
    if moved:
        call_off(session, reminder_of(live_session.id))
    if moved and hour.instant > now:
        people = active_participants(session, edition_id)
        news = _news(session, live_session)
        # Who is told of an hour that is near already needs no reminder of it.
        once = _reminder(live_session) if hour.instant <= now + REMINDED_BEFORE else None
        session_moved(session, people, news, before=before, now=now, once=once)
        told = len(people)
    _note(session, by, "change live session", live_session, facts, facts_of(live_session))
    return Agreed(live_session, hour.twice, told=told)


def cancel(session: Session, edition_id: UUID, session_id: UUID, *, by: UUID, now: datetime) -> int:
    """Cancel a session and say how many people were told. Cancelling twice is harmless."""
    live_session = session_of_edition(session, edition_id, session_id)
    if live_session.status is SessionStatus.CANCELLED:
        return 0
    if _longest_stay(session, live_session.id):
        raise RuleBroken(_("Somebody was noted as present, so this session took place."))
    before = facts_of(live_session)
    live_session.status = SessionStatus.CANCELLED
    _raise_sequence(session, live_session, now=now)
    call_off(session, reminder_of(live_session.id))
    told = 0
    if live_session.ends_at > now:
        people = active_participants(session, edition_id)
        news = _news(session, live_session, address=_address(live_session.edition_id))
        session_cancelled(session, people, news, now=now)
        told = len(people)
    _note(session, by, "cancel live session", live_session, before, facts_of(live_session))
    return told


def remind(session: Session, session_id: UUID, *, now: datetime) -> int:
    """Tell those who take the edition that a session begins soon, each of them once.

    Say how many were told. The session is locked meanwhile, so that two who remind take turns.
    """
    live_session = session.exec(
        select(LiveSession).where(LiveSession.id == session_id, is_soon(now)).with_for_update()
    ).one_or_none()
    if live_session is None:
        return 0
    people = not_reminded(session, live_session.edition_id, session_id)
    news = _news(session, live_session)
    return session_soon(session, people, news, once=_reminder(live_session), now=now)


def _reminder(live_session: LiveSession) -> Once:
    return Once(reminder_of(live_session.id), live_session.starts_at)


def facts_of(live_session: LiveSession) -> dict[str, Any]:
    """A session as the audit trail keeps it; the link into the room is nobody's to read there."""
    published = live_session.published_at
    return {
        "title": live_session.title,
        "starts_at": live_session.starts_at.isoformat(timespec="minutes"),
        "minutes": live_session.minutes,
        "host": str(live_session.host_id) if live_session.host_id else None,
        "status": live_session.status.value,
        "recording": live_session.recording_url,
        "slides": str(live_session.slides_id) if live_session.slides_id else None,
        "published": published is not None,
    }


def _note(
    session: Session,
    by: UUID,
    action: str,
    live_session: LiveSession,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """What of it is another now."""
    names = [name for name in after if before.get(name) != after[name]]
    record(
        session,
        by,
        action,
        "live session",
        live_session.id,
        edition=live_session.edition_id,
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names},
    )


def note_remains(
    session: Session, by: UUID, live_session: LiveSession, before: dict[str, Any]
) -> None:
    """For recording and slides: the audit trail has what changed, and nothing if nothing did."""
    after = facts_of(live_session)
    if before != after:
        _note(session, by, "save recording", live_session, before, after)


def enter(session: Session, edition_id: UUID, session_id: UUID, *, now: datetime) -> str:
    """The link into the room, from a quarter of an hour before the session until its end."""
    room = room_of(session, edition_id, session_id)
    if room is None:
        raise NotFound(_("There is no such session."))
    if room.is_cancelled:
        raise RuleBroken(_("This session was cancelled."))
    if room.is_over(now):
        raise RuleBroken(_("This session is over."))
    if not room.room_is_open(now):
        raise RuleBroken(_opens(room.room_opens_at, now))
    if not room.link:
        raise RuleBroken(_("The link into the room is not here yet. Write to your tutor."))
    return room.link


def _opens(moment: datetime, now: datetime) -> str:
    if formats.local(moment).date() == formats.local(now).date():
        return _("The room opens at %(hour)s.") % {"hour": formats.clock(moment)}
    return _("The room opens on %(moment)s.") % {"moment": formats.moment(moment)}


def hour_of(plan: Plan) -> Hour:
    try:
        return instant_of(plan.local_start, plan.timezone)
    except NoSuchHour as jumped:
        raise RuleBroken(no_such_hour(plan.local_start, plan.timezone, jumped.instead)) from jumped


def trouble_with_hour(instant: datetime, *, may_be_past: bool, now: datetime) -> str:
    """Why a session can't be put at that hour, in words; empty: it can."""
    if instant <= now and not may_be_past:
        return _("That hour has passed. Only a coordinator can note a session held already.")
    return ""


def no_such_hour(local: datetime, zone: str, instead: datetime) -> str:
    """Why an hour does not exist, and what to choose."""
    return _(
        "In %(city)s the clocks jump ahead that night: %(hour)s does not exist. Choose %(instead)s."
    ) % {
        "city": formats.zone_city(zone),
        "hour": f"{local:%H:%M}",
        "instead": f"{instead:%H:%M}",
    }


def changed_meanwhile() -> str:
    return _("Somebody else has changed this session. Look at it before you save yours.")


def session_of_edition(session: Session, edition_id: UUID, session_id: UUID) -> LiveSession:
    """The session, locked until the change is kept; a stranger's is none at all."""
    found = session.exec(
        select(LiveSession)
        .where(LiveSession.id == session_id, LiveSession.edition_id == edition_id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such session."))
    return found


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "title": plan.title,
        "agenda": plan.agenda,
        "language": plan.language,
        "timezone": plan.timezone,
        "local_start": plan.local_start.isoformat(timespec="minutes"),
        "minutes": plan.minutes,
        "link": plan.link,
        "host_id": plan.host_id,
    }


def _update(live_session: LiveSession, **columns: Any) -> bool:
    """Take over what differs, and say whether anything did."""
    changed = {n: v for n, v in columns.items() if getattr(live_session, n) != v}
    for name, value in changed.items():
        setattr(live_session, name, value)
    return bool(changed)


def _moves(live_session: LiveSession, plan: Plan, instant: datetime) -> bool:
    return live_session.starts_at != instant or live_session.minutes != plan.minutes


def _check_attendance_stays_true(
    session: Session, live_session: LiveSession, plan: Plan, instant: datetime, *, now: datetime
) -> None:
    longest = _longest_stay(session, live_session.id)
    if longest and instant > now:
        raise RuleBroken(_("Somebody was noted as present, so it can't begin later than now."))
    if longest > plan.minutes:
        raise RuleBroken(
            _("Somebody was noted as present for %(minutes)s minutes, so it can't be shorter.")
            % {"minutes": longest}
        )


def _longest_stay(session: Session, session_id: UUID) -> int:
    found = session.exec(
        select(func.max(col(Attendance.minutes))).where(Attendance.live_session_id == session_id)
    ).one()
    return found or 0


def _check_host(session: Session, edition_id: UUID, host_id: UUID | None, by: UUID) -> None:
    if host_id and host_id not in {id_ for id_, _name in possible_hosts(session, edition_id, by)}:
        raise RuleBroken(_("A session is hosted by a tutor of the edition, or by yourself."))


def _raise_sequence(session: Session, live_session: LiveSession, *, now: datetime) -> None:
    """Let calendars know that their copy is old."""
    live_session.sequence += 1
    live_session.changed_at = now
    session.add(live_session)
    show_anew(session, live_session.edition_id)
    session.flush()


def show_anew(session: Session, edition_id: UUID) -> None:
    session.execute(
        update(Edition)
        .where(col(Edition.id) == edition_id)
        .values(version=col(Edition.version) + 1)
    )


def _address(edition_id: UUID) -> str:
    return f"{settings().base_url}/editions/{edition_id}/sessions"


def _news(session: Session, live_session: LiveSession, *, address: str = "") -> SessionNews:
    course = session.exec(
        select(Course.title)
        .join(Edition, col(Edition.course_id) == col(Course.id))
        .where(Edition.id == live_session.edition_id)
    ).one()
    return SessionNews(
        address=address or f"{_address(live_session.edition_id)}/{live_session.id}",
        course=dict(course),
        title=live_session.title,
        starts_at=live_session.starts_at,
        minutes=live_session.minutes,
    )
