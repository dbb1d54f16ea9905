"""The results of an edition for its staff: the table, its files, and one person's."""

from itertools import chain
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.edition_results import how_many, judged_activities, people_results
from app.services.edition_results import override_result, take_override_back
from app.web.asked import in_pages
from app.web.edition_place import edition_place
from app.web.edition_results import (
    about_person,
    cells,
    columns,
    note_results_export,
    whose_results,
)
from app.web.exports import Sheet, csv_response, file_name, xlsx_response
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/results/all")

Watcher = Annotated[EditionVisit, guarded_by(edition_where(Action.SEE_RESULTS))]
Judge = Annotated[EditionVisit, guarded_by(edition_where(Action.CHANGE_RESULTS))]

PAGE = 50


class OverrideForm(BaseModel):
    percent: float = Field(ge=0, le=100, allow_inf_nan=False)
    reason: str = Field(min_length=1, max_length=500)


@router.get("", name="edition_results.index")
def index(
    request: Request, visit: Watcher, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    session, edition, whose = visit.session, visit.edition, whose_results(visit)
    total = how_many(session, edition.id, whose)
    on_page, last = in_pages(total, page, PAGE)
    people = people_results(session, edition.id, whose, page=on_page, size=PAGE, now=clock.now())
    return render(
        request,
        visit,
        "edition_results/index.html",
        **edition_place(visit),
        people=people,
        judged=judged_activities(session, edition.id),
        total=total,
        on_page=on_page,
        last=last,
    )


@router.get(".csv", name="edition_results.csv")
def as_csv(visit: Watcher, keys: bool = False) -> Response:  # noqa: FBT001, FBT002 -- a query parameter
    shown = columns(visit)
    note_results_export(visit, "CSV", shown)
    return csv_response(_name(visit), shown, cells(visit), keys=keys)


@router.get(".xlsx", name="edition_results.xlsx")
def as_xlsx(visit: Watcher, keys: bool = False) -> Response:  # noqa: FBT001, FBT002 -- a query parameter
    shown = columns(visit)
    note_results_export(visit, "XLSX", shown)
    heads = [[column.key for column in shown]] if keys else []
    return xlsx_response(_name(visit), Sheet(_("Results"), shown, chain(heads, cells(visit))))


@router.get("/{enrolment}", name="edition_results.person")
def person(request: Request, visit: Watcher, enrolment: UUID) -> Response:
    return _person_page(request, visit, enrolment)


@router.post("/{enrolment}/{activity}", name="edition_results.override")
def override(
    request: Request,
    visit: Judge,
    enrolment: UUID,
    activity: UUID,
    form: Annotated[Form[OverrideForm], Depends(submitted(OverrideForm))],
) -> Response:
    about_person(visit, enrolment, Action.CHANGE_RESULTS)
    if form.data is None:
        return _person_page(request, visit, enrolment, form, activity)
    override_result(
        visit.session,
        visit.edition.id,
        enrolment,
        activity,
        form.data.percent,
        form.data.reason,
        by=visit.viewer.id,
        now=clock.now(),
    )
    return go_to(_address(visit, enrolment), say=_("The result was saved with its reason."))


@router.post("/{enrolment}/{activity}/undo", name="edition_results.undo")
def undo(visit: Judge, enrolment: UUID, activity: UUID) -> Response:
    about_person(visit, enrolment, Action.CHANGE_RESULTS)
    session, edition, by = visit.session, visit.edition.id, visit.viewer.id
    take_override_back(session, edition, enrolment, activity, by=by, now=clock.now())
    return go_to(_address(visit, enrolment), say=_("The result is what was judged again."))


def _person_page(
    request: Request,
    visit: EditionVisit,
    enrolment: UUID,
    form: Form[OverrideForm] | None = None,
    of: UUID | None = None,
) -> Response:
    """``form`` is what came back of the activity ``of``."""
    return render(
        request,
        visit,
        "edition_results/person.html",
        status=422 if form and form.errors else 200,
        **edition_place(visit),
        **about_person(visit, enrolment, Action.SEE_RESULTS),
        judged=judged_activities(visit.session, visit.edition.id),
        form=form,
        form_of=of,
        no_form=Form[OverrideForm](),
    )


def _address(visit: EditionVisit, enrolment: UUID) -> str:
    return f"/editions/{visit.edition.id}/results/all/{enrolment}"


def _name(visit: EditionVisit) -> str:
    return file_name("results", visit.edition.course_slug, visit.edition.slug)
