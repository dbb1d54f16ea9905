"""Tries at a quiz: nothing that arrived is lost, and the server's clock rules."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import RuleBroken
from app.core.question_content import Essay, QuestionKind
from app.jobs.quizzes import hand_in_overdue
from app.models import (
    Activity,
    Answer,
    AnswerAside,
    AsideReason,
    Attempt,
    Counting,
    Edition,
    Enrolment,
    Progress,
    Question,
    Quiz,
    QuizExtension,
    QuizSlot,
    Reveal,
)
from app.queries.attempts import asked_in, counted
from app.services.attempts import (
    Sender,
    Sent,
    WrongPassword,
    begin_attempt,
    check_answer,
    hand_in,
    save_answers,
    turn_page,
)
from app.services.marking import mark_answer
from app.services.quizzes import Rules, change_rules, extend
from tests.make import NOW, Make

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def quiz(make: Make, edition: Edition) -> Activity:
    return make.quiz(make.module(edition))


@pytest.fixture
def ana(make: Make, edition: Edition) -> Enrolment:
    return make.enrolment(make.account(), edition)


def rule(session: Session, quiz: Activity, **given: object) -> Quiz:
    rules = session.exec(select(Quiz).where(Quiz.activity_id == quiz.id)).one()
    for name, value in given.items():
        setattr(rules, name, value)
    session.add(rules)
    session.flush()
    return rules


def keys(session: Session, attempt: Attempt, position: int, *, right: bool = True) -> list[str]:
    for answer, version, _question in asked_in(session, attempt.id):
        if answer.position == position:
            return [o["key"] for o in version.content["options"] if o["right"] == right]
    raise AssertionError(position)


class Hand:
    """Somebody at a page that they opened."""

    def __init__(self, session: Session, who: Enrolment, quiz: Activity, page: str) -> None:
        self.session, self.who, self.quiz, self.page = session, who, quiz, page

    def save(
        self, *chosen: str, count: int, version: int = 0, at: datetime = NOW, after: str = ""
    ) -> tuple[int, list[int], list[int]]:
        saved = save_answers(
            self.session, self.who.id, self.quiz.id, 1,
            {1: Sent({"chosen": list(chosen)}, version)},
            Sender(self.page, count, after), now=at,
        )  # fmt: skip
        return saved.versions[1], saved.older, saved.late

    @property
    def stands(self) -> list[str]:
        rows = select(Answer).order_by(col(Answer.position))
        answer = self.session.exec(rows).first()
        assert answer
        return list(answer.given.get("chosen", []))


@pytest.fixture
def begun(session: Session, quiz: Activity, ana: Enrolment) -> Attempt:
    return begin_attempt(session, ana.id, quiz, now=NOW)


@pytest.fixture
def phone(session: Session, quiz: Activity, ana: Enrolment, begun: Attempt) -> Hand:
    del begun
    return Hand(session, ana, quiz, "phone")


def asides(session: Session) -> list[tuple[AsideReason, object]]:
    return [
        (one.reason, one.given.get("chosen"))
        for one in session.exec(select(AnswerAside).order_by(col(AnswerAside.id)))
    ]


def test_an_older_save_that_arrives_later_never_overwrites(
    session: Session, begun: Attempt, phone: Hand
) -> None:
    [right], wrong = keys(session, begun, 1), keys(session, begun, 1, right=False)

    assert phone.save(wrong[0], count=1) == (1, [], [])
    assert phone.save(right, count=2) == (2, [], [])
    assert phone.save(wrong[0], count=1) == (2, [], [])  # the first one, sent again

    assert phone.stands == [right]
    assert asides(session) == []


def test_a_page_that_has_not_seen_the_newer_answer_of_another_is_kept_aside(
    session: Session, begun: Attempt, phone: Hand
) -> None:
    tablet = Hand(session, phone.who, phone.quiz, "tablet")
    [right], wrong = keys(session, begun, 1), keys(session, begun, 1, right=False)

    phone.save(right, count=1)
    assert tablet.save(wrong[0], count=1, version=0) == (1, [1], [])
    assert tablet.save(wrong[0], count=1, version=0) == (1, [1], [])
    assert phone.stands == [right]
    assert asides(session) == [(AsideReason.OLDER, [wrong[0]])]

    assert tablet.save(wrong[0], count=2, version=1) == (2, [], [])  # it has seen it now
    assert phone.stands == [wrong[0]]


def test_what_a_dead_battery_left_on_the_device_goes_on_from_its_last_save(
    session: Session, begun: Attempt, phone: Hand
) -> None:
    """The last save had arrived, its answer had not; more was typed after that."""
    [right], wrong = keys(session, begun, 1), keys(session, begun, 1, right=False)
    phone.save(wrong[0], count=1)
    again = Hand(session, phone.who, phone.quiz, "phone, started again")

    assert again.save(right, count=1, version=0, after="phone") == (2, [], [])

    assert phone.stands == [right]


def test_a_save_that_changes_nothing_raises_nothing(
    begun: Attempt, phone: Hand, session: Session
) -> None:
    [right] = keys(session, begun, 1)

    phone.save(right, count=1)

    assert phone.save(right, count=2) == (1, [], [])
    assert phone.save(right, count=3, version=0) == (1, [], [])


def test_saves_count_until_the_time_and_its_grace_are_over_by_our_clock(
    session: Session, quiz: Activity, ana: Enrolment
) -> None:
    rule(session, quiz, minutes=60, grace_seconds=30)
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)
    hand = Hand(session, ana, quiz, "page")
    [right], wrong = keys(session, attempt, 1), keys(session, attempt, 1, right=False)
    assert attempt.due_at == NOW + AN_HOUR

    in_grace = NOW + AN_HOUR + timedelta(seconds=30)
    assert hand.save(right, count=1, at=in_grace) == (1, [], [])
    assert hand.save(wrong[0], count=2, at=in_grace + timedelta(seconds=1)) == (1, [], [1])

    assert hand.stands == [right]
    assert asides(session) == [(AsideReason.LATE, [wrong[0]])]


def test_what_comes_with_a_late_hand_in_does_not_count(
    session: Session, quiz: Activity, ana: Enrolment
) -> None:
    rule(session, quiz, minutes=60)
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)
    right = {n: Sent({"chosen": keys(session, attempt, n)}, 0) for n in (1, 2, 3)}

    hand_in(session, ana.id, quiz.id, 1, right, Sender("page", 1), now=NOW + 2 * AN_HOUR)

    assert (attempt.score, attempt.by_server) == (0, True)
    assert attempt.submitted_at == NOW + AN_HOUR
    assert len(asides(session)) == 3


def test_the_server_hands_in_what_is_due_once(
    session: Session, quiz: Activity, ana: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(session, quiz, minutes=60)
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)
    hand = Hand(session, ana, quiz, "page")
    hand.save(*keys(session, attempt, 1), count=1)
    session.commit()
    monkeypatch.setattr("app.core.clock.now", lambda: NOW + AN_HOUR + timedelta(seconds=59))
    assert hand_in_overdue() == 0  # in its grace
    monkeypatch.setattr("app.core.clock.now", lambda: NOW + AN_HOUR + timedelta(seconds=61))

    assert hand_in_overdue() == 1
    assert hand_in_overdue() == 0

    session.expire_all()
    assert (attempt.score, attempt.by_server) == (1, True)
    assert attempt.submitted_at == NOW + AN_HOUR


def test_saving_and_handing_in_at_once_loses_nothing_that_was_acknowledged(
    session: Session, quiz: Activity, ana: Enrolment
) -> None:
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)
    right = {n: keys(session, attempt, n) for n in (1, 2, 3)}
    session.commit()

    def save(n: int) -> bool:
        with db.changing() as own:
            sent = {n: Sent({"chosen": right[n]}, 0)}
            saved = save_answers(own, ana.id, quiz.id, 1, sent, Sender(f"p{n}", 1), now=NOW)
            return not saved.late

    def finish(_n: int) -> bool:
        with db.changing() as own:
            hand_in(own, ana.id, quiz.id, 1, now=NOW)
        return False

    with ThreadPoolExecutor(4) as people:
        futures = [people.submit(save, 1), people.submit(save, 2),
                   people.submit(finish, 0), people.submit(save, 3)]  # fmt: skip
        acknowledged = sum(one.result() for one in futures)

    session.expire_all()
    late = sum(reason is AsideReason.LATE for reason, _chosen in asides(session))
    assert attempt.score == acknowledged
    assert acknowledged + late == 3


def test_more_time_for_one_person_moves_the_end_of_a_try_that_is_under_way(
    make: Make, session: Session, quiz: Activity, ana: Enrolment
) -> None:
    rule(session, quiz, minutes=60, closes_at=NOW + 1.1 * AN_HOUR, most_attempts=1)
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)

    by = make.account().id
    extend(session, quiz, ana.id, minutes=30, attempts=1, reason="Exams", by=by)

    assert attempt.due_at == NOW + 1.5 * AN_HOUR
    hand_in(session, ana.id, quiz.id, 1, now=NOW)
    assert begin_attempt(session, ana.id, quiz, now=NOW).number == 2
    assert session.exec(select(QuizExtension.reason)).one() == "Exams"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"opens_at": NOW + AN_HOUR}, "not open yet"),
        ({"closes_at": NOW}, "closed"),
        ({"password_hash": "x"}, "not the password"),
    ],
)
def test_a_quiz_begins_when_its_rules_say(
    session: Session, quiz: Activity, ana: Enrolment, given: dict[str, object], refusal: str
) -> None:
    rule(session, quiz, **given)

    with pytest.raises(RuleBroken, match=refusal):
        begin_attempt(session, ana.id, quiz, password="guessed", now=NOW)

    assert session.exec(select(Attempt)).all() == []


def test_the_password_that_was_set_opens_it(
    make: Make, session: Session, quiz: Activity, ana: Enrolment
) -> None:
    by, rules = make.account().id, rules_of(session, quiz)
    change_rules(session, quiz, rules, by=by, password="open sesame")

    with pytest.raises(WrongPassword):
        begin_attempt(session, ana.id, quiz, now=NOW)
    assert begin_attempt(session, ana.id, quiz, password=" open sesame ", now=NOW).number == 1


def rules_of(session: Session, quiz: Activity) -> Rules:
    row = session.exec(select(Quiz).where(Quiz.activity_id == quiz.id)).one()
    return Rules(**{name: getattr(row, name) for name in Rules.__dataclass_fields__})


def test_where_there_is_no_way_back_only_the_page_reached_is_answered(
    session: Session, quiz: Activity, ana: Enrolment
) -> None:
    rule(session, quiz, in_order=True, per_page=1)
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)
    first, second = keys(session, attempt, 1), keys(session, attempt, 2)

    early = save_answers(
        session, ana.id, quiz.id, 1, {2: Sent({"chosen": second}, 0)}, Sender("a", 1), now=NOW
    )
    assert early.older == [2]
    sent = {1: Sent({"chosen": first}, 0)}
    turn_page(session, ana.id, quiz.id, 1, 2, sent, Sender("a", 2), now=NOW)
    back = save_answers(
        session, ana.id, quiz.id, 1, {1: Sent({"chosen": []}, 1)}, Sender("a", 3), now=NOW
    )
    assert back.older == [1]
    for page in (1, 4):
        stays = turn_page(session, ana.id, quiz.id, 1, page, {}, Sender("a", 4), now=NOW)
        assert "no way back" in stays.refusal
        assert attempt.page == 2

    rows = asked_in(session, attempt.id)
    assert [row[0].given.get("chosen", []) for row in rows] == [first, [], []]


def test_a_checked_answer_stays_as_it_was_checked(
    session: Session, quiz: Activity, ana: Enrolment
) -> None:
    rule(session, quiz, feedback=Reveal.EACH)
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)
    [right], wrong = keys(session, attempt, 1), keys(session, attempt, 1, right=False)
    sent = {1: Sent({"chosen": [wrong[0]]}, 0)}
    check_answer(session, ana.id, quiz.id, 1, 1, sent, Sender("a", 1), now=NOW)
    hand = Hand(session, ana, quiz, "a")

    assert hand.save(right, count=2, version=1)[1] == [1]
    assert hand.stands == [wrong[0]]


def test_answers_are_not_checked_one_by_one_unless_the_quiz_says_so(
    session: Session, quiz: Activity, ana: Enrolment, begun: Attempt
) -> None:
    sent = {1: Sent({"chosen": keys(session, begun, 1)}, 0)}

    saved = check_answer(session, ana.id, quiz.id, 1, 1, sent, Sender("a", 1), now=NOW)

    assert "not checked one by one" in saved.refusal
    answer = asked_in(session, begun.id)[0][0]
    assert (answer.given, answer.share) == (sent[1].given, None)  # saved all the same


def test_questions_are_drawn_by_category_and_tag_each_at_most_once(
    make: Make, session: Session, edition: Edition, ana: Enrolment
) -> None:
    drawn = make.activity(make.module(edition), kind="quiz", body="")
    row = make.saved(Quiz(activity_id=drawn.id))
    course = edition.course_id
    for n, (category, tags) in enumerate(
        [("M1", []), ("M1/Safety", ["a"]), ("M1/Safety", []), ("M10", ["a"]), ("M2", ["a"])]
    ):
        make.question(course, QuestionKind.ESSAY, Essay(), text={"en": str(n)},
                      category=category, tags=tags)  # fmt: skip
    make.question(course, QuestionKind.ESSAY, Essay(), category="M1", is_retired=True)
    other = make.edition(make.course()).course_id
    make.question(other, QuestionKind.ESSAY, Essay(), category="M1")
    make.saved(QuizSlot(quiz_id=row.id, position=1, category="M1", draws=9, points=2))
    make.saved(QuizSlot(quiz_id=row.id, position=2, tag="a", draws=1))

    attempt = begin_attempt(session, ana.id, drawn, now=NOW)

    asked = [
        (version.text["en"], answer.out_of) for answer, version, _q in asked_in(session, attempt.id)
    ]
    assert sorted(asked[:3]) == [("0", 2), ("1", 2), ("2", 2)]
    assert asked[3] in {("3", 1), ("4", 1)}
    assert attempt.out_of == 7


@pytest.mark.parametrize(
    ("counting", "percent"),
    [(Counting.BEST, 90), (Counting.LAST, 30), (Counting.FIRST, 60), (Counting.AVERAGE, 60)],
)
def test_which_try_counts(counting: Counting, percent: float) -> None:
    assert counted(counting, [60, 90, 30]) == percent
    assert counted(counting, []) is None


def test_the_result_that_counts_goes_to_the_progress(
    session: Session, quiz: Activity, ana: Enrolment
) -> None:
    rule(session, quiz, counting=Counting.AVERAGE, pass_percent=50)
    for number in (1, 2):
        attempt = begin_attempt(session, ana.id, quiz, now=NOW)
        right = {n: Sent({"chosen": keys(session, attempt, n)}, 0) for n in (1, 2, 3)}
        hand_in(session, ana.id, quiz.id, number, right if number == 2 else {}, now=NOW)

    progress = session.exec(select(Progress)).one()
    assert (progress.percent, progress.state) == (50, "done")


def test_an_essay_waits_for_its_mark_and_then_counts(
    make: Make, session: Session, quiz: Activity, ana: Enrolment, edition: Edition
) -> None:
    essay = make.question(edition.course_id, QuestionKind.ESSAY, Essay())
    row = rule(session, quiz)
    make.saved(QuizSlot(quiz_id=row.id, position=4, question_id=essay.id, points=7))
    attempt = begin_attempt(session, ana.id, quiz, now=NOW)
    sent = {4: Sent({"text": "I think that"}, 0)}
    hand_in(session, ana.id, quiz.id, 1, sent, Sender("a", 1), now=NOW)
    assert (attempt.waits, attempt.passed, attempt.score) == (True, False, 0)
    written = asked_in(session, attempt.id)[3][0]
    tutor = make.account()

    with pytest.raises(RuleBroken, match="from 0 to 7"):
        mark_answer(session, quiz, written.id, points=8, comment="", by=tutor.id, now=NOW)
    mark_answer(session, quiz, written.id, points=6.5, comment="Good.", by=tutor.id, now=NOW)

    assert (attempt.waits, attempt.passed, attempt.score) == (False, True, 6.5)
    progress = session.exec(select(Progress)).one()
    assert (progress.percent, progress.state) == (65, "done")


def test_time_is_counted_on_our_side_and_for_what_was_answered(
    session: Session, quiz: Activity, ana: Enrolment, begun: Attempt
) -> None:
    hand = Hand(session, ana, quiz, "a")
    [right] = keys(session, begun, 1)

    hand.save(right, count=1, at=NOW + timedelta(seconds=40))
    hand.save(count=2, at=NOW + timedelta(hours=9))

    assert asked_in(session, begun.id)[0][0].seconds == 40 + 30 * 60


def test_a_question_that_is_asked_no_more_stays_in_tries_that_were_asked_it(
    session: Session, quiz: Activity, ana: Enrolment, begun: Attempt
) -> None:
    for question in session.exec(select(Question)):
        question.is_retired = True
        session.add(question)
    session.flush()

    hand_in(session, ana.id, quiz.id, 1, now=NOW)

    assert begun.out_of == 3
