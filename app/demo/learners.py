"""How far people are with the activities of an edition, and how they answered its quizzes."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from app.core.question_content import Option
from app.demo.chance import Chance
from app.demo.content import ActivityMade, Asked, QuizMade
from app.demo.moments import at_work
from app.demo.rows import Rows, named
from app.models import (
    Answer,
    Attempt,
    Enrolment,
    EnrolmentStatus,
    Progress,
    ProgressState,
    QuestionKind,
)

#: How likely an answer is right at the first try of somebody who passes in the end, or does not.
KNOWS, GUESSES = 0.8, 0.35


def open_activities(content: Sequence[ActivityMade], now: datetime) -> list[ActivityMade]:
    today = now.date()
    return [m for m in content if m.module.opens_on is None or m.module.opens_on <= today]


def study(
    rows: Rows, place: Enrolment, activities: Sequence[ActivityMade], done: int, now: datetime
) -> None:
    """The first ``done`` activities are done and the next one is begun, at moments before now."""
    chance = Chance(f"study of {place.id}")
    since = place.admitted_at or place.created_at
    for n, made in enumerate(activities[: done + 1], 1):
        opened = max(since, _opened(made, since))
        at = at_work(opened + (now - opened) * (n / (done + 2)), chance, latest=now)
        finished = n <= done
        percent = _answer(rows, place, made, chance, at=at, passes=finished)
        rows.add(
            Progress(
                enrolment_id=place.id,
                activity_id=made.activity.id,
                state=ProgressState.DONE if finished else ProgressState.STARTED,
                changed_at=at,
                percent=percent,
            )
        )


def complete(
    rows: Rows, place: Enrolment, activities: Sequence[ActivityMade], at: datetime
) -> None:
    """Everything is done, and with it the edition."""
    study(rows, place, activities, len(activities), at)
    place.status = EnrolmentStatus.COMPLETED
    place.completed_at = at


def _opened(made: ActivityMade, otherwise: datetime) -> datetime:
    day = made.module.opens_on
    return datetime.combine(day, time(12), tzinfo=UTC) if day else otherwise


def _answer(
    rows: Rows,
    place: Enrolment,
    made: ActivityMade,
    chance: Chance,
    *,
    at: datetime,
    passes: bool,
) -> float | None:
    """One try, and a second one without a mistake if the first was not enough; the best counts."""
    quiz = made.quiz
    if quiz is None:
        return None
    right = [chance.happens(KNOWS if passes else GUESSES) for _question in quiz.questions]
    while not passes and _is_enough(right, quiz):
        right[right.index(True)] = False
    first_at = at if _is_enough(right, quiz) else at - timedelta(hours=1)
    _add_attempt(rows, place, made, right, chance, number=1, at=first_at)
    if passes and not _is_enough(right, quiz):
        _add_attempt(rows, place, made, [True] * len(right), chance, number=2, at=at)
        return 100
    return 100 * _score(right, quiz) / _out_of(quiz)


def _is_enough(right: Sequence[bool], quiz: QuizMade) -> bool:
    return _score(right, quiz) * 100 >= quiz.pass_percent * _out_of(quiz)


def _score(right: Sequence[bool], quiz: QuizMade) -> float:
    judged = zip(right, quiz.questions, strict=True)
    return sum(asked.points for is_right, asked in judged if is_right)


def _out_of(quiz: QuizMade) -> float:
    return sum(asked.points for asked in quiz.questions)


def _add_attempt(
    rows: Rows,
    place: Enrolment,
    made: ActivityMade,
    right: Sequence[bool],
    chance: Chance,
    *,
    number: int,
    at: datetime,
) -> None:
    quiz = made.quiz
    assert quiz  # noqa: S101 -- asked of quizzes only
    attempt = rows.add(
        Attempt(
            id=named("attempt", place.id, made.activity.id, number),
            created_at=at,
            enrolment_id=place.id,
            activity_id=made.activity.id,
            number=number,
            started_at=at - timedelta(minutes=10),
            last_at=at,
            submitted_at=at,
            score=_score(right, quiz),
            out_of=_out_of(quiz),
            passed=_is_enough(right, quiz),
        )
    )
    for position, (is_right, asked) in enumerate(zip(right, quiz.questions, strict=True), 1):
        chosen = _chosen(asked, chance, is_right=is_right)
        rows.add(
            Answer(
                id=named("answer", attempt.id, position),
                attempt_id=attempt.id,
                question_id=asked.question.id,
                version_id=asked.version.id,
                position=position,
                out_of=asked.points,
                given={"chosen": sorted(option.key for option in chosen)},
                version=1,
                share=float(is_right),
                points=asked.points if is_right else 0,
            )
        )


def _chosen(asked: Asked, chance: Chance, *, is_right: bool) -> list[Option]:
    right = [option for option in asked.options if option.right]
    wrong = [option for option in asked.options if not option.right]
    if is_right:
        return right
    if asked.question.kind is QuestionKind.MULTIPLE:
        return [*right[1:], *wrong[:1]]
    return [chance.pick(wrong)]
