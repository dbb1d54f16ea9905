"""Taking attendance on the page of a session."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core.clock import now
from app.models import Attendance, Edition, Enrolment, LiveSession
from tests.conftest import Browser
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def held(make: Make, edition: Edition) -> LiveSession:
    return make.live_session(edition, now() - timedelta(hours=3))


@pytest.fixture
def people(make: Make, edition: Edition) -> list[Enrolment]:
    return [make.enrolment(make.account(), edition) for _ in range(3)]


def address_of(live: LiveSession) -> str:
    return f"/editions/{live.edition_id}/sessions/{live.id}"


def noted(session: Session) -> dict[object, int]:
    session.expire_all()
    return {row.enrolment_id: row.minutes for row in session.exec(select(Attendance))}


def typed(html: str) -> dict[str, str]:
    fields = BeautifulSoup(html, "lxml").select("input.minutes")
    return {str(field["name"]): str(field["value"]) for field in fields}


def test_attendance_is_saved_in_one_go_and_shown_again(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    held: LiveSession,
    people: list[Enrolment],
) -> None:
    browser.sign_in(make.tutor(edition))
    first, second, third = (person.id for person in people)
    minutes = {f"minutes-{first}": "90", f"minutes-{second}": " 45 ", f"minutes-{third}": ""}

    before = typed(browser.get(address_of(held)).text)
    answer = browser.post(f"{address_of(held)}/attendance", data=minutes)
    page = browser.get(answer.headers["Location"]).text

    assert set(before.values()) == {""}
    assert answer.status_code == 303
    assert noted(session) == {first: 90, second: 45}
    assert "Attendance is saved: 2 people came." in page
    assert typed(page) == {
        f"minutes-{first}": "90",
        f"minutes-{second}": "45",
        f"minutes-{third}": "",
    }


def test_one_tick_notes_all_others_as_present_to_the_end(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    held: LiveSession,
    people: list[Enrolment],
) -> None:
    browser.sign_in(make.tutor(edition))
    first, second, third = (person.id for person in people)

    browser.post(
        f"{address_of(held)}/attendance",
        data={"everyone": "on", f"minutes-{first}": "30", f"minutes-{second}": "0"},
    )

    assert noted(session) == {first: 30, third: 90}


@pytest.mark.parametrize("wrong", ["91", "-1", "9.5", "ninety", "٤٥", "1" * 30])
def test_what_cannot_be_read_is_said_and_the_rest_is_kept_on_the_page(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    held: LiveSession,
    people: list[Enrolment],
    wrong: str,
) -> None:
    browser.sign_in(make.tutor(edition))
    first, second = (f"minutes-{person.id}" for person in people[:2])

    answer = browser.post(f"{address_of(held)}/attendance", data={first: wrong, second: "45"})

    assert answer.status_code == 422
    assert "write a whole number from 0 to 90" in answer.text
    assert f'href="#{first}"' in answer.text
    assert typed(answer.text)[first] == wrong
    assert typed(answer.text)[second] == "45"
    assert noted(session) == {}


def test_people_of_elsewhere_cannot_be_slipped_in(
    make: Make, session: Session, browser: Browser, edition: Edition, held: LiveSession
) -> None:
    stranger = make.enrolment(make.account(), make.edition())
    browser.sign_in(make.tutor(edition))

    answer = browser.post(
        f"{address_of(held)}/attendance",
        data={f"minutes-{stranger.id}": "90", f"minutes-{uuid4()}": "90"},
    )

    assert answer.status_code == 303
    assert noted(session) == {}


def test_attendance_waits_for_the_session(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    person = make.enrolment(make.account(), edition)
    ahead = make.live_session(edition)
    browser.sign_in(make.tutor(edition))

    page = browser.get(address_of(ahead)).text
    answer = browser.post(f"{address_of(ahead)}/attendance", data={f"minutes-{person.id}": "5"})

    assert "Attendance can be taken once the session has begun." in page
    assert typed(page) == {}
    assert answer.status_code == 422
    assert noted(session) == {}


def test_two_who_take_attendance_at_once_lose_nothing_of_each_other(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    held: LiveSession,
    people: list[Enrolment],
) -> None:
    ana, luis = people[0].id, people[1].id
    browser.sign_in(make.tutor(edition))
    empty = {f"was-{one.id}": "" for one in people}

    browser.post(f"{address_of(held)}/attendance", data=empty | {f"minutes-{ana}": "60"})
    browser.post(
        f"{address_of(held)}/attendance",
        data=empty | {f"minutes-{ana}": "", f"minutes-{luis}": "45"},
    )
    both = noted(session)
    taken_back = browser.post(
        f"{address_of(held)}/attendance",
        data=empty | {f"was-{ana}": "60", f"minutes-{ana}": ""},
    )

    assert both == {ana: 60, luis: 45}
    assert taken_back.status_code == 303
    assert noted(session) == {luis: 45}


def test_everyone_else_stayed_but_for_those_whom_a_colleague_noted_meanwhile(
    make: Make,
    session: Session,
    browser: Browser,
    edition: Edition,
    held: LiveSession,
    people: list[Enrolment],
) -> None:
    browser.sign_in(make.tutor(edition))
    empty = {f"{field}-{one.id}": "" for one in people for field in ("was", "minutes")}

    browser.post(f"{address_of(held)}/attendance", data=empty | {f"minutes-{people[0].id}": "10"})
    browser.post(f"{address_of(held)}/attendance", data=empty | {"everyone": "on"})

    assert noted(session)[people[0].id] == 10
    assert noted(session)[people[1].id] == held.minutes


def test_the_sheet_of_a_thousand_people_can_be_saved(
    make: Make, session: Session, browser: Browser, edition: Edition, held: LiveSession
) -> None:
    crowd = make.crowd(edition, 1100)
    browser.sign_in(make.tutor(edition))

    answer = browser.post(
        f"{address_of(held)}/attendance",
        data={f"{f}-{one.id}": v for one in crowd for f, v in (("was", ""), ("minutes", "10"))},
    )

    assert answer.status_code == 303
    assert len(noted(session)) == 1100
