"""The analysis of questions: right figures, and none where too few answers stand behind them."""

import pytest
from sqlmodel import Session

from app.models import Activity, Edition
from app.queries.attempts import asked_in
from app.queries.question_analysis import correlation, question_analysis
from app.services.attempts import Sender, Sent, begin_attempt, hand_in
from tests.counting import statements
from tests.make import NOW, Make


@pytest.fixture
def quiz(make: Make) -> Activity:
    return make.quiz(make.module(make.edition()))


def taken(session: Session, make: Make, quiz: Activity, people: int) -> None:
    """Person n gets the first question right if n is even, the second if n < 5, the third never."""
    edition = session.get_one(Edition, quiz.edition_id)
    for n in range(people):
        who = make.enrolment(make.account(), edition)
        attempt = begin_attempt(session, who.id, quiz, now=NOW)
        meant = {1: n % 2 == 0, 2: n < 5, 3: False}
        sent = {}
        for answer, version, _question in asked_in(session, attempt.id):
            right = meant[answer.position]
            keys = [o["key"] for o in version.content["options"] if o["right"] == right]
            sent[answer.position] = Sent({"chosen": keys if right else keys[:1]}, 0)
        hand_in(session, who.id, quiz.id, 1, sent, Sender("page", 1), now=NOW)
        again = begin_attempt(session, who.id, quiz, now=NOW)  # a second try, and an open one
        if n:
            hand_in(session, who.id, quiz.id, again.number, now=NOW)


def test_figures_of_ten_first_tries(session: Session, make: Make, quiz: Activity) -> None:
    taken(session, make, quiz, 10)

    first, second, third = question_analysis(session, quiz.id, "en")

    assert [one.n for one in (first, second, third)] == [10, 10, 10]
    assert [one.facility for one in (first, second, third)] == [0.5, 0.5, 0]
    assert first.discrimination == pytest.approx(0.2)  # as reckoned by hand
    assert third.discrimination is None  # everybody had it wrong
    with statements() as asked:
        question_analysis(session, quiz.id, "en")
    assert len(asked) == 2
    assert sorted(one.times for one in first.options) == [0, 5, 5]
    assert [one.n for one in question_analysis(session, quiz.id, "en", all_tries=True)] == [19] * 3


def test_with_nine_answers_no_figure_is_shown(session: Session, make: Make, quiz: Activity) -> None:
    taken(session, make, quiz, 9)

    for one in question_analysis(session, quiz.id, "en"):
        assert (one.n, one.facility, one.discrimination, one.seconds, one.options) == (
            9, None, None, None, (),
        )  # fmt: skip


def test_the_correlation_is_pearsons() -> None:
    assert correlation([(0, 0), (1, 1), (0, 0), (1, 1)]) == pytest.approx(1)
    assert correlation([(0, 1), (1, 0), (0, 1), (1, 0)]) == pytest.approx(-1)
    assert correlation([(0, 0.2), (1, 0.9), (1, 0.4)]) == pytest.approx(0.7206, abs=1e-4)
    assert correlation([(1, 0), (1, 1)]) is None
