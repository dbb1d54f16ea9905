"""What is typed of a survey and its questions, with fields for each language of the edition."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, field_validator

from app.core.db import Texts
from app.core.formats import current_zone, local
from app.core.i18n import gettext as _
from app.core.zones import NoSuchHour, instant_of
from app.models import SplitBy, Survey, SurveyKind, SurveyQuestion
from app.models.survey import FEWEST_POINTS, MOST_POINTS
from app.services.surveys import FEWEST_OPTIONS, MOST_OPTIONS, QuestionSaid, SurveyRules
from app.web.forms import Form

LONGEST = {"text": 500, "low": 80, "high": 80}
LONGEST_OPTION = 200


class QuestionForm(BaseModel):
    kind: SurveyKind
    points: int = Field(default=5, ge=FEWEST_POINTS, le=MOST_POINTS)
    split_by: SplitBy = SplitBy.NOTHING
    required: bool = False


class RulesForm(BaseModel):
    anonymous: Literal["yes", "no"] = "yes"
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    shows_results: bool = False

    @field_validator("opens_at", "closes_at")
    @classmethod
    def _of_the_writers_clock(cls, typed: datetime | None) -> datetime | None:
        if typed is None or typed.tzinfo is not None:
            return typed
        try:
            return instant_of(typed, current_zone()).instant
        except NoSuchHour as jumped:
            said = _("The clocks jump over that hour. Choose another one.")
            raise ValueError(said) from jumped


def rules_said(typed: RulesForm, survey: Survey, *, answered: bool) -> SurveyRules:
    """The rules as typed: what the form shows no field for stays as it is.

    An hour that was not changed stays to the second, though it is typed to the minute.
    """
    anonymous = survey.anonymous if answered else typed.anonymous == "yes"
    closes_at = typed.closes_at
    if survey.closes_at and closes_at == survey.closes_at.replace(second=0, microsecond=0):
        closes_at = survey.closes_at
    return SurveyRules(anonymous, typed.opens_at, closes_at, typed.shows_results)


def typed_rules(survey: Survey) -> Form[RulesForm]:
    def hour(of: datetime | None) -> str:
        return local(of).strftime("%Y-%m-%dT%H:%M") if of else ""

    return Form(
        {
            "anonymous": "yes" if survey.anonymous else "no",
            "opens_at": hour(survey.opens_at),
            "closes_at": hour(survey.closes_at),
            "shows_results": "true" if survey.shows_results else "",
        }
    )


def question_said(
    form: Form[QuestionForm], languages: Sequence[str], locked: SurveyQuestion | None = None
) -> QuestionSaid | None:
    """What was typed; None: something is wrong, and said beside its field.

    Of a question that is ``locked`` all but the words is as it stands.
    """
    texts = {name: _texts(form, name, languages) for name in LONGEST}
    if not texts["text"]:
        form.refuse(f"text-{languages[0]}", _("Write the question in at least one language."))
    options = _options(form, languages, locked) if _has_options(form) else []
    typed = form.data
    if typed is None:
        return None
    at = locked or typed
    scale = typed.kind is SurveyKind.SCALE
    return QuestionSaid(
        kind=at.kind,
        text=texts["text"],
        required=at.required,
        split_by=at.split_by,
        points=at.points if scale else 5,
        low=texts["low"] if scale else {},
        high=texts["high"] if scale else {},
        options=options,
    )


def _has_options(form: Form[QuestionForm]) -> bool:
    return form.typed.get("kind", "") in {SurveyKind.ONE, SurveyKind.SEVERAL}


def _texts(form: Form[QuestionForm], name: str, languages: Sequence[str]) -> Texts:
    found: Texts = {}
    for language in languages:
        typed = form.typed.get(f"{name}-{language}", "").strip()
        if len(typed) > LONGEST[name]:
            said = _("Write at most %(max_length)s characters.") % {"max_length": LONGEST[name]}
            form.refuse(f"{name}-{language}", said)
        elif typed:
            found[language] = typed
    return found


def _options(
    form: Form[QuestionForm], languages: Sequence[str], locked: SurveyQuestion | None
) -> list[Texts]:
    """The choices, each in the languages in which they are written."""
    lines = {
        language: [one.strip() for one in typed.splitlines() if one.strip()]
        for language in languages
        if (typed := form.typed.get(f"options-{language}", "")).strip()
    }
    wanted = len(locked.options) if locked else len(next(iter(lines.values()), ()))
    if not lines or (wanted < FEWEST_OPTIONS and not locked):
        said = _("Write at least two choices, each on a line of its own.")
        form.refuse(f"options-{next(iter(lines), languages[0])}", said)
    for language, each in lines.items():
        if len(each) != wanted:
            said = _("Write as many choices here as there are: %(number)s.") % {"number": wanted}
            form.refuse(f"options-{language}", said)
        if len(each) > MOST_OPTIONS or any(len(one) > LONGEST_OPTION for one in each):
            said = _("Write at most 30 choices, each of at most 200 characters.")
            form.refuse(f"options-{language}", said)
    if form.errors:
        return []
    return [{language: each[n] for language, each in lines.items()} for n in range(wanted)]


def typed_question(question: SurveyQuestion) -> Form[QuestionForm]:
    """The form as it stands."""
    typed = {
        "kind": question.kind.value,
        "points": str(question.points),
        "split_by": question.split_by.value,
        "required": "on" if question.required else "",
    }
    for name in LONGEST:
        for language, words in getattr(question, name).items():
            typed[f"{name}-{language}"] = words
    languages = {language for option in question.options for language in option}
    for language in languages:
        typed[f"options-{language}"] = "\n".join(o.get(language, "") for o in question.options)
    return Form(typed)
