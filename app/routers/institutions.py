"""The institutions of the network: the list, its file, the type-ahead of forms, and adding one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.institution_proposals import how_many_wait, queue
from app.queries.institutions import about, institutions
from app.services.institutions import LooksLikeAnother, add_institution, trouble_with
from app.web.asked import address_of, asked, in_pages
from app.web.export_records import exported_from, note_export
from app.web.exports import csv_response, file_name
from app.web.forms import Form, submitted
from app.web.guards import Visit, anyone, guarded_by, may
from app.web.institution_forms import InstitutionForm, refuse_all, what_is_offered
from app.web.institutions import PAGE, Filters, Found, State, cells, columns, find
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute)

Watcher = Annotated[Visit, guarded_by(may(Action.SEE_INSTITUTIONS))]
Changer = Annotated[Visit, guarded_by(may(Action.CHANGE_INSTITUTIONS))]

PATH = "/institutions"
MOST_OPTIONS = 50


class OptionsWanted(BaseModel):
    country: str = Field(default="", max_length=2)
    institution: str = Field(default="", max_length=300)


@router.get(PATH, name="institutions.index")
def index(
    request: Request, visit: Watcher, form: Annotated[Form[Filters], Depends(asked(Filters))]
) -> Response:
    filters = form.data or Filters()
    changes = visit.may(Action.CHANGE_INSTITUTIONS)
    found = find(visit, form)
    proposed = filters.state is State.PROPOSED and changes
    page, last = in_pages(len(found.lines), filters.page, PAGE)
    return render(
        request,
        visit,
        "institutions/index.html",
        part="institutions/_proposals.html" if proposed else "institutions/_list.html",
        here="institutions",
        form=form,
        filters=filters,
        proposals=queue(visit.session) if proposed else None,
        lines=found.lines[(page - 1) * PAGE : page * PAGE],
        found=found,
        number=page,
        last=last,
        changes=changes,
        kinds=what_is_offered()["kinds"],
        **_addresses(form, found, how_many_wait(visit.session) if changes else None),
    )


def _addresses(form: Form[Filters], found: Found, waiting: int | None) -> dict[str, Any]:
    """The same list in other parts, orders and pages, and as a file."""
    everything = address_of(PATH, form, "state", "page", "keys")
    sign = "&" if "?" in everything else "?"
    words = {
        State.REVIEW: _("To check"),
        State.EXAMPLE: _("Examples"),
        State.MERGED: _("Merged entries"),
    }
    tabs = [
        ("", everything, _("All"), found.numbers[None]),
        *((s, f"{everything}{sign}state={s}", words[s], found.numbers[s]) for s in words),
    ]
    if waiting is not None:
        tabs.append((State.PROPOSED, f"{PATH}?state=proposed", _("Proposed"), waiting))
    return {
        "state_tabs": tabs,
        "address": address_of(PATH, form, "page", "keys"),
        "sort_address": address_of(PATH, form, "sort", "page", "keys"),
        "file_address": address_of(f"{PATH}.csv", form, "page", "keys"),
    }


@router.get(f"{PATH}.csv", name="institutions.csv")
def as_csv(visit: Watcher, form: Annotated[Form[Filters], Depends(asked(Filters))]) -> Response:
    filters = form.data or Filters()
    name = file_name("institutions", filters.country, filters.state or "")
    rows, shown = list(cells(find(visit, form))), columns()
    note_export(visit, exported_from("institutions", "CSV", len(rows), shown, form))
    return csv_response(name, shown, rows, keys=filters.keys)


@router.get(f"{PATH}/options", name="institutions.options")
def options(
    request: Request,
    visit: Annotated[Visit, guarded_by(anyone)],
    form: Annotated[Form[OptionsWanted], Depends(asked(OptionsWanted))],
) -> Response:
    """The options of a type-ahead: what fits the typed words, those of the country first."""
    wanted = form.data or OptionsWanted()
    found = about(wanted.institution, institutions(visit.session))
    found.sort(key=lambda one: one.country != wanted.country)
    return render(
        request, visit, "institutions/_options.html", listed=found[:MOST_OPTIONS], names=True
    )


@router.get(f"{PATH}/new", name="institutions.new")
def new(request: Request, visit: Changer) -> Response:
    return _new_page(request, visit, Form(typed={"kind": "training"}))


@router.post(f"{PATH}/new", name="institutions.add")
def add(
    request: Request,
    visit: Changer,
    form: Annotated[Form[InstitutionForm], Depends(submitted(InstitutionForm))],
) -> Response:
    if form.data:
        refuse_all(form, trouble_with(visit.session, form.data.terms))
    if form.data is None:
        return _new_page(request, visit, form)
    try:
        added = add_institution(
            visit.session, form.data.terms, by=visit.viewer.id, sure=form.data.sure
        )
    except LooksLikeAnother as doubt:
        return _new_page(request, visit, form, doubt)
    return go_to(f"{PATH}/{added.id}", say=_("The institution is in the list."))


def _new_page(
    request: Request,
    visit: Visit,
    form: Form[InstitutionForm],
    doubt: LooksLikeAnother | None = None,
) -> Response:
    return render(
        request,
        visit,
        "institutions/new.html",
        status=422 if form.errors or doubt else 200,
        here="institutions",
        form=form,
        likely=doubt.likely if doubt else [],
        **what_is_offered(),
    )
