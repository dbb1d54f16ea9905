"""The press: WeasyPrint, slow to load, reaching nothing but our own style and fonts."""

from collections.abc import Mapping
from functools import cache
from threading import Lock

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from app.web.static import assets

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


def pressed(html: str) -> bytes:
    with _one_at_a_time:
        page = HTML(string=html, base_url=_ORIGIN, url_fetcher=OwnAssets())
        pdf: bytes = page.write_pdf(font_config=_font_configuration(), pdf_variant="pdf/ua-1")
    return pdf
