"""The annual report: a page, and the same tables as files."""

import re
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app.core import clock
from app.core.errors import NotFound, RuleBroken
from app.core.formats import current_zone
from app.core.i18n import gettext as _
from app.core.i18n import pgettext
from app.models import Mode
from app.policy import Action
from app.queries import statistics
from app.queries.figures import Audience, published
from app.queries.reports import AnnualReport, annual_report, has_editions
from app.web import annual
from app.web.exports import csv_response, file_name, xlsx_response
from app.web.figures import not_for_publication
from app.web.forms import Form
from app.web.guards import Visit, guarded_by, may
from app.web.labels import label
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.printing import pdf_response

router = APIRouter(route_class=OneHopRoute)

Reader = Annotated[Visit, guarded_by(may(Action.SEE_ANNUAL_REPORT))]
Year = Annotated[int, Path(ge=1900, le=2199)]

ALL_COURSES = "all"


@router.get("/reports/annual", name="reports.newest")
def newest(visit: Reader, year: str = "", mode: str = "") -> Response:
    """The year that was chosen in the page's form, else the newest that has participants."""
    years = statistics.years(visit.session, only_institution=None)
    today = clock.today()
    usual = statistics.usual_year(years, on=today) or today.year
    found = year if re.fullmatch("[0-9]{4}", year) else usual
    query = f"?mode={mode}" if mode in {*Mode, ALL_COURSES} else ""
    return go_to(f"/reports/annual/{found}{query}")


@router.get("/reports/annual/{year}.csv", name="reports.annual_csv")
def as_csv(visit: Reader, year: Year, mode: str = Mode.TUTOR_LED, keys: str = "") -> Response:
    report = report_of(visit, year, _mode(mode))
    rows = [*annual.rows(report), annual.total_row(report)]
    return csv_response(_name(year, mode), annual.columns(live=False), rows, keys=keys == "1")


@router.get("/reports/annual/{year}.xlsx", name="reports.annual_xlsx")
def as_xlsx(visit: Reader, year: Year, mode: str = Mode.TUTOR_LED) -> Response:
    report = report_of(visit, year, _mode(mode))
    about = annual.about(report, _mode(mode))
    return xlsx_response(_name(year, mode), *annual.sheets(report), about=about)


@router.get("/reports/annual/{year}.pdf", name="reports.annual_pdf")
def as_pdf(request: Request, visit: Reader, year: Year, mode: str = Mode.TUTOR_LED) -> Response:
    told = told_of(report_of(visit, year, _mode(mode)), _mode(mode))
    return pdf_response(
        request,
        visit,
        "reports/print.html",
        _name(year, mode),
        lines=sum(len(table.shown) for table in told["tables"]),
        **told,
        made_on=clock.today(current_zone()),
    )


@router.get("/reports/annual/{year}", name="reports.annual")
def show(request: Request, visit: Reader, year: Year, mode: str = Mode.TUTOR_LED) -> Response:
    report = report_of(visit, year, _mode(mode))
    query = "" if mode == Mode.TUTOR_LED else f"?mode={mode}"
    years = statistics.years(visit.session, only_institution=None)
    return render(
        request,
        visit,
        "reports/annual.html",
        here="statistics",
        **told_of(report, _mode(mode)),
        form=Form(typed={"year": str(year), "mode": mode}),
        years=[(year, year) for year in sorted({*years, year}, reverse=True)],
        modes=[*((it, label(it)) for it in Mode), (ALL_COURSES, pgettext("courses", "All"))],
        files=[(f"/reports/annual/{year}.{kind.lower()}{query}", kind) for kind in _KINDS],
    )


_KINDS = ("CSV", "XLSX", "PDF")


def report_of(visit: Visit, year: int, mode: Mode | None) -> AnnualReport:
    """The report as its readers may see it: they may see the people themselves."""
    report = annual_report(visit.session, year, mode=mode, now=clock.now())
    if not report.editions and not has_editions(visit.session, year):
        raise NotFound(_("No edition belongs to the reporting year %(year)s.") % {"year": year})
    return replace(report, figures=published(report.figures, Audience.STAFF))


def told_of(report: AnnualReport, mode: Mode | None) -> dict[str, Any]:
    """What page and paper say alike."""
    return {
        "report": report,
        "figures": report.figures,
        "tables": [annual.edition_table(report), *annual.other_tables(report)],
        "notes": annual.notes(report),
        "care": not_for_publication() if report.figures.show_small_groups else "",
        "filters_in_words": annual.in_one_line(report, mode),
        "hours": annual.hours(report),
        "handed_in": annual.handed_in(report),
        "capstones": annual.capstone_lines(report),
        "capstone_heads": annual.capstone_heads(),
        "capstone_columns": annual.capstone_columns(),
    }


def _mode(asked: str) -> Mode | None:
    if asked == ALL_COURSES:
        return None
    if asked not in set(Mode):
        raise RuleBroken(_("Ask for courses with a tutor, at one’s own pace, or for all."))
    return Mode(asked)


def _name(year: int, mode: str) -> str:
    return file_name("annual report", str(year), "" if mode == Mode.TUTOR_LED else mode)
