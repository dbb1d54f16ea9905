"""A quiz, as a participant answers it and learns from it."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.clock import now
from app.core.errors import RuleBroken
from app.models import (
    Activity,
    Answer,
    Attempt,
    Edition,
    Enrolment,
    Progress,
    ProgressState,
    Quiz,
)
from app.queries.attempts import asked_in
from app.services.attempts import begin_attempt, hand_in
from tests.conftest import Browser
from tests.make import Make

type Fields = dict[str, str | list[str]]


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def quiz(make: Make, edition: Edition) -> Activity:
    module = make.module(edition)
    activity = make.quiz(module)
    make.activity(module)
    return activity


def address(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/activities/{activity.id}"


def begin(browser: Browser, quiz: Activity) -> None:
    begun = browser.post(f"{address(quiz)}/attempts")
    assert begun.status_code == 303
    assert begun.headers["Location"] == address(quiz)


def answers(session: Session, *, right: bool, leave_out: int | None = None) -> Fields:
    """The form of the last try, every question answered rightly, or with its last wrong choice."""
    session.expire_all()
    attempt = session.exec(select(Attempt).order_by(col(Attempt.id).desc())).first()
    assert attempt
    found: Fields = {"page_id": "one", "count": "1"}
    for answer, version, _question in asked_in(session, attempt.id):
        if answer.position == leave_out:
            continue
        options = version.content["options"]
        wrong = [one["key"] for one in options if not one["right"]][-1:]
        found[f"v{answer.position}"] = str(answer.version)
        found[f"q{answer.position}"] = (
            [one["key"] for one in options if one["right"]] if right else wrong
        )
    return found


def take(
    browser: Browser, session: Session, quiz: Activity, *, right: bool, number: int = 1
) -> None:
    """From the first page to the result."""
    begin(browser, quiz)
    form = answers(session, right=right)
    browser.post(f"{address(quiz)}/attempts/{number}/submission", data=form)


def test_nothing_in_the_markup_tells_right_from_wrong_before_handing_in(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    begin(browser, quiz)

    page = browser.get(address(quiz)).text

    assert "Choice 1b" in page
    for tell in ("Feedback", "Because of reason", 'right"', "is_right", "checked>"):
        assert tell not in page
    begun = session.exec(select(Progress.state)).one()
    assert begun is ProgressState.STARTED


def test_right_answers_pass_and_complete_the_quiz(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))

    take(browser, session, quiz, right=True)
    result = browser.get(address(quiz)).text

    assert "Passed with 3 of 3 points." in result
    assert "You answered, rightly:" in result
    assert re.search(r"Because of reason 1\.", result)
    progress = session.exec(select(Progress)).one()
    session.refresh(progress)
    assert (progress.state, progress.percent) == (ProgressState.DONE, 100)


def test_wrong_answers_show_what_would_be_right_and_can_be_tried_again(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))

    take(browser, session, quiz, right=False)
    result = browser.get(address(quiz)).text
    again = browser.get(f"{address(quiz)}?again=1").text
    take(browser, session, quiz, right=True, number=2)

    assert "0 of 3 points: not passed yet." in result
    assert "Right would be:" in result
    assert "Feedback 1c" in result
    assert "Begin another try" in again
    session.expire_all()
    assert session.exec(select(Attempt.passed).order_by(col(Attempt.number))).all() == [False, True]


def test_a_question_left_open_is_named_before_handing_in(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    begin(browser, quiz)
    given = answers(session, right=True, leave_out=2) | {"do": "summary"}

    sent = browser.post(f"{address(quiz)}/attempts/1/answers", data=given)
    page = browser.get(sent.headers["Location"]).text

    assert "2 of 3 questions have an answer." in page
    assert ">question 2</a>" in page
    session.expire_all()
    assert session.exec(select(Attempt.submitted_at)).one() is None


def test_half_of_a_multiple_answer_is_not_right(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    begin(browser, quiz)
    given = answers(session, right=True)

    half = given | {"q2": given["q2"][:1]}
    browser.post(f"{address(quiz)}/attempts/1/submission", data=half)

    session.expire_all()
    assert session.exec(select(Attempt.score)).one() == 2


def test_a_choice_of_another_question_counts_for_nothing(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    begin(browser, quiz)
    given = answers(session, right=True)

    browser.post(f"{address(quiz)}/attempts/1/submission", data=given | {"q1": given["q2"]})

    first = session.exec(select(Answer.given).order_by(col(Answer.position))).first()
    assert first == {}


def test_the_same_try_handed_in_twice_is_judged_once(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    begin(browser, quiz)
    wrong = answers(session, right=False)

    browser.post(f"{address(quiz)}/attempts/1/submission", data=wrong)
    right = answers(session, right=True) | {"count": "2"}
    replayed = browser.post(f"{address(quiz)}/attempts/1/submission", data=right)

    assert replayed.headers["Location"] == f"{address(quiz)}?attempt=1"
    assert session.exec(select(Attempt.score)).all() == [0]


def test_ten_presses_at_once_make_one_try(
    make: Make, session: Session, edition: Edition, quiz: Activity
) -> None:
    enrolment = make.enrolment(make.account(), edition)

    def press(_: int) -> None:
        with db.changing() as own:
            begin_attempt(own, enrolment.id, own.get_one(Activity, quiz.id), now=now())

    def finish(_: int) -> None:
        with db.changing() as own:
            hand_in(own, enrolment.id, quiz.id, 1, now=now())

    with ThreadPoolExecutor(10) as people:
        list(people.map(press, range(10)))
        list(people.map(finish, range(10)))

    assert session.exec(select(Attempt.number)).all() == [1]
    assert len(session.exec(select(Answer)).all()) == 3


def test_no_more_tries_than_allowed(
    make: Make, session: Session, edition: Edition, quiz: Activity
) -> None:
    rules = session.exec(select(Quiz)).one()
    rules.most_attempts = 1
    session.add(rules)
    session.flush()
    enrolment = make.enrolment(make.account(), edition)
    begin_attempt(session, enrolment.id, quiz, now=now())
    hand_in(session, enrolment.id, quiz.id, 1, now=now())

    with pytest.raises(RuleBroken, match="all your tries"):
        begin_attempt(session, enrolment.id, quiz, now=now())


def test_a_quiz_is_not_done_by_saying_so(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))

    answer = browser.post(f"{address(quiz)}/done")

    assert answer.status_code == 422
    assert "A quiz is done when you pass it." in answer.text
    assert session.exec(select(Progress)).all() == []


def test_somebody_elses_try_is_not_shown(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    take(browser, session, quiz, right=True)
    browser.sign_in(make.participant(edition))

    assert browser.get(f"{address(quiz)}?attempt=1").status_code == 404
    assert "Passed" not in browser.get(address(quiz)).text


def test_a_tutor_sees_the_questions_and_cannot_hand_in(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.tutor(edition))

    assert "Question 1?" in browser.get(address(quiz)).text
    assert browser.post(f"{address(quiz)}/attempts").status_code == 403
    assert session.exec(select(Enrolment)).all() == []


@pytest.mark.parametrize("attempt", ["0", "-1", "9999999999", "99999999999999999999", "x"])
def test_an_attempt_that_cannot_be_is_no_failure_of_ours(
    make: Make, browser: Browser, attempt: str
) -> None:
    edition = make.edition()
    quiz = make.quiz(make.module(edition))
    browser.sign_in(make.participant(edition))

    answer = browser.get(f"/editions/{edition.id}/activities/{quiz.id}?attempt={attempt}")

    assert answer.status_code in {404, 422}
