"""Reading quizzes: the questions without their answers, and somebody's own tries with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.i18n import choose, chosen_language
from app.models import Answer, Attempt, Choice, Question, QuestionKind, Quiz


@dataclass(frozen=True, slots=True)
class ChoiceSeen:
    """A choice before the quiz is handed in: whether it is right is not even loaded."""

    id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class QuestionSeen:
    id: UUID
    number: int
    kind: QuestionKind
    text: str
    language: str
    points: int
    choices: tuple[ChoiceSeen, ...]


@dataclass(frozen=True, slots=True)
class QuizSeen:
    id: UUID
    pass_percent: int
    most_attempts: int | None
    questions: tuple[QuestionSeen, ...]


def quiz_of(session: Session, activity_id: UUID) -> Quiz | None:
    return session.exec(select(Quiz).where(Quiz.activity_id == activity_id)).one_or_none()


def questions_to_ask(session: Session, quiz: Quiz, language: str) -> QuizSeen:
    questions = session.exec(
        select(Question.id, col(Question.kind), Question.text, Question.points)
        .where(Question.quiz_id == quiz.id)
        .order_by(col(Question.position))
    ).all()
    choices = session.exec(
        select(Choice.id, Choice.question_id, Choice.text)
        .join(Question, col(Question.id) == col(Choice.question_id))
        .where(Question.quiz_id == quiz.id)
        .order_by(col(Choice.position))
    ).all()
    return QuizSeen(
        quiz.id,
        quiz.pass_percent,
        quiz.most_attempts,
        tuple(
            QuestionSeen(
                id=id_,
                number=number,
                kind=kind,
                text=choose(text, language),
                language=chosen_language(text, language),
                points=points,
                choices=tuple(
                    ChoiceSeen(choice, choose(words, language))
                    for choice, question, words in choices
                    if question == id_
                ),
            )
            for number, (id_, kind, text, points) in enumerate(questions, 1)
        ),
    )


@dataclass(frozen=True, slots=True)
class ChoiceJudged:
    text: str
    feedback: str
    chosen: bool
    right: bool


@dataclass(frozen=True, slots=True)
class QuestionJudged:
    number: int
    text: str
    language: str
    explanation: str
    points: int
    out_of: int
    choices: tuple[ChoiceJudged, ...]

    @property
    def right(self) -> bool:
        return self.points == self.out_of


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """A try that was handed in, with what was right."""

    number: int
    submitted_at: datetime
    score: int
    out_of: int
    passed: bool
    questions: tuple[QuestionJudged, ...] = ()


def attempts(session: Session, enrolment_id: UUID, activity_id: UUID) -> list[AttemptSeen]:
    """Somebody's tries at one quiz, the last one first."""
    rows = session.exec(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment_id, Attempt.activity_id == activity_id)
        .order_by(col(Attempt.number).desc())
    ).all()
    return [
        AttemptSeen(row.number, row.submitted_at, row.score, row.out_of, row.passed) for row in rows
    ]


def judged(
    session: Session, enrolment_id: UUID, activity_id: UUID, number: int, language: str
) -> AttemptSeen | None:
    """One of somebody's own tries, question by question."""
    attempt = session.exec(
        select(Attempt).where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.activity_id == activity_id,
            Attempt.number == number,
        )
    ).one_or_none()
    if attempt is None:
        return None
    rows = session.execute(
        select(Answer, Question)
        .join(Question, col(Question.id) == col(Answer.question_id))
        .where(Answer.attempt_id == attempt.id)
        .order_by(col(Question.position))
    ).all()
    choices = session.exec(
        select(Choice)
        .where(col(Choice.question_id).in_([question.id for _, question in rows]))
        .order_by(col(Choice.position))
    ).all()
    return AttemptSeen(
        attempt.number,
        attempt.submitted_at,
        attempt.score,
        attempt.out_of,
        attempt.passed,
        tuple(
            _question_judged(n, question, answer, choices, language)
            for n, (answer, question) in enumerate(rows, 1)
        ),
    )


def _question_judged(
    number: int, question: Question, answer: Answer, choices: Sequence[Choice], language: str
) -> QuestionJudged:
    return QuestionJudged(
        number=number,
        text=choose(question.text, language),
        language=chosen_language(question.text, language),
        explanation=choose(question.explanation, language),
        points=answer.points,
        out_of=question.points,
        choices=tuple(
            ChoiceJudged(
                choose(choice.text, language),
                choose(choice.feedback, language),
                chosen=str(choice.id) in answer.chosen,
                right=choice.is_right,
            )
            for choice in choices
            if choice.question_id == question.id
        ),
    )
