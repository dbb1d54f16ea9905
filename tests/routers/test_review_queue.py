"""The queue of a tutor: what waits for an answer, and what was answered lately."""

import re
from datetime import timedelta

import pytest

from app.core.clock import now
from app.models import (
    Account,
    Capstone,
    CapstoneKind,
    CapstoneStatus,
    Decision,
    Edition,
    EditionStaff,
    StaffRole,
    Team,
)
from tests.conftest import Browser
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)


@pytest.fixture
def team(make: Make, edition: Edition) -> Team:
    return make.team(edition, name="Team Colombia")


@pytest.fixture
def tutor(make: Make, edition: Edition) -> Account:
    return make.tutor(edition, name="Tom Tutor")


@pytest.fixture
def capstone(make: Make, team: Team) -> Capstone:
    make.teammate(team, name="Ana Rojas")
    capstone = make.capstone(team, title="A plan")
    make.version(capstone)
    return capstone


def order_of(html: str, *names: str) -> list[int]:
    return [html.index(name) for name in names]


def test_the_queue_holds_ones_own_teams_and_those_without_a_tutor_the_oldest_first(
    make: Make, browser: Browser, edition: Edition, tutor: Account
) -> None:
    other = make.tutor(edition)
    left = make.account()  # was a tutor once
    make.handed_in(edition, "Team Mine", 2, tutor_id=tutor.id)
    make.handed_in(edition, "Team Nobodys", 9)
    make.handed_in(edition, "Team Orphaned", 5, tutor_id=left.id)
    make.handed_in(edition, "Team Of the other", 3, tutor_id=other.id)
    make.handed_in(make.edition(capstone=CapstoneKind.PROJECT), "Team Elsewhere", 3)
    make.capstone(make.team(edition, name="Team Drafting"))
    browser.sign_in(tutor)

    html = browser.get("/reviews").text

    assert "3 works wait for an answer" in html
    places = order_of(html, "Team Nobodys ·", "Team Orphaned ·", "Team Mine ·")
    assert places == sorted(places)
    for name in ("Team Of the other", "Team Elsewhere", "Team Drafting"):
        assert name not in html
    assert html.count('class="tag warn"') == 1  # nine days: the promise was seven


def test_those_who_run_the_programme_see_all_that_waits(
    make: Make, browser: Browser, edition: Edition, tutor: Account
) -> None:
    make.handed_in(edition, "Team One", 2, tutor_id=tutor.id)
    make.handed_in(make.edition(capstone=CapstoneKind.PROJECT), "Team Two", 3)

    for person in (make.coordinator(), make.administrator()):
        browser.sign_in(person)
        html = browser.get("/reviews").text
        assert "2 works wait for an answer" in html
        assert ("Team One" in html, "Team Two" in html) == (True, True)


def test_an_empty_queue_says_what_will_come(browser: Browser, tutor: Account) -> None:
    browser.sign_in(tutor)

    html = browser.get("/reviews").text

    assert "Nothing waits for you" in html
    assert "Teams are promised an answer within seven days." in html


def test_what_was_answered_lately_stands_below(
    make: Make, browser: Browser, edition: Edition, tutor: Account
) -> None:
    for name, days in (("Team Lately", 3), ("Team Long ago", 60)):
        capstone = make.capstone(make.team(edition, name=name))
        version = make.version(
            capstone, status=CapstoneStatus.ACCEPTED, decided_at=now() - timedelta(days=days)
        )
        make.review(version, tutor, decision=Decision.ACCEPT, score=14, out_of=20)
    browser.sign_in(tutor)

    html = browser.get("/reviews").text

    assert "Team Lately" in html
    assert "14 of 20 points" in html
    assert "Team Long ago" not in html


def test_a_long_queue_comes_in_pages(make: Make, browser: Browser, edition: Edition) -> None:
    for n in range(51):
        make.handed_in(edition, f"Team Nr {n:02}", 60 - n)
    browser.sign_in(make.coordinator())

    first, second = browser.get("/reviews").text, browser.get("/reviews?page=2").text

    assert ("Team Nr 49" in first, "Team Nr 50" in first) == (True, False)
    assert ("Team Nr 49" in second, "Team Nr 50" in second) == (False, True)


def test_the_queue_is_for_those_who_review(
    make: Make, browser: Browser, edition: Edition, capstone: Capstone
) -> None:
    observer = make.account()
    make.saved(EditionStaff(edition_id=edition.id, account_id=observer.id, role=StaffRole.OBSERVER))
    for person in (make.participant(edition), make.focal(make.institution()), observer):
        browser.sign_in(person)
        assert browser.get("/reviews").status_code == 403
    browser.sign_out()
    assert browser.get("/reviews").headers["Location"] == "/sign-in?next=/reviews"
    del capstone


def test_the_queue_lists_exactly_what_its_reader_may_open(
    make: Make, browser: Browser, edition: Edition, tutor: Account
) -> None:
    elsewhere = make.edition(capstone=CapstoneKind.PROJECT)
    make.handed_in(edition, "Team One", 2)
    make.handed_in(elsewhere, "Team Two", 3, tutor_id=tutor.id)  # a tutor there no longer
    browser.sign_in(tutor)

    listed = re.findall(r'href="(/editions/[^"]+/review)"', browser.get("/reviews").text)

    assert [browser.get(address).status_code for address in listed] == [200]
