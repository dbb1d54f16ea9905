"""Five hundred people who begin one quiz within a minute, answer it and hand it in."""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from sqlmodel import col, select

from app.core import db
from app.core.gift import true_or_false
from app.core.question_content import QuestionKind
from app.models import Activity, ActivityKind, Edition, Question, QuestionVersion, Quiz, QuizSlot
from app.web.cookie import cookie_name
from bench.course import BROWSER, Pace, page_of
from bench.load import load, post, rush
from bench.places import Database, installation
from bench.programme import Programme, make_programme
from bench.report import Row
from bench.servers import Server, server

PEOPLE = 500
QUESTIONS = 20
#: So many at a time: five hundred in a minute are eight a second, and these are far more.
AT_ONCE = 25
READERS = 4
MOMENT = 0.05
A_MINUTE = 60.0


def measure_quiz(pace: Pace) -> Iterator[Row]:
    for database in Database:
        with installation(database) as place:
            programme = make_programme(PEOPLE)
            quiz, chosen = _quiz(programme)
            with server("app.main:app", place.environment, place.folder) as ours:
                yield from _taken(ours, programme, quiz, chosen, database, pace)


def _quiz(programme: Programme) -> tuple[UUID, list[str]]:
    """A quiz of twenty questions in the place of the first quiz, and a choice of each."""
    chosen = []
    with db.changing() as session:
        edition = session.get_one(Edition, programme.edition_id)
        activity = session.exec(
            select(Activity).where(
                Activity.edition_id == edition.id, Activity.kind == ActivityKind.QUIZ
            ).order_by(col(Activity.id))
        ).first()  # fmt: skip
        assert activity is not None  # noqa: S101 -- every module has one
        quiz = Quiz(activity_id=activity.id, minutes=60)
        session.add(quiz)
        for position in range(1, QUESTIONS + 1):
            question = Question(course_id=edition.course_id, kind=QuestionKind.TRUE_FALSE)
            content = true_or_false("en", ("", ""), is_true=bool(position % 2))
            chosen.append(content.options[0].key)
            session.add(question)
            session.flush()
            session.add(
                QuestionVersion(
                    question_id=question.id, text={"en": f"Question {position}?"},
                    content=content.model_dump(mode="json"),
                )
            )  # fmt: skip
            session.add(QuizSlot(quiz_id=quiz.id, position=position, question_id=question.id))
        session.flush()
        return activity.id, chosen


def _taken(
    ours: Server,
    programme: Programme,
    quiz: UUID,
    chosen: list[str],
    database: Database,
    pace: Pace,
) -> Iterator[Row]:
    pages = [page_of(programme, reader) for reader in programme.readers]
    load(ours.port, pages, seconds=1)
    idle = load(ours.port, pages, seconds=2 * pace.seconds, connections=READERS, pause=MOMENT)
    usual = idle.percentile(99)
    at = f"{programme.address}/activities/{quiz}/attempts"
    answers = "&".join(f"v{n}=0&q{n}={key}" for n, key in enumerate(chosen, 1))
    steps = (
        ("begin", at, ""),
        ("save 20 answers", f"{at}/1/answers", f"{answers}&page_id=bench&count=1"),
        ("hand in", f"{at}/1/submission", f"{answers}&page_id=bench&count=2"),
    )
    for words, address, body in steps:
        crowd = [
            post(address, body, Cookie=f"{cookie_name()}={reader.secret}", **BROWSER)
            for reader in programme.readers
        ]
        seconds, latencies, during = 0.0, list[float](), 0.0
        people = iter(crowd)
        while some := list(islice(people, AT_ONCE)):
            calm, busy = rush(
                ours.port, pages, some, connections=READERS, expected=303, pause=MOMENT
            )
            seconds += busy.seconds
            latencies += busy.latencies
            during = max(during, calm.percentile(99)) if calm.latencies else during
        p99 = sorted(latencies)[int(len(latencies) * 0.99)] * 1000
        yield Row(
            f"{PEOPLE} people, {words}, {database}: p99 beside the course page's",
            f"{p99:,.0f} ms, {len(latencies) / seconds:,.0f} a second",
            f"{usual:,.1f} ms",
            round(p99 / usual, 2),
        )
        yield Row(
            f"{PEOPLE} people, {words}, {database}: until all have, none refused",
            f"{seconds:,.1f} s",
            f"pages meanwhile p99 {during:,.0f} ms",
            None,
            f"≤ {A_MINUTE:.0f} s",
            seconds <= A_MINUTE,
        )
