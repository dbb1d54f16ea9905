"""The list of an edition's works, as its staff meets it."""

from datetime import timedelta

import pytest

from app.core.clock import now
from app.models import (
    Account,
    CapstoneKind,
    Edition,
    EditionStaff,
    StaffRole,
    Team,
)
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(capstone=CapstoneKind.ROADMAP)


@pytest.fixture
def team(make: Make, edition: Edition) -> Team:
    return make.team(edition, name="Team Colombia")


@pytest.fixture
def ana(make: Make, team: Team) -> Account:
    return make.teammate(team, name="Ana Rojas")


def test_staff_see_every_team_with_its_state_the_longest_wait_first(
    make: Make, browser: Browser, edition: Edition, team: Team, ana: Account
) -> None:
    tutor = make.tutor(edition, name="Tom Tutor")
    waits = make.team(edition, name="Team Waits", tutor_id=tutor.id)
    make.version(make.capstone(waits, title="A plan handed in"))
    longer = make.team(edition, name="Team Waits longer")
    make.version(make.capstone(longer), submitted_at=now() - timedelta(days=900))
    make.capstone(team, title="A draft of their own")
    make.team(edition, name="Team Empty")
    make.team(make.edition(), name="Team Elsewhere")
    browser.sign_in(tutor)

    html = browser.get(f"/editions/{edition.id}/capstones").text

    order = [html.index(name) for name in ("Waits longer", "Team Waits<", "Team Colombia", "Empty")]
    assert order == sorted(order[:2]) + order[2:]
    assert "4 teams." in html
    assert "2 wait for an answer." in html
    assert "A plan handed in" in html
    assert "Not begun" in html
    assert "A draft of their own" not in html
    assert "Team Elsewhere" not in html
    del ana


def test_an_observer_reads_versions_and_has_no_way_to_answer(
    make: Make, browser: Browser, edition: Edition, team: Team, ana: Account
) -> None:
    capstone = make.capstone(team)
    make.version(capstone)
    observer = make.account()
    make.saved(EditionStaff(edition_id=edition.id, account_id=observer.id, role=StaffRole.OBSERVER))
    address = f"/editions/{edition.id}/capstones"
    browser.sign_in(observer)

    html = browser.get(address).text

    assert f'href="{address}/{capstone.id}/versions/1"' in html
    assert "/review" not in html
    assert (
        "The problem of Team Colombia." in browser.get(f"{address}/{capstone.id}/versions/1").text
    )
    assert browser.get(f"{address}/{capstone.id}/review").status_code == 403
    del ana


def test_only_staff_see_the_list_of_works(
    make: Make, browser: Browser, edition: Edition, ana: Account
) -> None:
    institution = make.institution()
    count(
        make.session,
        make.enrolment(make.account(institution_id=institution.id), edition),
        by=1,
    )
    address = f"/editions/{edition.id}/capstones"
    expected = [
        (ana, 403),
        (make.focal(institution), 403),
        (make.tutor(make.edition(capstone=CapstoneKind.PROJECT)), 404),
        (make.account(), 404),
        (make.coordinator(), 200),
        (make.administrator(), 200),
    ]

    for person, status in expected:
        browser.sign_in(person)
        assert browser.get(address).status_code == status
    browser.sign_out()
    assert browser.get(address).status_code == 303
