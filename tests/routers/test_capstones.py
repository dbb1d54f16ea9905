"""The team's work as its members meet it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.core.clock import now, today
from app.models import (
    Account,
    Capstone,
    CapstoneKind,
    CapstoneSection,
    CapstoneStatus,
    CapstoneVersion,
    Decision,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Milestone,
    SectionKey,
    Team,
)
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

HTMX_PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(capstone=CapstoneKind.ROADMAP)


@pytest.fixture
def team(make: Make, edition: Edition) -> Team:
    return make.team(edition, name="Team Colombia")


@pytest.fixture
def ana(make: Make, team: Team) -> Account:
    return make.teammate(team, name="Ana Rojas")


@pytest.fixture
def luis(make: Make, team: Team) -> Account:
    return make.teammate(team, name="Luis Peña")


@pytest.fixture
def page(edition: Edition) -> str:
    return f"/editions/{edition.id}/capstone"


def body(session: Session, key: SectionKey = SectionKey.PROBLEM) -> str:
    session.expire_all()
    return session.exec(select(CapstoneSection.body).where(CapstoneSection.key == key)).one()


def test_a_new_team_is_led_to_what_it_has_to_write(
    session: Session, browser: Browser, ana: Account, luis: Account, page: str
) -> None:
    browser.sign_in(ana)

    html = browser.get(page).text

    assert "Your team's roadmap" in html
    assert "Which problem do you want to solve" in html
    assert "No section is written yet" in html
    assert luis.name in html
    assert "One of the course's tutors answers your team." in html
    assert session.exec(select(Capstone)).all() == []  # looking begins nothing


def test_a_participant_without_a_team_learns_who_makes_teams(
    make: Make, browser: Browser, edition: Edition, page: str
) -> None:
    browser.sign_in(make.participant(edition))

    html = browser.get(page).text
    written = browser.post(f"{page}/sections/problem", data={"body": "Mine"})

    assert "You are not in a team yet" in html
    assert "The coordinators of this course make the teams" in html
    assert written.status_code == 404


def test_a_section_is_written_with_a_plain_form_and_shown_as_markdown(
    session: Session, browser: Browser, ana: Account, page: str
) -> None:
    browser.sign_in(ana)

    form = browser.get(f"{page}?edit=problem").text
    saved = browser.post(f"{page}/sections/problem", data={"body": "Firms **wait**.", "version": 0})
    html = browser.get(page).text

    assert 'name="version" value="0"' in form
    assert "0 of 400 words" in form
    assert (saved.status_code, saved.headers["Location"]) == (303, f"{page}#problem")
    assert "<p>Firms <strong>wait</strong>.</p>" in html
    assert "saved" in html
    assert f"by {ana.name}" in html
    assert body(session) == "Firms **wait**."


def test_a_text_that_saves_itself_answers_with_the_hour_and_the_new_version(
    session: Session, browser: Browser, ana: Account, page: str
) -> None:
    browser.sign_in(ana)
    sent = {"body": "Firms wait.", "version": 0}

    part = browser.post(f"{page}/sections/problem", data=sent, headers=HTMX_PART)

    assert part.status_code == 200
    assert re.match(r"\s*Saved <time [^>]+>\d\d:\d\d</time>", part.text)
    assert 'id="version" name="version" value="1" hx-swap-oob="true"' in part.text
    assert "2 of 400 words" in part.text
    assert body(session) == "Firms wait."


def test_when_somebody_was_quicker_both_texts_are_shown_and_the_person_decides(
    session: Session, browser: Browser, ana: Account, luis: Account, page: str
) -> None:
    browser.sign_in(ana)
    browser.post(f"{page}/sections/problem", data={"body": "By Ana", "version": 0})
    browser.sign_in(luis)

    late = browser.post(f"{page}/sections/problem", data={"body": "By Luis", "version": 0})
    part = browser.post(
        f"{page}/sections/problem", data={"body": "By Luis", "version": 0}, headers=HTMX_PART
    )

    assert (late.status_code, part.status_code) == (409, 409)
    assert "By Luis</textarea>" in late.text
    for answer in (late.text, part.text):
        assert "Ana Rojas saved this section" in answer
        assert ">By Ana</blockquote>" in answer
        assert 'name="over" value="1"' in answer
    assert part.text.lstrip().startswith('<div class="flash due"')
    assert body(session) == "By Ana"

    browser.post(f"{page}/sections/problem", data={"body": "Both", "version": 0, "over": 1})
    assert body(session) == "Both"


def test_words_typed_while_a_colleague_submitted_are_kept_on_the_page(
    session: Session, make: Make, browser: Browser, team: Team, ana: Account, page: str
) -> None:
    make.version(make.capstone(team))
    browser.sign_in(ana)
    milestone = session.exec(select(Milestone)).one()

    section = browser.post(f"{page}/sections/problem", data={"body": "Late words", "version": 1})
    title = browser.post(f"{page}/title", data={"title": "Late title", "was": "x"})
    added = browser.post(f"{page}/milestones", data={"title": "Late milestone"})
    changed = browser.post(f"{page}/milestones/{milestone.id}", data={"title": "Late change"})
    part = browser.post(f"{page}/sections/problem", data={"body": "Late"}, headers=HTMX_PART)

    for answer, words in (
        (section, "Late words</textarea>"),
        (title, 'value="Late title"'),
        (added, 'value="Late milestone"'),
        (changed, 'value="Late change"'),
    ):
        assert answer.status_code == 422
        assert words in answer.text
        assert "Your team&#39;s work is with the tutor." in answer.text
        assert "Save" not in re.findall(r"<button[^>]*>([^<]*)<", answer.text)
    assert part.status_code == 422
    assert "Your team&#39;s work is with the tutor." in part.text


def test_too_long_a_text_stays_in_its_box(browser: Browser, ana: Account, page: str) -> None:
    browser.sign_in(ana)

    answer = browser.post(f"{page}/sections/problem", data={"body": "x" * 100_001})

    assert answer.status_code == 422
    assert "Write at most 100000 characters." in answer.text
    assert "x" * 100_001 in answer.text


def test_the_title_is_changed_and_a_conflict_names_the_one_that_was_saved(
    session: Session, browser: Browser, ana: Account, page: str
) -> None:
    browser.sign_in(ana)
    browser.post(f"{page}/title", data={"title": "First", "was": ""})

    late = browser.post(f"{page}/title", data={"title": "Second", "was": ""})
    empty = browser.post(f"{page}/title", data={"title": " ", "was": "First"})
    again = browser.post(f"{page}/title", data={"title": "Second", "was": "First"})

    assert (late.status_code, empty.status_code, again.status_code) == (409, 422, 303)
    assert "The title is now “First”." in late.text
    assert 'name="was" value="First"' in late.text
    assert 'value="Second"' in late.text
    assert session.exec(select(Capstone.title)).one() == "Second"


def test_a_work_that_is_not_ready_says_what_is_missing(
    session: Session, browser: Browser, ana: Account, page: str
) -> None:
    browser.sign_in(ana)

    answer = browser.post(f"{page}/submit", data={"number": 1})

    assert answer.status_code == 422
    for place, words in (
        ("title", "Give your work a title before you submit it."),
        ("problem", "Write at least one section before you submit."),
        ("milestones", "Add at least one milestone before you submit."),
    ):
        assert f'<a href="#{place}">{words}</a>' in answer.text
        assert f'id="{place}"' in answer.text
    assert session.exec(select(CapstoneVersion)).all() == []


def test_submitting_makes_a_version_and_closes_the_work_until_it_is_answered(
    session: Session, make: Make, browser: Browser, team: Team, ana: Account, page: str
) -> None:
    make.capstone(team)
    browser.sign_in(ana)

    ready = browser.get(page).text
    sent = browser.post(f"{page}/submit", data={"number": 1})
    again = browser.post(f"{page}/submit", data={"number": 1})
    html = browser.get(page).text

    assert "Submit version 1?" in ready
    assert (sent.status_code, again.status_code) == (303, 303)
    assert session.exec(select(CapstoneVersion.number)).all() == [1]
    assert "Version 1 is with your tutor" in html
    assert "Ana Rojas submitted it" in html
    assert "?edit=" not in html
    assert "Save section" not in browser.get(f"{page}?edit=problem").text


def test_a_page_from_before_the_last_version_submits_nothing(
    session: Session, make: Make, browser: Browser, team: Team, ana: Account, page: str
) -> None:
    make.version(make.capstone(team), status=CapstoneStatus.RETURNED)
    browser.sign_in(ana)

    old = browser.post(f"{page}/submit", data={"number": 1})

    assert old.status_code == 409
    assert "This page was opened some time ago." in old.text
    assert session.exec(select(CapstoneVersion.number)).all() == [1]


def test_the_day_it_is_due_is_shown_and_late_is_allowed(
    session: Session, make: Make, browser: Browser
) -> None:
    early = make.edition(capstone=CapstoneKind.ROADMAP, capstone_due_on=today() + timedelta(days=3))
    late = make.edition(capstone=CapstoneKind.ROADMAP, capstone_due_on=today() - timedelta(days=3))
    pages = []
    for edition in (early, late):
        team = make.team(edition)
        browser.sign_in(make.teammate(team))
        make.capstone(team)
        pages.append(browser.get(f"/editions/{edition.id}/capstone").text)

    sent = browser.post(f"/editions/{late.id}/capstone/submit", data={"number": 1})

    assert ("Due " in pages[0], "You can still submit" in pages[0]) == (True, False)
    assert ("Due " in pages[1], "You can still submit" in pages[1]) == (False, True)
    assert sent.status_code == 303
    version = browser.get(f"/editions/{late.id}/capstone/versions/1").text
    assert "after the day it was due" in version
    assert session.exec(select(CapstoneVersion.number)).all() == [1]


def test_the_answer_of_the_tutor_stands_above_the_work_with_its_comments(
    make: Make, browser: Browser, edition: Edition, team: Team, ana: Account, page: str
) -> None:
    tutor = make.tutor(edition, name="Tom Tutor")
    version = make.version(make.capstone(team), status=CapstoneStatus.RETURNED, decided_at=now())
    make.review(
        version,
        tutor,
        decision=Decision.RETURN,
        message="Say **where** it comes from.",
        comments={"problem": "Which months?", "milestones": "Who answers?"},
    )
    browser.sign_in(ana)

    html = browser.get(page).text

    assert "Your tutor asks for changes" in html
    assert "Say <strong>where</strong> it comes from." in html
    assert "Tom Tutor" in html
    assert html.index("Which months?") < html.index("Who answers?")
    assert '<a href="#problem">The problem</a>' in html
    assert "Submit version 2" in html


def test_a_draft_of_the_tutor_is_on_no_page_of_the_team(
    make: Make, browser: Browser, edition: Edition, team: Team, ana: Account, page: str
) -> None:
    tutor = make.tutor(edition, name="Tom Tutor")
    version = make.version(make.capstone(team))
    make.review(version, tutor, message="Secret message", comments={"problem": "Secret comment"})
    browser.sign_in(ana)

    pages = [browser.get(p) for p in (page, f"{page}/versions/1", f"{page}/compare/1")]

    assert [answer.status_code for answer in pages] == [200, 200, 200]
    assert [a for a in pages if "Secret" in a.text or "Tom" in a.text] == []


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_the_database_little_however_long_the_plan(
    make: Make, browser: Browser, edition: Edition, team: Team, page: str, size: int
) -> None:
    people = [make.teammate(team) for _ in range(size)]
    capstone = make.capstone(team, milestones=size)
    for number in range(1, size + 1):
        version = make.version(capstone, number, status=CapstoneStatus.RETURNED, decided_at=now())
        make.review(version, make.tutor(edition), decision=Decision.RETURN, message="Go on.")
    browser.sign_in(people[0])

    with statements() as seen:
        assert browser.get(page).status_code == 200

    assert len(seen) == 7


def test_another_edition_another_team_and_strangers_do_not_see_the_work(
    make: Make, browser: Browser, edition: Edition, team: Team, page: str
) -> None:
    make.capstone(team, title="A secret plan")
    elsewhere = make.edition(capstone=CapstoneKind.ROADMAP)
    other = make.teammate(make.team(edition))
    institution = make.institution()
    focal = make.focal(institution)
    with_people = make.enrolment(make.account(institution_id=institution.id), edition)
    count(make.session, with_people, by=1)

    assert browser.get(page).headers["Location"].startswith("/sign-in")
    expected = [
        (make.account(), 404),
        (make.teammate(make.team(elsewhere)), 404),
        (make.tutor(elsewhere), 404),
        (make.tutor(edition), 403),
        (make.coordinator(), 403),
        (focal, 403),
    ]
    for person, status in expected:
        browser.sign_in(person)
        assert browser.get(page).status_code == status
        sent = browser.post(f"{page}/sections/problem", data={"body": "x"})
        assert sent.status_code == status
    browser.sign_in(other)
    assert "A secret plan" not in browser.get(page).text


def test_who_withdrew_no_longer_writes(
    session: Session, make: Make, browser: Browser, edition: Edition, team: Team, page: str
) -> None:
    gone = make.teammate(team)
    session.exec(
        select(Enrolment).where(Enrolment.account_id == gone.id)
    ).one().status = EnrolmentStatus.WITHDRAWN
    session.flush()
    browser.sign_in(gone)

    assert browser.get(page).status_code == 404
    assert browser.post(f"{page}/title", data={"title": "x"}).status_code == 404
    del edition


def test_an_edition_without_a_capstone_has_no_such_pages(make: Make, browser: Browser) -> None:
    edition = make.edition()
    browser.sign_in(make.participant(edition))
    own = browser.get(f"/editions/{edition.id}/capstone")
    browser.sign_in(make.tutor(edition))
    works = browser.get(f"/editions/{edition.id}/capstones")
    review = browser.get(f"/editions/{edition.id}/capstones/{uuid4()}/review")

    assert (own.status_code, works.status_code, review.status_code) == (404, 404, 404)
