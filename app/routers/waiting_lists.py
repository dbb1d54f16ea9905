"""The line of an edition, as its coordinators see and order it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Edition
from app.policy import Action
from app.queries.waiting_lists import how_many_wait, waiting_line
from app.services.waiting_lists import move_in_line
from app.web.asked import asked, in_pages
from app.web.edition_place import around_settings, to_settings
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/settings/line")

Admitter = Annotated[EditionVisit, guarded_by(edition_where(Action.ADMIT_PEOPLE))]


PAGE = 50


class Standing(BaseModel):
    position: int = Field(ge=1, le=1_000_000)


class Paged(BaseModel):
    page: int = Field(default=1, ge=1, le=1_000_000)


@router.get("", name="waiting_lists.show")
def show_line(
    request: Request, visit: Admitter, form: Annotated[Form[Paged], Depends(asked(Paged))]
) -> Response:
    waiting = how_many_wait(visit.session, visit.edition.id)
    page, last = in_pages(waiting, form.data.page if form.data else 1, PAGE)
    return render(
        request,
        visit,
        "waiting_lists/show.html",
        **around_settings(visit),
        edition_row=visit.session.get_one(Edition, visit.edition.id),
        waiting=waiting,
        people=waiting_line(visit.session, visit.edition.id, after=(page - 1) * PAGE, size=PAGE),
        on_page=page,
        last=last,
    )


@router.post("/{enrolment}", name="waiting_lists.move")
def move(
    visit: Admitter, enrolment: UUID, form: Annotated[Form[Standing], Depends(submitted(Standing))]
) -> Response:
    if form.data is None:
        raise RuleBroken(_("Write a number of at least %(ge)s.") % {"ge": 1})
    at = move_in_line(
        visit.session, visit.edition.id, enrolment, to=form.data.position, by=visit.viewer.id
    )
    return to_settings(visit, "line", _("Moved to number %(position)s in line.") % {"position": at})
