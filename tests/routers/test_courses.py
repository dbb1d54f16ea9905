"""A course's public page, and coming in: as a visitor, a participant and an applicant do."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core import clock
from app.models import (
    Course,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    LiveSession,
    SessionStatus,
)
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

TODAY = clock.today()


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def course(make: Make) -> Course:
    return make.course(
        slug="big-data",
        title={"en": "Big Data and skills gap"},
        description={"en": "Read **online** vacancies."},
        outcomes={"en": ["Tell a skills gap from other problems."]},
        languages=["en", "es"],
    )


def edition_of(make: Make, course: Course, **given: Any) -> Edition:
    plain: dict[str, Any] = {
        "slug": "2030",
        "starts_on": in_days(10),
        "ends_on": in_days(65),
        "enrol_until": in_days(5),
        "policy": EnrolmentPolicy.OPEN,
    }
    return make.edition(course, **plain | given)


def live(make: Make, edition: Edition, **given: Any) -> LiveSession:
    plain: dict[str, Any] = {
        "edition_id": edition.id,
        "title": "Clinic on vacancies",
        "starts_at": datetime.now(UTC).replace(hour=15, minute=0) + timedelta(days=3),
        "timezone": "America/Bogota",
        "local_start": "2026-06-09T10:00",
        "minutes": 90,
        "link": "https://meet.example/secret-room",
        "changed_at": datetime.now(UTC),
    }
    return make.saved(LiveSession(**plain | given))


def door_of(page: str) -> str:
    """The words of the box through which one comes in."""
    box = BeautifulSoup(page, "html.parser").find("aside")
    assert box is not None
    return box.get_text(" ", strip=True)


def test_anybody_reads_what_a_course_is_about(make: Make, browser: Browser, course: Course) -> None:
    edition = edition_of(make, course)
    module = make.module(edition, title={"en": "Sources you can reach"})
    make.activity(module, title={"en": "A hidden activity"})

    page = browser.get("/courses/big-data")

    assert page.status_code == 200
    assert '<h1 lang="en">Big Data and skills gap</h1>' in page.text
    assert "<strong>online</strong>" in page.text
    assert "Tell a skills gap from other problems." in page.text
    assert "Sources you can reach" in page.text
    assert "A hidden activity" not in page.text
    assert "noindex" not in page.text


def test_sessions_to_come_are_told_without_the_way_into_their_room(
    make: Make, browser: Browser, course: Course
) -> None:
    edition = edition_of(make, course)
    ahead = live(make, edition)
    live(make, edition, title="Over", starts_at=datetime.now(UTC) - timedelta(days=1))
    live(make, edition, title="Called off", status=SessionStatus.CANCELLED)
    browser.cookies.set("tz", "America%2FBogota")

    page = browser.get("/courses/big-data").text

    assert "Clinic on vacancies" in page
    assert f'datetime="{ahead.starts_at:%Y-%m-%dT%H:%MZ}">10:00</time>' in page
    assert "Bogota time" in page
    assert "Over" not in page
    assert "Called off" not in page
    assert "meet.example" not in page


@pytest.mark.parametrize("path", ["nothing", "secret", "secret/2030", "big-data/1999"])
def test_what_is_not_published_is_not_found(
    make: Make, browser: Browser, course: Course, path: str
) -> None:
    edition_of(make, course)
    edition_of(make, make.course(slug="secret", is_published=False))

    assert browser.get(f"/courses/{path}").status_code == 404


def test_a_visitor_is_led_to_register_and_back(
    make: Make, browser: Browser, course: Course
) -> None:
    edition_of(make, course)

    page = browser.get("/courses/big-data").text

    assert 'href="/register?next=/courses/big-data/2030"' in page
    assert 'href="/sign-in?next=/courses/big-data/2030"' in page
    assert "Enrolment closes in 5 days" in door_of(page)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"policy": EnrolmentPolicy.APPLICATION}, "Apply for this course"),
        ({"policy": EnrolmentPolicy.OPEN}, "Enrol"),
        ({"policy": EnrolmentPolicy.OPEN, "starts_on": None, "ends_on": None}, "Enrol"),
        ({"enrol_until": TODAY}, "Last day"),
        ({"enrol_until": None, "capacity": 3}, "3 places are left."),
        ({"capacity": 0}, "All places are taken"),
        ({"enrol_until": in_days(-1)}, "Enrolment is closed"),
        ({"policy": EnrolmentPolicy.CLOSED, "starts_on": in_days(-9)}, "takes nobody new"),
        ({"starts_on": in_days(-9), "ends_on": in_days(-1)}, "This edition has ended"),
    ],
)
def test_the_door_says_how_the_edition_stands(
    make: Make, browser: Browser, course: Course, given: dict[str, Any], said: str
) -> None:
    edition_of(make, course, **given)
    browser.sign_in(make.account())

    assert said in door_of(browser.get("/courses/big-data").text)


def test_a_course_without_an_edition_says_that_dates_will_come(
    browser: Browser, course: Course
) -> None:
    page = browser.get(f"/courses/{course.slug}").text

    assert "Dates to come" in door_of(page)
    assert '<form method="post" action="/courses' not in page


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (EnrolmentStatus.ACTIVE, "Go to your course"),
        (EnrolmentStatus.COMPLETED, "You have completed this course"),
        (EnrolmentStatus.APPLIED, "Application received"),
        (EnrolmentStatus.WAITLISTED, "You are on the waiting list"),
        (EnrolmentStatus.WITHDRAWN, "You do not take part in this edition"),
        (EnrolmentStatus.REJECTED, "You do not take part in this edition"),
    ],
)
def test_who_is_in_already_is_told_so(
    make: Make, browser: Browser, course: Course, status: EnrolmentStatus, said: str
) -> None:
    person = make.account()
    make.enrolment(person, edition_of(make, course), status=status)
    browser.sign_in(person)

    words = door_of(browser.get("/courses/big-data").text)

    assert said in words
    assert "Enrol " not in words


def test_a_tutor_is_led_to_the_edition(make: Make, browser: Browser, course: Course) -> None:
    edition = edition_of(make, course, starts_on=in_days(-9), policy=EnrolmentPolicy.CLOSED)
    browser.sign_in(make.tutor(edition))

    assert f'href="/editions/{edition.id}"' in browser.get("/courses/big-data").text


def test_each_edition_has_its_own_page(make: Make, browser: Browser, course: Course) -> None:
    edition_of(make, course)
    edition_of(make, course, slug="2020", starts_on=date(2020, 3, 1), ends_on=date(2020, 5, 2))

    newest = browser.get("/courses/big-data").text
    old = browser.get("/courses/big-data/2020").text

    assert 'href="/courses/big-data/2020"' in newest
    assert "1 Mar – 2 May 2020" in old
    assert "This edition has ended" in door_of(old)
    assert 'href="/courses/big-data/2030"' in old


def test_someone_who_takes_part_is_shown_their_own_edition(
    make: Make, browser: Browser, course: Course
) -> None:
    own = edition_of(
        make, course, slug="running", starts_on=in_days(-9), policy=EnrolmentPolicy.CLOSED
    )
    edition_of(make, course)
    browser.sign_in(make.participant(own))

    assert f'href="/editions/{own.id}"' in door_of_html(browser.get("/courses/big-data").text)


def door_of_html(page: str) -> str:
    return str(BeautifulSoup(page, "html.parser").find("aside"))


def test_enrolling_leads_into_the_edition(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition, person = edition_of(make, course), make.account()
    browser.sign_in(person)

    answer = browser.post("/courses/big-data/2030/enrolment", data={"language": "es"})
    page = browser.get(answer.headers["Location"])

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/editions/{edition.id}")
    assert "You are in. This is your course." in page.text
    enrolment = session.exec(select(Enrolment)).one()
    assert (enrolment.account_id, enrolment.language) == (person.id, "es")


def test_applying_comes_back_with_the_application_received(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition_of(make, course, policy=EnrolmentPolicy.APPLICATION)
    browser.sign_in(make.account())

    answer = browser.post("/courses/big-data/2030/enrolment")
    page = browser.get(answer.headers["Location"]).text

    assert answer.headers["Location"] == "/courses/big-data/2030"
    assert page.count("Application received") == 2  # said once, and stands in the box
    assert session.exec(select(Enrolment.status)).all() == [EnrolmentStatus.APPLIED]


def test_the_language_is_asked_for_where_there_are_several(
    make: Make, browser: Browser, course: Course
) -> None:
    edition_of(make, course)
    edition_of(make, make.course(slug="one", languages=["pt"]))
    browser.sign_in(make.account())

    several = BeautifulSoup(browser.get("/courses/big-data").text, "html.parser")
    one = BeautifulSoup(browser.get("/courses/one").text, "html.parser")

    radios = {r["value"]: r.has_attr("checked") for r in several.select("input[name=language]")}
    assert radios == {"en": True, "es": False}
    assert one.select("input[name=language]") == []


def test_a_closed_edition_is_not_entered(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition_of(make, course, policy=EnrolmentPolicy.CLOSED)
    browser.sign_in(make.account())

    answer = browser.post("/courses/big-data/2030/enrolment")

    assert answer.status_code == 422
    assert "This edition is not open for enrolment." in answer.text
    assert session.exec(select(Enrolment)).all() == []


def test_nobody_enters_what_is_not_published_or_without_signing_in(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition_of(make, course)
    edition_of(make, make.course(slug="secret", is_published=False))

    anonymous = browser.post("/courses/big-data/2030/enrolment")
    browser.sign_in(make.account())
    hidden = browser.post("/courses/secret/2030/enrolment")

    assert anonymous.status_code == 303
    assert anonymous.headers["Location"].startswith("/sign-in")
    assert hidden.status_code == 404
    assert session.exec(select(Enrolment)).all() == []


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_takes_at_most_eight_statements(
    make: Make, browser: Browser, course: Course, how_many: int
) -> None:
    for n in range(how_many):
        edition = edition_of(make, course, slug=f"run-{n}", capacity=10)
        edition_of(make, course, slug=f"old-{n}", ends_on=in_days(-1), starts_on=in_days(-9))
        make.module(edition)
        live(make, edition)
    browser.sign_in(make.account())

    with statements() as sent:
        assert browser.get("/courses/big-data").status_code == 200

    assert len(sent) == 7, sent
