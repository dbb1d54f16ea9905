"""What a page can never do, whatever were written in it."""

import pytest

from certificates import CannotDraw
from certificates.engine import OwnFiles, print_page
from certificates.page import DESIGNS

STYLE = DESIGNS / "classic" / "certificate.css"
PICTURES = {"sheet.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
PICTURES["drawing.svg"] = PICTURES["sheet.svg"]

EVERY_WAY_OUT = [
    "file:///etc/passwd",
    "http://127.0.0.1/",
    "https://example.org/a.svg",
    "ftp://example.org/",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
    "own:../fonts/OFL.txt",
    "own:certificate.css",
    "/etc/passwd",
    "sheet.svg",
]


def page(body: str, head: str = "<title>x</title>") -> bytes | None:
    html = f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>"
    return print_page(html, STYLE, PICTURES)


def test_an_ordinary_page_is_printed() -> None:
    printed = page("<h1>Good</h1>")

    assert printed is not None
    assert printed.startswith(b"%PDF-1.7")


@pytest.mark.parametrize("address", EVERY_WAY_OUT)
def test_only_our_own_files_exist(address: str) -> None:
    with pytest.raises(ValueError, match="Not one of our own files"):
        OwnFiles(PICTURES).fetch(address)


@pytest.mark.parametrize("address", EVERY_WAY_OUT)
def test_a_picture_from_elsewhere_stops_the_print(address: str) -> None:
    with pytest.raises(CannotDraw):
        page(f'<img alt="x" src="{address}">')


@pytest.mark.parametrize("address", [*EVERY_WAY_OUT, "own:sheet.svg"])
def test_nothing_is_ever_attached(address: str) -> None:
    with pytest.raises(CannotDraw):
        page("<h1>x</h1>", f'<title>x</title><link rel="attachment" href="{address}">')


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://example.org/">x</a>',
        '<a rel="attachment" href="own:sheet.svg">x</a>',
        '<a href="file:///etc/passwd">x</a>',
        '<p style="background:url(file:///etc/passwd)">x</p>',
        '<p style="background:url(https://example.org/a.png)">x</p>',
        '<link rel="stylesheet" href="file:///etc/passwd">x',
        "<style>@import url(https://example.org/a.css);</style>x",
        "<style>@font-face{font-family:x;src:url(file:///etc/passwd)}</style>x",
        '<svg><title>x</title><image href="file:///etc/passwd" width="9" height="9"/></svg>',
        '<object data="file:///etc/passwd">x</object>',
        '<embed src="file:///etc/passwd">',
    ],
)
def test_links_and_foreign_files_stop_the_print(body: str) -> None:
    with pytest.raises(CannotDraw):
        page(body)


def test_a_letter_without_glyph_stops_the_print_and_is_named() -> None:
    with pytest.raises(CannotDraw) as refusal:
        page("<h1>Ana \U0010fffd</h1>")

    assert refusal.value.characters == {"\U0010fffd"}


def test_two_pages_are_no_certificate() -> None:
    assert page('<div style="break-after:page">x</div><p>y</p>') is None


def test_a_page_of_a_monstrous_length_is_not_even_laid_out() -> None:
    with pytest.raises(CannotDraw, match="too long"):
        page("a" * 200_001)
