"""The people of an edition: the list with its numbers, its file, and who is let in."""

from itertools import chain
from typing import Annotated
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core import clock
from app.core.errors import Conflict, RuleBroken
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.balance import balance as balance_of
from app.queries.people import tally
from app.services.undoing import undo as take_back
from app.web.asked import asked
from app.web.export_records import exported_from, note_export
from app.web.exports import Column, Sheet, csv_response, file_name, xlsx_response
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render, wants_part
from app.web.people import Asked, Filters, cells, columns, read
from app.web.people_page import (
    DecisionForm,
    Ticked,
    Ticks,
    carry_out,
    check_reason,
    ids_chosen,
    list_asked,
    show_people,
    undone,
)

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/people")

Watcher = Annotated[EditionVisit, guarded_by(edition_where(Action.SEE_PEOPLE))]
Admitter = Annotated[EditionVisit, guarded_by(edition_where(Action.ADMIT_PEOPLE))]
Typed = Annotated[Form[Filters], Depends(asked(Filters))]


@router.get("", name="people.index")
def index(request: Request, visit: Watcher, form: Typed) -> Response:
    return show_people(request, visit, form)


@router.get(".csv", name="people.csv")
def as_csv(visit: Watcher, form: Typed) -> Response:
    wish = read(visit, form)
    shown = [column for column, _cell in columns(wish)]
    _note(visit, wish, form, "CSV", shown)
    keys = bool(form.data and form.data.keys)
    return csv_response(_name(visit, wish), shown, cells(wish), keys=keys)


@router.get(".xlsx", name="people.xlsx")
def as_xlsx(visit: Watcher, form: Typed) -> Response:
    wish = read(visit, form)
    shown = [column for column, _cell in columns(wish)]
    _note(visit, wish, form, "XLSX", shown)
    keys = [[column.key for column in shown]] if form.data and form.data.keys else []
    sheet = Sheet(_("People"), shown, chain(keys, cells(wish)))
    return xlsx_response(_name(visit, wish), sheet)


@router.post("/balance", name="people.balance")
def balance(
    request: Request, visit: Admitter, form: Annotated[Form[Ticked], Depends(submitted(Ticked))]
) -> Response:
    ticked = form.data or Ticked()
    chosen = ids_chosen(visit, ticked) if ticked.everyone else ticked.chosen
    if not wants_part(request):
        ticks = Ticks(chosen, bool(ticked.everyone), form)
        return show_people(request, visit, list_asked(ticked.back), ticks)
    found = (
        balance_of(visit.session, visit.edition.id, chosen, on=clock.today()) if chosen else None
    )
    return render(request, visit, "people/_balance.html", balance=found, is_part=True)


@router.post("/decisions", name="people.decide")
def decide(
    request: Request,
    visit: Admitter,
    form: Annotated[Form[DecisionForm], Depends(submitted(DecisionForm))],
) -> Response:
    check_reason(form)
    if form.errors and not form.errors.keys() & {"do", "chosen", "everyone", "back", "seen"}:
        return _again(request, visit, form)
    chosen = ids_chosen(visit, form.data)
    try:
        say, decision = carry_out(visit, chosen, form)
    except (Conflict, RuleBroken) as refusal:
        if wants_part(request):
            raise  # the list stays as it is, and the sentence stands above it
        form.refuse("", refusal.message)
        return _again(request, visit, form)
    path = f"/editions/{visit.edition.id}/people"
    back = urlencode(parse_qsl(form.typed.get("back", "")))
    return go_to(
        f"{path}?{back}" if back else path,
        say=say,
        undo=f"{path}/decisions/{decision}/undo",
    )


@router.post("/decisions/{decision}/undo", name="people.undo")
def undo(visit: Admitter, decision: UUID, person: UUID | None = None) -> Response:
    """Back to the list, or to the page of the ``person`` from which it was asked for."""
    back = take_back(visit.session, visit.edition.id, decision, by=visit.viewer.id, now=clock.now())
    path = f"/editions/{visit.edition.id}/people"
    return go_to(f"{path}/{person}" if person else path, say=undone(back.done, back.stay))


def _name(visit: EditionVisit, wish: Asked) -> str:
    edition = visit.edition
    return file_name("people", edition.course_slug, edition.slug, wish.wanted.state or "")


def _note(
    visit: EditionVisit, wish: Asked, form: Form[Filters], file: str, shown: list[Column]
) -> None:
    """Have the audit log know who takes whom along."""
    rows = tally(visit.session, wish.wanted).total(wish.wanted.state)
    exported = exported_from("people", file, rows, shown, form, institution=wish.institution)
    note_export(visit, exported, edition=visit.edition.id)


def _again(request: Request, visit: EditionVisit, form: Form[DecisionForm]) -> Response:
    """The list with all that was ticked and typed, which its own fields have read."""
    ids = [UUID(one) for one in form.many.get("chosen", [])]
    ticks = Ticks(ids, "everyone" in form.typed, form)
    return show_people(request, visit, list_asked(form.typed.get("back", "")), ticks)
