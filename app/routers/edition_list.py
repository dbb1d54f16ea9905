"""The editions that staff look after: what runs, what is to come, what is over."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.formats import current_zone
from app.core.i18n import gettext as _
from app.core.i18n import pgettext
from app.policy import Action, Role
from app.queries.editions import Wanted, When, editions, how_many, years
from app.web.asked import address_of, asked, in_pages
from app.web.forms import Form
from app.web.guards import Visit, guarded_by, may
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute)

Watcher = Annotated[Visit, guarded_by(may(Action.SEE_EDITIONS))]

PAGE = 50
PATH = "/editions"


class Filters(BaseModel):
    q: str = Field(default="", max_length=100)
    year: int | None = Field(default=None, ge=1900, le=2200)
    when: When | None = None
    page: int = Field(default=1, ge=1, le=1_000_000)


@router.get(PATH, name="edition_list.index")
def index(
    request: Request, visit: Watcher, form: Annotated[Form[Filters], Depends(asked(Filters))]
) -> Response:
    return render(
        request,
        visit,
        "edition_list/index.html",
        part="edition_list/_editions.html",
        here="editions",
        form=form,
        years=[(year, str(year)) for year in years(visit.session, visit.viewer)],
        may_write=visit.may(Action.WRITE_CATALOGUE),
        own_people_only=Role.FOCAL in visit.roles,
        When=When,
        **_found(visit, form),
    )


def _found(visit: Visit, form: Form[Filters]) -> dict[str, Any]:
    """One page of the editions that were asked for, and how many there are in each state."""
    filters = form.data or Filters()
    wanted = Wanted(filters.q, filters.year, filters.when)
    today = clock.today(current_zone())
    numbers = how_many(visit.session, visit.viewer, wanted, on=today)
    total = numbers[wanted.when] if wanted.when else sum(numbers.values())
    page, last = in_pages(total, filters.page, PAGE)
    return {
        "lines": editions(visit.session, visit.viewer, wanted, on=today, page=page, size=PAGE),
        "total": total,
        "when": wanted.when,
        "when_tabs": _tabs(form, numbers),
        "on_page": page,
        "last": last,
        "page_address": address_of(PATH, form, "page"),
        "filtered": wanted != Wanted(),
    }


def _tabs(form: Form[Filters], numbers: dict[When, int]) -> list[tuple[str, str, str, int]]:
    everything = address_of(PATH, form, "when", "page")
    sign = "&" if "?" in everything else "?"
    words = {
        When.RUNNING: _("Running"),
        When.TO_COME: _("To come"),
        When.FINISHED: _("Finished"),
    }
    return [
        ("", everything, pgettext("editions", "All"), sum(numbers.values())),
        *((w, f"{everything}{sign}when={w}", words[w], numbers[w]) for w in When),
    ]
