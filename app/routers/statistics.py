"""The coordinators' figures: a page, and the same figures as files that obey the same address."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from app.core import clock
from app.core.formats import current_zone
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries import statistics
from app.queries.figures import Counting, Figures, published
from app.web.exports import csv_response, xlsx_response
from app.web.figures import (
    ShownTable,
    columns_of,
    json_row,
    not_for_publication,
    rows_of,
    sheet_of,
    table_of,
    total_row,
)
from app.web.guards import Visit, guarded_by, may
from app.web.one_hop import OneHopRoute
from app.web.pages import render
from app.web.printing import pdf_response
from app.web.statistics import Asked, Counted, about, ask, in_one_line, in_words, options

router = APIRouter(route_class=OneHopRoute)

Reader = Annotated[Visit, guarded_by(may(Action.SEE_STATISTICS))]
Writer = Callable[[Request, Visit, Asked, Figures, list[ShownTable]], Response]


@router.get("/statistics", name="statistics.index")
def index(request: Request, visit: Reader) -> Response:
    asked = ask(request, visit)
    found = None if asked.form.errors else figures_of(visit, asked)
    return render(
        request,
        visit,
        "statistics/index.html",
        status=422 if asked.form.errors else 200,
        here="statistics",
        **told(asked, found),
        form=asked.form,
        options=options(asked),
        address=_address(request, "sort"),
        files=_files(request),
        report="/reports/annual" if visit.may(Action.SEE_ANNUAL_REPORT) else None,
    )


@router.get("/statistics.csv", name="statistics.csv")
def as_csv(request: Request, visit: Reader) -> Response:
    return answer(request, visit, _csv)


@router.get("/statistics.xlsx", name="statistics.xlsx")
def as_xlsx(request: Request, visit: Reader) -> Response:
    return answer(request, visit, _xlsx)


@router.get("/statistics.pdf", name="statistics.pdf")
def as_pdf(request: Request, visit: Reader) -> Response:
    return answer(request, visit, _pdf)


@router.get("/statistics.json", name="statistics.json")
def as_json(request: Request, visit: Reader) -> Response:
    asked = ask(request, visit)
    if asked.form.errors:
        return JSONResponse({"errors": asked.form.errors}, 422)
    return _json(asked, figures_of(visit, asked))


def figures_of(visit: Visit, asked: Asked) -> Figures:
    """What is asked for, as whoever asks may see it."""
    exact = statistics.figures(
        visit.session,
        asked.filters,
        *asked.crossings,
        counting=asked.query.count,
        only_institution=asked.only_institution,
    )
    return published(exact, asked.audience)


def answer(request: Request, visit: Visit, write: Writer) -> Response:
    """A file of the figures, or in plain words why there is none."""
    asked = ask(request, visit)
    if asked.form.errors:
        reasons = [f"{name}: {words}" for name, words in asked.form.errors.items()]
        return PlainTextResponse("\n".join(reasons) + "\n", 422)
    found = figures_of(visit, asked)
    return write(request, visit, asked, found, _tables(asked, found))


def told(asked: Asked, found: Figures | None) -> dict[str, Any]:
    """What page and paper say alike."""
    return {
        "heading": _heading(asked),
        "counted": _counted(asked),
        "figures": found,
        "tables": _tables(asked, found) if found else [],
        "care": not_for_publication() if found and found.show_small_groups else "",
        "in_words": in_one_line(in_words(asked)),
    }


def _tables(asked: Asked, found: Figures) -> list[ShownTable]:
    return [table_of(found, table, asked.query.sort) for table in found.tables]


def _heading(asked: Asked) -> str:
    year = asked.filters.year
    if asked.query.status is Counted.PARTICIPANTS:
        return _("Participants in %(year)s") % {"year": year} if year else _("Participants")
    return _("Enrolments in %(year)s") % {"year": year} if year else _("Enrolments")


def _counted(asked: Asked) -> str:
    if asked.query.count is Counting.PEOPLE:
        return _("People")
    return _("Participants") if asked.query.status is Counted.PARTICIPANTS else _("Enrolments")


def _csv(
    _request: Request, _visit: Visit, asked: Asked, _found: Figures, tables: list[ShownTable]
) -> Response:
    table = tables[0]
    rows = [*rows_of(table), total_row(table)]
    columns = columns_of(table, live=False)
    return csv_response(asked.file_name, columns, rows, keys=asked.query.keys == "1")


def _xlsx(
    _request: Request, _visit: Visit, asked: Asked, found: Figures, tables: list[ShownTable]
) -> Response:
    sheets = [sheet_of(table, found) for table in tables]
    words = [(_("What is counted"), _heading(asked)), *about(asked, found)]
    return xlsx_response(asked.file_name, *sheets, about=words)


def _pdf(
    request: Request, visit: Visit, asked: Asked, found: Figures, tables: list[ShownTable]
) -> Response:
    return pdf_response(
        request,
        visit,
        "statistics/print.html",
        asked.file_name,
        lines=sum(len(table.lines) for table in tables),
        **told(asked, found),
        filters_in_words=in_one_line(in_words(asked)),
        made_on=clock.today(current_zone()),
    )


def _json(asked: Asked, found: Figures) -> Response:
    first, *more = _tables(asked, found)
    return JSONResponse(
        {
            "count": asked.query.count,
            "by": list(first.by),
            "filters": _filters(asked),
            "in_words": dict(about(asked, found)),
            "rows": [json_row(line, first.by) for line in first.lines],
            **{
                "_".join(["by", *table.by]): [json_row(line, table.by) for line in table.lines]
                for table in more
            },
            "total": json_row(first.total, ()) | {"editions": found.editions},
        }
    )


def _filters(asked: Asked) -> dict[str, str]:
    """What was asked for, as it was understood: a focal coordinator always asks for one's own."""
    typed = {name: text for name, text in asked.form.typed.items() if name != "keys"}
    return typed | ({"institution": str(asked.only_institution)} if asked.only_institution else {})


def _files(request: Request) -> list[tuple[str, str]]:
    """The same figures as files: address and kind."""
    query = _address(request, "lang", "light").removeprefix("/statistics")
    return [(f"/statistics.{kind.lower()}{query}", kind) for kind in ("CSV", "XLSX", "PDF")]


def _address(request: Request, *without: str) -> str:
    kept = [(n, t) for n, t in request.query_params.multi_items() if n not in without and t]
    return f"/statistics?{urlencode(kept)}" if kept else "/statistics"
