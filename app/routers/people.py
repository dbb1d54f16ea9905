"""The people of an edition: the list with its numbers, its file, and who is let in."""

from collections.abc import Callable
from enum import StrEnum
from math import ceil
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext, pgettext
from app.policy import Action
from app.queries.people import State, Tally, lines, room, tally
from app.services.enrolments import approve, decline, withdraw
from app.web.asked import address_of, asked
from app.web.edition_place import edition_place
from app.web.exports import csv_response, file_name
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.people import Filters, cells, columns, read

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/people")

Watcher = Annotated[EditionVisit, guarded_by(edition_where(Action.SEE_PEOPLE))]
Admitter = Annotated[EditionVisit, guarded_by(edition_where(Action.ADMIT_PEOPLE))]
Typed = Annotated[Form[Filters], Depends(asked(Filters))]

PAGE = 50


class Deed(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class Decision(BaseModel):
    do: Deed
    chosen: list[UUID] = Field(default_factory=list, max_length=500)
    back: str = Field(default="", max_length=1000)


@router.get("", name="people.index")
def index(request: Request, visit: Watcher, form: Typed) -> Response:
    wish = read(visit, form)
    numbers = tally(visit.session, wish.wanted)
    last = max(1, ceil(numbers.total(wish.wanted.state) / PAGE))
    on_page = min(form.data.page if form.data else 1, last)
    return render(
        request,
        visit,
        "people/index.html",
        part="people/_people.html",
        **edition_place(visit),
        **wish.offered,
        **_addresses(visit, form, numbers),
        form=form,
        wish=wish,
        numbers=numbers,
        room=room(visit.session, visit.edition.id),
        people=lines(visit.session, wish.wanted, **wish.in_order, page=on_page, size=PAGE),
        on_page=on_page,
        last=last,
        deeds=_deeds(visit, wish.wanted.state),
        State=State,
    )


@router.get(".csv", name="people.csv")
def as_csv(visit: Watcher, form: Typed) -> Response:
    wish = read(visit, form)
    name = (visit.edition.course_slug, visit.edition.slug, wish.wanted.state or "")
    return csv_response(
        file_name("people", *name),
        [column for column, _cell in columns(wish)],
        cells(wish),
        keys=bool(form.data and form.data.keys),
    )


@router.post("/decisions", name="people.decide")
def decide(
    visit: Admitter, form: Annotated[Form[Decision], Depends(submitted(Decision))]
) -> Response:
    decision = form.data
    if decision is None or not decision.chosen:
        raise RuleBroken(_("Tick the people you mean, then press the button again."))
    done = _ACTS[decision.do](
        visit.session, visit.edition.id, decision.chosen, by=visit.viewer.id, now=clock.now()
    )
    back = urlencode(parse_qsl(decision.back))
    path = f"/editions/{visit.edition.id}/people"
    return go_to(f"{path}?{back}" if back else path, say=_said(decision.do, done))


_ACTS: dict[Deed, Callable[..., int]] = {
    Deed.APPROVE: approve,
    Deed.DECLINE: decline,
    Deed.WITHDRAW: withdraw,
}


def _said(deed: Deed, n: int) -> str:
    return {
        Deed.APPROVE: ngettext(
            "%(num)s person was approved and gets an e-mail.",
            "%(num)s people were approved and get an e-mail.",
            n,
        ),
        Deed.DECLINE: ngettext(
            "%(num)s application was declined. The person gets an e-mail.",
            "%(num)s applications were declined. The people get an e-mail.",
            n,
        ),
        Deed.WITHDRAW: ngettext(
            "%(num)s person was withdrawn and gets an e-mail. You can approve them again.",
            "%(num)s people were withdrawn and get an e-mail. You can approve them again.",
            n,
        ),
    }[deed] % {"num": n}


def _deeds(visit: EditionVisit, state: State | None) -> list[Deed]:
    """What can be done with people of this state by whoever looks."""
    if not visit.may(Action.ADMIT_PEOPLE) or state is None:
        return []
    return {
        State.TO_DECIDE: [Deed.APPROVE, Deed.DECLINE],
        State.TAKING_PART: [Deed.WITHDRAW],
        State.COMPLETED: [],
        State.LEFT: [Deed.APPROVE],
    }[state]


def _addresses(visit: EditionVisit, form: Form[Filters], numbers: Tally) -> dict[str, Any]:
    """The same list in other states, orders and pages, and as a file."""
    path = f"/editions/{visit.edition.id}/people"
    everybody = address_of(path, form, "state", "page", "keys")
    words = {
        State.TO_DECIDE: _("To decide"),
        State.TAKING_PART: _("Taking part"),
        State.COMPLETED: _("Completed"),
        State.LEFT: _("Declined or withdrawn"),
    }
    sign = "&" if "?" in everybody else "?"
    return {
        "state_tabs": [
            ("", everybody, pgettext("people", "All"), numbers.total()),
            *((s, f"{everybody}{sign}state={s}", words[s], numbers.total(s)) for s in State),
        ],
        "sort_address": address_of(path, form, "sort", "page", "keys"),
        "page_address": address_of(path, form, "page", "keys"),
        "file_address": address_of(f"{path}.csv", form, "page", "keys"),
        "back": address_of("", form, "page", "keys").removeprefix("?"),
        "list_address": path,
    }
