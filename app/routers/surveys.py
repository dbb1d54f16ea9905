"""Answering a survey, and what was answered: as a page, and as files for staff."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core import clock
from app.core.errors import NotAllowed
from app.core.formats import current_zone
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import Survey, SurveyKind
from app.policy import Action
from app.queries.surveys import Results, questions_of, results
from app.services.exports import Exported
from app.services.surveys import answer_survey
from app.web.content import Place, place
from app.web.export_records import note_export
from app.web.exports import Sheet, csv_response, file_name, xlsx_response
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.place_page import Wanted, about_place
from app.web.survey_page import AnswersForm, given_answers, may_see_results, show_survey, survey_at
from app.web.survey_results import (
    COLUMNS,
    about,
    choice_words,
    columns,
    named_words,
    rows_of,
    small_groups_words,
    split_tables,
    split_words,
    waits_words,
)

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/activities/{activity}")

Taker = Annotated[
    EditionVisit, guarded_by(edition_where(Action.TAKE_ACTIVITIES, with_standing=True))
]
Reader = Annotated[EditionVisit, guarded_by(edition_where(Action.VIEW_EDITION, with_standing=True))]
Staff = Annotated[
    EditionVisit, guarded_by(edition_where(Action.SEE_SURVEY_RESULTS, with_standing=True))
]


@router.post("/survey-answers", name="surveys.answer")
def answer(
    request: Request,
    visit: Taker,
    activity: UUID,
    form: Annotated[Form[AnswersForm], Depends(submitted(AnswersForm))],
) -> Response:
    where = place(visit, activity)
    survey = survey_at(visit, activity)
    given = given_answers(form, questions_of(visit.session, survey.id))
    if given is None:
        return show_survey(request, visit, where, Wanted(), form=form)
    answer_survey(
        visit.session,
        where.activity,
        visit.enrolled.id,
        given,
        on=clock.today(current_zone()),
        now=clock.now(),
    )
    return go_to(f"{where.address}/activities/{activity}", say=_("Thank you. Your answers are in."))


@router.get("/survey-results", name="surveys.results")
def show_results(request: Request, visit: Reader, activity: UUID) -> Response:
    where, survey, found = _found(visit, activity)
    return render(
        request,
        visit,
        "surveys/results.html",
        survey=survey,
        found=found,
        split_tables=split_tables,
        split_words=split_words,
        choice_words=choice_words,
        named_words=named_words,
        waits_words=waits_words,
        small_groups_words=small_groups_words,
        SurveyKind=SurveyKind,
        staff=visit.may(Action.SEE_SURVEY_RESULTS),
        **about_place(visit, where),
    )


@router.get("/survey-results.csv", name="surveys.results_csv")
def as_csv(visit: Staff, activity: UUID) -> Response:
    where, survey, found = _found(visit, activity)
    rows = rows_of(found, where.spoken)
    _note(visit, survey, "CSV", len(rows))
    return csv_response(_name(where), columns(), rows)


@router.get("/survey-results.xlsx", name="surveys.results_xlsx")
def as_xlsx(visit: Staff, activity: UUID) -> Response:
    where, survey, found = _found(visit, activity)
    rows = rows_of(found, where.spoken)
    _note(visit, survey, "XLSX", len(rows))
    sheet = Sheet(_("Answers"), columns(), rows)
    return xlsx_response(_name(where), sheet, about=about(survey, found))


def _found(visit: EditionVisit, activity_id: UUID) -> tuple[Place, Survey, Results]:
    where = place(visit, activity_id)
    survey = survey_at(visit, activity_id)
    if not may_see_results(visit, survey):
        raise NotAllowed(_("The results of this survey are not shown to you."))
    names = visit.may(Action.SEE_SURVEY_RESULTS)
    return where, survey, results(visit.session, survey, with_names=names, now=clock.now())


def _name(where: Place) -> str:
    return file_name(_("survey"), choose(where.activity.title, where.spoken))


def _note(visit: EditionVisit, survey: Survey, file: str, rows: int) -> None:
    """Have the audit log know who takes the answers along."""
    filters: dict[str, Any] = {"survey": str(survey.activity_id)}
    exported = Exported("survey results", file, rows, COLUMNS, filters)
    note_export(visit, exported, edition=visit.edition.id)
