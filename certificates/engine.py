"""WeasyPrint locked down: pages of ours in, tagged PDF out, and nothing read from anywhere else."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from certificates.facts import CannotDraw
from certificates.glyphs import FONTS

VARIANT = "pdf/ua-1"
MOST_CHARACTERS_OF_A_PAGE = 200_000

#: Pango's font map is shared by all pages of a process and serves one of them at a time.
_one_at_a_time = Lock()


class OwnFiles(URLFetcher):  # type: ignore[misc]  # -- ships no types
    """Serves ``own:`` files from memory. Disks, networks and all the rest do not exist."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, timeout=1)
        self._files = files

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002 -- WeasyPrint calls it so
        scheme, _, name = url.partition(":")
        if scheme != "own" or name not in self._files:
            raise ValueError(f"Not one of our own files: {url}")
        kind = "image/svg+xml" if name.endswith(".svg") else "font/ttf"
        return URLFetcherResponse(url, self._files[name], {"Content-Type": kind})


def print_page(html: str, stylesheet: Path, pictures: Mapping[str, bytes]) -> bytes | None:
    """The PDF of ``html``, or nothing when it does not fit on one page."""
    if len(html) > MOST_CHARACTERS_OF_A_PAGE:
        raise CannotDraw("The page is too long to be drawn.")
    with _one_at_a_time, _complaints() as complaints:
        page = HTML(string=html, base_url=None, url_fetcher=OwnFiles(pictures))
        document = page.render(
            font_config=_font_configuration(),
            stylesheets=[_parsed(stylesheet)],
            pdf_variant=VARIANT,
        )
        if len(document.pages) != 1:
            return None
        pdf: bytes = document.write_pdf(pdf_variant=VARIANT, finisher=_refuse_extras)
    _refuse_complaints(complaints)
    return pdf


def _refuse_extras(document: Document, pdf: Any) -> None:
    """A certificate is a page: it carries no files, runs nothing and links to nothing."""
    extras = {"Names", "AF", "AcroForm", "OpenAction", "AA"} & pdf.catalog.keys()
    if extras or document.metadata.attachments or any(page.links for page in document.pages):
        raise CannotDraw("The page carries more than a page.")


def _refuse_complaints(complaints: list[logging.LogRecord]) -> None:
    """WeasyPrint only warns of a letter without a glyph or a picture not found; we do not print."""
    if complaints:
        without_glyph = [c.args for c in complaints if c.msg.startswith(".notdef")]
        letters = frozenset(str(args[0]) for args in without_glyph if isinstance(args, tuple))
        raise CannotDraw(complaints[0].getMessage(), letters)


class _Listener(logging.Handler):
    """Notes the warnings uttered by the thread that listens."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = get_ident()
        self.complaints: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.complaints.append(record)


@contextmanager
def _complaints() -> Iterator[list[logging.LogRecord]]:
    """The warnings that WeasyPrint utters meanwhile."""
    listener = _Listener()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(listener)
    try:
        yield listener.complaints
    finally:
        logger.removeHandler(listener)


@cache
def _font_configuration() -> FontConfiguration:
    """One for all pages of the process: a new one for each costs a fifth more and leaks memory."""
    return FontConfiguration()


@cache
def _parsed(stylesheet: Path) -> CSS:
    fonts = {font.name: font.read_bytes() for font in FONTS.glob("*.ttf")}
    return CSS(
        string=stylesheet.read_text("utf-8"),
        font_config=_font_configuration(),
        url_fetcher=OwnFiles(fonts),
    )
