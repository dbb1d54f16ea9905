"""Scheduling a session, trying hours out, and moving it."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core.clock import now
from app.models import Edition, LiveSession, Message
from tests.conftest import Browser
from tests.make import Make

PART = {"HX-Request-Type": "partial"}


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"en": "Big Data and skills gap"}, languages=["es"]))


def form(**changed: str) -> dict[str, str]:
    plain = {
        "title": "Clinic: from 4,000 vacancies to 40 skills",
        "day": f"{now().year + 1}-06-09",
        "hour": "10:00",
        "timezone": "America/Bogota",
        "minutes": "90",
        "language": "es",
        "link": "https://meet.example.org/clinic",
        "agenda": "1. Questions",
        "host": "",
    }
    return plain | changed


def address_of(live: LiveSession) -> str:
    return f"/editions/{live.edition_id}/sessions/{live.id}"


def edited(live: LiveSession, **changed: str) -> dict[str, str]:
    """The form of a session as its page fills it."""
    day, hour = live.local_start.split("T")
    own = {
        "title": live.title,
        "day": day,
        "hour": hour,
        "timezone": live.timezone,
        "minutes": str(live.minutes),
        "language": live.language,
        "link": live.link,
        "agenda": live.agenda,
        "sequence": str(live.sequence),
    }
    return form(**own | changed)


def kept(session: Session) -> list[LiveSession]:
    session.expire_all()
    return list(session.exec(select(LiveSession)))


def error_beside(html: str, name: str) -> str:
    found = BeautifulSoup(html, "lxml").find(id=f"{name}-error")
    return found.get_text() if found else ""


def hours_in(html: str) -> list[list[str]]:
    rows = BeautifulSoup(html, "lxml").select("#hours tbody tr")
    return [[cell.get_text(" ", strip=True) for cell in row.select("th,td")] for row in rows]


def test_a_tutor_schedules_a_session(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    tutor = make.tutor(edition)
    browser.sign_in(tutor)

    answer = browser.post(f"/editions/{edition.id}/sessions/new", data=form(host=str(tutor.id)))
    shown = browser.get(answer.headers["Location"])

    [live] = kept(session)
    assert answer.status_code == 303
    assert answer.headers["Location"] == address_of(live)
    assert live.starts_at.isoformat() == f"{now().year + 1}-06-09T15:00:00+00:00"
    assert (live.local_start, live.timezone) == (f"{now().year + 1}-06-09T10:00", "America/Bogota")
    assert live.host_id == tutor.id
    assert "The session is scheduled." in shown.text


def test_the_form_begins_with_the_zone_of_who_fills_it(
    make: Make, browser: Browser, edition: Edition
) -> None:
    make.participant(edition, country="CL", timezone="America/Santiago")
    browser.sign_in(make.coordinator(timezone="America/Montevideo"))

    page = BeautifulSoup(browser.get(f"/editions/{edition.id}/sessions/new").text, "lxml")

    zones = page.select_one("#timezone")
    assert zones is not None
    first = [option["value"] for option in zones.select("optgroup")[0].select("option")]
    every = [option["value"] for option in zones.select("option")]
    assert first[0] == "America/Santiago"
    assert "Pacific/Easter" in first
    assert len(every) == len(set(every)) > 300
    assert [option["value"] for option in zones.select("option[selected]")] == [
        "America/Montevideo"
    ]


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("title", "", "Fill this in."),
        ("day", "", "Fill this in."),
        ("day", "9/6/2026", "Write a date, such as 2026-05-31."),
        ("day", "0001-01-01", "Write a date, such as 2026-05-31."),
        ("hour", "10", "Write an hour, such as 10:00."),
        ("hour", "25:00", "Write an hour, such as 10:00."),
        ("minutes", "4", "Write a number of at least 5."),
        ("minutes", "721", "Write a number of at most 720."),
        ("minutes", "x", "Write a whole number."),
        ("timezone", "Mars/Olympus", "Choose one of the options."),
        ("language", "xx", "Choose one of the options."),
        ("host", "x", "Choose one of the options."),
        ("link", "http://meet.example.org", "Start the link with https://"),
        ("link", "javascript:alert(1)", "Start the link with https://"),
        ("link", "https://", "Start the link with https://"),
        ("link", "https://[x", "Start the link with https://"),
        ("link", "https://meet.example.org/a b", "Start the link with https://"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    name: str,
    typed: str,
    sentence: str,
) -> None:
    browser.sign_in(make.tutor(edition))

    answer = browser.post(
        f"/editions/{edition.id}/sessions/new", data=form(agenda="My long agenda", **{name: typed})
    )

    assert answer.status_code == 422
    assert error_beside(answer.text, name) == sentence
    assert "My long agenda" in answer.text
    assert kept(session) == []


def test_an_hour_that_does_not_exist_is_explained(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    gap = form(day="2099-03-29", hour="02:30", timezone="Europe/Madrid")

    answer = browser.post(f"/editions/{edition.id}/sessions/new", data=gap)

    assert answer.status_code == 422
    assert error_beside(answer.text, "hour") == (
        "In Madrid the clocks jump ahead that night: 02:30 does not exist. Choose 03:30."
    )
    assert kept(session) == []


def test_of_an_hour_that_comes_twice_the_first_is_meant_and_that_is_said(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    make.participant(edition)
    browser.sign_in(make.coordinator())
    twice = form(day="2099-10-25", hour="02:30", timezone="Europe/Madrid")

    tried = browser.post(f"/editions/{edition.id}/sessions/new?preview=1", data=twice, headers=PART)
    answer = browser.post(f"/editions/{edition.id}/sessions/new", data=twice)
    shown = browser.get(answer.headers["Location"])

    assert "That hour comes twice that night" in tried.text
    assert kept(session)[0].starts_at.isoformat() == "2099-10-25T00:30:00+00:00"
    assert "That hour comes twice that night in Madrid; the first one is meant." in shown.text


def test_the_hours_are_shown_before_anything_is_kept(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    make.participant(edition, country="CR", timezone="America/Costa_Rica")
    make.participant(edition, country="CO", timezone="America/Bogota")
    make.participant(edition, country="PE", timezone="America/Lima")
    make.participant(edition, country="ES", timezone="Europe/Madrid")
    browser.sign_in(make.coordinator())
    incomplete = form(title="", agenda="Still to write", day="2027-06-09")
    address = f"/editions/{edition.id}/sessions/new?preview=1"

    page = browser.post(address, data=incomplete)
    part = browser.post(address, data=incomplete, headers=PART)

    assert (page.status_code, part.status_code) == (200, 200)
    assert hours_in(page.text) == [
        ["09:00", "UTC−6", "Costa Rica", "1", "Morning"],
        ["10:00", "UTC−5", "Colombia and Peru", "2", "Morning"],
        ["17:00", "UTC+2", "Spain", "1", "Afternoon"],
    ]
    assert hours_in(part.text) == hours_in(page.text)
    assert "Still to write" in page.text
    assert "Fill this in." not in page.text
    assert "<html" not in part.text
    assert kept(session) == []


def test_a_preview_says_for_whom_it_is_too_early_and_on_which_day(
    make: Make, browser: Browser, edition: Edition
) -> None:
    make.participant(edition, country="NZ", timezone="Pacific/Auckland")
    make.participant(edition, country="CO", timezone="America/Bogota")
    browser.sign_in(make.coordinator())

    part = browser.post(
        f"/editions/{edition.id}/sessions/new?preview=1",
        data=form(day="2027-06-09"),
        headers=PART,
    ).text

    assert "For 1 participant it would be before 07:00 or after 21:00." in part
    assert hours_in(part)[1] == [
        "03:00 10 Jun",
        "UTC+12",
        "New Zealand",
        "1",
        "Outside 7 to 21 hours",
    ]


@pytest.mark.parametrize("broken", [{"day": ""}, {"hour": "x"}, {"timezone": "x"}, {"minutes": ""}])
def test_a_preview_without_a_whole_hour_asks_for_one(
    make: Make, browser: Browser, edition: Edition, broken: dict[str, str]
) -> None:
    make.participant(edition)
    browser.sign_in(make.tutor(edition))

    part = browser.post(
        f"/editions/{edition.id}/sessions/new?preview=1", data=form(**broken), headers=PART
    )

    assert part.status_code == 200
    assert "Choose a day, an hour and a length" in part.text
    assert hours_in(part.text) == []


def test_the_past_is_for_coordinators_to_note(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    make.participant(edition)
    past = form(day="2022-06-09")
    address = f"/editions/{edition.id}/sessions/new"

    browser.sign_in(make.tutor(edition))
    refused = browser.post(address, data=past)
    browser.sign_in(make.coordinator())
    noted = browser.post(address, data=past)
    shown = browser.get(noted.headers["Location"])

    assert refused.status_code == 422
    assert error_beside(refused.text, "hour") == (
        "That hour has passed. Only a coordinator can note a session held already."
    )
    assert noted.status_code == 303
    assert "noted as already begun. Nobody was written to." in shown.text
    assert len(kept(session)) == 1
    assert session.exec(select(Message)).all() == []


def test_a_session_is_moved_and_everybody_is_told(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    person = make.participant(edition, timezone="America/Bogota")
    live = make.live_session(edition)
    browser.sign_in(make.tutor(edition))

    filled = browser.get(f"{address_of(live)}/edit").text
    answer = browser.post(
        f"{address_of(live)}/edit", data=edited(live, day=f"{now().year + 1}-06-10")
    )
    shown = browser.get(answer.headers["Location"]).text

    [moved] = kept(session)
    message = session.exec(select(Message)).one()
    assert live.link in filled
    assert answer.status_code == 303
    assert moved.local_start.startswith(f"{now().year + 1}-06-10T")
    assert moved.sequence == 1
    assert message.account_id == person.id
    assert "1 person was told the new time." in shown


def test_the_second_of_two_editors_is_told_and_loses_no_word(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    live = make.live_session(edition)
    browser.sign_in(make.tutor(edition))
    first, second = edited(live, title="First"), edited(live, title="Second")

    browser.post(f"{address_of(live)}/edit", data=first)
    refused = browser.post(f"{address_of(live)}/edit", data=second)
    sequence = BeautifulSoup(refused.text, "lxml").select_one("input[name=sequence]")
    assert sequence is not None
    again = browser.post(
        f"{address_of(live)}/edit", data=second | {"sequence": str(sequence["value"])}
    )

    assert refused.status_code == 422
    assert "Somebody else has changed this session." in refused.text
    assert 'value="Second"' in refused.text
    assert again.status_code == 303
    assert kept(session)[0].title == "Second"


def test_trying_another_hour_of_a_session_changes_nothing(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    make.participant(edition)
    live = make.live_session(edition)
    browser.sign_in(make.tutor(edition))

    part = browser.post(
        f"{address_of(live)}/edit?preview=1", data=edited(live, hour="07:00"), headers=PART
    )

    assert part.status_code == 200
    assert len(hours_in(part.text)) == 1
    assert kept(session)[0].sequence == 0
