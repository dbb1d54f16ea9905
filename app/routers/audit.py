"""The audit log, for those who keep the platform running, and of editions for coordinators."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.collation import sort_key
from app.core.db import reading
from app.core.formats import current_zone
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.audit import (
    PAGE,
    EventSeen,
    Wanted,
    all_events,
    events,
    how_many_events,
    known_actions,
    known_subjects,
)
from app.queries.audit_subjects import subjects
from app.web.asked import address_of, asked, in_pages
from app.web.audit_words import in_words, said
from app.web.days import Day
from app.web.export_records import exported_from, note_export
from app.web.exports import Cell, Column, csv_response, file_name
from app.web.forms import Form
from app.web.guards import Visit, guarded_by, may
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute)

Watcher = Annotated[Visit, guarded_by(may(Action.SEE_AUDIT_LOG))]
Exporter = Annotated[Visit, guarded_by(may(Action.EXPORT_AUDIT_LOG))]


class AuditFilter(BaseModel):
    person: str = Field(default="", max_length=100)
    action: str = Field(default="", max_length=60)
    kind: str = Field(default="", max_length=40)
    since: Day | None = None
    until: Day | None = None
    page: int = Field(default=1, ge=1, le=1_000_000)
    keys: bool = False


Typed = Annotated[Form[AuditFilter], Depends(asked(AuditFilter))]


@router.get("/audit", name="audit.index")
def index(request: Request, visit: Watcher, form: Typed) -> Response:
    wanted = _wanted(visit, form)
    total = how_many_events(visit.session, wanted)
    page, last = in_pages(total, form.data.page if form.data else 1, PAGE)
    only = wanted.of_editions_only
    seen = events(visit.session, wanted, page=page)
    named = subjects(visit.session, seen)
    return render(
        request,
        visit,
        "audit/index.html",
        part="audit/_events.html",
        here="audit",
        form=form,
        actions=_in_words(known_actions(visit.session, of_editions_only=only)),
        kinds=_in_words(known_subjects(visit.session, of_editions_only=only)),
        events=[said(event, named, visit.may) for event in seen],
        total=total,
        filtered=bool(address_of("", form, "page", "keys")),
        of_editions_only=only,
        number=page,
        last=last,
        address=address_of("/audit", form, "page"),
        file_address=address_of("/audit.csv", form, "page", "keys"),
        Action=Action,
    )


@router.get("/audit.csv", name="audit.csv")
def as_csv(visit: Exporter, form: Typed) -> Response:
    """Every row that was asked for, with its fingerprint: whoever keeps it can prove the trail.

    The row about this very export is the first that is not in it.
    """
    wanted, shown = _wanted(visit, form), [column for column, _cell in _columns()]
    rows = how_many_events(visit.session, wanted)
    end = note_export(visit, exported_from("audit log", "CSV", rows, shown, form))
    return csv_response(
        file_name("audit-log"),
        shown,
        _rows(replace(wanted, before=end)),
        keys=bool(form.data and form.data.keys),
    )


def _wanted(visit: Visit, form: Form[AuditFilter]) -> Wanted:
    asked_for = form.data or AuditFilter()
    return Wanted(
        of_editions_only=not visit.may_with_all(Action.SEE_AUDIT_LOG),
        person=asked_for.person,
        action=asked_for.action,
        subject_type=asked_for.kind,
        since=asked_for.since,
        until=asked_for.until,
        zone=current_zone(),
    )


def _in_words(recorded: list[str]) -> list[tuple[str, str]]:
    return sorted(((one, in_words(one)) for one in recorded), key=lambda pair: sort_key(pair[1]))


def _columns() -> list[tuple[Column, Callable[[EventSeen], Any]]]:
    return [
        (Column("number", _("Number")), lambda e: e.seq),
        (Column("at", _("When")), lambda e: e.at),
        (Column("actor", _("Who")), lambda e: e.actor),
        (Column("actor_id", _("Who (id)")), lambda e: e.actor_id),
        (Column("action", _("What")), lambda e: e.action),
        (Column("kind", _("To what")), lambda e: e.subject_type),
        (Column("thing_id", _("To what (id)")), lambda e: e.subject_id),
        (Column("person", _("About whom")), lambda e: e.person),
        (Column("person_id", _("About whom (id)")), lambda e: e.person_id),
        (Column("edition_id", _("Edition (id)")), lambda e: e.edition_id),
        (Column("details", _("Details")), lambda e: json.dumps(e.details, ensure_ascii=False)),
        (Column("hash", _("Fingerprint")), lambda e: e.hash),
    ]


def _rows(wanted: Wanted) -> Iterator[list[Cell]]:
    """Read while they are sent, in a session of their own."""
    columns = _columns()
    with reading() as session:
        for event in all_events(session, wanted):
            yield [_cell(value(event)) for _column, value in columns]


def _cell(value: Any) -> Cell:
    return value if value is None or isinstance(value, int | str | date) else str(value)
