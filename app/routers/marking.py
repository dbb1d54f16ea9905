"""Marking the essays of a quiz: those that wait, one after the other."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, field_validator

from app.core import clock
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.marking import essays, how_many_wait
from app.services.marking import mark_answer
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.quiz_writing import around_quiz, quiz_in
from app.web.writing_tabs import writing_address

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}/marking"
)

Marker = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class MarkForm(BaseModel):
    points: float = Field(ge=0, le=1000, allow_inf_nan=False)
    comment: str = Field(default="", max_length=5000)

    @field_validator("points", mode="before")
    @classmethod
    def _comma(cls, typed: object) -> object:
        return typed.replace(",", ".") if isinstance(typed, str) else typed


@router.get("", name="marking.index")
def index(
    request: Request,
    visit: Marker,
    activity: UUID,
    marked: Annotated[bool, Query()] = False,  # noqa: FBT002 -- a query parameter
) -> Response:
    return _page(request, visit, activity, marked=marked)


@router.post("/{answer}", name="marking.mark")
def mark(
    request: Request,
    visit: Marker,
    activity: UUID,
    answer: UUID,
    form: Annotated[Form[MarkForm], Depends(submitted(MarkForm))],
) -> Response:
    row, _quiz = quiz_in(visit, activity)
    if form.data is None:
        return _page(request, visit, activity, answer=answer, form=form)
    try:
        mark_answer(
            visit.session, row, answer, points=form.data.points, comment=form.data.comment,
            by=visit.viewer.id, now=clock.now(),
        )  # fmt: skip
    except RuleBroken as refusal:
        form.refuse("points", refusal.message)
        return _page(request, visit, activity, answer=answer, form=form)
    address = f"{writing_address(visit.edition.id, activity)}/marking"
    return go_to(address, say=_("The mark was saved."))


def _page(
    request: Request,
    visit: EditionVisit,
    activity: UUID,
    *,
    marked: bool = False,
    answer: UUID | None = None,
    form: Form[MarkForm] | None = None,
) -> Response:
    row, _quiz = quiz_in(visit, activity)
    language = visit.edition.languages[0]
    return render(
        request,
        visit,
        "quizzes/marking.html",
        status=422 if form else 200,
        essays=essays(visit.session, activity, language, marked=marked),
        waiting=how_many_wait(visit.session, activity),
        marked=marked,
        sent=answer,
        form=form or Form(),
        **around_quiz(visit, row),
    )
