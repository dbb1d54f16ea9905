"""Taking a quiz: begun, saved answer by answer, and handed in by the person or when time is over.

What arrived is never lost: it is saved, or it is kept aside with the reason why it does not count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import token_hash
from app.core.judging import is_empty, points_of, result, share_of
from app.core.question_content import Given, arranged, tidied
from app.models import (
    Activity,
    Answer,
    AnswerAside,
    AsideReason,
    Attempt,
    Edition,
    Enrolment,
    Question,
    QuestionVersion,
    Quiz,
    QuizSlot,
    Reveal,
)
from app.queries.attempts import Turn, asked_in, counted, page_of, percent_of, turn_of
from app.queries.questions import lies_in
from app.services.enrolments import LOCK, show_anew
from app.services.progress import record_result, start

#: A page left open over lunch is not time spent on a question.
LONGEST_THOUGHT = timedelta(minutes=30)

_chance = SystemRandom()


# Beginning


def begin_attempt(
    session: Session, enrolment_id: UUID, activity: Activity, *, password: str = "", now: datetime
) -> Attempt:
    """Draw the questions and start the clock. One that is under way goes on instead."""
    _lock(session, enrolment_id)
    turn = _turn(session, activity.id, enrolment_id)
    if turn.running is not None and not _is_over(turn, turn.running, now):
        return turn.running
    if turn.running is not None:
        _finish(session, turn, turn.running, by_server=True, now=now)
        turn = _turn(session, activity.id, enrolment_id)
    _may_begin(turn, password, now)
    attempt = _drawn(session, turn, enrolment_id, activity, now)
    start(session, enrolment_id, activity.id, now=now)
    show_anew(session, enrolment_id)
    return attempt


def _may_begin(turn: Turn, password: str, now: datetime) -> None:
    quiz = turn.quiz
    if quiz.opens_at and now < quiz.opens_at:
        raise RuleBroken(_("This quiz is not open yet."))
    if turn.closes_at and now >= turn.closes_at:
        raise RuleBroken(_("This quiz is closed."))
    if turn.tries_left == 0:
        raise RuleBroken(_("You have used all your tries at this quiz."))
    if quiz.password_hash and token_hash(password.strip()) != quiz.password_hash:
        raise WrongPassword(_("That is not the password of this quiz."))


class WrongPassword(RuleBroken):
    """Said beside the field."""


def _drawn(
    session: Session, turn: Turn, enrolment_id: UUID, activity: Activity, now: datetime
) -> Attempt:
    quiz = turn.quiz
    asked = _draw(session, quiz, activity)
    if not asked:
        raise RuleBroken(_("This quiz has no questions yet."))
    if quiz.shuffle_questions:
        _chance.shuffle(asked)
    attempt = Attempt(
        enrolment_id=enrolment_id,
        activity_id=activity.id,
        number=len(turn.tries) + 1,
        started_at=now,
        due_at=turn.due_at(now),
        last_at=now,
        per_page=quiz.per_page,
        in_order=quiz.in_order,
        out_of=round(sum(points for _question, _version, points in asked), 4),
    )
    session.add(attempt)
    session.flush()
    for position, (question, version, points) in enumerate(asked, 1):
        content = version.holds(question.kind)
        session.add(
            Answer(
                attempt_id=attempt.id,
                question_id=question.id,
                version_id=version.id,
                position=position,
                out_of=points,
                arranged=arranged(content, _chance, shuffle=quiz.shuffle_choices),
            )
        )
    session.flush()
    return attempt


type Drawn = tuple[Question, QuestionVersion, float]


def _draw(session: Session, quiz: Quiz, activity: Activity) -> list[Drawn]:
    """The questions of the slots, each at most once; a slot draws fewer if there are no more."""
    slots = session.exec(
        select(QuizSlot)
        .where(QuizSlot.quiz_id == quiz.id)
        .order_by(col(QuizSlot.position), col(QuizSlot.id))
    ).all()
    taken = {slot.question_id for slot in slots if slot.question_id}
    pool = _pool(session, activity) if any(slot.question_id is None for slot in slots) else []
    picked: list[tuple[UUID, float]] = []
    for slot in slots:
        if slot.question_id is not None:
            picked.append((slot.question_id, slot.points))
            continue
        fitting = [one.id for one in pool if one.id not in taken and one.fits(slot)]
        chosen = _chance.sample(fitting, min(slot.draws, len(fitting)))
        taken.update(chosen)
        picked += [(one, slot.points) for one in chosen]
    known = _asked_now(session, [one for one, _points in picked])
    once = dict.fromkeys(one for one, _points in picked)
    points_by = dict(reversed(picked))
    return [(*known[one], points_by[one]) for one in once if one in known]


@dataclass(frozen=True, slots=True)
class _InBank:
    """A question that may be drawn."""

    id: UUID
    category: str
    tags: list[str]

    def fits(self, slot: QuizSlot) -> bool:
        return lies_in(self.category, slot.category) and (not slot.tag or slot.tag in self.tags)


def _pool(session: Session, activity: Activity) -> list[_InBank]:
    course = select(Edition.course_id).where(Edition.id == activity.edition_id).scalar_subquery()
    rows = session.execute(
        select(Question.id, Question.category, Question.tags).where(
            col(Question.course_id) == course, col(Question.is_retired).is_(False)
        )
    ).all()
    return [_InBank(*row) for row in rows]


def _asked_now(
    session: Session, ids: Iterable[UUID]
) -> dict[UUID, tuple[Question, QuestionVersion]]:
    rows = session.execute(
        select(Question, QuestionVersion)
        .join(
            QuestionVersion,
            (col(QuestionVersion.question_id) == col(Question.id))
            & (col(QuestionVersion.number) == col(Question.number)),
        )
        .where(col(Question.id).in_(list(ids)))
    ).all()
    return {question.id: (question, version) for question, version in rows}


# Saving


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer as a page sent it, and the version of it that the page had seen."""

    given: Given
    version: int


@dataclass(frozen=True, slots=True)
class Sender:
    """Which opening of the page sent it, and as its how manieth save.

    ``after``: the opening whose unsent answers it found on the device and goes on with.
    """

    page: str
    count: int
    after: str = ""


@dataclass(slots=True)
class Saved:
    """What became of what was sent: the versions that stand now, and what does not count."""

    attempt: Attempt
    versions: dict[int, int] = field(default_factory=dict)
    older: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    is_over: bool = False
    refusal: str = ""  # of what was asked for besides: what was sent is kept all the same


def save_answers(
    session: Session,
    enrolment_id: UUID,
    activity_id: UUID,
    number: int,
    sent: Mapping[int, Sent],
    sender: Sender,
    *,
    now: datetime,
) -> Saved:
    """Keep what was sent. Sent again it changes nothing.

    What is older than what is there is kept aside, and so is what comes after the end.
    """
    turn, attempt = _attempt(session, enrolment_id, activity_id, number)
    return _save(session, turn, attempt, sent, sender, now)


def _save(
    session: Session,
    turn: Turn,
    attempt: Attempt,
    sent: Mapping[int, Sent],
    sender: Sender,
    now: datetime,
) -> Saved:
    saved = Saved(attempt, is_over=attempt.submitted_at is not None or _is_over(turn, attempt, now))
    changed = []
    for answer, version, question in asked_in(session, attempt.id):
        one = sent.get(answer.position)
        if one is None:
            continue
        given = tidied(question.kind, version.holds(question.kind), one.given)
        if _same(given, answer.given):
            _note_sender(answer, sender)
        elif saved.is_over:
            _keep_aside(session, answer, given, AsideReason.LATE, now)
            saved.late.append(answer.position)
        elif (
            not _is_on_page(attempt, answer) or answer.checked_at or _is_older(answer, one, sender)
        ):
            if not _is_replay(answer, sender):
                _keep_aside(session, answer, given, AsideReason.OLDER, now)
                saved.older.append(answer.position)
        else:
            answer.given, answer.saved_from, answer.saved_as = given, sender.page, sender.count
            answer.version += 1
            changed.append(answer)
        saved.versions[answer.position] = answer.version
    _note_time(attempt, changed, now)
    session.add_all([attempt, *changed])
    session.flush()
    return saved


def _same(one: Given, other: Given) -> bool:
    return one == other or (is_empty(one) and is_empty(other))


def _note_sender(answer: Answer, sender: Sender) -> None:
    """A save that changes nothing still counts as the page's latest."""
    if answer.saved_from == sender.page:
        answer.saved_as = max(answer.saved_as, sender.count)


def _is_older(answer: Answer, one: Sent, sender: Sender) -> bool:
    """Whether something newer is there.

    From the same opened page its own count says so; from another, whether it had seen that.
    """
    if answer.saved_from and answer.saved_from == sender.page:
        return sender.count <= answer.saved_as
    if sender.after and answer.saved_from == sender.after:
        return False
    return one.version < answer.version


def _is_replay(answer: Answer, sender: Sender) -> bool:
    return answer.saved_from == sender.page and sender.count <= answer.saved_as


def _is_on_page(attempt: Attempt, answer: Answer) -> bool:
    """With no way back only the page that was reached can be answered."""
    return not attempt.in_order or page_of(answer.position, attempt.per_page) == attempt.page


def _keep_aside(
    session: Session, answer: Answer, given: Given, reason: AsideReason, now: datetime
) -> None:
    """Once: what is sent again and again is one thing."""
    already = session.exec(select(AnswerAside).where(AnswerAside.answer_id == answer.id)).all()
    if all(one.given != given for one in already):
        session.add(AnswerAside(answer_id=answer.id, given=given, arrived_at=now, reason=reason))


def _note_time(attempt: Attempt, changed: list[Answer], now: datetime) -> None:
    """The time since the last sign of life was spent on what has changed."""
    if attempt.submitted_at is not None:
        return
    if changed:
        spent = min(now - attempt.last_at, LONGEST_THOUGHT).total_seconds()
        for answer in changed:
            answer.seconds += max(0, round(spent / len(changed)))
    attempt.last_at = now


# Going on


def turn_page(  # noqa: PLR0913 -- whose try, what was sent by whom, and where to
    session: Session,
    enrolment_id: UUID,
    activity_id: UUID,
    number: int,
    page: int,
    sent: Mapping[int, Sent],
    sender: Sender,
    *,
    now: datetime,
) -> Saved:
    """Save, and go to another page: any, or where there is no way back only the next one."""
    turn, attempt = _attempt(session, enrolment_id, activity_id, number)
    saved = _save(session, turn, attempt, sent, sender, now)
    if saved.is_over:
        return saved
    last = page_of(len(asked_in(session, attempt.id)), attempt.per_page)
    if attempt.in_order and page not in {attempt.page, attempt.page + 1}:
        saved.refusal = _("In this quiz there is no way back, and no page can be skipped.")
        return saved
    attempt.page = min(max(1, page), last)
    session.add(attempt)
    return saved


def check_answer(  # noqa: PLR0913 -- as above
    session: Session,
    enrolment_id: UUID,
    activity_id: UUID,
    number: int,
    position: int,
    sent: Mapping[int, Sent],
    sender: Sender,
    *,
    now: datetime,
) -> Saved:
    """Save, and judge one answer for good: from then on it is shown what it was worth."""
    turn, attempt = _attempt(session, enrolment_id, activity_id, number)
    saved = _save(session, turn, attempt, sent, sender, now)
    if Reveal.EACH not in {turn.quiz.feedback, turn.quiz.solution}:
        saved.refusal = _("In this quiz answers are not checked one by one.")
    if saved.is_over or saved.refusal:
        return saved
    for answer, version, question in asked_in(session, attempt.id):
        if answer.position == position and _is_on_page(attempt, answer) and not answer.checked_at:
            if is_empty(answer.given):
                saved.refusal = _("Answer the question before you check it.")
                return saved
            answer.checked_at = now
            _judge_one(turn.quiz, answer, version, question)
            session.add(answer)
    session.flush()
    return saved


def hand_in(  # noqa: PLR0913 -- as above
    session: Session,
    enrolment_id: UUID,
    activity_id: UUID,
    number: int,
    sent: Mapping[int, Sent] | None = None,
    sender: Sender | None = None,
    *,
    now: datetime,
    by_server: bool = False,
) -> Saved:
    """Judge the try. Handed in twice it is judged once; after the end, as it was at the end."""
    turn, attempt = _attempt(session, enrolment_id, activity_id, number)
    saved = _save(session, turn, attempt, sent or {}, sender or Sender("", 0), now)
    if attempt.submitted_at is None:
        _finish(session, turn, attempt, by_server=by_server or saved.is_over, now=now)
    return saved


def _finish(
    session: Session, turn: Turn, attempt: Attempt, *, by_server: bool, now: datetime
) -> None:
    attempt.submitted_at = attempt.due_at if by_server and attempt.due_at else now
    attempt.by_server = by_server
    for answer, version, question in asked_in(session, attempt.id):
        if answer.marked_at is None:
            _judge_one(turn.quiz, answer, version, question)
        session.add(answer)
    session.flush()
    reckon(session, turn.quiz, attempt, now=now)


def _judge_one(quiz: Quiz, answer: Answer, version: QuestionVersion, question: Question) -> None:
    answer.share = share_of(version.holds(question.kind), answer.given)
    answer.points = points_of(
        answer.share, answer.out_of, wrong_costs=quiz.wrong_costs, empty=is_empty(answer.given)
    )


def reckon(session: Session, quiz: Quiz, attempt: Attempt, *, now: datetime) -> None:
    """The result of a try from what its answers are worth, and what counts of all tries."""
    points = session.exec(select(Answer.points).where(Answer.attempt_id == attempt.id)).all()
    attempt.waits = None in points
    attempt.score = min(attempt.out_of, result(one for one in points if one is not None))
    attempt.passed = percent_of(attempt.score, attempt.out_of) >= quiz.pass_percent
    session.add(attempt)
    session.flush()
    count_tries(session, quiz, attempt, now=now)


def count_tries(session: Session, quiz: Quiz, attempt: Attempt, *, now: datetime) -> None:
    """The result of all tries of whoever made this one; with it they may be done."""
    tries = session.exec(
        select(Attempt)
        .where(
            Attempt.enrolment_id == attempt.enrolment_id,
            Attempt.activity_id == attempt.activity_id,
            col(Attempt.submitted_at).is_not(None),
        )
        .order_by(col(Attempt.number))
    ).all()
    percent = counted(quiz.counting, [percent_of(one.score, one.out_of) for one in tries])
    activity = session.get_one(Activity, attempt.activity_id)
    record_result(session, attempt.enrolment_id, activity, percent, now=now)


# Finding and locking


def _lock(session: Session, enrolment_id: UUID) -> None:
    """What one person does at once, on two devices or by the clock, happens one after the other."""
    session.get_one(Enrolment, enrolment_id, with_for_update=LOCK, populate_existing=True)


def _turn(session: Session, activity_id: UUID, enrolment_id: UUID) -> Turn:
    turn = turn_of(session, activity_id, enrolment_id)
    if turn is None:
        raise NotFound(_("There is nothing at this address."))
    return turn


def _attempt(
    session: Session, enrolment_id: UUID, activity_id: UUID, number: int
) -> tuple[Turn, Attempt]:
    _lock(session, enrolment_id)
    turn = _turn(session, activity_id, enrolment_id)
    for one in turn.tries:
        if one.number == number:
            return turn, one
    raise NotFound(_("There is nothing at this address."))


def _is_over(turn: Turn, attempt: Attempt, now: datetime) -> bool:
    """Whether its time is over, with the moment that a slow line is given."""
    if attempt.due_at is None:
        return False
    return now > attempt.due_at + timedelta(seconds=turn.quiz.grace_seconds)
