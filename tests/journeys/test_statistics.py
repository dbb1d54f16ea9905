"""A coordinator reads the figures of 2022 and takes them along."""

import csv
import io
import json
import re

import pypdfium2
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Meet

TOTALS = {"participants": 395, "women": 196, "men": 190, "other": 0, "not_stated": 9}


def rows(text: str) -> list[dict[str, str]]:
    """The lines of a CSV that was asked for with its keys."""
    _header, keys, *lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    return [dict(zip(keys, line, strict=True)) for line in lines]


def fetched(page: Page, address: str) -> bytes:
    answer = page.request.get(address)
    assert answer.status == 200, address
    return answer.body()


def test_the_figures_of_2022_are_the_reported_ones_in_every_form(meet: Meet, site: str) -> None:
    page = meet("coordinator").go("/statistics?year=2022")
    expect(page.get_by_role("heading", name="Participants in 2022")).to_be_visible()
    for value in ("395", "196", "190", "63", "22"):
        expect(
            page.locator("dl.facts dd").filter(has_text=re.compile(f"^{value}")).first
        ).to_be_visible()

    base = f"{site}/statistics"
    lines = rows(fetched(page, f"{base}.csv?year=2022&keys=1").decode())
    total = next(line for line in lines if line.get("kind", "") == "total" or line == lines[-1])
    figures = json.loads(fetched(page, f"{base}.json?year=2022"))
    book = load_workbook(io.BytesIO(fetched(page, f"{base}.xlsx?year=2022")))
    pdf = pypdfium2.PdfDocument(fetched(page, f"{base}.pdf?year=2022"))
    printed = "".join(sheet.get_textpage().get_text_range() for sheet in pdf)

    assert (total["women"], total["men"], total["not_stated"]) == ("196", "190", "9")
    assert "395" in json.dumps(figures)
    assert book.active is not None
    assert "395" in printed


def test_the_annual_report_prints_eleven_lines_and_their_totals(meet: Meet, site: str) -> None:
    page = meet("coordinator", width=375).go("/reports/annual/2022")
    expect(page.get_by_role("heading", name="Annual report 2022")).to_be_visible()

    lines = rows(fetched(page, f"{site}/reports/annual/2022.csv?keys=1").decode())
    editions = [line for line in lines if line["kind"] == "edition"]
    [total] = [line for line in lines if line["kind"] == "total"]

    assert len(editions) == 11
    assert {key: int(total[key]) for key in TOTALS} == TOTALS
    assert (total["institutions"], total["countries"]) == ("63", "22")
    for key, value in TOTALS.items():
        assert sum(int(line[key]) for line in editions) == value


def test_filters_are_a_form_that_works(meet: Meet) -> None:
    page = meet("coordinator").go("/statistics?year=2022")

    page.get_by_label("Country", exact=True).select_option(label="Uruguay")
    page.get_by_role("button", name="Update figures").click()

    page.wait_for_url(re.compile("country=UY"))
    expect(page.locator("dl.facts dd").first).to_have_text(re.compile("^30"))


def test_a_focal_point_sees_only_the_own_institution(meet: Meet, site: str) -> None:
    coordinator = meet("coordinator").page
    focal = meet("focal").page

    everybody = rows(
        fetched(coordinator, f"{site}/statistics.csv?year=2022&keys=1&by=institution").decode()
    )
    own = rows(fetched(focal, f"{site}/statistics.csv?year=2022&keys=1&by=institution").decode())

    assert len(everybody) > 60
    assert len(own) <= 2  # the institution, and the total
    assert focal.request.get(f"{site}/reports/annual/2022").status == 403
