"""A coordinator schedules a session; participants see their own hour; it is held and published."""

import re
from datetime import date, timedelta
from pathlib import Path
from urllib.request import urlopen

from icalendar import Calendar
from playwright.sync_api import Page, expect

from app.core.clock import today
from tests.journeys.conftest import Meet, follow

COURSE = "Big Data and skills gap"
TITLE = "Taller de indicadores"
ONE_SESSION = re.compile(r"/sessions/[0-9a-f-]{36}$")


def sessions_of(page: Page) -> None:
    follow(page.get_by_role("link", name=COURSE).first)
    course = page.get_by_role("navigation", name="Course", exact=True)
    follow(course.get_by_role("link", name="Live sessions"))


def schedule(page: Page, day: date, hour: str, title: str = TITLE) -> None:
    follow(page.get_by_role("link", name="Schedule a session"))
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Day", exact=True).fill(day.isoformat())
    page.get_by_label("Hour", exact=True).fill(hour)
    page.get_by_label("Length in minutes").fill("90")
    page.get_by_label("Time zone", exact=True).select_option("America/Montevideo")
    page.get_by_label("Link into the room").fill("http://meet.example.org/x")
    page.get_by_role("button", name="Schedule the session").click()
    expect(page.get_by_text("Start the link with https://").first).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value(title)
    page.get_by_label("Link into the room").fill("https://meet.example.org/x")
    page.get_by_role("button", name="See the hours").click()
    expect(page.get_by_role("cell", name=re.compile("Colombia")).first).to_be_visible()
    page.get_by_role("button", name="Schedule the session").click()
    page.wait_for_url(ONE_SESSION)
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def feed_address(page: Page, site: str) -> str:
    page.goto(f"{site}/account")
    found = re.search(r"/calendar/[\w.~-]+\.ics", page.content())
    assert found is not None
    return site + found.group()


def event(feed: str) -> dict[str, object]:
    with urlopen(feed) as answer:  # noqa: S310 -- our own address
        calendar = Calendar.from_ical(answer.read())
    assert calendar.walk("VTIMEZONE")
    return next(e for e in calendar.walk("VEVENT") if str(e["SUMMARY"]).startswith(TITLE))


def test_a_session_is_scheduled_moved_cancelled_and_everybody_knows(meet: Meet, site: str) -> None:
    coordinator = meet("coordinator").page
    sessions_of(coordinator)
    schedule(coordinator, today("America/Montevideo") + timedelta(days=40), "15:00")
    address = coordinator.url

    participant = meet("participant", width=375).page
    participant.goto(address)
    # Bogotá, where the participant lives, is two hours behind Montevideo.
    expect(participant.get_by_text(re.compile("13:00")).first).to_be_visible()
    assert "meet.example.org" not in participant.content()
    feed = feed_address(participant, site)
    first = event(feed)

    coordinator.goto(f"{address}/edit")
    coordinator.get_by_label("Hour", exact=True).fill("16:00")
    coordinator.get_by_role("button", name="Save the session").click()
    coordinator.wait_for_url(ONE_SESSION)
    participant.goto(address)
    expect(participant.get_by_text(re.compile("14:00")).first).to_be_visible()
    second = event(feed)

    coordinator.goto(address)
    coordinator.get_by_role("button", name="Cancel the session").click()
    question = coordinator.get_by_role("dialog")
    question.get_by_role("button", name="Cancel the session").click()
    expect(coordinator.get_by_text(re.compile("[Cc]ancelled")).first).to_be_visible()
    third = event(feed)

    assert str(first["UID"]) == str(second["UID"]) == str(third["UID"])
    assert [int(str(e["SEQUENCE"])) for e in (first, second, third)] == [0, 1, 2]
    assert str(third["STATUS"]) == "CANCELLED"


def test_attendance_is_taken_and_the_recording_published(meet: Meet, tmp_path: Path) -> None:
    coordinator = meet("coordinator").page
    sessions_of(coordinator)
    schedule(
        coordinator, today("America/Montevideo") - timedelta(days=1), "15:00", "Sesión de ayer"
    )
    address = coordinator.url
    coordinator.get_by_label("Whoever has no minutes here was there").check()
    coordinator.get_by_role("button", name="Save attendance").click()
    expect(coordinator.get_by_text(re.compile(r"\d+ people came")).first).to_be_visible()

    slides = tmp_path / "slides.pdf"
    slides.write_bytes(b"%PDF-1.7\n%not much of a talk\n")
    coordinator.get_by_label("Link to the recording").fill("https://videos.example.org/ayer")
    coordinator.locator("#slides").set_input_files(slides)
    coordinator.get_by_role("button", name="Publish to participants").click()
    published = coordinator.locator("a[href='https://videos.example.org/ayer']").first
    expect(published).to_be_visible()

    participant = meet("participant").page
    participant.goto(address)
    expect(participant.locator("a[href='https://videos.example.org/ayer']").first).to_be_visible()
    with participant.expect_download() as download:
        link = participant.get_by_role("link", name=re.compile("[Ss]lides")).first
        link.evaluate("link => link.download = ''")
        link.click()
    assert download.value.path().read_bytes() == slides.read_bytes()


def test_a_participant_may_not_schedule(meet: Meet) -> None:
    page = meet("participant").page
    sessions_of(page)
    expect(page.get_by_role("heading", name="Live sessions").first).to_be_visible()
    expect(page.get_by_role("link", name="Schedule a session")).to_have_count(0)

    answer = page.goto(f"{page.url}/new")

    assert answer is not None
    assert answer.status == 403
