"""A quiz, as a participant answers it and learns from it."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.clock import now
from app.core.errors import RuleBroken
from app.models import (
    Activity,
    Answer,
    Attempt,
    Choice,
    Edition,
    Enrolment,
    Progress,
    ProgressState,
    Question,
    Quiz,
)
from app.services.quizzes import hand_in
from tests.conftest import Browser
from tests.make import Make


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


def answers(session: Session, *, right: bool, leave_out: int | None = None) -> dict[str, list[str]]:
    """A form with every question answered rightly, or with its last wrong choice."""
    found = {}
    for position, question in enumerate(
        session.exec(select(Question).order_by(col(Question.position)))
    ):
        if position == leave_out:
            continue
        choices = session.exec(
            select(Choice).where(Choice.question_id == question.id).order_by(col(Choice.position))
        ).all()
        wrong = [c for c in choices if not c.is_right][-1:]
        found[f"q-{question.id}"] = [
            str(c.id) for c in (filter(lambda c: c.is_right, choices) if right else wrong)
        ]
    return found


def test_nothing_in_the_markup_tells_right_from_wrong_before_handing_in(
    make: Make, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))

    page = browser.get(address(quiz)).text

    assert "Choice 1b" in page
    assert "Feedback" not in page
    assert "Because of" not in page
    inputs = re.findall(r"<label class=.check.[^>]*>(<input[^>]*>)", page)
    alike = {re.sub(r'id="[^"]*"|name="[^"]*"|value="[^"]*"', "", tag) for tag in inputs}
    assert len(inputs) == 8
    assert alike == {'<input type="radio"   >', '<input type="checkbox"   >'}


def test_right_answers_pass_and_are_explained(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))

    sent = browser.post(f"{address(quiz)}/answers", data=answers(session, right=True))
    result = browser.get(sent.headers["Location"]).text

    assert sent.headers["Location"] == f"{address(quiz)}?attempt=1"
    assert "Passed with 3 of 3 points." in result
    assert "Because of reason 2." in result
    assert session.exec(select(Progress.state)).one() is ProgressState.DONE


def test_wrong_answers_show_what_would_be_right_and_can_be_tried_again(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))

    browser.post(f"{address(quiz)}/answers", data=answers(session, right=False))
    result = browser.get(address(quiz)).text
    again = browser.get(f"{address(quiz)}?again=1").text
    browser.post(f"{address(quiz)}/answers", data=answers(session, right=True) | {"number": "2"})

    assert "0 of 3 points: not passed yet." in result
    assert "Right would be:" in result
    assert "Feedback 1c" in result
    assert 'name="number" value="2"' in again
    assert session.exec(select(Attempt.passed).order_by(col(Attempt.number))).all() == [False, True]


def test_a_question_left_open_is_asked_for_and_the_rest_is_kept(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    given = answers(session, right=True, leave_out=1)

    page = browser.post(f"{address(quiz)}/answers", data=given)

    assert page.status_code == 422
    assert page.text.count("Choose an answer to question 2.") == 2  # on top and beside it
    assert page.text.count(" checked>") == 2
    assert session.exec(select(Attempt)).all() == []


def test_half_of_a_multiple_answer_is_not_right(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    given = answers(session, right=True)
    several = next(name for name, chosen in given.items() if len(chosen) == 2)

    browser.post(f"{address(quiz)}/answers", data=given | {several: given[several][:1]})

    assert session.exec(select(Attempt.score)).one() == 2


def test_a_choice_of_another_question_counts_for_nothing(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    given = answers(session, right=True)
    first, second = list(given)[:2]

    page = browser.post(f"{address(quiz)}/answers", data=given | {first: given[second]})

    assert page.status_code == 422


def test_the_same_try_sent_twice_is_judged_once(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.participant(edition))
    right = answers(session, right=True) | {"number": "1"}

    browser.post(f"{address(quiz)}/answers", data=answers(session, right=False) | {"number": "1"})
    replayed = browser.post(f"{address(quiz)}/answers", data=right)

    assert replayed.headers["Location"] == f"{address(quiz)}?attempt=1"
    assert session.exec(select(Attempt.score)).all() == [0]


def test_ten_presses_at_once_make_one_try(
    make: Make, session: Session, edition: Edition, quiz: Activity
) -> None:
    enrolment = make.enrolment(make.account(), edition)
    given = {
        UUID(name.removeprefix("q-")): [UUID(choice) for choice in chosen]
        for name, chosen in answers(session, right=True).items()
    }

    def press(_: int) -> None:
        with db.changing() as own:
            activity = own.get_one(Activity, quiz.id)
            hand_in(own, enrolment.id, activity, given, number=1, now=now())

    with ThreadPoolExecutor(10) as people:
        list(people.map(press, range(10)))

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
    hand_in(session, enrolment.id, quiz, {}, number=1, now=now())

    with pytest.raises(RuleBroken, match="all your tries"):
        hand_in(session, enrolment.id, quiz, {}, number=2, now=now())


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
    browser.post(f"{address(quiz)}/answers", data=answers(session, right=True))
    browser.sign_in(make.participant(edition))

    assert browser.get(f"{address(quiz)}?attempt=1").status_code == 404
    assert "Passed" not in browser.get(address(quiz)).text


def test_a_tutor_sees_the_questions_and_cannot_hand_in(
    make: Make, session: Session, browser: Browser, edition: Edition, quiz: Activity
) -> None:
    browser.sign_in(make.tutor(edition))

    assert "Question 1?" in browser.get(address(quiz)).text
    sent = browser.post(f"{address(quiz)}/answers", data=answers(session, right=True))
    assert sent.status_code == 403
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
