"""Feeds that calendars subscribe to, and single sessions they take in."""

from datetime import timedelta
from uuid import uuid4

import pytest
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import EventStatus
from sqlmodel import Session

from app.core.clock import now
from app.core.feeds import feed_token
from app.models import Account, Edition, EnrolmentStatus, SessionStatus
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"en": "Big Data", "es": "Grandes datos"}))


def feed_of(account: Account) -> str:
    return f"/calendar/{feed_token(account.id, account.calendar_generation)}.ics"


def calendar(text: str) -> Calendar:
    return IcsCalendarStream.calendar_from_ics(text)


def titles(text: str) -> list[str | None]:
    return [event.summary for event in calendar(text).events]


def test_a_feed_holds_the_sessions_of_everything_a_person_is_in(
    make: Make, browser: Browser, edition: Edition
) -> None:
    accompanied, left, foreign = make.edition(), make.edition(), make.edition()
    person = make.tutor(accompanied)
    make.enrolment(person, edition)
    make.enrolment(person, left, status=EnrolmentStatus.WITHDRAWN)
    make.live_session(edition, now() - timedelta(days=91), title="Too long ago")
    make.live_session(edition, now() - timedelta(days=89), title="Held")
    make.live_session(edition, now() + timedelta(days=1), title="Ahead")
    make.live_session(accompanied, now() + timedelta(days=2), title="As a tutor")
    make.live_session(left, title="Left")
    make.live_session(foreign, title="Foreign")

    answer = browser.get(feed_of(person))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert titles(answer.text) == ["Held", "Ahead", "As a tutor"]
    assert "secret-room" not in answer.text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in answer.text


def test_who_runs_the_programme_has_in_their_feed_what_they_host(
    make: Make, browser: Browser, edition: Edition
) -> None:
    coordinator, former = make.coordinator(), make.account()
    make.live_session(edition, title="Theirs", host_id=coordinator.id)
    make.live_session(edition, title="Another's")
    make.live_session(edition, title="Of a former host", host_id=former.id)

    assert titles(browser.get(feed_of(coordinator)).text) == ["Theirs"]
    assert titles(browser.get(feed_of(former)).text) == []


def test_a_feed_opens_for_nobody_without_its_whole_address(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    person = make.participant(edition)
    make.live_session(edition, title="Clinic")
    right = feed_token(person.id, 1)
    old = feed_of(person)
    wrong = [
        feed_token(person.id, 2),
        feed_token(uuid4(), 1),
        right[:-1],
        right[:-1] + ("A" if right[-1] != "A" else "B"),
        "x",
        str(person.id),
    ]

    found = [browser.get(f"/calendar/{token}.ics") for token in wrong]
    person.calendar_generation = 2
    session.add(person)
    session.flush()
    void, renewed = browser.get(old), browser.get(feed_of(person))

    assert [answer.status_code for answer in found] == [404] * len(wrong)
    assert all("Clinic" not in answer.text for answer in found)
    assert void.status_code == 404
    assert titles(renewed.text) == ["Clinic"]


def test_a_feed_speaks_the_language_of_its_owner(
    make: Make, browser: Browser, edition: Edition
) -> None:
    make.live_session(edition)
    spanish = browser.get(feed_of(make.participant(edition, language="es")))
    english = browser.get(feed_of(make.participant(edition, language="en")))

    assert "DESCRIPTION:Grandes datos" in spanish.text
    assert "DESCRIPTION:Big Data" in english.text
    assert "X-WR-CALNAME:Live sessions at Taller" in english.text


def test_an_unchanged_feed_is_not_sent_again(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    person = make.participant(edition)
    live = make.live_session(edition)
    tag = browser.get(feed_of(person)).headers["ETag"]

    same = browser.get(feed_of(person), headers={"If-None-Match": tag})
    live.status, live.sequence = SessionStatus.CANCELLED, 1
    session.add(live)
    session.flush()
    changed = browser.get(feed_of(person), headers={"If-None-Match": tag})

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200
    [event] = calendar(changed.text).events
    assert (event.status, event.sequence) == (EventStatus.CANCELLED, 1)
    assert event.uid == f"{live.id}@taller"


@pytest.mark.parametrize("sessions", [1, 3])
def test_a_feed_takes_two_statements(
    make: Make, browser: Browser, edition: Edition, sessions: int
) -> None:
    person = make.participant(edition)
    for _ in range(sessions):
        make.live_session(edition)

    with statements() as sent:
        browser.get(feed_of(person))

    assert len(sent) == 2, sent


def test_one_session_is_for_those_who_may_see_its_edition(
    make: Make, browser: Browser, edition: Edition
) -> None:
    live = make.live_session(edition, title="Clinic")
    address = f"/sessions/{live.id}.ics"
    found = {}

    visitor = browser.get(address)
    for name, person in {
        "participant": make.participant(edition),
        "tutor": make.tutor(edition),
        "coordinator": make.coordinator(),
        "stranger": make.participant(make.edition()),
        "focal of elsewhere": make.focal(make.institution()),
    }.items():
        browser.sign_in(person)
        found[name] = browser.get(address)

    assert visitor.status_code == 303
    assert {name: answer.status_code for name, answer in found.items()} == {
        "participant": 200,
        "tutor": 200,
        "coordinator": 200,
        "stranger": 404,
        "focal of elsewhere": 404,
    }
    assert titles(found["participant"].text) == ["Clinic"]
    assert all("secret-room" not in answer.text for answer in found.values())
    assert browser.get(f"/sessions/{uuid4()}.ics").status_code == 404
    assert browser.get("/sessions/x.ics").status_code == 404
