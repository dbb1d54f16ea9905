"""The live sessions of all editions on one page."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session

from app.core.clock import now
from app.models import Edition
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.make import Make

HOUR = timedelta(hours=1)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"en": "Big Data and skills gap"}))


def text_of(html: str) -> str:
    return " ".join(BeautifulSoup(html, "lxml").get_text(" ").split())


def test_somebodys_sessions_of_all_editions_stand_together(
    make: Make, browser: Browser, edition: Edition
) -> None:
    green = make.edition(make.course(title={"en": "Green jobs"}))
    person = make.participant(edition)
    make.enrolment(person, green)
    make.live_session(edition, now() + 50 * HOUR, title="Second")
    make.live_session(green, now() + 20 * HOUR, title="First")
    make.live_session(green, now() + timedelta(days=90), title="Third")
    make.live_session(green, now() - 50 * HOUR, title="Gone by")
    make.live_session(make.edition(), now() + HOUR, title="Elsewhere")
    browser.sign_in(person)

    words = text_of(browser.get("/sessions").text)

    assert words.index("First") < words.index("Second") < words.index("Third")
    assert "Green jobs" in words
    assert "Gone by" not in words
    assert "Elsewhere" not in words


def test_who_runs_the_programme_sees_two_weeks_of_all_editions(
    make: Make, browser: Browser, edition: Edition
) -> None:
    green = make.edition(make.course(title={"en": "Green jobs"}))
    monday = now() - timedelta(days=now().weekday())
    make.live_session(edition, monday + timedelta(days=2), title="In this week")
    make.live_session(green, monday + timedelta(days=8), title="In the next")
    make.live_session(edition, monday + timedelta(days=15), title="Too late")
    make.live_session(edition, monday - timedelta(days=2), title="Too early")
    browser.sign_in(make.coordinator())

    words = text_of(browser.get("/sessions").text)
    only = browser.get(f"/sessions?edition={green.id}", headers={"HX-Request-Type": "partial"}).text
    anything = browser.get("/sessions?edition=")
    nonsense = browser.get("/sessions?edition=x")

    assert words.index("This week") < words.index("In this week") < words.index("Next week")
    assert words.index("Next week") < words.index("In the next")
    assert "Too late" not in words
    assert "Too early" not in words
    assert "In the next" in only
    assert "In this week" not in only
    assert "<html" not in only
    assert (anything.status_code, nonsense.status_code) == (200, 200)


def test_a_focal_coordinator_sees_sessions_of_editions_with_own_people(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    sena = make.institution()
    count(session, make.enrolment(make.account(institution_id=sena.id), edition), 1)
    monday = now() - timedelta(days=now().weekday())
    make.live_session(edition, monday + timedelta(days=2), title="With ours")
    make.live_session(make.edition(), monday + timedelta(days=2), title="Without ours")
    browser.sign_in(make.focal(sena))

    words = text_of(browser.get("/sessions").text)

    assert "With ours" in words
    assert "Without ours" not in words
