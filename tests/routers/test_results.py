"""A participant's own results in an edition."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session

from app.models import (
    Account,
    Activity,
    Attempt,
    Attendance,
    CapstoneKind,
    CapstoneStatus,
    CertificateStatus,
    Edition,
    Enrolment,
    LiveSession,
    Progress,
    ProgressState,
    SessionStatus,
)
from tests.conftest import Browser
from tests.counting import statements
from tests.make import NOW, Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"en": "Big Data"}))


def enrolled(make: Make, edition: Edition) -> tuple[Account, Enrolment]:
    account = make.account()
    return account, make.enrolment(account, edition)


def done(session: Session, enrolment: Enrolment, *activities: Activity) -> None:
    for activity in activities:
        session.add(
            Progress(
                enrolment_id=enrolment.id,
                activity_id=activity.id,
                state=ProgressState.DONE,
                changed_at=NOW,
            )
        )
    session.flush()


def tried(
    make: Make, enrolment: Enrolment, quiz: Activity, number: int, score: int, *, passed: bool
) -> None:
    make.saved(
        Attempt(
            enrolment_id=enrolment.id,
            activity_id=quiz.id,
            number=number,
            started_at=NOW,
            last_at=NOW,
            submitted_at=NOW + timedelta(hours=number),
            score=score,
            out_of=3,
            passed=passed,
        )
    )


def held(make: Make, edition: Edition, **given: Any) -> LiveSession:
    plain: dict[str, Any] = {
        "edition_id": edition.id,
        "title": "Clinic",
        "starts_at": datetime(2026, 5, 5, 15, tzinfo=UTC),
        "timezone": "UTC",
        "local_start": "2026-05-05T15:00",
        "minutes": 90,
        "changed_at": NOW,
        "attendance_taken_at": NOW,
    }
    return make.saved(LiveSession(**plain | given))


def words(page: str, place: str = "main") -> str:
    found = BeautifulSoup(page, "html.parser").select_one(place)
    assert found is not None
    return " ".join(found.get_text(" ", strip=True).split())


def results(browser: Browser, person: Account, edition: Edition) -> str:
    browser.sign_in(person)
    answer = browser.get(f"/editions/{edition.id}/results")
    assert answer.status_code == 200
    return str(answer.text)


def test_each_quiz_shows_the_best_and_the_last_try(
    make: Make, browser: Browser, edition: Edition
) -> None:
    module = make.module(edition)
    passed, failed, _untried = (
        make.quiz(module, title={"en": f"Quiz {name}"}) for name in ("one", "two", "three")
    )
    person, enrolment = enrolled(make, edition)
    _other, stranger = enrolled(make, edition)
    tried(make, enrolment, passed, 1, 1, passed=False)
    tried(make, enrolment, passed, 2, 3, passed=True)
    tried(make, enrolment, passed, 3, 2, passed=True)
    tried(make, enrolment, failed, 1, 1, passed=False)
    tried(make, stranger, failed, 1, 3, passed=True)

    soup = BeautifulSoup(results(browser, person, edition), "html.parser")
    rows = [
        [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.find_all(["th", "td"])]
        for row in soup.select('[aria-labelledby="quizzes"] tbody tr')
    ]

    assert [row[1:] for row in rows] == [
        ["Passed", "–", "1", "3 of 3", "2 of 3", "3"],
        ["Not passed yet", "–", "1", "1 of 3", "1 of 3", "1"],
        ["To do", "–", "1", "–", "–", "0"],
    ]
    assert "Quiz one" in rows[0][0]
    assert "pass with 60%" in rows[0][0]


@pytest.mark.parametrize(
    ("given", "activities", "rule"),
    [
        ({}, 3, "you have done all 3 activities"),
        ({}, 1, "you have done the activity"),
        ({"required_share": 75}, 3, "you have done all 3 activities"),  # 2.25, rounded up
        ({"required_share": 75}, 4, "you have done any 3 of the 4 activities"),
        (
            {"requires_capstone": True, "capstone": CapstoneKind.PROJECT},
            2,
            "your team's project is accepted",
        ),
        (
            {"required_share": 50, "requires_capstone": True, "capstone": CapstoneKind.ROADMAP},
            2,
            "you have done any 1 of the 2 activities",
        ),
        (
            {"requires_capstone": True, "capstone": CapstoneKind.ROADMAP},
            0,
            "your team's roadmap is accepted",
        ),
        ({"required_share": 0}, 2, "This edition asks for nothing but taking part."),
        ({}, 0, "There are no activities here yet"),
        ({"gives_certificate": False}, 2, "This edition gives no certificate."),
    ],
)
def test_the_rule_for_the_certificate_is_said_in_words(
    make: Make, browser: Browser, given: dict[str, Any], activities: int, rule: str
) -> None:
    edition = make.edition(**given)
    module = make.module(edition)
    for _ in range(activities):
        make.activity(module)
    make.activity(module, counts=False)
    person, _enrolment = enrolled(make, edition)

    assert rule in words(results(browser, person, edition), '[aria-labelledby="certificate"]')


def test_what_does_not_count_is_not_counted(make: Make, session: Session, browser: Browser) -> None:
    edition = make.edition(required_share=75)
    module = make.module(edition)
    counting = [make.activity(module) for _ in range(4)]
    extra = make.activity(module, counts=False)
    person, enrolment = enrolled(make, edition)
    done(session, enrolment, counting[0], extra)

    page = words(results(browser, person, edition))

    assert (
        "you have done any 3 of the 4 activities 1 of 4 activities done. 2 more are needed." in page
    )


def test_presence_counts_the_sessions_of_which_it_is_known_who_came(
    make: Make, browser: Browser, edition: Edition
) -> None:
    first, second = held(make, edition), held(make, edition)
    held(make, edition, status=SessionStatus.CANCELLED)
    held(make, edition, attendance_taken_at=None)
    person, enrolment = enrolled(make, edition)
    _other, stranger = enrolled(make, edition)
    for session, who in ((first, enrolment), (first, stranger), (second, stranger)):
        make.saved(Attendance(live_session_id=session.id, enrolment_id=who.id, minutes=80))

    page = words(results(browser, person, edition), '[aria-labelledby="sessions"]')

    assert "You came to 1 of 2 sessions that were held." in page


def test_the_certificate_is_at_hand_when_it_is_there(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    enrolment = make.completed(edition)
    certificate = make.certificate(enrolment)
    person = session.get_one(Account, enrolment.account_id)

    drawing = words(results(browser, person, edition), "aside")
    certificate.status = CertificateStatus.ISSUED
    session.add(certificate)
    session.flush()
    issued = results(browser, person, edition)

    assert "Your certificate is being drawn" in drawing
    assert f'href="/certificates/{certificate.code}.pdf"' in issued
    assert f'href="/verify/{certificate.code}"' in issued


def test_the_teams_work_says_where_it_stands(make: Make, browser: Browser) -> None:
    edition = make.edition(capstone=CapstoneKind.PROJECT, requires_capstone=True)
    team = make.team(edition)
    member = make.teammate(team)
    make.capstone(team, status=CapstoneStatus.RETURNED)

    page = results(browser, member, edition)

    assert "Returned for revision" in words(page, '[aria-labelledby="certificate"]')
    assert f'href="/editions/{edition.id}/capstone"' in page


def test_the_next_activity_is_offered(make: Make, browser: Browser, edition: Edition) -> None:
    activity = make.activity(make.module(edition), title={"en": "Read this first"})
    person, _enrolment = enrolled(make, edition)

    page = results(browser, person, edition)

    assert "Read this first" in words(page, "aside")
    assert f'href="/editions/{edition.id}/activities/{activity.id}"' in page


def test_results_are_for_those_who_take_part(
    make: Make, browser: Browser, edition: Edition
) -> None:
    address = f"/editions/{edition.id}/results"
    asked = browser.get(address)
    browser.sign_in(make.account())
    strange = browser.get(address)
    browser.sign_in(make.tutor(edition))
    inside = browser.get(address)

    assert asked.headers["Location"] == f"/sign-in?next={address}"
    assert (strange.status_code, inside.status_code) == (404, 403)


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_takes_eight_statements_at_most(
    make: Make, browser: Browser, edition: Edition, how_many: int
) -> None:
    module = make.module(edition)
    person, enrolment = enrolled(make, edition)
    for _ in range(how_many):
        tried(make, enrolment, make.quiz(module), 1, 3, passed=True)
        held(make, edition)
    browser.sign_in(person)

    with statements() as sent:
        assert browser.get(f"/editions/{edition.id}/results").status_code == 200

    assert len(sent) <= 8, sent
