"""Who may not change a live session, and calling one off."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core.clock import now
from app.models import Edition, LiveSession, SessionStatus
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.make import Make

#: All that is needed to schedule or to change a session, were it allowed.
MINE = {
    "title": "Mine",
    "day": "2099-06-09",
    "hour": "10:00",
    "timezone": "America/Bogota",
    "minutes": "90",
    "language": "es",
    "sequence": "0",
}


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


def address_of(live: LiveSession) -> str:
    return f"/editions/{live.edition_id}/sessions/{live.id}"


def kept(session: Session) -> list[tuple[str, SessionStatus, int]]:
    session.expire_all()
    return [(row.title, row.status, row.sequence) for row in session.exec(select(LiveSession))]


@pytest.mark.parametrize("who", ["participant", "observer", "focal"])
def test_only_those_who_teach_or_run_the_programme_may_schedule(
    make: Make, session: Session, browser: Browser, edition: Edition, who: str
) -> None:
    sena = make.institution()
    count(session, make.enrolment(make.account(institution_id=sena.id), edition), 1)
    people = {
        "participant": make.participant(edition),
        "observer": make.observer(edition),
        "focal": make.focal(sena),
    }
    live = make.live_session(edition)
    browser.sign_in(people[who])

    answers = [
        browser.get(f"/editions/{edition.id}/sessions/new"),
        browser.post(f"/editions/{edition.id}/sessions/new", data=MINE),
        browser.post(f"/editions/{edition.id}/sessions/new?preview=1", data=MINE),
        browser.get(f"{address_of(live)}/edit"),
        browser.post(f"{address_of(live)}/edit", data=MINE),
        browser.post(f"{address_of(live)}/cancel"),
        browser.post(f"{address_of(live)}/attendance"),
        browser.post(f"{address_of(live)}/recording"),
    ]

    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert kept(session) == [(live.title, SessionStatus.SCHEDULED, 0)]


@pytest.mark.parametrize("path", ["edit", "cancel", "attendance", "recording"])
def test_a_session_of_another_edition_cannot_be_changed_from_this_one(
    make: Make, session: Session, browser: Browser, edition: Edition, path: str
) -> None:
    live = make.live_session(make.edition(), now() - timedelta(hours=1))
    browser.sign_in(make.tutor(edition))

    answer = browser.post(f"/editions/{edition.id}/sessions/{live.id}/{path}", data=MINE)

    assert answer.status_code == 404
    assert kept(session) == [(live.title, SessionStatus.SCHEDULED, 0)]


def test_a_session_is_called_off_and_stays_to_be_seen(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    person = make.participant(edition)
    live = make.live_session(edition, now() + timedelta(minutes=5))
    browser.sign_in(make.tutor(edition))

    asked = BeautifulSoup(browser.get(address_of(live)).text, "lxml").find(id="cancel")
    answer = browser.post(f"{address_of(live)}/cancel")
    shown = browser.get(answer.headers["Location"]).text
    browser.sign_in(person)
    seen = browser.get(f"/editions/{edition.id}/sessions").text

    assert asked is not None
    assert "Everybody who takes part is told" in asked.get_text()
    assert answer.status_code == 303
    assert "The session was cancelled. 1 person was told." in shown
    assert kept(session) == [(live.title, SessionStatus.CANCELLED, 1)]
    assert "Cancelled" in seen
    assert "/join" not in seen
