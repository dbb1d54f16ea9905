"""What the pages of live sessions show: to participants, and more of it to those who hold them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from app.core import clock
from app.core.collation import sort_key
from app.core.errors import NotFound
from app.core.feeds import feed_token
from app.core.formats import current_zone, local, zone_city, zone_name
from app.core.i18n import LANGUAGES, choose, chosen_language, country_name, language_name
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.core.zones import instant_of, zone_in_words, zones_in_words, zones_of
from app.policy import Action, Role, permits
from app.queries.attendance import own_minutes, sheet
from app.queries.live_sessions import SessionSeen, possible_hosts, room_of, session_seen
from app.queries.session_hours import People, hour_table, people_by_zone
from app.web.content import content_language
from app.web.edition_tabs import edition_tabs
from app.web.forms import Form
from app.web.guards import EditionVisit, Visit
from app.web.pages import render, wants_part
from app.web.session_forms import (
    AttendanceForm,
    RemainsForm,
    SessionForm,
    hour_typed,
    remains_form,
    sheet_form,
)

WEEK = timedelta(days=7)
SOON = timedelta(hours=2)  # the page of a session that begins soon waits for the room to open


def session_in(visit: EditionVisit, session_id: UUID) -> SessionSeen:
    """The session named in the address, if it is one of this edition's."""
    found = session_seen(visit.session, visit.edition.id, session_id)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def own_people_only(visit: EditionVisit) -> UUID | None:
    """The one institution whose people a focal coordinator sees who is nothing else here."""
    in_another_role = permits(visit.roles - {Role.FOCAL}, Action.SEE_PEOPLE)
    return None if in_another_role else visit.viewer.coordinates_id


def sees_addresses(visit: EditionVisit) -> bool:
    """Addresses and gender: of the whole list, or of none where it holds others' people as well."""
    holds_others = Role.FOCAL in visit.roles and own_people_only(visit) is None
    return visit.may(Action.SEE_ADDRESSES) and not holds_others


def feed_address(visit: Visit) -> str:
    """Of the person's own calendar; nothing for who looks at their pages: it opens it for ever."""
    if visit.viewer.is_looked_at:
        return ""
    token = feed_token(visit.viewer.id, visit.viewer.calendar_generation)
    return f"{settings().base_url}/calendar/{token}.ics"


def place_of(visit: EditionVisit) -> dict[str, Any]:
    """The edition around a page of its sessions."""
    spoken = content_language(visit)
    return {
        "here": "sessions",
        "edition": visit.edition,
        "address": f"/editions/{visit.edition.id}",
        "edition_title": choose(visit.edition.title, spoken),
        "spoken": chosen_language(visit.edition.title, spoken),
        "tab_items": edition_tabs(visit),
        "can_schedule": visit.may(Action.SCHEDULE_SESSIONS),
        "sees_people": visit.may(Action.SEE_PEOPLE),
    }


def show_session(
    request: Request,
    visit: EditionVisit,
    seen: SessionSeen,
    *,
    attendance: Form[AttendanceForm] | None = None,
    remains: Form[RemainsForm] | None = None,
) -> Response:
    """The page of one session; with the forms that came back, if any did."""
    now = clock.now()
    wrong = bool((attendance and attendance.errors) or (remains and remains.errors))
    return render(
        request,
        visit,
        "live_sessions/show.html",
        part="live_sessions/_room.html",
        status=422 if wrong else 200,
        seen=seen,
        zone_name=zone_name(current_zone(), seen.starts_at),
        same_day=local(seen.room_opens_at).date() == local(now).date(),
        opens_in=_seconds_until_open(seen, now),
        is_part=wants_part(request),
        agreed_city=_agreed_city(visit, seen),
        **place_of(visit),
        **_for_participants(visit, seen, now),
        **_for_staff(visit, seen, attendance),
        **_for_hosts(visit, seen, remains),
    )


def _seconds_until_open(seen: SessionSeen, now: datetime) -> int | None:
    """How long an open page waits before it asks for the room."""
    left = seen.room_opens_at - now
    if seen.is_cancelled or not timedelta() < left < SOON:
        return None
    return int(left.total_seconds()) + 1


def _agreed_city(visit: EditionVisit, seen: SessionSeen) -> str:
    """Where the hour was agreed, for those who might move it; empty: where the reader is."""
    if seen.timezone == current_zone() or not visit.may(Action.SCHEDULE_SESSIONS):
        return ""
    return zone_city(seen.timezone)


def _for_participants(visit: EditionVisit, seen: SessionSeen, now: datetime) -> dict[str, Any]:
    took_part = visit.may(Action.TAKE_ACTIVITIES) and seen.was_held(now)
    if not (took_part and seen.attendance_taken_at and visit.enrolment):
        return {"stayed": None}
    return {"stayed": own_minutes(visit.session, seen.id, visit.enrolment.id)}


def _for_staff(
    visit: EditionVisit, seen: SessionSeen, attendance: Form[AttendanceForm] | None
) -> dict[str, Any]:
    """The hours and the attendance of the people that this member of staff may see."""
    if not visit.may(Action.SEE_PEOPLE):
        return {"table": None, "lines": [], "attendance": Form[AttendanceForm]()}
    only = own_people_only(visit)
    people = people_by_zone(visit.session, visit.edition.id, only_institution=only)
    lines = sheet(visit.session, visit.edition.id, seen.id, only_institution=only)
    return {
        "table": hour_table(people, seen.starts_at, seen.minutes),
        "day": date.fromisoformat(seen.local_start[:10]),
        "lines": lines,
        "came": [line for line in lines if line.minutes],
        "attendance": attendance or sheet_form(lines),
        "can_take_attendance": visit.may(Action.TAKE_ATTENDANCE),
    }


def _for_hosts(
    visit: EditionVisit, seen: SessionSeen, remains: Form[RemainsForm] | None
) -> dict[str, Any]:
    """The link into the room, and the form for what is left of the session."""
    if not visit.may(Action.SCHEDULE_SESSIONS):
        return {"room": None}
    return {
        "room": room_of(visit.session, visit.edition.id, seen.id),
        "remains": remains or remains_form(seen),
    }


def show_session_form(
    request: Request,
    visit: EditionVisit,
    form: Form[SessionForm],
    *,
    seen: SessionSeen | None = None,
    previewing: bool = False,
) -> Response:
    """The form to schedule a session or, with one that was ``seen``, to change it."""
    people = people_by_zone(visit.session, visit.edition.id)
    hour = hour_typed(form)
    agreed = instant_of(hour.local_start, hour.timezone) if hour else None
    return render(
        request,
        visit,
        "live_sessions/form.html",
        part="live_sessions/_hours.html" if previewing else None,
        status=422 if form.errors and not previewing else 200,
        form=form,
        seen=seen,
        table=hour_table(people, agreed.instant, hour.minutes) if hour and agreed else None,
        day=hour.day if hour else None,
        twice=agreed.twice if agreed else False,
        in_the_past=agreed is not None and agreed.instant <= clock.now(),
        participants=sum(group.number for group in people),
        can_note_past=visit.may(Action.CHANGE_EDITION),
        zone_groups=_zone_groups(people),
        hosts=possible_hosts(
            visit.session, visit.edition.id, visit.viewer.id, seen.host_id if seen else None
        ),
        languages=[(code, language_name(code)) for code in LANGUAGES],
        **place_of(visit),
    )


def _zone_groups(people: Iterable[People]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones to choose from: first those of the edition's countries, then all."""
    countries = sorted(
        {group.country for group in people}, key=lambda code: sort_key(country_name(code))
    )
    own = [(zone, zone_in_words(zone, c)) for c in countries for zone in zones_of(c)]
    taken = {zone for zone, _words in own}
    others = [pair for pair in zones_in_words() if pair[0] not in taken]
    groups = [
        (_("Countries of this edition"), own),
        (_("All countries"), others),
    ]
    return [group for group in groups if group[1]]


@dataclass(frozen=True)
class Weeks:
    """The present week and the one after it, by the reader's calendar."""

    begin: datetime
    middle: datetime
    end: datetime


def two_weeks(now: datetime) -> Weeks:
    today = local(now).date()
    monday = today - timedelta(days=today.weekday())
    days = [monday, monday + WEEK, monday + 2 * WEEK]
    return Weeks(*(_midnight(day) for day in days))


def _midnight(day: date) -> datetime:
    local_midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(current_zone()))
    return local_midnight.astimezone(UTC)
