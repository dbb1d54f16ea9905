"""Paper: only our own files are read, whatever a page names."""

from io import BytesIO

import pikepdf
import pytest
from starlette.requests import Request

from app.core.errors import RuleBroken
from app.policy import Role
from app.web.guards import Visit
from app.web.press import OwnAssets
from app.web.printing import MOST_CHARACTERS, MOST_LINES, pdf_response, printed
from app.web.static import static

PAGE = '<!doctype html><html lang="en"><title>Figures</title>{}</html>'


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "https://assets.invalid/static/../../etc/passwd",
        "https://assets.invalid/",
        "data:text/plain,x",
    ],
)
def test_nothing_but_our_own_assets_is_read(address: str) -> None:
    with pytest.raises(ValueError, match="Not one of our own"):
        OwnAssets().fetch(address)


def test_our_own_style_is_read_from_memory() -> None:
    found = OwnAssets().fetch(f"https://assets.invalid{static('css/print.css')}")

    assert b"@page" in found.read()


def test_a_page_that_names_foreign_files_is_printed_without_them() -> None:
    page = PAGE.format(
        '<link rel="attachment" href="file:///etc/passwd"><img src="file:///etc/hostname" alt="x">'
        '<link rel="stylesheet" href="file:///etc/passwd"><p>Words</p>'
    )

    with pikepdf.open(BytesIO(printed(page))) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.attachments == {}
        assert b"root:" not in printed(page)


def test_the_pdf_can_be_read_aloud() -> None:
    page = PAGE.format("<h1>Figures</h1><table><tr><th>Women<td>3</table>")

    with pikepdf.open(BytesIO(printed(page))) as pdf:
        assert pdf.Root.Lang == "en"
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.docinfo["/Title"] == "Figures"


def test_endless_tables_are_refused_in_words() -> None:
    request = Request({"type": "http", "headers": [], "path": "/", "query_string": b""})
    nobody = Visit(None, None, frozenset({Role.VISITOR}))  # type: ignore[arg-type]  # -- refused before it looks

    with pytest.raises(RuleBroken, match="Take the CSV or XLSX"):
        pdf_response(request, nobody, "statistics/print.html", "f", lines=MOST_LINES + 1)
    with pytest.raises(RuleBroken, match="too long"):
        printed("x" * (MOST_CHARACTERS + 1))
