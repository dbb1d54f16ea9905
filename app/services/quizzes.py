"""Handing in a quiz: judged on the server, kept as it was given."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Activity, Answer, Attempt, Choice, Enrolment, Question, Quiz
from app.services.enrolments import show_anew
from app.services.progress import record_done, start


def hand_in(
    session: Session,
    enrolment_id: UUID,
    activity: Activity,
    answers: Mapping[UUID, Sequence[UUID]],
    *,
    number: int,
    now: datetime,
) -> Attempt:
    """Judge try ``number``. The same try sent twice is judged once; the first answers count.

    A question is worth its points if exactly its right choices were chosen, otherwise nothing.
    """
    session.get_one(Enrolment, enrolment_id, with_for_update=True)  # one try at a time
    tries = session.exec(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment_id, Attempt.activity_id == activity.id)
        .order_by(col(Attempt.number))
    ).all()
    if 1 <= number <= len(tries):
        return tries[number - 1]
    quiz = session.exec(select(Quiz).where(Quiz.activity_id == activity.id)).one()
    if quiz.most_attempts is not None and len(tries) >= quiz.most_attempts:
        raise RuleBroken(_("You have used all your tries at this quiz."))

    attempt = _judge(session, quiz, enrolment_id, answers, number=len(tries) + 1, now=now)
    if attempt.passed:
        record_done(session, enrolment_id, activity.id, now=now)
    else:
        start(session, enrolment_id, activity.id, now=now)
    show_anew(session, enrolment_id)
    return attempt


def _judge(
    session: Session,
    quiz: Quiz,
    enrolment_id: UUID,
    answers: Mapping[UUID, Sequence[UUID]],
    *,
    number: int,
    now: datetime,
) -> Attempt:
    """The attempt with its answers, kept as they were given and with what each was worth."""
    questions = session.exec(select(Question).where(Question.quiz_id == quiz.id)).all()
    right = _right_choices(session, quiz)
    points = {
        question.id: question.points
        for question in questions
        if set(answers.get(question.id, ())) == right[question.id]
    }
    score, out_of = sum(points.values()), sum(question.points for question in questions)
    attempt = Attempt(
        enrolment_id=enrolment_id,
        activity_id=quiz.activity_id,
        number=number,
        submitted_at=now,
        score=score,
        out_of=out_of,
        passed=score * 100 >= quiz.pass_percent * out_of,
    )
    session.add(attempt)
    session.flush()
    session.add_all(
        Answer(
            attempt_id=attempt.id,
            question_id=question.id,
            chosen=sorted(map(str, answers.get(question.id, ()))),
            points=points.get(question.id, 0),
        )
        for question in questions
    )
    session.flush()
    return attempt


def _right_choices(session: Session, quiz: Quiz) -> dict[UUID, set[UUID]]:
    rows = session.exec(
        select(Question.id, Choice.id, Choice.is_right)
        .join(Choice, col(Choice.question_id) == col(Question.id))
        .where(Question.quiz_id == quiz.id)
    ).all()
    found: dict[UUID, set[UUID]] = {}
    for question, choice, is_right in rows:
        found.setdefault(question, set())
        if is_right:
            found[question].add(choice)
    return found
