"""The catalogue: the first page, with every course that there is."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.collation import sort_key
from app.core.formats import current_zone
from app.core.i18n import gettext as _
from app.core.i18n import language_name
from app.models import Mode
from app.queries.courses import Catalogue, Group, Stage, Wanted, catalogue
from app.queries.videoconferences import to_come
from app.web.asked import asked
from app.web.forms import Form
from app.web.guards import Visit, anyone, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import render, wants_part

router = APIRouter(route_class=OneHopRoute)

Visitor = Annotated[Visit, guarded_by(anyone)]

MOST_EVENTS = 3


class Filters(BaseModel):
    """What the address asks for. ``language`` is the course's; ``lang`` switches the page."""

    q: str = Field(default="", max_length=100)
    mode: Mode | None = None
    language: str | None = Field(default=None, max_length=2)
    starts_from: date | None = Field(default=None, alias="from")


@router.get("/", name="courses.index")
def index(
    request: Request, visit: Visitor, form: Annotated[Form[Filters], Depends(asked(Filters))]
) -> Response:
    asked_for = form.data or Filters()
    wanted = Wanted(asked_for.q, asked_for.mode, asked_for.language, asked_for.starts_from)
    today = clock.today(current_zone())
    found = catalogue(visit.session, wanted, on=today)
    return render(
        request,
        visit,
        "courses/index.html",
        part="courses/_results.html",
        here="courses",
        partial=wants_part(request),
        form=form,
        found=found,
        filtered=wanted != Wanted(),
        headings=_headings(),
        languages=_languages(found),
        events=[] if wants_part(request) else to_come(visit.session, on=today, most=MOST_EVENTS),
        Stage=Stage,
    )


def _headings() -> dict[Group, str]:
    return {
        Group.OPEN: _("Applications open"),
        Group.ANY_DAY: _("Start any day"),
        Group.TO_COME: _("Starting later"),
        Group.UNDER_WAY: _("Running now or finished"),
        Group.NO_DATES: _("Dates to come"),
    }


def _languages(found: Catalogue) -> list[tuple[str, str]]:
    """The languages of courses by their names in the reader's language."""
    named = [(code, language_name(code)) for code in found.languages]
    return sorted(named, key=lambda pair: sort_key(pair[1]))
