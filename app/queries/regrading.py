"""What judging a quiz's tries again would change: by its questions, points and rules of now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.i18n import choose
from app.core.judging import is_empty, points_of, result, share_of
from app.core.question_content import QuestionKind, tidied
from app.models import (
    Account,
    Activity,
    Answer,
    Attempt,
    Enrolment,
    EnrolmentStatus,
    Progress,
    ProgressState,
    Question,
    QuestionVersion,
    Quiz,
    QuizSlot,
)
from app.queries.attempts import counted, percent_of
from app.queries.questions import lies_in


@dataclass(frozen=True, slots=True)
class NewWorth:
    """What an answer would be worth, and by which version of its question."""

    answer_id: UUID
    share: float | None
    points: float | None
    out_of: float
    judged_as_id: UUID | None


@dataclass(frozen=True, slots=True)
class TryRegraded:
    attempt_id: UUID
    enrolment_id: UUID
    name: str
    number: int
    before: float
    before_out_of: float
    after: float
    after_out_of: float
    worths: tuple[NewWorth, ...]

    @property
    def changes_result(self) -> bool:
        return (self.before, self.before_out_of) != (self.after, self.after_out_of)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person comes out. ``keeps``: they have completed, so nothing is taken from them."""

    enrolment_id: UUID
    name: str
    before: float
    after: float
    gains: bool
    loses: bool
    keeps: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """A question that people answered and that the quiz does not ask any more."""

    question_id: UUID
    text: str
    answers: int


@dataclass(frozen=True, slots=True)
class Plan:
    tries: tuple[TryRegraded, ...]
    people: tuple[Standing, ...]
    dropped: tuple[Dropped, ...]

    @property
    def shown(self) -> list[TryRegraded]:
        return [one for one in self.tries if one.changes_result]

    @property
    def gaining(self) -> list[Standing]:
        return [one for one in self.people if one.gains]

    @property
    def losing(self) -> list[Standing]:
        return [one for one in self.people if one.loses]

    @property
    def fingerprint(self) -> str:
        """By which it is known later whether what would be done is what was shown."""
        return sha256(repr([(t.attempt_id, t.worths) for t in self.tries]).encode()).hexdigest()


type _Row = tuple[Answer, QuestionVersion, Question]


def plan(
    session: Session, activity: Activity, quiz: Quiz, full: frozenset[UUID] = frozenset()
) -> Plan:
    """In a few statements, however many tries there are. ``full``: dropped, worth all points."""
    tries = _tries(session, activity.id)
    answers = _answers(session, activity.id)
    now = _versions_of_now(session, activity.id)
    slots = session.exec(select(QuizSlot).where(QuizSlot.quiz_id == quiz.id)).all()
    dropped: dict[UUID, Dropped] = {}
    found = []
    for attempt, name in tries:
        worths, stay = [], []
        for answer, asked, question in answers[attempt.id]:
            out_of = _points_now(slots, question, answer.out_of)
            if out_of is None:
                text = choose(asked.text)
                before = dropped.get(question.id, Dropped(question.id, text, 0))
                dropped[question.id] = Dropped(question.id, text, before.answers + 1)
                worth = _full(answer) if question.id in full else _as_it_is(answer)
            else:
                worth = _worth(quiz, answer, question, now[question.id], out_of)
            stay.append(worth)
            if worth != _as_it_is(answer):
                worths.append(worth)
        out_of = round(sum(one.out_of for one in stay), 4)
        score = min(out_of, result(one.points for one in stay if one.points is not None))
        found.append(
            TryRegraded(
                attempt.id, attempt.enrolment_id, name, attempt.number, attempt.score or 0,
                attempt.out_of, score, out_of, tuple(worths),
            )
        )  # fmt: skip
    people = _people(session, activity, quiz, found)
    changed = tuple(one for one in found if one.worths or one.changes_result)
    return Plan(changed, people, tuple(dropped.values()))


def _tries(session: Session, activity_id: UUID) -> Sequence[tuple[Attempt, str]]:
    rows = session.execute(
        select(Attempt, Account.name)
        .join(Enrolment, col(Enrolment.id) == col(Attempt.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(Attempt.activity_id == activity_id, col(Attempt.submitted_at).is_not(None))
        .order_by(col(Account.name), col(Attempt.enrolment_id), col(Attempt.number))
    ).all()
    return [tuple(row) for row in rows]


def _answers(session: Session, activity_id: UUID) -> Mapping[UUID, list[_Row]]:
    rows = session.execute(
        select(Answer, QuestionVersion, Question)
        .join(Attempt, col(Attempt.id) == col(Answer.attempt_id))
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.version_id))
        .join(Question, col(Question.id) == col(Answer.question_id))
        .where(Attempt.activity_id == activity_id, col(Attempt.submitted_at).is_not(None))
        .order_by(col(Answer.attempt_id), col(Answer.position))
    ).all()
    found: dict[UUID, list[_Row]] = defaultdict(list)
    for answer, version, question in rows:
        found[answer.attempt_id].append((answer, version, question))
    return found


def _versions_of_now(session: Session, activity_id: UUID) -> dict[UUID, QuestionVersion]:
    answered = (
        select(Answer.question_id)
        .join(Attempt, col(Attempt.id) == col(Answer.attempt_id))
        .where(Attempt.activity_id == activity_id)
    )
    rows = session.exec(
        select(QuestionVersion)
        .join(Question, col(Question.id) == col(QuestionVersion.question_id))
        .where(col(Question.id).in_(answered), col(QuestionVersion.number) == col(Question.number))
    ).all()
    return {one.question_id: one for one in rows}


def _points_now(slots: Sequence[QuizSlot], question: Question, before: float) -> float | None:
    """What a question is worth now; None: it is not asked any more.

    Where several draws fit that are worth different points, what it was worth stays.
    """
    for slot in slots:
        if slot.question_id == question.id:
            return slot.points
    fitting = {
        slot.points
        for slot in slots
        if slot.question_id is None
        and not question.is_retired
        and lies_in(question.category, slot.category)
        and (not slot.tag or slot.tag in question.tags)
    }
    if not fitting:
        return None
    return before if len(fitting) > 1 else fitting.pop()


def _as_it_is(answer: Answer) -> NewWorth:
    return NewWorth(answer.id, answer.share, answer.points, answer.out_of, answer.judged_as_id)


def _full(answer: Answer) -> NewWorth:
    return NewWorth(answer.id, 1.0, answer.out_of, answer.out_of, answer.judged_as_id)


def _worth(
    quiz: Quiz, answer: Answer, question: Question, version: QuestionVersion, out_of: float
) -> NewWorth:
    """A mark that a person gave stays, as a part of the points."""
    judged_as = version.id if version.id != answer.version_id else None
    if question.kind is QuestionKind.ESSAY or answer.marked_at:
        points = None if answer.share is None else round(answer.share * out_of, 4)
        if out_of == answer.out_of:
            points = answer.points
        return NewWorth(answer.id, answer.share, points, out_of, judged_as)
    content = version.holds(question.kind)
    share = share_of(content, tidied(question.kind, content, answer.given))
    points = points_of(share, out_of, wrong_costs=quiz.wrong_costs, empty=is_empty(answer.given))
    return NewWorth(answer.id, share, points, out_of, judged_as)


def _people(
    session: Session, activity: Activity, quiz: Quiz, tries: Sequence[TryRegraded]
) -> tuple[Standing, ...]:
    rows = session.execute(
        select(Enrolment.id, Enrolment.status, Progress.state)
        .join(Progress, col(Progress.enrolment_id) == col(Enrolment.id), isouter=True)
        .where(col(Progress.activity_id) == activity.id)
    ).all()
    known = {enrolment: (status, state) for enrolment, status, state in rows}
    by_person: dict[UUID, list[TryRegraded]] = defaultdict(list)
    for one in tries:
        by_person[one.enrolment_id].append(one)
    found = []
    for enrolment, own in by_person.items():
        before = counted(quiz.counting, [percent_of(t.before, t.before_out_of) for t in own]) or 0
        after = counted(quiz.counting, [percent_of(t.after, t.after_out_of) for t in own]) or 0
        status, state = known.get(enrolment, (None, None))
        is_done, passes = state is ProgressState.DONE, after >= quiz.pass_percent
        found.append(
            Standing(
                enrolment, own[0].name, before, after, gains=passes and not is_done,
                loses=is_done and before >= quiz.pass_percent and not passes,
                keeps=status is EnrolmentStatus.COMPLETED,
            )
        )  # fmt: skip
    return tuple(found)
