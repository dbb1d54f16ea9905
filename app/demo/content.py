"""The content of an edition: modules and activities as their course folder has them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.demo.courses import (
    ActivityFolder,
    ChoiceText,
    CourseFolder,
    Guide,
    QuestionText,
    QuizText,
    Recording,
)
from app.demo.printing import draw_guide
from app.demo.rows import Rows, named
from app.demo.shelf import Shelf
from app.demo.stage import Stage
from app.models import (
    Activity,
    ActivityFile,
    ActivityKind,
    ActivityText,
    Choice,
    Edition,
    Module,
    OpeningRule,
    Question,
    QuestionKind,
    Quiz,
    RuleKind,
    StoredFile,
    TextVersion,
)

#: Courses whose own text promises the certificate for passing the quizzes alone.
ONLY_QUIZZES_COUNT = frozenset({"vocational-training-and-green-jobs"})

TRUE = {"es": "Verdadero", "pt": "Verdadeiro", "en": "True", "fr": "Vrai"}
FALSE = {"es": "Falso", "pt": "Falso", "en": "False", "fr": "Faux"}


@dataclass(frozen=True)
class QuizMade:
    pass_percent: int
    questions: tuple[tuple[Question, tuple[Choice, ...]], ...]


@dataclass(frozen=True)
class ActivityMade:
    module: Module
    activity: Activity
    quiz: QuizMade | None
    opens_on: date | None


def add_content(stage: Stage, edition: Edition, course: CourseFolder) -> tuple[ActivityMade, ...]:
    """Everything there is to read, watch and answer in ``edition``, in its order."""
    rows = stage.rows
    made: list[ActivityMade] = []
    for position, folder in enumerate(course.modules, 1):
        opens = None
        if folder.head.opens_week and edition.starts_on:
            opens = edition.starts_on + timedelta(weeks=folder.head.opens_week - 1)
        module = rows.add(
            Module(
                id=named("module", edition.id, folder.name),
                edition_id=edition.id,
                position=position,
                title=folder.head.title,
                summary=folder.head.summary,
            )
        )
        if opens:
            rows.add(_rule(module, RuleKind.DATE, opens_on=opens))
        if folder.head.after_previous and made:
            rows.add(_rule(module, RuleKind.AFTER_MODULE, after_module_id=made[-1].module.id))
        for place, one in enumerate(folder.activities, 1):
            activity = rows.add(_activity(edition, module, place, one, course.head.slug))
            _add_texts(rows, activity, one)
            _add_files(rows, stage.shelf, activity, one)
            quiz = _add_quiz(rows, activity, one.quiz)
            made.append(ActivityMade(module, activity, quiz, opens))
    return tuple(made)


def _rule(module: Module, kind: RuleKind, **about: Any) -> OpeningRule:
    return OpeningRule(
        id=named("rule", module.id, kind),
        edition_id=module.edition_id,
        module_id=module.id,
        kind=kind,
        **about,
    )


def _activity(
    edition: Edition, module: Module, position: int, one: ActivityFolder, course: str
) -> Activity:
    kind = _kind(one)
    title = one.quiz.title if one.quiz else {lang: p.head.title for lang, p in one.pages.items()}
    minutes = one.quiz.minutes if one.quiz else next(iter(one.pages.values())).head.minutes
    return Activity(
        id=named("activity", module.id, one.name),
        edition_id=edition.id,
        module_id=module.id,
        position=position,
        kind=kind,
        title=title,
        minutes=minutes,
        counts=kind is ActivityKind.QUIZ or course not in ONLY_QUIZZES_COUNT,
    )


def _kind(one: ActivityFolder) -> ActivityKind:
    if one.quiz:
        return ActivityKind.QUIZ
    return ActivityKind(next(iter(one.pages.values())).head.kind)


def _add_texts(rows: Rows, activity: Activity, one: ActivityFolder) -> None:
    bodies = one.quiz.intro if one.quiz else {lang: page.body for lang, page in one.pages.items()}
    for language, body in bodies.items():
        what: dict[str, Any] = {
            "id": named("text", activity.id, language),
            "activity_id": activity.id,
            "language": language,
            "body": body,
            "transcript": one.transcripts.get(language, ""),
        }
        rows.add(ActivityText(**what))
        rows.add(TextVersion(**what, number=1))


def _add_files(rows: Rows, shelf: Shelf, activity: Activity, one: ActivityFolder) -> None:
    for recording in one.recordings:
        kept = shelf.keep_file(recording.path, content_type=recording.content_type)
        _offer(rows, activity, kept, recording)
    for guide in one.guides:
        kept = shelf.keep_bytes(
            draw_guide(guide),
            name=f"{guide.name}.{guide.language}.pdf",
            content_type="application/pdf",
        )
        _offer(rows, activity, kept, guide)


def _offer(rows: Rows, activity: Activity, kept: StoredFile, what: Recording | Guide) -> None:
    rows.add(kept)
    rows.add(
        ActivityFile(
            id=named("offer", activity.id, what.role, what.language),
            activity_id=activity.id,
            file_id=kept.id,
            role=what.role,
            language=what.language,
            title=what.title,
            seconds=what.seconds,
        )
    )


def _add_quiz(rows: Rows, activity: Activity, text: QuizText | None) -> QuizMade | None:
    if text is None:
        return None
    quiz = rows.add(
        Quiz(
            id=named("quiz", activity.id),
            activity_id=activity.id,
            pass_percent=text.pass_percent,
        )
    )
    questions = []
    for position, asked in enumerate(text.question, 1):
        question = rows.add(
            Question(
                id=named("question", quiz.id, position),
                quiz_id=quiz.id,
                position=position,
                kind=asked.kind,
                text=asked.text,
                explanation=asked.explanation,
            )
        )
        choices = tuple(rows.add(choice) for choice in _choices(question.id, asked))
        questions.append((question, choices))
    return QuizMade(text.pass_percent, tuple(questions))


def _choices(question: UUID, asked: QuestionText) -> list[Choice]:
    if asked.kind is QuestionKind.TRUE_FALSE:
        offered = tuple(
            ChoiceText(right=asked.answer is answer, text=words)
            for answer, words in ((True, TRUE), (False, FALSE))
        )
    else:
        offered = asked.choice
    return [
        Choice(
            id=named("choice", question, position),
            question_id=question,
            position=position,
            text={language: choice.text[language] for language in asked.text},
            feedback=choice.feedback,
            is_right=choice.right,
        )
        for position, choice in enumerate(offered, 1)
    ]
