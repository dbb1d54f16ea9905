"""The survey at the end of an edition of the programme: closed, anonymous, and with answers.

It does not count, so that what people have done, and their certificates, are as without it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from pydantic import Field

from app.demo.chance import Chance
from app.demo.courses import Plain, Texts, read_toml
from app.demo.rows import Rows, named
from app.demo.stage import Stage
from app.demo.texts import TEXTS
from app.models import (
    Activity,
    ActivityKind,
    ActivityText,
    Edition,
    Enrolment,
    Module,
    Progress,
    ProgressState,
    SplitBy,
    Survey,
    SurveyBox,
    SurveyKind,
    SurveyQuestion,
    SurveyTaken,
)
from app.queries.surveys import counted, group_of

#: The course whose edition has it, and how likely somebody answers it, or writes something.
ASKED_IN = "leadership-for-industry-4-0"
ANSWERS, WRITES, CHOOSES_ANOTHER = 0.85, 0.4, 0.4


class QuestionText(Plain):
    kind: SurveyKind
    split_by: SplitBy = SplitBy.NOTHING
    required: bool = False
    weights: tuple[int, ...] = ()
    text: Texts
    low: Texts = Field(default_factory=dict)
    high: Texts = Field(default_factory=dict)
    options: tuple[Texts, ...] = ()
    words: tuple[str, ...] = ()


class SurveyTexts(Plain):
    title: Texts
    module: Texts
    body: Texts
    question: tuple[QuestionText, ...]


def add_survey(stage: Stage, edition: Edition, places: Sequence[Enrolment]) -> None:
    """The survey with what those of ``places`` said who answered it."""
    texts, rows = read_toml(TEXTS / "survey.toml", SurveyTexts, "survey.toml"), stage.rows
    assert edition.ends_on  # noqa: S101 -- it is over
    activity = _activity(rows, edition, texts)
    closes = datetime.combine(edition.ends_on + timedelta(days=10), time(23), tzinfo=UTC)
    survey = rows.add(
        Survey(
            id=named("survey", activity.id),
            activity_id=activity.id,
            closes_at=closes,
            shows_results=True,
        )
    )
    chance = Chance(f"survey of {edition.id}")
    who = [place for place in places if chance.happens(ANSWERS)]
    for n, place in enumerate(who):
        at = closes - timedelta(days=1 + n % 9, hours=n % 7)
        rows.add(SurveyTaken(survey_id=survey.id, enrolment_id=place.id, answered_on=at.date()))
        rows.add(
            Progress(
                enrolment_id=place.id,
                activity_id=activity.id,
                state=ProgressState.DONE,
                changed_at=at,
            )
        )
    for position, one in enumerate(texts.question, 1):
        _ask(rows, survey, position, one, who)


def _activity(rows: Rows, edition: Edition, texts: SurveyTexts) -> Activity:
    module = rows.add(
        Module(
            id=named("module", edition.id, "closing"),
            edition_id=edition.id,
            position=1,
            title=texts.module,
        )
    )
    activity = rows.add(
        Activity(
            id=named("activity", module.id, "survey"),
            edition_id=edition.id,
            module_id=module.id,
            position=1,
            kind=ActivityKind.SURVEY,
            title=texts.title,
            minutes=8,
            counts=False,
        )
    )
    for language, body in texts.body.items():
        rows.add(
            ActivityText(
                id=named("text", activity.id, language),
                activity_id=activity.id,
                language=language,
                body=body,
            )
        )
    return activity


def _ask(
    rows: Rows, survey: Survey, position: int, one: QuestionText, who: Sequence[Enrolment]
) -> None:
    question = rows.add(
        SurveyQuestion(
            id=named("survey question", survey.id, position),
            survey_id=survey.id,
            position=position,
            kind=one.kind,
            required=one.required,
            split_by=one.split_by,
            text=one.text,
            low=one.low,
            high=one.high,
            options=list(one.options),
        )
    )
    box, chance = SurveyBox(question_id=question.id), Chance(f"answers to {question.id}")
    for place in who:
        if one.kind.is_text:
            box.texts = (
                [*box.texts, chance.pick(one.words)] if chance.happens(WRITES) else box.texts
            )
            continue
        box.counts = counted(
            box.counts, group_of(one.split_by, place), _chosen(question, one.weights, chance)
        )
    box.texts = sorted(set(box.texts))
    if one.kind.is_text:
        box.counts = {"": {"people": len(box.texts)}}
    rows.add(box)


def _chosen(question: SurveyQuestion, weights: Sequence[int], chance: Chance) -> list[int]:
    chosen = {chance.weighted(question.values, weights)}
    if question.kind is SurveyKind.SEVERAL and chance.happens(CHOOSES_ANOTHER):
        chosen.add(chance.weighted(question.values, weights))
    return sorted(chosen)
