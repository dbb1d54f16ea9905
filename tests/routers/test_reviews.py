"""The page on which a work is read, graded and answered, as different people meet it."""

from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.core.clock import now
from app.models import (
    Account,
    Capstone,
    CapstoneKind,
    CapstoneStatus,
    CapstoneVersion,
    Criterion,
    Decision,
    Edition,
    Level,
    Message,
    Review,
    ReviewComment,
    Team,
    TeamMember,
)
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

HTMX_PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


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


@pytest.fixture
def page(edition: Edition, capstone: Capstone) -> str:
    return f"/editions/{edition.id}/capstones/{capstone.id}/review"


def levels(session: Session, points: int = 10) -> dict[str, str]:
    """A form with the level of so many points for each criterion."""
    chosen = session.exec(select(Level).where(Level.points == points)).all()
    return {f"level_{level.criterion_id}": str(level.id) for level in chosen}


def test_ones_own_teams_work_is_not_in_the_queue_and_not_open(
    session: Session, make: Make, browser: Browser, edition: Edition, team: Team, page: str
) -> None:
    coordinator = make.coordinator()
    enrolment = make.enrolment(coordinator, edition)
    make.saved(TeamMember(team_id=team.id, enrolment_id=enrolment.id))
    version = session.exec(select(CapstoneVersion)).one()
    make.review(version, make.tutor(edition), message="Secret draft")
    browser.sign_in(coordinator)

    assert "Nothing waits for you" in browser.get("/reviews").text
    answer = browser.get(page)
    assert answer.status_code == 403
    assert "You are a member of this team" in answer.text
    assert "Secret" not in answer.text
    assert browser.post(page, data={"do": "accept", **levels(session)}).status_code == 403


def test_a_submission_stands_beside_the_rubric(
    make: Make, browser: Browser, edition: Edition, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)

    html = browser.get(page).text

    assert "The problem of Team Colombia." in html
    assert "Criterion 1" in html
    assert "Strong work" in html
    assert "0 of 2 criteria" in html
    assert "1 member ·" in html
    assert "Changes since" not in html  # of a first version
    assert 'name="comment_milestones"' in html
    del make, edition


def test_changes_since_the_last_version_are_shown_and_the_clean_text_on_its_own_address(
    session: Session, make: Make, browser: Browser, tutor: Account, capstone: Capstone, page: str
) -> None:
    first = session.exec(select(CapstoneVersion)).one()
    first.status, first.decided_at = CapstoneStatus.RETURNED, now()
    make.review(
        first, tutor, decision=Decision.RETURN, message="Why?", comments={"problem": "Whose?"}
    )
    content = {
        **first.content,
        "sections": {**first.content["sections"], "problem": "The problem of firms."},
    }
    make.version(capstone, 2, content=content)
    browser.sign_in(tutor)

    changes, clean = browser.get(page).text, browser.get(f"{page}?view=clean").text

    assert "<ins>firms</ins>" in changes
    assert "<ins>" not in clean
    assert "<p>The problem of firms.</p>" in clean
    for html in (changes, clean):
        assert "Changes since version 1" in html
        assert "Version 2 clean" in html
        assert "Whose?" in html
        assert "on version 1" in html


def test_a_draft_is_saved_and_comes_back_with_the_score_so_far(
    session: Session, browser: Browser, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)
    one = dict(list(levels(session).items())[:1])
    sent = {"do": "save", "saved": 0, "message": "Almost.", "comment_actions": "And who?", **one}

    saved = browser.post(page, data=sent)
    html = browser.get(page).text

    assert saved.status_code == 303
    assert "Almost.</textarea>" in html
    assert "And who?</textarea>" in html
    assert "10 of 10 so far" in html
    assert "1 of 2 criteria" in html
    assert html.count(" checked>") == 1
    assert session.exec(select(Message)).all() == []


def test_a_review_that_saves_itself_answers_with_the_score_and_the_count(
    session: Session, browser: Browser, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)
    sent = {"saved": 0, "message": "Almost.", **levels(session, 4)}

    part = browser.post(page, data=sent, headers=HTMX_PART)

    assert part.status_code == 200
    assert "8 of 20 so far" in part.text
    assert 'id="saved" name="saved" value="1" hx-swap-oob="true"' in part.text
    assert "<html" not in part.text


def test_the_second_of_two_tutors_sees_both_texts(
    session: Session, make: Make, browser: Browser, edition: Edition, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)
    theirs = {"saved": 0, "message": "By Tom", "comment_problem": "Whose?", **levels(session)}
    browser.post(page, data=theirs)
    browser.sign_in(make.tutor(edition))
    mine = {"do": "return", "saved": 0, "message": "By me", **levels(session, 4)}

    late = browser.post(page, data=mine)
    part = browser.post(page, data=mine | {"do": "save"}, headers=HTMX_PART)

    assert (late.status_code, part.status_code) == (409, 409)
    assert "Tom Tutor saved a review of this version" in late.text
    assert ">By Tom</dd>" in late.text
    assert ">Whose?</dd>" in late.text
    assert "By me</textarea>" in late.text
    assert 'name="saved" value="1"' in late.text
    assert "Another tutor saved a review of this version." in part.text
    assert session.exec(select(Review.message)).one() == "By Tom"

    browser.post(page, data=mine | {"saved": 1})  # knowing both
    session.expire_all()
    assert session.exec(select(Review.message)).one() == "By me"
    assert session.exec(select(ReviewComment)).all() == []


def test_a_tutor_who_comes_too_late_keeps_what_they_wrote(
    session: Session, make: Make, browser: Browser, edition: Edition, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)
    browser.post(page, data={"do": "return", "saved": 0, "message": "Say why."})
    browser.sign_in(make.tutor(edition))

    late = browser.post(page, data={"do": "return", "saved": 0, "message": "By me"})

    assert late.status_code == 409
    assert "Tom Tutor decided on this version while you were writing." in late.text
    assert ">Say why.</dd>" in late.text
    assert "By me</textarea>" in late.text
    assert "Save draft" not in late.text
    assert len(session.exec(select(Message)).all()) == 1


def test_accepting_without_a_level_is_refused_beside_its_criterion(
    session: Session, browser: Browser, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)
    first = next(iter(levels(session).items()))
    sent = {"do": "accept", "saved": 0, "message": "Well done", first[0]: first[1]}

    answer = browser.post(page, data=sent)

    other = session.exec(select(Criterion.id).where(Criterion.position == 2)).one()
    words = "Choose a level for “Criterion 2” before you accept."
    assert answer.status_code == 422
    assert f'<a href="#level_{other}">{words}</a>' in answer.text
    assert f'id="level_{other}-error">{words}' in answer.text
    assert answer.text.count(words) == 2
    assert "Well done</textarea>" in answer.text
    assert f'value="{first[1]}" checked' in answer.text
    assert session.exec(select(CapstoneVersion.status)).one() is CapstoneStatus.SUBMITTED


def test_returning_without_a_message_is_refused_beside_the_message(
    session: Session, browser: Browser, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)

    answer = browser.post(page, data={"do": "return", "saved": 0, "comment_problem": "Whose?"})

    assert answer.status_code == 422
    assert '<a href="#message">Tell the team what to change' in answer.text
    assert "Whose?</textarea>" in answer.text
    assert session.exec(select(Review)).all() == []


def test_accepting_leads_to_the_next_in_the_queue(
    session: Session,
    make: Make,
    browser: Browser,
    edition: Edition,
    tutor: Account,
    capstone: Capstone,
    page: str,
) -> None:
    before = make.handed_in(edition, "Team Before", 900)
    after = make.handed_in(edition, "Team After", 1)
    addresses = {
        one.id: f"/editions/{edition.id}/capstones/{one.id}/review" for one in (before, after)
    }
    browser.sign_in(tutor)

    html = browser.get(page).text
    accepted = browser.post(page, data={"do": "accept", "saved": 0, **levels(session)})

    assert "2 of 3" in html
    assert f'href="{addresses[before.id]}"' in html
    assert f'href="{addresses[after.id]}"' in html
    assert accepted.headers["Location"] == addresses[after.id]
    session.expire_all()
    assert session.get_one(Capstone, capstone.id).status is CapstoneStatus.ACCEPTED
    browser.post(addresses[after.id], data={"do": "accept", **levels(session)})
    last = browser.post(addresses[before.id], data={"do": "accept", **levels(session)})
    assert last.headers["Location"] == "/reviews"


def test_what_is_decided_is_read_and_not_written(
    session: Session, browser: Browser, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)
    browser.post(
        page,
        data={"do": "return", "message": "Say **why**.", "comment_problem": "Whose?"},
    )

    html = browser.get(page).text

    assert "Returned for revision" in html
    assert "Say <strong>why</strong>." in html
    assert "Whose?" in html
    assert "<textarea" not in html
    assert "Save draft" not in html
    assert session.exec(select(Message.kind)).all() == ["capstone decided"]


def test_an_edition_without_a_rubric_is_answered_with_a_message(
    session: Session, make: Make, browser: Browser
) -> None:
    edition = make.edition(capstone=CapstoneKind.PROJECT)
    capstone = make.handed_in(edition, "Team", 1)
    page = f"/editions/{edition.id}/capstones/{capstone.id}/review"
    browser.sign_in(make.tutor(edition))

    html = browser.get(page).text
    accepted = browser.post(page, data={"do": "accept", "saved": 0, "message": "Well done."})

    assert "Rubric" not in html
    assert accepted.status_code == 303
    assert session.exec(select(CapstoneVersion.status)).one() is CapstoneStatus.ACCEPTED


def test_nothing_is_reviewed_before_it_is_handed_in(
    make: Make, browser: Browser, edition: Edition, team: Team, tutor: Account
) -> None:
    capstone = make.capstone(team)
    browser.sign_in(tutor)

    answer = browser.get(f"/editions/{edition.id}/capstones/{capstone.id}/review")

    assert answer.status_code == 404


def test_strangers_teams_and_other_editions_may_not_review(
    session: Session, make: Make, browser: Browser, edition: Edition, capstone: Capstone, page: str
) -> None:
    elsewhere = make.edition(capstone=CapstoneKind.PROJECT)
    institution = make.institution()
    count(session, make.enrolment(make.account(institution_id=institution.id), edition), by=1)
    expected = [
        (make.account(), 404),
        (make.tutor(elsewhere), 404),
        (make.focal(make.institution()), 404),
        (make.focal(institution), 403),
        (make.teammate(make.team(edition)), 403),
    ]

    for person, status in expected:
        browser.sign_in(person)
        assert browser.get(page).status_code == status
        assert browser.post(page, data={"do": "save", "message": "x"}).status_code == status
    browser.sign_in(make.coordinator())
    wrong = f"/editions/{elsewhere.id}/capstones/{capstone.id}/review"
    assert browser.get(wrong).status_code == 404
    assert browser.post(wrong, data={"do": "save", "message": "x"}).status_code == 404
    browser.sign_out()
    assert browser.get(page).status_code == 303
    assert session.exec(select(Review)).all() == []


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_the_database_little_however_large_the_rubric(
    session: Session, make: Make, browser: Browser, size: int
) -> None:
    edition = make.edition(capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric(size).id)
    capstone = make.capstone(make.team(edition), milestones=size)
    for number in range(1, size + 1):
        version = make.version(capstone, number)
        make.review(version, make.tutor(edition), comments={"problem": "Whose?", "actions": "Who?"})
    browser.sign_in(make.tutor(edition))

    with statements() as seen:
        address = f"/editions/{edition.id}/capstones/{capstone.id}/review"
        assert browser.get(address).status_code == 200
    with statements() as of_queue:
        assert browser.get("/reviews").status_code == 200

    assert (len(seen), len(of_queue)) == (7, 4)
    del session


def test_a_made_up_level_or_decision_is_no_level_and_no_decision(
    session: Session, browser: Browser, tutor: Account, page: str
) -> None:
    browser.sign_in(tutor)
    made_up = dict.fromkeys(levels(session), str(UUID(int=0)))

    accepted = browser.post(page, data={"do": "accept", "saved": 0, **made_up})
    odd = browser.post(page, data={"do": "burn", "saved": 0})

    assert (accepted.status_code, odd.status_code) == (422, 422)
    assert session.exec(select(Review)).all() == []
