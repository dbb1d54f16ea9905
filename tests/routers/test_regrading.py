"""The pages on which a quiz is judged again and its questions are looked at."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.models import Activity, Attempt, AuditEvent, Edition, Enrolment, QuizSlot
from app.queries.attempts import asked_in
from app.services.attempts import Sender, Sent, begin_attempt, hand_in
from tests.conftest import Browser
from tests.make import NOW, Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def quiz(make: Make, edition: Edition) -> Activity:
    module = make.module(edition)
    make.activity(module)
    return make.quiz(module)


@pytest.fixture
def at(make: Make, edition: Edition, quiz: Activity, browser: Browser) -> str:
    browser.sign_in(make.tutor(edition))
    return f"/editions/{edition.id}/content/activities/{quiz.id}"


def handed_in(
    session: Session, make: Make, edition: Edition, quiz: Activity, name: str, *right: int
) -> Enrolment:
    who = make.enrolment(make.account(name=name), edition)
    attempt = begin_attempt(session, who.id, quiz, now=NOW)
    sent = {
        answer.position: Sent({"chosen": [o["key"] for o in version.content["options"]
                                          if o["right"] == (answer.position in right)]}, 0)
        for answer, version, _question in asked_in(session, attempt.id)
    }  # fmt: skip
    hand_in(session, who.id, quiz.id, 1, sent, Sender("page", 1), now=NOW)
    return who


def worth(session: Session, position: int, points: float) -> None:
    slot = session.exec(select(QuizSlot).where(QuizSlot.position == position)).one()
    slot.points = points
    session.add(slot)
    session.flush()


def fields(html: str) -> dict[str, str]:
    found = BeautifulSoup(html, "html.parser").select('form[method="post"] input[type="hidden"]')
    return {str(one["name"]): str(one["value"]) for one in found}


def test_whose_result_changes_is_shown_before_it_does(
    browser: Browser, session: Session, make: Make, edition: Edition, quiz: Activity, at: str
) -> None:
    gains = handed_in(session, make, edition, quiz, "Ana Gains", 1)
    loses = handed_in(session, make, edition, quiz, "Eva Loses", 2, 3)
    handed_in(session, make, edition, quiz, "Ida Stays", 1, 2, 3)
    worth(session, 1, 8)

    page = browser.get(f"{at}/regrading").text

    assert ["Would pass now" in page, "Take it away from Eva Loses" in page] == [True, True]
    refused = browser.post(f"{at}/regrading", data=fields(page) | {"take": str(loses.id)})
    assert refused.status_code == 422
    assert "Write why it is taken away." in refused.text
    assert "checked" in refused.text

    done = browser.post(f"{at}/regrading", data=fields(page))
    again = browser.post(f"{at}/regrading", data=fields(page))

    assert (done.status_code, again.status_code) == (303, 303)
    session.expire_all()
    passed = {one.enrolment_id: one.passed for one in session.exec(select(Attempt)).all()}
    assert (passed[gains.id], passed[loses.id]) == (True, True)
    assert "Nothing would change" in browser.get(f"{at}/regrading").text
    acts = session.exec(select(AuditEvent).where(AuditEvent.action == "regrade quiz")).all()
    assert len(acts) == 1


def test_nothing_of_another_edition_is_regraded_or_analysed(
    browser: Browser, make: Make, at: str
) -> None:
    other = make.quiz(make.module(make.edition()))
    elsewhere = at.rsplit("/", 1)[0]

    for part in ("regrading", "analysis", "analysis.csv"):
        assert browser.get(f"{elsewhere}/{other.id}/{part}").status_code == 404
    assert browser.post(f"{elsewhere}/{other.id}/regrading").status_code == 404


def test_the_analysis_is_a_page_and_a_file_without_names(
    browser: Browser, session: Session, make: Make, edition: Edition, quiz: Activity, at: str
) -> None:
    assert "Nobody has handed in" in browser.get(f"{at}/analysis").text
    for n in range(9):
        handed_in(session, make, edition, quiz, f"Somebody {n}", 1 + n % 3)
    few = browser.get(f"{at}/analysis").text
    handed_in(session, make, edition, quiz, "Somebody 10", 1)

    page = browser.get(f"{at}/analysis").text
    file = browser.get(f"{at}/analysis.csv").text

    assert ["too few" in few, "%</td>" in few] == [True, False]
    assert [few.count("too few"), page.count("too few")] == [9, 3]  # no time was taken
    assert "40%" in page
    assert "Somebody" not in page + file
    assert len(file.splitlines()) == 4
    told = session.exec(select(AuditEvent).where(AuditEvent.action == "export question analysis"))
    assert told.one().details["rows"] == 3


def test_a_participant_sees_neither(
    browser: Browser, make: Make, edition: Edition, quiz: Activity
) -> None:
    person = make.account()
    make.enrolment(person, edition)
    browser.sign_in(person)

    for part in ("regrading", "analysis", "analysis.csv"):
        address = f"/editions/{edition.id}/content/activities/{quiz.id}/{part}"
        assert browser.get(address).status_code in {403, 404}
