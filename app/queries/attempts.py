"""Reading tries at a quiz: how somebody stands with it, and one try as a page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from app.core.judging import is_empty
from app.models import (
    Answer,
    AnswerAside,
    Attempt,
    Counting,
    Question,
    QuestionVersion,
    Quiz,
    QuizExtension,
    Reveal,
)
from app.queries.questions import QuestionJudged, QuestionSeen, judged, seen


@dataclass(frozen=True, slots=True)
class Turn:
    """How somebody stands with a quiz: its rules as they hold for them, and their tries."""

    quiz: Quiz
    more: QuizExtension | None = None
    longest_more: int = 0  # the most minutes that anybody has in addition
    tries: Sequence[Attempt] = ()

    @property
    def running(self) -> Attempt | None:
        return next((one for one in self.tries if one.submitted_at is None), None)

    @property
    def finished(self) -> list[Attempt]:
        return [one for one in self.tries if one.submitted_at is not None]

    @property
    def tries_left(self) -> int | None:
        if self.quiz.most_attempts is None:
            return None
        allowed = self.quiz.most_attempts + (self.more.attempts if self.more else 0)
        return max(0, allowed - len(self.tries))

    @property
    def more_time(self) -> timedelta:
        return timedelta(minutes=self.more.minutes if self.more else 0)

    @property
    def minutes(self) -> int | None:
        if self.quiz.minutes is None:
            return None
        return self.quiz.minutes + (self.more.minutes if self.more else 0)

    @property
    def closes_at(self) -> datetime | None:
        return self.quiz.closes_at and self.quiz.closes_at + self.more_time

    def is_closed_for_all(self, now: datetime) -> bool:
        closes = self.quiz.closes_at
        return closes is not None and now > closes + timedelta(minutes=self.longest_more)

    def due_at(self, started_at: datetime) -> datetime | None:
        """When a try that began then ends; None: when its person likes."""
        limit = self.minutes
        ends = [self.closes_at, limit and started_at + timedelta(minutes=limit)]
        return min((end for end in ends if end), default=None)

    def shows(self, when: Reveal, *, submitted: bool, checked: bool, now: datetime) -> bool:
        """Whether what is shown at ``when`` is shown now, of one answer."""
        return {
            Reveal.EACH: checked or submitted,
            Reveal.SUBMITTED: submitted,
            Reveal.CLOSED: submitted and self.is_closed_for_all(now),
            Reveal.NEVER: False,
        }[when]


def turn_of(session: Session, activity_id: UUID, enrolment_id: UUID | None) -> Turn | None:
    """In two statements, whatever the quiz is like."""
    longest = (
        select(func.max(QuizExtension.minutes))
        .where(QuizExtension.activity_id == activity_id)
        .scalar_subquery()
    )
    row = session.execute(
        select(Quiz, QuizExtension, func.coalesce(longest, 0))
        .join(
            QuizExtension,
            and_(
                col(QuizExtension.activity_id) == col(Quiz.activity_id),
                col(QuizExtension.enrolment_id) == enrolment_id,
            ),
            isouter=True,
        )
        .where(Quiz.activity_id == activity_id)
    ).one_or_none()
    if row is None:
        return None
    quiz, more, longest_more = row
    return Turn(quiz, more, longest_more, _tries(session, enrolment_id, activity_id))


def _tries(session: Session, enrolment_id: UUID | None, activity_id: UUID) -> Sequence[Attempt]:
    if enrolment_id is None:
        return ()
    return session.exec(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment_id, Attempt.activity_id == activity_id)
        .order_by(col(Attempt.number))
    ).all()


type Asked = tuple[Answer, QuestionVersion, Question]


def asked_in(session: Session, attempt_id: UUID) -> list[Asked]:
    """Every question of a try, as it was asked, in its order."""
    rows = session.execute(
        select(Answer, QuestionVersion, Question)
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.version_id))
        .join(Question, col(Question.id) == col(Answer.question_id))
        .where(Answer.attempt_id == attempt_id)
        .order_by(col(Answer.position))
    ).all()
    return [tuple(row) for row in rows]


def percent_of(score: float | None, out_of: float) -> float:
    return round(100 * (score or 0) / out_of, 4) if out_of else 0


def counted(counting: Counting, percents: Sequence[float]) -> float | None:
    """The result of several tries, the first one first."""
    if not percents:
        return None
    return {
        Counting.BEST: max(percents),
        Counting.LAST: percents[-1],
        Counting.FIRST: percents[0],
        Counting.AVERAGE: round(sum(percents) / len(percents), 4),
    }[counting]


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that was sent and does not count."""

    position: int
    arrived_at: datetime
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A try that is under way: one page of it, and what is answered on the others."""

    attempt: Attempt
    page: int
    pages: int
    questions: tuple[QuestionSeen, ...]
    open_numbers: tuple[int, ...]  # of questions that have no answer yet
    total: int
    checked: dict[int, QuestionJudged] = field(default_factory=dict)
    per_page: int | None = None

    @property
    def is_last(self) -> bool:
        return self.page == self.pages

    def page_of(self, number: int) -> int:
        return page_of(number, self.per_page)


def page_of(position: int, per_page: int | None) -> int:
    return 1 if not per_page else (position - 1) // per_page + 1


def sheet(
    session: Session, turn: Turn, attempt: Attempt, page: int, language: str, *, now: datetime
) -> Sheet:
    """What nobody may know yet is not even put together: only checked answers are judged."""
    rows = asked_in(session, attempt.id)
    pages = page_of(max(1, len(rows)), attempt.per_page)
    here = [row for row in rows if page_of(row[0].position, attempt.per_page) == page]
    questions = [seen(*row, language) for row in rows]
    checked = {
        answer.position: _judged(turn, attempt, (answer, version, question), language, now)
        for answer, version, question in here
        if answer.checked_at
    }
    shown = {answer.position for answer, _version, _question in here}
    return Sheet(
        attempt,
        page,
        pages,
        tuple(one for one in questions if one.number in shown),
        tuple(one.number for one in questions if one.is_open),
        len(rows),
        checked,
        attempt.per_page,
    )


def _judged(
    turn: Turn,
    attempt: Attempt,
    row: Asked,
    language: str,
    now: datetime,
    mended: QuestionVersion | None = None,
) -> QuestionJudged:
    known = {
        "submitted": attempt.submitted_at is not None,
        "checked": row[0].checked_at is not None,
    }
    return judged(
        *row,
        language,
        feedback=turn.shows(turn.quiz.feedback, **known, now=now),
        solution=turn.shows(turn.quiz.solution, **known, now=now),
        mended=mended,
    )


def looked_back(
    session: Session, turn: Turn, attempt: Attempt, language: str, *, now: datetime
) -> list[QuestionJudged]:
    """A try that was handed in, question by question, as far as its quiz shows it now."""
    rows = asked_in(session, attempt.id)
    mended = _mended(session, [row[0].judged_as_id for row in rows])
    return [
        _judged(turn, attempt, row, language, now, mended.get(row[0].judged_as_id)) for row in rows
    ]


def _mended(session: Session, ids: Sequence[UUID | None]) -> dict[UUID | None, QuestionVersion]:
    """The versions by which answers were judged again, where that is another than was asked."""
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    rows = session.exec(select(QuestionVersion).where(col(QuestionVersion.id).in_(wanted))).all()
    return {one.id: one for one in rows}


def set_aside(session: Session, attempt_id: UUID) -> list[tuple[AnswerAside, int]]:
    """What was sent of a try and does not count, with the number of its question."""
    rows = session.execute(
        select(AnswerAside, Answer.position)
        .join(Answer, col(Answer.id) == col(AnswerAside.answer_id))
        .where(Answer.attempt_id == attempt_id)
        .order_by(col(Answer.position), col(AnswerAside.id))
    ).all()
    return [tuple(row) for row in rows]


def overdue(session: Session, *, now: datetime) -> list[tuple[UUID, UUID, int]]:
    """Tries whose time is over, the grace too: enrolment, activity and number."""
    rows = session.execute(
        select(Attempt, Quiz.grace_seconds)
        .join(Quiz, col(Quiz.activity_id) == col(Attempt.activity_id))
        .where(col(Attempt.submitted_at).is_(None), col(Attempt.due_at) < now)
        .order_by(col(Attempt.due_at))
        .limit(500)
    ).all()
    return [
        (one.enrolment_id, one.activity_id, one.number)
        for one, grace in rows
        if one.due_at and one.due_at + timedelta(seconds=grace) < now
    ]


def unanswered(session: Session, attempt_id: UUID) -> list[int]:
    """The numbers of the questions of a try that have no answer."""
    rows = session.execute(
        select(Answer.position, Answer.given)
        .where(Answer.attempt_id == attempt_id)
        .order_by(col(Answer.position))
    ).all()
    return [position for position, given in rows if is_empty(given)]
