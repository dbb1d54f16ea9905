"""How the questions of a quiz did their work, as a page and as a file without names."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.question_analysis import FEWEST, Item, question_analysis
from app.web.asked import asked
from app.web.export_records import exported_from, note_export
from app.web.exports import Cell, Column, csv_response, file_name
from app.web.forms import Form
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.labels import label
from app.web.one_hop import OneHopRoute
from app.web.pages import render
from app.web.quiz_writing import around_quiz, quiz_in

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}"
)

Marker = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class AnalysisAsked(BaseModel):
    all_tries: bool = False


Asked = Annotated[Form[AnalysisAsked], Depends(asked(AnalysisAsked))]


@router.get("/analysis", name="question_analysis.show")
def show(request: Request, visit: Marker, activity: UUID, form: Asked) -> Response:
    row, _quiz = quiz_in(visit, activity)
    return render(
        request,
        visit,
        "quizzes/analysis.html",
        items=_items(visit, activity, form),
        all_tries=bool(form.data and form.data.all_tries),
        fewest=FEWEST,
        **around_quiz(visit, row),
    )


@router.get("/analysis.csv", name="question_analysis.csv")
def as_csv(visit: Marker, activity: UUID, form: Asked) -> Response:
    row, _quiz = quiz_in(visit, activity)
    items, columns = _items(visit, activity, form), _columns()
    exported = exported_from("question analysis", "CSV", len(items), columns, form)
    note_export(visit, exported, edition=visit.edition.id)
    name = file_name(_("analysis"), choose(row.title))
    return csv_response(name, columns, [_row(one) for one in items])


def _items(visit: EditionVisit, activity: UUID, form: Form[AnalysisAsked]) -> list[Item]:
    all_tries = bool(form.data and form.data.all_tries)
    language = visit.edition.languages[0]
    return question_analysis(visit.session, activity, language, all_tries=all_tries)


def _columns() -> list[Column]:
    return [
        Column("question", _("Question")),
        Column("kind", _("Kind")),
        Column("answers", _("Answers")),
        Column("facility", _("Mean share of the points")),
        Column("discrimination", _("Discrimination")),
        Column("seconds", _("Seconds, median")),
        Column("choices", _("How often chosen")),
    ]


def _row(item: Item) -> list[Cell]:
    return [
        item.text,
        label(item.kind),
        item.n,
        None if item.facility is None else round(item.facility, 4),
        None if item.discrimination is None else round(item.discrimination, 4),
        item.seconds,
        " · ".join(f"{one.text}: {one.times}" for one in item.options),
    ]
