"""Reports on paper: our print templates drawn as PDF by a WeasyPrint that can reach nothing."""

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any

from fastapi import Request, Response
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.web.exports import attached
from app.web.guards import Visit
from app.web.pages import context, environment
from app.web.static import assets

#: Drawing takes about two milliseconds a line; longer tables belong in a spreadsheet.
MOST_LINES = 500
MOST_CHARACTERS = 1_000_000
_ORIGIN = "https://assets.invalid"

#: Pango's font map is shared by all pages of a process and serves one of them at a time.
_one_at_a_time = Lock()


class OwnAssets(URLFetcher):  # type: ignore[misc]  # -- ships no types
    """Serves our style and fonts from memory. Disks, networks and all the rest do not exist."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, timeout=1)
        self._assets = {f"{_ORIGIN}/static/{a.name}": a for a in assets().values()}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002 -- WeasyPrint calls it so
        asset = self._assets.get(url)
        if asset is None:
            raise ValueError(f"Not one of our own files: {url}")
        return URLFetcherResponse(url, asset.content, {"Content-Type": asset.content_type})


@cache
def _font_configuration() -> FontConfiguration:
    """One for all pages of the process: a new one for each would leak memory."""
    return FontConfiguration()


def pdf_response(
    request: Request, visit: Visit, page: str, name: str, *, lines: int, **given: Any
) -> Response:
    """``page``, a template on ``layouts/print.html``, as a PDF that holds so many ``lines``."""
    if lines > MOST_LINES:
        raise RuleBroken(
            _(
                "A PDF holds up to %(most)s lines, and these are %(lines)s. Take the CSV or XLSX, "
                "or count fewer things."
            )
            % {"most": MOST_LINES, "lines": lines}
        )
    html = environment.get_template(page).render(context(request, visit, **given))
    return Response(printed(html), 200, attached(f"{name}.pdf"), "application/pdf")


def printed(html: str) -> bytes:
    """A tagged PDF of a page of ours, which a screen reader can read."""
    if len(html) > MOST_CHARACTERS:
        raise RuleBroken(_("This is too long for a PDF. Take the CSV or XLSX."))
    with _one_at_a_time:
        page = HTML(string=html, base_url=_ORIGIN, url_fetcher=OwnAssets())
        pdf: bytes = page.write_pdf(font_config=_font_configuration(), pdf_variant="pdf/ua-1")
    return pdf
