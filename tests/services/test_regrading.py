"""Judging again: what changes is shown first, and nobody loses in silence what they passed."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import Conflict, RuleBroken
from app.models import (
    Account,
    Activity,
    Answer,
    Attempt,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Progress,
    ProgressState,
    Question,
    QuestionVersion,
    Quiz,
    QuizSlot,
)
from app.queries.attempts import asked_in, looked_back, turn_of
from app.queries.regrading import Plan, plan
from app.services.attempts import Sender, Sent, begin_attempt, hand_in
from app.services.questions import Written, retire, rewrite_question
from app.services.regrading import regrade
from tests.make import NOW, Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def quiz(make: Make, edition: Edition) -> Activity:
    """Three questions of one point each; 60 per cent pass. There is more to do in the edition."""
    module = make.module(edition)
    make.activity(module)
    return make.quiz(module)


@pytest.fixture
def tutor(make: Make, edition: Edition) -> Account:
    return make.tutor(edition)


def handed_in(
    session: Session, make: Make, edition: Edition, quiz: Activity, right: int
) -> Enrolment:
    """Somebody who answers that many of the questions rightly, and the others wrongly."""
    who = make.enrolment(make.account(), edition)
    attempt = begin_attempt(session, who.id, quiz, now=NOW)
    sent = {}
    for answer, version, _question in asked_in(session, attempt.id):
        options = version.content["options"]
        meant = answer.position <= right
        chosen = [o["key"] for o in options if o["right"] == meant]
        sent[answer.position] = Sent({"chosen": chosen if meant else chosen[:1]}, 0)
    hand_in(session, who.id, quiz.id, 1, sent, Sender("page", 1), now=NOW)
    return who


def mend(session: Session, edition: Edition, position: int, by: UUID) -> None:
    """The other way round: what was wrong of a question is right."""
    slot = session.exec(select(QuizSlot).where(QuizSlot.position == position)).one()
    question = session.get_one(Question, slot.question_id)
    version = session.exec(
        select(QuestionVersion).where(QuestionVersion.question_id == question.id)
    ).one()
    content = version.holds(question.kind).model_copy(deep=True)
    for option in content.options:  # type: ignore[union-attr]  # -- a choice
        option.right = not option.right
    written = Written(version.text, content, version.explanation)
    rewrite_question(session, edition.course_id, question.id, written, by=by)


def rules(session: Session, quiz: Activity) -> Quiz:
    return session.exec(select(Quiz).where(Quiz.activity_id == quiz.id)).one()


def planned(session: Session, quiz: Activity, *full: UUID) -> Plan:
    session.flush()
    return plan(session, quiz, rules(session, quiz), frozenset(full))


def do(session: Session, quiz: Activity, by: UUID, shown: Plan, *take: UUID, reason: str = "",
       full: frozenset[UUID] = frozenset()) -> int:  # fmt: skip
    return regrade(
        session, quiz, full=full, take_away=frozenset(take), reason=reason,
        shown=shown.fingerprint, by=by, now=NOW,
    )  # fmt: skip


def progress(
    session: Session, who: Enrolment, quiz: Activity
) -> tuple[ProgressState, float | None]:
    session.flush()
    found = session.get_one(Progress, (who.id, quiz.id), populate_existing=True)
    return found.state, found.percent


def test_nothing_changes_where_nothing_was_mended(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    handed_in(session, make, edition, quiz, 2)

    shown = planned(session, quiz)

    assert (shown.tries, do(session, quiz, tutor.id, shown)) == ((), 0)
    acts = session.exec(select(AuditEvent).where(AuditEvent.action == "regrade quiz")).all()
    assert acts == []


def test_who_passes_now_is_shown_first_and_passes_then(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    almost = handed_in(session, make, edition, quiz, 1)
    mend(session, edition, 3, tutor.id)

    shown = planned(session, quiz)

    assert [(one.before, one.after) for one in shown.shown] == [(1, 2)]
    assert [one.enrolment_id for one in shown.gaining] == [almost.id]
    assert progress(session, almost, quiz)[0] is ProgressState.STARTED
    assert do(session, quiz, tutor.id, shown) == 1
    assert progress(session, almost, quiz) == (ProgressState.DONE, 66.6667)
    assert do(session, quiz, tutor.id, shown) == 0  # sent once more


def test_the_answer_keeps_what_was_asked_and_shows_what_is_right_now(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    who = handed_in(session, make, edition, quiz, 1)
    asked = {a.id: a.version_id for a in session.exec(select(Answer)).all()}
    mend(session, edition, 3, tutor.id)
    do(session, quiz, tutor.id, planned(session, quiz))

    assert {a.id: a.version_id for a in session.exec(select(Answer)).all()} == asked
    judged_as = [
        a.judged_as_id for a in session.exec(select(Answer).order_by(col(Answer.position)))
    ]
    assert [one is not None for one in judged_as] == [False, False, True]
    turn = turn_of(session, quiz.id, who.id)
    assert turn
    back = looked_back(session, turn, turn.tries[0], "en", now=NOW)
    assert [line.mark for line in back[2].lines] == ["right"]


def test_who_would_not_pass_any_more_keeps_it_unless_it_is_taken_away_with_a_reason(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    keeps = handed_in(session, make, edition, quiz, 2)
    loses = handed_in(session, make, edition, quiz, 2)
    mend(session, edition, 2, tutor.id)
    shown = planned(session, quiz)
    assert {one.enrolment_id for one in shown.losing} == {keeps.id, loses.id}

    with pytest.raises(RuleBroken, match="Write why"):
        do(session, quiz, tutor.id, shown, loses.id)
    do(session, quiz, tutor.id, shown, loses.id, reason="It was copied.")

    assert progress(session, keeps, quiz) == (ProgressState.DONE, 33.3333)
    assert progress(session, loses, quiz) == (ProgressState.STARTED, 33.3333)
    passed = {one.enrolment_id: one.passed for one in session.exec(select(Attempt)).all()}
    assert passed == {keeps.id: True, loses.id: False}
    [taken] = session.exec(select(AuditEvent).where(AuditEvent.action == "take passing away")).all()
    assert (taken.person_id, taken.details["reason"]) == (loses.account_id, "It was copied.")


def test_who_has_completed_the_course_keeps_what_they_passed(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    who = handed_in(session, make, edition, quiz, 2)
    who.status = EnrolmentStatus.COMPLETED
    make.saved(who)
    mend(session, edition, 2, tutor.id)
    shown = planned(session, quiz)

    with pytest.raises(RuleBroken, match="keeps what they passed"):
        do(session, quiz, tutor.id, shown, who.id, reason="No.")


def test_new_points_of_a_slot_change_the_results(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    who = handed_in(session, make, edition, quiz, 1)
    slot = session.exec(select(QuizSlot).where(QuizSlot.position == 1)).one()
    slot.points = 4.0
    session.add(slot)

    do(session, quiz, tutor.id, planned(session, quiz))

    attempt = session.exec(select(Attempt)).one()
    assert (attempt.score, attempt.out_of) == (4, 6)
    assert progress(session, who, quiz) == (ProgressState.DONE, 66.6667)


def test_a_question_that_is_not_asked_any_more_stays_as_judged_or_is_worth_all_its_points(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    handed_in(session, make, edition, quiz, 0)
    slot = session.exec(select(QuizSlot).where(QuizSlot.position == 1)).one()
    gone = slot.question_id
    assert gone
    session.delete(slot)
    retire(session, edition.course_id, gone, retired=True, by=tutor.id)

    shown = planned(session, quiz)
    assert (shown.tries, [one.question_id for one in shown.dropped]) == ((), [gone])
    shown = planned(session, quiz, gone)
    assert do(session, quiz, tutor.id, shown, full=frozenset([gone])) == 1

    assert session.exec(select(Attempt.score)).one() == 1
    assert planned(session, quiz).tries == ()  # and is never taken back in silence


def test_what_was_shown_must_still_hold(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    handed_in(session, make, edition, quiz, 1)
    mend(session, edition, 3, tutor.id)
    shown = planned(session, quiz)
    mend(session, edition, 2, tutor.id)

    with pytest.raises(Conflict):
        do(session, quiz, tutor.id, shown)


def test_of_two_who_regrade_at_once_one_does_it(
    session: Session, make: Make, edition: Edition, quiz: Activity, tutor: Account
) -> None:
    handed_in(session, make, edition, quiz, 1)
    mend(session, edition, 3, tutor.id)
    shown, by = planned(session, quiz), tutor.id
    session.commit()

    def one(_n: int) -> int:
        with db.changing() as own:
            return do(own, own.get_one(Activity, quiz.id), by, shown)

    with ThreadPoolExecutor(2) as pool:
        counts = sorted(pool.map(one, range(2)))

    assert counts == [0, 1]
    acts = session.exec(select(AuditEvent).where(AuditEvent.action == "regrade quiz")).all()
    assert len(acts) == 1
