"""The list of editions, as coordinators of all and of one institution meet it."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session

from app.core import clock
from app.models import Edition, EnrolmentStatus, Institution
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

TODAY = clock.today()
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def edition(
    make: Make, title: str, first: int | None, last: int | None, year: int = 2026
) -> Edition:
    return make.edition(
        make.course(title={"en": title}),
        starts_on=None if first is None else in_days(first),
        ends_on=None if last is None else in_days(last),
        reporting_year=year,
    )


def put(
    make: Make,
    session: Session,
    where: Edition,
    status: EnrolmentStatus,
    institution: Institution | None = None,
) -> None:
    account = make.account(institution_id=institution.id if institution else None)
    count(session, make.enrolment(account, where, status=status), by=1)


def rows(page: str) -> list[list[str]]:
    """The lines of the list: title, and the cells after it."""
    soup = BeautifulSoup(page, "html.parser")
    return [
        [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.find_all(["th", "td"])]
        for row in soup.select("#editions tbody tr")
    ]


def titles(page: str) -> list[str]:
    soup = BeautifulSoup(page, "html.parser")
    return [a.get_text() for a in soup.select("#editions tbody th a")]


@pytest.fixture
def five(make: Make) -> list[Edition]:
    return [
        edition(make, "Ends soon", -30, 5),
        edition(make, "Any day", None, None),
        edition(make, "Formación", 10, 40, year=2027),
        edition(make, "Newly over", -60, -1),
        edition(make, "Long over", -900, -800, year=2024),
    ]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ends soon", "Any day", "Formación", "Newly over", "Long over"]),
        ("when=running", ["Ends soon", "Any day"]),
        ("when=to-come", ["Formación"]),
        ("when=finished", ["Newly over", "Long over"]),
        ("year=2024", ["Long over"]),
        ("q=formacion", ["Formación"]),
        ("q=over&year=2026", ["Newly over"]),
        ("q=over&when=running", []),
        ("year=soon&page=7", ["Ends soon", "Any day", "Formación", "Newly over", "Long over"]),
    ],
)
def test_editions_are_found_by_state_year_and_word(
    make: Make, browser: Browser, query: str, found: list[str]
) -> None:
    browser.sign_in(make.coordinator())

    assert titles(browser.get(f"/editions?{query}").text) == found


@pytest.mark.usefixtures("five")
def test_the_tabs_say_how_many_there_are(make: Make, browser: Browser) -> None:
    browser.sign_in(make.coordinator())

    soup = BeautifulSoup(browser.get("/editions?year=2026").text, "html.parser")

    assert [a.get_text(" ", strip=True) for a in soup.select("#editions nav.tabs a")] == [
        "All 3",
        "Running 2",
        "To come 0",
        "Finished 1",
    ]


def test_each_edition_says_how_many_take_part_and_how_many_wait(
    make: Make, session: Session, browser: Browser
) -> None:
    running = edition(make, "Big Data", -9, 9)
    for status in (
        EnrolmentStatus.ACTIVE,
        EnrolmentStatus.COMPLETED,
        EnrolmentStatus.APPLIED,
        EnrolmentStatus.WITHDRAWN,
    ):
        put(make, session, running, status)
    browser.sign_in(make.coordinator())

    page = browser.get("/editions").text

    assert rows(page)[0][4:] == ["2 people of Big Data", "1 applications for Big Data"]
    assert f'href="/editions/{running.id}/people?state=to-decide"' in page


def test_a_focal_coordinator_sees_editions_with_own_people_and_counts_only_them(
    make: Make, session: Session, browser: Browser
) -> None:
    own, other = make.institution(), make.institution()
    shared, foreign = edition(make, "Shared", -9, 9), edition(make, "Foreign", -9, 9)
    put(make, session, shared, EnrolmentStatus.ACTIVE, own)
    for institution in (other, None):
        put(make, session, shared, EnrolmentStatus.ACTIVE, institution)
        put(make, session, shared, EnrolmentStatus.APPLIED, institution)
        put(make, session, foreign, EnrolmentStatus.ACTIVE, institution)
    browser.sign_in(make.focal(own))

    page = browser.get("/editions").text

    assert titles(page) == ["Shared"]
    assert rows(page)[0][4:] == ["1 people of Shared", "0"]
    assert "Foreign" not in page


def test_the_list_is_for_coordinators(make: Make, browser: Browser) -> None:
    asked = browser.get("/editions")
    browser.sign_in(make.tutor(edition(make, "Big Data", -9, 9)))
    refused = browser.get("/editions")

    assert asked.headers["Location"] == "/sign-in?next=/editions"
    assert refused.status_code == 403


def test_nothing_found_is_said_with_a_way_back(make: Make, browser: Browser) -> None:
    edition(make, "Big Data", -9, 9)
    browser.sign_in(make.coordinator())

    page = browser.get("/editions?q=nothing").text

    assert "No edition is like that" in page
    assert 'href="/editions">Show all editions</a>' in page


def test_htmx_gets_the_list_alone(make: Make, browser: Browser) -> None:
    browser.sign_in(make.coordinator())

    part = browser.get("/editions?when=running", headers=PART).text

    assert part.lstrip().startswith('<div id="editions"')
    assert "<html" not in part


def test_fifty_editions_stand_on_a_page(make: Make, browser: Browser) -> None:
    course = make.course(title={"en": "Big Data"})
    for n in range(51):
        make.edition(course, slug=f"run-{n}", starts_on=in_days(-9), ends_on=in_days(n))
    browser.sign_in(make.coordinator())

    first = browser.get("/editions?q=data").text
    second = browser.get("/editions?q=data&page=2").text

    assert (len(rows(first)), len(rows(second))) == (50, 1)
    assert 'href="/editions?q=data&amp;page=2"' in first


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_takes_six_statements_however_many_the_editions(
    make: Make, session: Session, browser: Browser, how_many: int
) -> None:
    for n in range(how_many):
        put(make, session, edition(make, f"Course {n}", -9, 9), EnrolmentStatus.ACTIVE)
    browser.sign_in(make.coordinator())

    with statements() as sent:
        assert browser.get("/editions?q=course").status_code == 200

    assert len(sent) == 6, sent
