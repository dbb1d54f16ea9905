"""Surveys: writing what they ask, and answering: with one's name, or so that nobody can tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from secrets import SystemRandom
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.db import Texts
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import (
    Activity,
    Enrolment,
    SplitBy,
    Survey,
    SurveyAnswer,
    SurveyBox,
    SurveyKind,
    SurveyQuestion,
    SurveyTaken,
)
from app.models.survey import FEWEST_POINTS, MOST_POINTS
from app.queries.surveys import counted, group_of, has_answered, how_many_answered, questions_of
from app.services.activity_files import show_anew
from app.services.audit import record
from app.services.progress import record_answered

MOST_QUESTIONS, FEWEST_OPTIONS, MOST_OPTIONS = 60, 2, 30
LONGEST = {SurveyKind.SHORT: 200, SurveyKind.LONG: 4_000}


# --- Writing one


@dataclass(frozen=True, slots=True)
class QuestionSaid:
    """What is written of a question; its kind stays what it was when it was added."""

    kind: SurveyKind
    text: Texts
    required: bool = False
    split_by: SplitBy = SplitBy.NOTHING
    points: int = 5
    low: Texts = field(default_factory=dict)
    high: Texts = field(default_factory=dict)
    options: Sequence[Texts] = ()


@dataclass(frozen=True, slots=True)
class SurveyRules:
    anonymous: bool
    opens_at: datetime | None
    closes_at: datetime | None
    shows_results: bool


def begin_survey(session: Session, activity: Activity) -> None:
    """A new survey is anonymous, and asks nothing yet."""
    session.add(Survey(activity_id=activity.id))
    session.flush()


def carry_survey_over(session: Session, original: Activity, copy: Activity) -> None:
    """Its questions come along; its dates are of the time that is over, and answers stay."""
    old = session.exec(select(Survey).where(Survey.activity_id == original.id)).one_or_none()
    if old is None:
        return begin_survey(session, copy)
    new = Survey(activity_id=copy.id, anonymous=old.anonymous, shows_results=old.shows_results)
    session.add(new)
    session.flush()
    return _ask_the_same(session, old, new)


def take_survey_over(session: Session, original: Activity, copy: Activity) -> None:
    """Questions and rules as they are in the original; the copy opens and closes when it did."""
    old, own = (
        session.exec(select(Survey).where(Survey.activity_id == one.id)).one()
        for one in (original, copy)
    )
    own.anonymous, own.shows_results = old.anonymous, old.shows_results
    session.add(own)
    for question in questions_of(session, own.id):
        session.delete(question)
    session.flush()
    _ask_the_same(session, old, own)


def _ask_the_same(session: Session, old: Survey, new: Survey) -> None:
    for question in questions_of(session, old.id):
        values = question.model_dump(exclude={"id", "created_at", "survey_id"})
        session.add(SurveyQuestion(**values, survey_id=new.id))
    session.flush()


def add_question(
    session: Session, activity: Activity, said: QuestionSaid, *, by: UUID
) -> SurveyQuestion:
    survey = _locked(session, activity)
    _refuse_once_answered(session, survey)
    _check(said)
    there = questions_of(session, survey.id)
    if len(there) >= MOST_QUESTIONS:
        raise RuleBroken(_("This survey has as many questions as it can hold."))
    position = max((one.position for one in there), default=0) + 1
    question = SurveyQuestion(survey_id=survey.id, position=position, **_values(said))
    session.add(question)
    _kept(session, activity, by, before={"there": False}, after=_facts(question))
    return question


def change_question(
    session: Session, activity: Activity, question_id: UUID, said: QuestionSaid, *, by: UUID
) -> None:
    """Change a question; once somebody has answered, its words alone."""
    survey = _locked(session, activity)
    question = question_in(session, survey, question_id)
    _check(said)
    if how_many_answered(session, survey.id) and _meaning(said) != _meaning(question):
        raise RuleBroken(locked_words())
    before = _facts(question)
    for name, value in _values(said).items():
        setattr(question, name, value)
    if _facts(question) != before:
        session.add(question)
        _kept(session, activity, by, before=before, after=_facts(question))


def remove_question(session: Session, activity: Activity, question_id: UUID, *, by: UUID) -> None:
    survey = _locked(session, activity)
    question = question_in(session, survey, question_id)
    _refuse_once_answered(session, survey)
    before = _facts(question)
    session.delete(question)
    _kept(session, activity, by, before=before, after={"there": False})


def move_question(
    session: Session, activity: Activity, question_id: UUID, step: int, *, by: UUID
) -> None:
    """Let a question change places with the one before (-1) or after (1) it."""
    survey = _locked(session, activity)
    question = question_in(session, survey, question_id)
    order = questions_of(session, survey.id)
    at = order.index(question)
    if not 0 <= at + step < len(order):
        return
    other = order[at + step]
    here, there = question.position, other.position
    for one, position in ((question, -1), (other, here), (question, there)):
        one.position = position
        session.add(one)
        session.flush()
    _kept(session, activity, by, before={"position": here}, after={"position": there})


def change_survey(
    session: Session, activity: Activity, rules: SurveyRules, *, by: UUID, now: datetime
) -> None:
    survey = _locked(session, activity)
    _refuse_rules(session, survey, rules, now)
    before = _rules(survey)
    survey.anonymous, survey.shows_results = rules.anonymous, rules.shows_results
    survey.opens_at, survey.closes_at = rules.opens_at, rules.closes_at
    if _rules(survey) != before:
        session.add(survey)
        _kept(session, activity, by, before=before, after=_rules(survey))


def close_survey(session: Session, activity: Activity, *, by: UUID, now: datetime) -> None:
    """Take no more answers; who may can see then what was answered."""
    survey = _locked(session, activity)
    if survey.is_closed(now):
        return
    before = _rules(survey)
    survey.closes_at = now
    session.add(survey)
    _kept(session, activity, by, before=before, after=_rules(survey))


def question_in(session: Session, survey: Survey, question_id: UUID) -> SurveyQuestion:
    question = session.get(SurveyQuestion, question_id)
    if question is None or question.survey_id != survey.id:
        raise NotFound(_("There is nothing at this address."))
    return question


def locked_words() -> str:
    return _("People have answered already. The wording can be mended; all else stays as it was.")


def _refuse_once_answered(session: Session, survey: Survey) -> None:
    if how_many_answered(session, survey.id):
        raise RuleBroken(
            _("People have answered already. Questions can't be added or removed any more.")
        )


def _refuse_rules(session: Session, survey: Survey, rules: SurveyRules, now: datetime) -> None:
    if rules.opens_at and rules.closes_at and rules.closes_at <= rules.opens_at:
        raise RuleBroken(_("A survey closes after it opens."))
    answered = how_many_answered(session, survey.id) > 0
    if answered and rules.anonymous != survey.anonymous:
        raise RuleBroken(_("People have answered already. Whether it is anonymous stays."))
    if rules.closes_at == survey.closes_at:
        return
    if answered and survey.is_closed(now):
        raise RuleBroken(_("This survey is closed for good: its results may have been seen."))
    if rules.closes_at is not None and rules.closes_at <= now:
        raise RuleBroken(_("Write an hour that is still to come, or close the survey at once."))


def _check(said: QuestionSaid) -> None:
    if not any(said.text.values()):
        raise RuleBroken(_("Write the question in at least one language."))
    if said.kind.has_options and not FEWEST_OPTIONS <= len(said.options) <= MOST_OPTIONS:
        raise RuleBroken(_("Write at least two choices, each on a line of its own."))
    if not FEWEST_POINTS <= said.points <= MOST_POINTS:
        raise RuleBroken(_("A scale has from 3 to 10 points."))


def _values(said: QuestionSaid) -> dict[str, Any]:
    return {
        "kind": said.kind,
        "text": dict(said.text),
        "required": said.required,
        "split_by": SplitBy.NOTHING if said.kind.is_text else said.split_by,
        "points": said.points,
        "low": dict(said.low),
        "high": dict(said.high),
        "options": [dict(option) for option in said.options],
    }


def _meaning(question: QuestionSaid | SurveyQuestion) -> tuple[Any, ...]:
    """What answers depend on."""
    points = question.points if question.kind is SurveyKind.SCALE else 0
    split_by = SplitBy.NOTHING if question.kind.is_text else question.split_by
    return question.kind, question.required, split_by, points, len(question.options)


def _locked(session: Session, activity: Activity) -> Survey:
    """What several people do to a survey at once is done one after the other."""
    survey = session.exec(
        select(Survey)
        .where(Survey.activity_id == activity.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if survey is None:
        raise NotFound(_("There is nothing at this address."))
    return survey


def _facts(question: SurveyQuestion) -> dict[str, Any]:
    return question.model_dump(mode="json", exclude={"id", "created_at", "survey_id"})


def _rules(survey: Survey) -> dict[str, Any]:
    return survey.model_dump(mode="json", exclude={"id", "created_at", "activity_id"})


def _kept(
    session: Session,
    activity: Activity,
    by: UUID,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    show_anew(session, activity.edition_id)
    record(
        session,
        by,
        "change survey",
        "activity",
        activity.id,
        edition=activity.edition_id,
        before=dict(before),
        after=dict(after),
    )


# --- Answering one


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answers to one question."""

    chosen: tuple[int, ...] = ()
    words: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.chosen and not self.words


def wrong_with(question: SurveyQuestion, given: Given) -> str:
    """What is wrong with an answer, in words; nothing where it is well."""
    if given.is_empty:
        return _("This question needs an answer.") if question.required else ""
    if question.kind.is_text:
        most = LONGEST[question.kind]
        if len(given.words) > most:
            return _("Write at most %(max_length)s characters.") % {"max_length": most}
        return ""
    several = len(given.chosen) > 1 and question.kind is not SurveyKind.SEVERAL
    if several or not set(given.chosen) <= set(question.values):
        return _("Choose one of the options.")
    return ""


def answer_survey(
    session: Session,
    activity: Activity,
    enrolment_id: UUID,
    given: Mapping[UUID, Given],
    *,
    on: date,
    now: datetime,
) -> bool:
    """Take somebody's answers, once; whether they were taken.

    With their name they can be changed until it closes. Without, only that somebody has answered
    is written down of the person, and their answers are added to what all have answered.
    """
    survey = _locked(session, activity)
    if not survey.is_open(now):
        raise RuleBroken(_("This survey takes no answers now."))
    questions = questions_of(session, survey.id)
    if not questions or any(wrong_with(q, given.get(q.id, Given())) for q in questions):
        raise RuleBroken(_("Some answers need another look."))
    before = has_answered(session, survey.id, enrolment_id)
    if survey.anonymous and before:
        return False
    if survey.anonymous:
        _drop_into_boxes(session, questions, session.get_one(Enrolment, enrolment_id), given)
    else:
        _write_by_name(session, questions, enrolment_id, given)
    if not before:
        session.add(SurveyTaken(survey_id=survey.id, enrolment_id=enrolment_id, answered_on=on))
        record_answered(session, enrolment_id, activity, now=now)
    return True


def _drop_into_boxes(
    session: Session,
    questions: Sequence[SurveyQuestion],
    enrolment: Enrolment,
    given: Mapping[UUID, Given],
) -> None:
    """All boxes are written anew, also of what was not answered, so that none stands out."""
    ids = [question.id for question in questions]
    old = {
        box.question_id: box
        for box in session.exec(select(SurveyBox).where(col(SurveyBox.question_id).in_(ids)))
    }
    for box in old.values():
        session.delete(box)
    session.flush()
    for question in questions:
        answer = given.get(question.id, Given())
        box = old.get(question.id) or SurveyBox(question_id=question.id)
        counts, texts = box.counts, list(box.texts)
        if not answer.is_empty:
            counts = counted(counts, group_of(question.split_by, enrolment), answer.chosen)
            texts += [answer.words] if answer.words else []
            SystemRandom().shuffle(texts)
        session.add(SurveyBox(question_id=question.id, counts=counts, texts=texts))
    session.flush()


def _write_by_name(
    session: Session,
    questions: Sequence[SurveyQuestion],
    enrolment_id: UUID,
    given: Mapping[UUID, Given],
) -> None:
    ids = [question.id for question in questions]
    old = {
        answer.question_id: answer
        for answer in session.exec(
            select(SurveyAnswer).where(
                SurveyAnswer.enrolment_id == enrolment_id, col(SurveyAnswer.question_id).in_(ids)
            )
        )
    }
    for question_id in ids:
        answer = given.get(question_id, Given())
        row = old.get(question_id)
        if answer.is_empty:
            if row is not None:
                session.delete(row)
            continue
        row = row or SurveyAnswer(question_id=question_id, enrolment_id=enrolment_id)
        row.chosen, row.words = list(answer.chosen), answer.words
        session.add(row)
    session.flush()
