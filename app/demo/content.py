"""The content of an edition: modules and activities as their course folder has them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.core.question_content import Choosing, Option
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
    Edition,
    Module,
    Question,
    QuestionKind,
    QuestionVersion,
    Quiz,
    QuizSlot,
    StoredFile,
)

#: Courses whose own text promises the certificate for passing the quizzes alone.
ONLY_QUIZZES_COUNT = frozenset({"vocational-training-and-green-jobs"})

TRUE = {"es": "Verdadero", "pt": "Verdadeiro", "en": "True", "fr": "Vrai"}
FALSE = {"es": "Falso", "pt": "Falso", "en": "False", "fr": "Faux"}


@dataclass(frozen=True)
class Asked:
    """A question of a quiz as it is asked; each is worth a point."""

    question: Question
    version: QuestionVersion
    options: tuple[Option, ...]
    points: float = 1


@dataclass(frozen=True)
class QuizMade:
    pass_percent: int
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class ActivityMade:
    module: Module
    activity: Activity
    quiz: QuizMade | None


def add_content(stage: Stage, edition: Edition, course: CourseFolder) -> tuple[ActivityMade, ...]:
    """Everything there is to read, watch and answer in ``edition``, in its order."""
    rows = stage.rows
    made = []
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
                opens_on=opens,
            )
        )
        for place, one in enumerate(folder.activities, 1):
            activity = rows.add(_activity(edition, module, place, one, course.head.slug))
            _add_texts(rows, activity, one)
            _add_files(rows, stage.shelf, activity, one)
            made.append(
                ActivityMade(module, activity, _add_quiz(rows, edition, activity, one.quiz))
            )
    return tuple(made)


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
        rows.add(
            ActivityText(
                id=named("text", activity.id, language),
                activity_id=activity.id,
                language=language,
                body=body,
                transcript=one.transcripts.get(language, ""),
            )
        )


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


def _add_quiz(
    rows: Rows, edition: Edition, activity: Activity, text: QuizText | None
) -> QuizMade | None:
    if text is None:
        return None
    quiz = rows.add(
        Quiz(
            id=named("quiz", activity.id),
            activity_id=activity.id,
            pass_percent=text.pass_percent,
        )
    )
    category = activity.title.get("es", "").replace("/", "-")
    questions = tuple(
        _ask(rows, edition.course_id, category, quiz, position, asked)
        for position, asked in enumerate(text.question, 1)
    )
    return QuizMade(text.pass_percent, questions)


def _ask(
    rows: Rows, course_id: UUID, category: str, quiz: Quiz, position: int, asked: QuestionText
) -> Asked:
    question = rows.add(
        Question(
            id=named("question", quiz.id, position),
            course_id=course_id,
            kind=asked.kind,
            category=category,
        )
    )
    options = tuple(_options(question.id, asked))
    content = Choosing(options=list(options), whole=asked.kind is QuestionKind.MULTIPLE)
    version = rows.add(
        QuestionVersion(
            id=named("version", question.id, 1),
            question_id=question.id,
            text=asked.text,
            explanation=asked.explanation,
            content=content.model_dump(mode="json"),
        )
    )
    rows.add(
        QuizSlot(
            id=named("slot", quiz.id, position),
            quiz_id=quiz.id,
            position=position,
            question_id=question.id,
        )
    )
    return Asked(question, version, options)


def _options(question: UUID, asked: QuestionText) -> list[Option]:
    if asked.kind is QuestionKind.TRUE_FALSE:
        offered = tuple(
            ChoiceText(right=asked.answer is answer, text=words)
            for answer, words in ((True, TRUE), (False, FALSE))
        )
    else:
        offered = asked.choice
    return [
        Option(
            key=str(named("choice", question, position)),
            text={language: choice.text[language] for language in asked.text},
            feedback=choice.feedback,
            right=choice.right,
        )
        for position, choice in enumerate(offered, 1)
    ]
