"""Live sessions as iCalendar (RFC 5545): what calendars subscribe to or take in once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from unicodedata import category
from zoneinfo import ZoneInfo

from fastapi import Response
from icalendar import (
    STATUS,
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vDuration,
)

from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.core.settings import settings
from app.models import SessionStatus
from app.queries.calendars import CalendarEntry

CONTENT_TYPE = "text/calendar; charset=utf-8"
EVERY_HOUR = timedelta(hours=1)
EMPTY = 2026  # any year, for a calendar without sessions
BEFORE = timedelta(minutes=-15)


def calendar_file(entries: Sequence[CalendarEntry], *, name: str = "") -> bytes:
    """The entries as the content of an .ics file; with a ``name`` it is a feed to subscribe to."""
    calendar = Calendar.new(prodid="-//Taller//Live sessions//EN", name=name or None)
    calendar.pop("UID")  # a random one each time
    if name:
        calendar.add("REFRESH-INTERVAL", vDuration(EVERY_HOUR, params={"VALUE": "DURATION"}))
        calendar.add("X-PUBLISHED-TTL", vDuration(EVERY_HOUR))
    years = _years(entries)
    for zone in _zones(entries):
        calendar.add_component(_zone(zone, *years))
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def calendar_response(content: bytes, *, file: str) -> Response:
    response = Response(content, media_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _event(entry: CalendarEntry) -> Event:
    zone = ZoneInfo(entry.timezone)
    begins = entry.starts_at.astimezone(zone)
    ends = (entry.starts_at + timedelta(minutes=entry.minutes)).astimezone(zone)
    cancelled = entry.status is SessionStatus.CANCELLED
    address = f"{settings().base_url}/editions/{entry.edition_id}/sessions/{entry.id}"
    event = Event.new(
        uid=f"{entry.id}@taller",
        sequence=entry.sequence,
        stamp=entry.changed_at,
        created=entry.created_at,
        last_modified=entry.changed_at,
        status=STATUS.CANCELLED if cancelled else STATUS.CONFIRMED,
        summary=_plain(entry.title),
        description=_description(entry, address),
        url=address,
        start=_unambiguous(begins),
        end=_unambiguous(ends),
    )
    if not cancelled:
        event.add_component(_alarm(_plain(entry.title)))
    return event


def _description(entry: CalendarEntry, address: str) -> str:
    paragraphs = [
        choose(entry.edition_title),
        entry.agenda,
        _("The room opens 15 minutes before, on this page: %(address)s") % {"address": address},
    ]
    text = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    return _plain(text)


def _plain(text: str) -> str:
    """Without the control characters that the format forbids."""
    return "".join(letter for letter in text if category(letter) != "Cc" or letter == "\n")


def _alarm(title: str) -> Alarm:
    alarm = Alarm.new(description=title)
    alarm.add("ACTION", "DISPLAY")
    alarm.TRIGGER = BEFORE
    return alarm


def _unambiguous(moment: datetime) -> datetime:
    """A local time, unless it is the second of an hour that comes twice: readers take the first."""
    return moment.astimezone(UTC) if moment.fold else moment


def _years(entries: Sequence[CalendarEntry]) -> tuple[int, int]:
    """The years for which readers must know how clocks change, with one to spare on both sides."""
    years = [entry.starts_at.year for entry in entries] or [EMPTY]
    return min(years) - 1, max(years) + 2


def _zones(entries: Sequence[CalendarEntry]) -> list[str]:
    """The zones that hours are given in; a calendar without sessions must still hold something."""
    return sorted({entry.timezone for entry in entries} - {"UTC"}) if entries else ["Etc/UTC"]


@lru_cache(maxsize=512)
def _zone(name: str, first: int, last: int) -> Timezone:
    """How the clocks of a zone change from one year to another."""
    zone = Timezone.from_tzid(name, first_date=date(first, 1, 1), last_date=date(last, 1, 1))
    zone.pop("COMMENT")  # has no place in a VTIMEZONE
    changes: list[TimezoneStandard | TimezoneDaylight] = [*zone.standard, *zone.daylight]
    for part in changes:
        _begin_by_the_old_clock(part)
    return zone


def _begin_by_the_old_clock(part: TimezoneStandard | TimezoneDaylight) -> None:
    """A change of clocks begins at an hour of the clock before it; the library tells the one after.

    The two differ only where clocks jump ahead.
    """
    jump = part.TZOFFSETTO - part.TZOFFSETFROM
    if jump <= timedelta():
        return
    part.DTSTART -= jump
    later = part.pop("RDATE", None)
    if later:
        part.add("RDATE", [each.dt - jump for each in later.dts])
