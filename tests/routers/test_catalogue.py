"""The catalogue, as anybody meets it."""

from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session

from app.core import clock
from app.models import (
    NO_INSTITUTION,
    CapstoneKind,
    Course,
    Edition,
    EnrolmentCount,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    Mode,
    Videoconference,
)
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

TODAY = clock.today()
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def open_edition(make: Make, course: Course | None = None, **given: Any) -> Edition:
    plain: dict[str, Any] = {
        "policy": EnrolmentPolicy.APPLICATION,
        "starts_on": in_days(60),
        "ends_on": in_days(90),
        "enrol_until": in_days(30),
    }
    return make.edition(course or make.course(title={"en": "Industry 4.0"}), **plain | given)


def ended_edition(make: Make, course: Course | None = None, **given: Any) -> Edition:
    plain: dict[str, Any] = {
        "policy": EnrolmentPolicy.CLOSED,
        "starts_on": in_days(-90),
        "ends_on": in_days(-30),
    }
    return make.edition(course or make.course(title={"en": "Big Data"}), **plain | given)


def counted(session: Session, edition: Edition, n: int, *, country: str = "CO") -> None:
    session.add(
        EnrolmentCount(
            edition_id=edition.id,
            status=EnrolmentStatus.COMPLETED,
            country=country,
            gender=Gender.WOMAN,
            institution_key=NO_INSTITUTION,
            course_id=edition.course_id,
            reporting_year=edition.reporting_year,
            n=n,
        )
    )
    session.flush()


def groups(page: str) -> dict[str, list[str]]:
    """The headings of the groups, each with the titles below it."""
    soup = BeautifulSoup(page, "html.parser")
    found: dict[str, list[str]] = {}
    for section in soup.select("#results section"):
        heading, *titles = [h.get_text(strip=True) for h in section.find_all("h3")]
        found[heading] = titles
    return found


def titles(page: str) -> list[str]:
    return [title for its in groups(page).values() for title in its]


def test_each_course_stands_once_in_the_group_of_its_edition(make: Make, browser: Browser) -> None:
    open_edition(make)
    green = make.course(title={"en": "Green jobs"}, mode=Mode.SELF_ADMINISTERED)
    make.edition(green, starts_on=None, ends_on=None, policy=EnrolmentPolicy.OPEN)
    closed = {"policy": EnrolmentPolicy.CLOSED}
    later = make.course(title={"en": "Apprenticeship"})
    make.edition(later, starts_on=in_days(40), ends_on=in_days(80), **closed)
    running = make.course(title={"en": "STEAM"})
    make.edition(running, starts_on=in_days(-9), ends_on=in_days(9), **closed)
    ended_edition(make)
    make.course(title={"en": "Frameworks"})

    assert groups(browser.get("/").text) == {
        "Applications open": ["Industry 4.0"],
        "Start any day": ["Green jobs"],
        "Starting later": ["Apprenticeship"],
        "Running now or finished": ["STEAM", "Big Data"],
        "Dates to come": ["Frameworks"],
    }


def test_a_course_is_shown_with_the_edition_that_can_be_joined(
    make: Make, browser: Browser
) -> None:
    course = make.course(title={"en": "Big Data"})
    ended_edition(make, course)
    open_edition(make, course, starts_on=date(2098, 5, 1), ends_on=date(2098, 6, 1))
    open_edition(make, course, starts_on=date(2097, 5, 1), ends_on=date(2097, 6, 1))

    page = browser.get("/").text
    when = BeautifulSoup(page, "html.parser").select("p.date")

    assert groups(page) == {"Applications open": ["Big Data"]}
    assert [p.get_text(strip=True).replace("\u00a0", " ") for p in when] == ["1 May – 1 Jun 2097"]


def test_the_count_is_said_in_a_status_line(make: Make, browser: Browser) -> None:
    for _ in range(3):
        make.course()

    status = BeautifulSoup(browser.get("/").text, "html.parser").find(id="found")

    assert status is not None
    assert status["role"] == "status"
    assert status.get_text(strip=True) == "3 courses"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=formacion", ["Green jobs"]),  # in the Spanish title
        ("q=FORMACIÓN+verdes", ["Green jobs"]),
        ("q=welders", ["Green jobs"]),  # in an outcome
        ("q=brecha", ["Big Data"]),  # in the Spanish summary
        ("q=brecha+welders", []),
        ("mode=self_administered", ["Green jobs"]),
        ("mode=tutor_led&q=", ["Big Data"]),
        ("language=pt", ["Big Data"]),
        ("language=en&mode=tutor_led", []),
        ("", ["Green jobs", "Big Data"]),
    ],
)
def test_courses_are_found_by_word_form_and_language(
    make: Make, browser: Browser, query: str, found: list[str]
) -> None:
    green = make.course(
        title={"en": "Green jobs", "es": "Formación profesional y empleos VERDES"},
        outcomes={"en": ["Talk with welders"]},
        mode=Mode.SELF_ADMINISTERED,
        languages=["en", "es"],
    )
    make.edition(green, starts_on=None, ends_on=None)
    make.course(title={"en": "Big Data"}, summary={"es": "La brecha"}, languages=["es", "pt"])

    assert titles(browser.get(f"/?{query}").text) == found


def test_the_courses_language_does_not_switch_the_page(make: Make, browser: Browser) -> None:
    make.course(languages=["es"])

    page = browser.get("/?language=es")

    assert '<html lang="en"' in page.text
    assert "lang=" not in page.headers.get("Set-Cookie", "")


def test_the_filters_offer_only_what_there_is(make: Make, browser: Browser) -> None:
    make.course(languages=["pt", "es"], mode=Mode.TUTOR_LED)

    soup = BeautifulSoup(browser.get("/").text, "html.parser")

    offered = {
        s["name"]: [o.get_text(strip=True) for o in s.find_all("option")]
        for s in soup.find_all("select")
    }
    assert offered == {
        "mode": ["Any way", "With a tutor"],
        "language": ["Any language", "Portuguese", "Spanish"],
    }


def test_starting_from_a_day_leaves_out_what_began_before(make: Make, browser: Browser) -> None:
    ended_edition(make)
    open_edition(make)
    make.edition(make.course(title={"en": "Any day"}), starts_on=None, ends_on=None)
    make.course(title={"en": "Without dates"})

    page = browser.get(f"/?from={in_days(50)}").text
    too_late = browser.get(f"/?from={in_days(61)}").text

    assert titles(page) == ["Industry 4.0", "Any day"]
    assert titles(too_late) == ["Any day"]


def test_what_cannot_be_read_is_explained_and_not_asked_for(make: Make, browser: Browser) -> None:
    make.course(title={"en": "Big Data"})

    page = browser.get("/?from=tomorrow&mode=by+post")

    assert page.status_code == 200
    assert titles(page.text) == ["Big Data"]
    assert "Write a date" in page.text
    assert "Choose one of the options." in page.text


def test_what_is_wrong_is_explained_in_the_language_of_the_person(
    make: Make, browser: Browser
) -> None:
    browser.sign_in(make.account(language="es"))

    page = browser.get("/?from=mañana").text

    assert '<html lang="es"' in page
    assert "Write a date" not in page


def test_nothing_found_is_said_with_a_way_back(make: Make, browser: Browser) -> None:
    make.course()

    page = browser.get("/?q=nothing+like+it").text

    assert "0 courses" in page
    assert '<a class="btn slim" href="/">Show all courses</a>' in page


def test_htmx_gets_the_results_and_their_count(make: Make, browser: Browser) -> None:
    make.course(title={"en": "Big Data"})

    part = browser.get("/?q=big", headers=PART).text

    assert part.lstrip().startswith('<div id="results"')
    assert "<html" not in part
    assert '<p id="found" hx-swap-oob="innerHTML">1 course</p>' in part
    assert 'hx-swap-oob="innerHTML">1 course' not in browser.get("/").text


@pytest.mark.parametrize(("people", "said"), [(9, False), (10, True)])
def test_only_editions_of_ten_people_or_more_say_how_many_they_were(
    make: Make, session: Session, browser: Browser, people: int, *, said: bool
) -> None:
    edition = ended_edition(make)
    counted(session, edition, people - 4, country="CO")
    counted(session, edition, 4, country="BR")

    page = browser.get("/").text

    assert (f"{people} participants from 2 countries" in page) is said
    assert ("participants" in page) is said


def test_applicants_are_no_participants(make: Make, session: Session, browser: Browser) -> None:
    edition = ended_edition(make)
    for _ in range(12):
        make.enrolment(make.account(), edition, status=EnrolmentStatus.APPLIED)
    counted(session, edition, 10)

    assert "10 participants from 1 country" in browser.get("/").text


def test_videoconferences_to_come_are_announced_and_past_ones_are_not(
    make: Make, browser: Browser
) -> None:
    before = browser.get("/").text
    for title, day in (("Past", -1), ("Today", 0), ("Later", 9)):
        make.saved(Videoconference(series=2026, title=title, held_on=in_days(day), language="es"))

    soup = BeautifulSoup(browser.get("/").text, "html.parser")
    events = soup.select('[aria-labelledby="events"] h3')

    assert "Videoconferences, open to all" not in before
    assert [event.get_text(strip=True) for event in events] == ["Today", "Later"]
    assert events[0]["lang"] == "es"


def test_a_course_that_is_not_published_is_not_there(make: Make, browser: Browser) -> None:
    make.edition(make.course(title={"en": "Secret"}, is_published=False))

    assert "Secret" not in browser.get("/").text


def test_a_title_in_another_language_says_so(make: Make, browser: Browser) -> None:
    make.course(title={"es": "Brecha de habilidades"})

    assert '<h3 class="t2" lang="es">' in browser.get("/").text


def test_the_page_speaks_the_language_of_the_browser(make: Make, browser: Browser) -> None:
    make.course(title={"es": "Empleos verdes", "en": "Green jobs"})

    page = browser.get("/", headers={"Accept-Language": "es-CO,es;q=0.9"}).text

    assert '<html lang="es"' in page
    assert titles(page) == ["Empleos verdes"]


@pytest.mark.parametrize("courses", [1, 3])
def test_the_page_takes_as_many_statements_for_three_courses_as_for_one(
    make: Make, browser: Browser, courses: int
) -> None:
    for _ in range(courses):
        ended_edition(make, capstone=CapstoneKind.PROJECT)
        open_edition(make)
    browser.sign_in(make.account())

    with statements() as sent:
        assert browser.get("/").status_code == 200

    assert len(sent) == 5, sent
