"""Writing a survey: what it asks, whether with names, and when."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core import clock
from app.core.errors import RuleBroken
from app.core.formats import current_zone
from app.core.i18n import gettext as _
from app.models import Activity, SplitBy, Survey, SurveyKind, SurveyQuestion
from app.policy import Action
from app.queries.surveys import how_many_answered, questions_of
from app.services import surveys
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.survey_forms import (
    QuestionForm,
    RulesForm,
    question_said,
    rules_said,
    typed_question,
    typed_rules,
)
from app.web.survey_page import survey_at
from app.web.writing_page import activity_to_write, around_writing
from app.web.writing_tabs import writing_address

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}"
)

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]
QuestionTyped = Annotated[Form[QuestionForm], Depends(submitted(QuestionForm))]


class Way(BaseModel):
    way: Literal["up", "down"]


@router.get("/survey-questions", name="survey_writing.questions")
def show_questions(request: Request, visit: Writer, activity: UUID, kind: str = "") -> Response:
    found = SurveyKind(kind) if kind in set(SurveyKind) else None
    return _questions(request, visit, *_survey(visit, activity), Form({"points": "5"}), found)


@router.post("/survey-questions", name="survey_writing.add")
def add(request: Request, visit: Writer, activity: UUID, form: QuestionTyped) -> Response:
    written, survey = _survey(visit, activity)
    said = question_said(form, visit.edition.languages)
    if said is None:
        kind = form.typed.get("kind", "")
        found = SurveyKind(kind) if kind in set(SurveyKind) else None
        return _questions(request, visit, written, survey, form, found)
    surveys.add_question(visit.session, written, said, by=visit.viewer.id)
    return _to(visit, activity, say=_("The question is there."))


@router.get("/survey-questions/{question}", name="survey_writing.question")
def show_question(request: Request, visit: Writer, activity: UUID, question: UUID) -> Response:
    written, survey = _survey(visit, activity)
    found = surveys.question_in(visit.session, survey, question)
    return _question(request, visit, written, found, typed_question(found))


@router.post("/survey-questions/{question}", name="survey_writing.change")
def change(
    request: Request, visit: Writer, activity: UUID, question: UUID, form: QuestionTyped
) -> Response:
    written, survey = _survey(visit, activity)
    found = surveys.question_in(visit.session, survey, question)
    locked = found if how_many_answered(visit.session, survey.id) else None
    said = question_said(form, visit.edition.languages, locked)
    if said is None:
        return _question(request, visit, written, found, form)
    surveys.change_question(visit.session, written, question, said, by=visit.viewer.id)
    return _to(visit, activity, say=_("Saved."))


@router.post("/survey-questions/{question}/place", name="survey_writing.move")
def move(
    visit: Writer,
    activity: UUID,
    question: UUID,
    form: Annotated[Form[Way], Depends(submitted(Way))],
) -> Response:
    written, _survey_there = _survey(visit, activity)
    step = -1 if form.data and form.data.way == "up" else 1
    surveys.move_question(visit.session, written, question, step, by=visit.viewer.id)
    return _to(visit, activity)


@router.post("/survey-questions/{question}/removal", name="survey_writing.remove")
def remove(visit: Writer, activity: UUID, question: UUID) -> Response:
    written, _survey_there = _survey(visit, activity)
    surveys.remove_question(visit.session, written, question, by=visit.viewer.id)
    return _to(visit, activity, say=_("The question is removed."))


@router.get("/survey-rules", name="survey_writing.rules")
def show_rules(request: Request, visit: Writer, activity: UUID) -> Response:
    written, survey = _survey(visit, activity)
    return _rules(request, visit, written, survey, typed_rules(survey))


@router.post("/survey-rules", name="survey_writing.change_rules")
def change_rules(
    request: Request,
    visit: Writer,
    activity: UUID,
    form: Annotated[Form[RulesForm], Depends(submitted(RulesForm))],
) -> Response:
    written, survey = _survey(visit, activity)
    if form.data is None:
        return _rules(request, visit, written, survey, form)
    answered = how_many_answered(visit.session, survey.id) > 0
    rules = rules_said(form.data, survey, answered=answered)
    try:
        surveys.change_survey(visit.session, written, rules, by=visit.viewer.id, now=clock.now())
    except RuleBroken as refusal:
        form.refuse("closes_at", refusal.message)
        return _rules(request, visit, written, survey, form)
    return go_to(f"{writing_address(visit.edition.id, activity)}/survey-rules", say=_("Saved."))


@router.post("/survey-rules/closing", name="survey_writing.close")
def close(visit: Writer, activity: UUID) -> Response:
    written, _survey_there = _survey(visit, activity)
    surveys.close_survey(visit.session, written, by=visit.viewer.id, now=clock.now())
    address = f"/editions/{visit.edition.id}/activities/{activity}/survey-results"
    return go_to(address, say=_("The survey is closed."))


def _survey(visit: EditionVisit, activity_id: UUID) -> tuple[Activity, Survey]:
    written = activity_to_write(visit, activity_id)
    return written, survey_at(visit, written.id)


def _locked(visit: EditionVisit, survey_id: UUID) -> str:
    return surveys.locked_words() if how_many_answered(visit.session, survey_id) else ""


def _questions(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    survey: Survey,
    form: Form[QuestionForm],
    kind: SurveyKind | None,
) -> Response:
    return render(
        request,
        visit,
        "surveys/questions.html",
        status=422 if form.errors else 200,
        **around_writing(visit, activity, "survey-questions"),
        questions=questions_of(visit.session, survey.id),
        form=form,
        kind=kind,
        locked=_locked(visit, survey.id),
        SurveyKind=SurveyKind,
        SplitBy=SplitBy,
    )


def _question(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    question: SurveyQuestion,
    form: Form[QuestionForm],
) -> Response:
    return render(
        request,
        visit,
        "surveys/question.html",
        status=422 if form.errors else 200,
        **around_writing(visit, activity, "survey-questions"),
        question=question,
        form=form,
        kind=question.kind,
        locked=_locked(visit, question.survey_id),
        SurveyKind=SurveyKind,
        SplitBy=SplitBy,
    )


def _rules(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    survey: Survey,
    form: Form[RulesForm],
) -> Response:
    return render(
        request,
        visit,
        "surveys/rules.html",
        status=422 if form.errors else 200,
        **around_writing(visit, activity, "survey-rules"),
        survey=survey,
        form=form,
        answered=how_many_answered(visit.session, survey.id),
        closed=survey.is_closed(clock.now()),
        zone_name=str(current_zone()),
    )


def _to(visit: EditionVisit, activity: UUID, *, say: str = "") -> Response:
    return go_to(f"{writing_address(visit.edition.id, activity)}/survey-questions", say=say)
