"""Versions as they were, and what changed between them."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.core.clock import now
from app.models import (
    Account,
    Capstone,
    CapstoneKind,
    CapstoneSection,
    CapstoneStatus,
    Decision,
    Edition,
    Milestone,
    SectionKey,
    Team,
)
from app.queries.rubrics import criteria
from tests.conftest import Browser
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)


@pytest.fixture
def team(make: Make, edition: Edition) -> Team:
    return make.team(edition)


@pytest.fixture
def ana(make: Make, team: Team) -> Account:
    return make.teammate(team, name="Ana Rojas")


@pytest.fixture
def page(edition: Edition) -> str:
    return f"/editions/{edition.id}/capstone"


@pytest.fixture
def capstone(session: Session, make: Make, team: Team, ana: Account) -> Capstone:
    """A work whose second version says something else than the first."""
    del ana
    capstone = make.capstone(team, title="A plan", milestones=2)
    make.version(capstone, 1, status=CapstoneStatus.RETURNED, decided_at=now())
    rewrite(session, "The problem of firms.")
    first, second = session.exec(select(Milestone).order_by(col(Milestone.position))).all()
    first.responsible = ""
    first.due_on = date(2027, 8, 1)
    session.delete(second)
    session.add(Milestone(capstone_id=capstone.id, position=3, title="A new one"))
    session.flush()
    make.version(capstone, 2, status=CapstoneStatus.RETURNED, decided_at=now())
    return capstone


def rewrite(session: Session, text: str) -> None:
    problem = select(CapstoneSection).where(CapstoneSection.key == SectionKey.PROBLEM)
    session.exec(problem).one().body = text
    session.flush()


def test_a_version_stays_as_it_was_handed_in(
    session: Session, browser: Browser, team: Team, ana: Account, page: str, capstone: Capstone
) -> None:
    rewrite(session, "Everything is new.")
    browser.sign_in(ana)

    first, second = (browser.get(f"{page}/versions/{n}").text for n in (1, 2))

    assert f"The problem of {team.name}." in first
    assert "The problem of firms." in second
    assert "Milestone 2" in first
    assert "Milestone 2" not in second
    assert "Ana Rojas" in first
    assert capstone.title in first


def test_a_decided_version_shows_what_the_tutor_said_of_it(
    session: Session,
    make: Make,
    browser: Browser,
    edition: Edition,
    team: Team,
    ana: Account,
    page: str,
) -> None:
    version = make.version(make.capstone(team), status=CapstoneStatus.ACCEPTED, decided_at=now())
    rubric = make.rubric(criteria=1)
    edition.rubric_id = rubric.id
    session.add(edition)
    session.flush()
    [criterion] = criteria(session, rubric.id)
    make.review(
        version,
        make.tutor(edition, name="Tom Tutor"),
        decision=Decision.ACCEPT,
        message="Well done.",
        levels={str(criterion.id): str(criterion.levels[1].id)},
        score=10,
        out_of=10,
        comments={"actions": "A good order."},
    )
    browser.sign_in(ana)

    html = browser.get(f"{page}/versions/1").text

    assert "Version 1 was accepted" in html
    assert "10 of 10 points" in html
    assert "Strong: Strong work" in html
    assert "A good order." in html


def test_changes_are_marked_word_by_word_whichever_version_is_named_first(
    browser: Browser, team: Team, ana: Account, page: str, capstone: Capstone
) -> None:
    browser.sign_in(ana)

    forwards = browser.get(f"{page}/versions/2/compare/1").text
    backwards = browser.get(f"{page}/versions/1/compare/2").text

    assert f"<p>The problem of <del>{team.name}</del> <ins>firms</ins>.</p>" in forwards
    assert "2 of 5 parts changed." in forwards
    assert "<del>Rosa</del>" in forwards
    assert "<ins>1 August 2027</ins>" in forwards
    assert "<ins>A new one</ins>" in forwards
    assert "<del>Milestone 2</del>" in forwards
    assert _main(backwards) == _main(forwards)
    del capstone


def _main(page: str) -> str:
    return page.split("<main", 1)[1].split("</main>", maxsplit=1)[0]


def test_the_draft_is_compared_with_the_last_version(
    session: Session, browser: Browser, ana: Account, page: str, capstone: Capstone
) -> None:
    rewrite(session, "The problem of small firms.")
    browser.sign_in(ana)

    assert f'href="{page}/compare/2"' in browser.get(page).text
    html = browser.get(f"{page}/compare/2").text

    assert "<p>The problem of <ins>small</ins> firms.</p>" in html
    assert "1 of 5 parts changed." in html
    del capstone


def test_a_version_that_does_not_exist_is_not_found(
    browser: Browser, ana: Account, page: str, capstone: Capstone
) -> None:
    browser.sign_in(ana)

    for address in ("versions/3", "versions/0", "versions/2/compare/9", "compare/3", "versions/x"):
        assert browser.get(f"{page}/{address}").status_code == 404
    assert browser.get(f"{page}/versions/{10**30}").status_code == 404
    assert browser.get(f"{page}/versions/2/compare/2").headers["Location"] == f"{page}/versions/2"
    del capstone


def test_versions_of_another_team_or_edition_are_not_found(
    make: Make, browser: Browser, edition: Edition, page: str, capstone: Capstone
) -> None:
    elsewhere = make.edition(capstone=CapstoneKind.ROADMAP)
    of_staff = f"capstones/{capstone.id}/versions/1"
    browser.sign_in(make.teammate(make.team(edition)))
    assert browser.get(f"{page}/versions/1").status_code == 404
    assert browser.get(f"{page}/compare/1").status_code == 404
    assert browser.get(f"/editions/{edition.id}/{of_staff}").status_code == 403

    browser.sign_in(make.coordinator())
    assert browser.get(f"/editions/{edition.id}/{of_staff}").status_code == 200
    assert browser.get(f"/editions/{elsewhere.id}/{of_staff}").status_code == 404
    browser.sign_in(make.tutor(elsewhere))
    assert browser.get(f"/editions/{edition.id}/{of_staff}").status_code == 404
