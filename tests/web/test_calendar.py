"""Calendars as two independent readers understand them, and as the RFCs want them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event, EventStatus

from app.core.i18n import speaking
from app.core.settings import settings
from app.models import SessionStatus
from app.queries.calendars import CalendarEntry
from app.web.calendar import calendar_file

ENTRY = CalendarEntry(
    id=UUID("01938a52-0000-7000-8000-000000000001"),
    edition_id=UUID("01938a52-0000-7000-8000-000000000002"),
    edition_title={"en": "Big Data", "es": "Grandes datos"},
    title="Clinic",
    agenda="1. Questions",
    starts_at=datetime(2026, 6, 9, 15, 0, tzinfo=UTC),
    timezone="America/Bogota",
    minutes=90,
    status=SessionStatus.SCHEDULED,
    sequence=0,
    created_at=datetime(2026, 5, 1, 8, 0, tzinfo=UTC),
    changed_at=datetime(2026, 5, 2, 9, 30, tzinfo=UTC),
)
ZONES = [
    "America/Santiago",
    "Europe/Madrid",
    "America/Mexico_City",
    "Atlantic/Cape_Verde",
    "America/Bogota",
    "America/Argentina/Buenos_Aires",
    "America/Havana",
    "UTC",
]


@pytest.fixture(autouse=True)
def _own_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TALLER_BASE_URL", "http://testserver")
    settings.cache_clear()
    yield
    settings.cache_clear()


def read_by_another(content: bytes) -> list[Event]:
    return list(IcsCalendarStream.calendar_from_ics(content.decode()).events)


def read(content: bytes) -> Any:
    return icalendar.Calendar.from_ical(content)


def in_nobodys_zone(content: bytes, zone: str) -> bytes:
    """The same under a name no reader knows, so that only our own rules can tell the hours."""
    return content.replace(zone.encode(), f"Nowhere/{uuid4()}"[:30].encode())


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("month", range(1, 13))
def test_both_readers_find_the_instant_in_every_month(zone: str, month: int) -> None:
    starts_at = datetime(2026, month, 20, 15, 0, tzinfo=UTC)
    content = calendar_file([replace(ENTRY, timezone=zone, starts_at=starts_at)])

    [one] = read(content).walk("VEVENT")
    [other] = read_by_another(content)

    assert one["DTSTART"].dt == starts_at
    assert one["DTEND"].dt == starts_at + timedelta(minutes=90)
    assert other.start_datetime == starts_at
    assert other.end_datetime == starts_at + timedelta(minutes=90)


@pytest.mark.parametrize("zone", [zone for zone in ZONES if zone != "UTC"])
@pytest.mark.parametrize("day", ["2026-01-20", "2026-03-30", "2026-06-09", "2026-11-02"])
def test_the_rules_of_the_zone_travel_with_the_calendar(zone: str, day: str) -> None:
    starts_at = datetime.fromisoformat(f"{day}T15:00").replace(tzinfo=UTC)
    content = calendar_file([replace(ENTRY, timezone=zone, starts_at=starts_at)])

    [event] = read(in_nobodys_zone(content, zone)).walk("VEVENT")

    assert event["DTSTART"].dt.astimezone(UTC) == starts_at


def onsets(content: bytes) -> set[tuple[datetime, str]]:
    """When clocks change, as an instant: a local time of the clock before, less its offset."""
    found = set()
    for part in read(content).walk():
        if part.name in {"STANDARD", "DAYLIGHT"}:
            dates = [part["DTSTART"].dt]
            if "RDATE" in part:
                dates += [each.dt for each in part["RDATE"].dts]
            before = part["TZOFFSETFROM"].td
            found |= {(day - before, str(part["TZOFFSETTO"].td)) for day in dates}
    return found


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Madrid", {("2026-03-29T01:00", "2:00:00"), ("2026-10-25T01:00", "1:00:00")}),
        (
            "America/Santiago",
            {("2026-04-05T03:00", "-1 day, 20:00:00"), ("2026-09-06T04:00", "-1 day, 21:00:00")},
        ),
        ("America/Mexico_City", set()),
        ("Atlantic/Cape_Verde", set()),
    ],
)
def test_clocks_change_at_the_instant_the_zone_says(
    zone: str, changes: set[tuple[str, str]]
) -> None:
    content = calendar_file([replace(ENTRY, timezone=zone)])

    of_2026 = {
        (instant.isoformat(timespec="minutes"), offset)
        for instant, offset in onsets(content)
        if datetime(2026, 1, 2) < instant < datetime(2026, 12, 30)  # noqa: DTZ001 -- as the file has them
    }

    assert of_2026 == changes


def test_the_hour_stands_in_the_agreed_zone() -> None:
    text = calendar_file([ENTRY]).decode()

    assert "DTSTART;TZID=America/Bogota:20260609T100000\r\n" in text
    assert "DTEND;TZID=America/Bogota:20260609T113000\r\n" in text
    assert text.count("BEGIN:VTIMEZONE") == 1


def test_an_end_in_an_hour_that_comes_twice_is_not_taken_for_the_first() -> None:
    zone = ZoneInfo("Europe/Madrid")
    starts_at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, and at its end 02:30 once more
    content = calendar_file(
        [replace(ENTRY, timezone="Europe/Madrid", starts_at=starts_at, minutes=60)]
    )

    [event] = read_by_another(content)

    assert event.start_datetime.astimezone(zone).hour == 2
    assert event.end_datetime - event.start_datetime == timedelta(minutes=60)


def test_an_event_says_what_a_calendar_must_know() -> None:
    [event] = read_by_another(calendar_file([replace(ENTRY, sequence=3)]))

    address = (
        "http://testserver/editions/01938a52-0000-7000-8000-000000000002"
        "/sessions/01938a52-0000-7000-8000-000000000001"
    )
    assert event.uid == "01938a52-0000-7000-8000-000000000001@taller"
    assert event.sequence == 3
    assert event.dtstamp == ENTRY.changed_at
    assert event.last_modified == ENTRY.changed_at
    assert event.created == ENTRY.created_at
    assert event.status is EventStatus.CONFIRMED
    assert event.summary == "Clinic"
    assert str(event.url) == address
    assert event.description is not None
    assert event.description.startswith("Big Data\n\n1. Questions\n\n")
    assert address in event.description
    assert [alarm.trigger for alarm in event.alarm] == [timedelta(minutes=-15)]


def test_a_cancelled_session_is_crossed_out_and_rings_no_bell() -> None:
    [event] = read_by_another(calendar_file([replace(ENTRY, status=SessionStatus.CANCELLED)]))

    assert event.status is EventStatus.CANCELLED
    assert event.alarm == []


def test_lines_are_folded_and_ended_as_the_rfc_wants() -> None:
    long = "Clínica: de 4.000 vacantes; a 40 competencias, «paso a paso» " * 4
    content = calendar_file([replace(ENTRY, title=long, agenda="ñandú\n" * 60)], name="Sesiones")

    lines = content.split(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode()  # no letter is cut in two
    [event] = read_by_another(content)
    assert event.summary == long
    assert event.description is not None
    assert event.description.count("ñandú") == 60


def test_letters_that_the_format_forbids_are_left_out() -> None:
    content = calendar_file([replace(ENTRY, title="Cli\x0bnic", agenda="1.\x01 One\x7f")])

    assert re.findall(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", content) == []
    assert read_by_another(content)[0].summary == "Clinic"


def test_a_feed_has_a_name_and_says_how_often_to_ask() -> None:
    text = calendar_file([ENTRY], name="Sesiones en vivo").decode()

    assert "X-WR-CALNAME:Sesiones en vivo\r\n" in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "PRODID:-//Taller//" in text
    assert "VERSION:2.0\r\n" in text


def test_a_feed_without_sessions_is_a_calendar_too() -> None:
    content = calendar_file([], name="Live sessions")

    assert read_by_another(content) == []
    assert len(read(content).subcomponents) == 1


def test_the_same_sessions_make_the_same_file() -> None:
    entries = [ENTRY, replace(ENTRY, id=UUID(int=7), timezone="Europe/Madrid")]

    assert calendar_file(entries, name="Live sessions") == calendar_file(
        entries, name="Live sessions"
    )


def test_the_course_is_named_in_the_readers_language() -> None:
    with speaking("es"):
        [event] = read_by_another(calendar_file([ENTRY]))

    assert event.description is not None
    assert event.description.startswith("Grandes datos\n")
