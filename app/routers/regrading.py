"""Judging the tries at a quiz again: see whose result would change, then do it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import Conflict, RuleBroken
from app.core.i18n import ngettext
from app.policy import Action
from app.queries.regrading import plan
from app.services.regrading import regrade
from app.web.asked import asked
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.quiz_writing import around_quiz, quiz_in
from app.web.writing_tabs import writing_address

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}/regrading"
)

Marker = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class RegradingAsked(BaseModel):
    full: list[UUID] = Field(default_factory=list, max_length=200)


class RegradingForm(RegradingAsked):
    take: list[UUID] = Field(default_factory=list, max_length=5000)
    reason: str = Field(default="", max_length=500)
    shown: str = Field(default="", max_length=64)


@router.get("", name="regrading.preview")
def preview(
    request: Request,
    visit: Marker,
    activity: UUID,
    form: Annotated[Form[RegradingAsked], Depends(asked(RegradingAsked))],
) -> Response:
    full = frozenset(form.data.full) if form.data else frozenset()
    return _page(request, visit, activity, full, Form())


@router.post("", name="regrading.regrade")
def do(
    request: Request,
    visit: Marker,
    activity: UUID,
    form: Annotated[Form[RegradingForm], Depends(submitted(RegradingForm))],
) -> Response:
    row, _quiz = quiz_in(visit, activity)
    data = form.data or RegradingForm()
    full = frozenset(data.full)
    try:
        count = regrade(
            visit.session, row, full=full, take_away=frozenset(data.take), reason=data.reason,
            shown=data.shown, by=visit.viewer.id, now=clock.now(),
        )  # fmt: skip
    except (Conflict, RuleBroken) as refusal:
        form.refuse("reason", refusal.message)
        return _page(request, visit, activity, full, form)
    said = ngettext("%(num)s result was changed.", "%(num)s results were changed.", count)
    address = f"{writing_address(visit.edition.id, activity)}/regrading"
    return go_to(address, say=said % {"num": count})


def _page(
    request: Request,
    visit: EditionVisit,
    activity: UUID,
    full: frozenset[UUID],
    form: Form[RegradingForm],
) -> Response:
    row, quiz = quiz_in(visit, activity)
    return render(
        request,
        visit,
        "quizzes/regrading.html",
        status=422 if form.errors else 200,
        plan=plan(visit.session, row, quiz, full),
        full=full,
        quiz=quiz,
        form=form,
        taken=set(form.many.get("take", [])),
        **around_quiz(visit, row),
    )
