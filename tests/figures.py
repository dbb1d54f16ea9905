"""People to be counted, and reading figures back: from pages, CSV files and paper."""

import csv
from datetime import date
from io import StringIO

import pypdfium2
from bs4 import BeautifulSoup

from app.models import Edition, Gender
from tests.conftest import Browser
from tests.make import Make


def edition_of_seven(make: Make) -> Edition:
    """Seven people of 2022: four women, two men, one who did not say; Bolivia and Peru."""
    course = make.course(title={"en": "Leadership", "es": "Liderazgo"})
    edition = make.edition(
        course, reporting_year=2022, starts_on=date(2022, 8, 8), ends_on=date(2022, 9, 30)
    )
    infocal = make.institution(acronym="INFOCAL", country="BO").id
    make.crowd(edition, 3, gender=Gender.WOMAN, country="BO", institution_id=infocal)
    make.crowd(edition, 2, gender=Gender.MAN, country="BO", institution_id=infocal)
    senati = make.institution(acronym="SENATI", country="PE").id
    make.crowd(edition, 1, gender=Gender.WOMAN, country="PE", institution_id=senati)
    make.crowd(edition, 1, gender=Gender.NOT_ANSWERED, country="PE", institution_id=senati)
    return edition


def rows(browser: Browser, address: str) -> list[dict[str, str]]:
    """The lines of a CSV by their stable keys."""
    joint = "&" if "?" in address else "?"
    answer = browser.get(f"{address}{joint}keys=1")
    assert answer.status_code == 200, answer.text
    _words, keys, *lines = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    return [dict(zip(keys, line, strict=True)) for line in lines]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    found = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(found.split())


def facts(html: str) -> dict[str, str]:
    page = BeautifulSoup(html, "lxml")
    return {
        str(fact.dt.get_text()): " ".join(fact.dd.get_text(" ").split())
        for fact in page.select(".facts > div")
        if fact.dt and fact.dd
    }


def table(html: str, name: str) -> list[list[str]]:
    """The lines of the table under the heading ``name``, cell by cell."""
    page = BeautifulSoup(html, "lxml")
    section = page.select_one(f"section:has(h2#{name})")
    assert section is not None
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td:not(.bar)")]
        for row in section.select("tbody tr, tfoot tr")
    ]
