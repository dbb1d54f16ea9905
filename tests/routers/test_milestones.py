"""The milestones of a plan, as the members of a team change them together."""

import pytest
from sqlmodel import Session, col, select

from app.models import Account, CapstoneKind, Edition, Milestone, Team
from app.queries.versions import MilestoneSeen
from tests.conftest import Browser
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(capstone=CapstoneKind.PROJECT)


@pytest.fixture
def team(make: Make, edition: Edition) -> Team:
    return make.team(edition)


@pytest.fixture
def ana(make: Make, team: Team) -> Account:
    return make.teammate(team)


@pytest.fixture
def page(edition: Edition) -> str:
    return f"/editions/{edition.id}/capstone"


def titles(session: Session) -> list[str]:
    session.expire_all()
    return list(session.exec(select(Milestone.title).order_by(col(Milestone.position))))


def test_a_milestone_is_added_and_warns_while_nobody_owns_it(
    session: Session, browser: Browser, ana: Account, page: str
) -> None:
    browser.sign_in(ana)
    whole = {"title": "Course approved", "due_on": "2027-08-01", "indicator": "A signed record"}

    assert 'id="milestone-form"' in browser.get(f"{page}?edit=milestone").text
    added = browser.post(f"{page}/milestones", data=whole)
    html = browser.get(page).text

    assert (added.status_code, added.headers["Location"]) == (303, f"{page}#milestones")
    assert "1 August 2027" in html
    assert "1 milestone. 1 has no owner yet." in html
    assert ">No owner</span>" in html
    assert titles(session) == ["Course approved"]


def test_a_milestone_without_a_title_comes_back_with_what_was_typed(
    session: Session, browser: Browser, ana: Account, page: str
) -> None:
    browser.sign_in(ana)
    given = {"title": "", "responsible": "Rosa", "due_on": "soon"}

    answer = browser.post(f"{page}/milestones", data=given)

    assert answer.status_code == 422
    assert 'value="Rosa"' in answer.text
    assert 'href="#milestone-title">Milestone: Fill this in.' in answer.text
    assert 'href="#milestone-due_on">By: Write a date' in answer.text
    assert titles(session) == []


def test_a_milestone_is_changed_moved_and_removed(
    session: Session, make: Make, browser: Browser, team: Team, ana: Account, page: str
) -> None:
    make.capstone(team, milestones=2)
    first, second = session.exec(select(Milestone).order_by(col(Milestone.position))).all()
    browser.sign_in(ana)

    form = browser.get(f"{page}?edit={first.id}").text
    changed = {"title": "Changed", "was": MilestoneSeen.of(first).mark}
    assert browser.post(f"{page}/milestones/{first.id}", data=changed).status_code == 303
    assert titles(session) == ["Changed", "Milestone 2"]
    browser.post(f"{page}/milestones/{second.id}/move", data={"to": "up"})
    assert titles(session) == ["Milestone 2", "Changed"]
    browser.post(f"{page}/milestones/{second.id}/move", data={"to": "down"})
    assert titles(session) == ["Changed", "Milestone 2"]
    browser.post(f"{page}/milestones/{first.id}/remove")
    assert titles(session) == ["Milestone 2"]
    assert 'value="Milestone 1"' in form
    assert "Remove this milestone?" in form


def test_a_milestone_that_somebody_else_changed_or_removed_keeps_what_was_typed(
    session: Session, make: Make, browser: Browser, team: Team, ana: Account, page: str
) -> None:
    make.capstone(team)
    milestone = session.exec(select(Milestone)).one()
    seen = MilestoneSeen.of(milestone).mark
    milestone.title = "By somebody else"
    session.flush()
    browser.sign_in(ana)
    mine = {"title": "By me", "was": seen}

    changed = browser.post(f"{page}/milestones/{milestone.id}", data=mine)
    browser.post(f"{page}/milestones/{milestone.id}/remove")
    removed = browser.post(f"{page}/milestones/{milestone.id}", data=mine)

    assert (changed.status_code, removed.status_code) == (409, 409)
    assert "By somebody else" in changed.text
    assert f'name="was" value="{MilestoneSeen.of(milestone).mark}"' in changed.text
    assert 'value="By me"' in changed.text
    assert 'value="By me"' in removed.text
    assert f'action="{page}/milestones"' in removed.text  # saving adds it anew


def test_the_milestones_of_another_team_are_not_found(
    session: Session, make: Make, browser: Browser, edition: Edition, ana: Account, page: str
) -> None:
    make.capstone(make.team(edition))
    theirs = session.exec(select(Milestone)).one()
    browser.sign_in(ana)
    there = f"{page}/milestones/{theirs.id}"

    answers = [
        browser.post(there, data={"title": "Mine now"}),
        browser.post(f"{there}/remove"),
        browser.post(f"{there}/move", data={"to": "up"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert theirs.title not in browser.get(f"{page}?edit={theirs.id}").text
    assert titles(session) == ["Milestone 1"]


def test_only_members_of_a_team_change_its_plan(
    make: Make, browser: Browser, edition: Edition, page: str
) -> None:
    expected = [(make.account(), 404), (make.tutor(edition), 403), (make.participant(edition), 404)]

    for person, status in expected:
        browser.sign_in(person)
        assert browser.post(f"{page}/milestones", data={"title": "x"}).status_code == status
    browser.sign_out()
    assert browser.post(f"{page}/milestones", data={"title": "x"}).status_code == 303
