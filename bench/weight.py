"""What visits of the course page put on the wire, as Chromium counts it, and what they cost us."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from app.web.cookie import cookie_name
from bench.course import page_of
from bench.load import ask
from bench.places import Database, Place, installation
from bench.programme import Programme, Reader, make_programme
from bench.report import Row, at_most
from bench.servers import Server, server
from bench.statements import statements_of

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
KB = 1000


@dataclass
class Visit:
    """What one visit of a page loaded over the wire."""

    requests: int = 0
    weight: int = 0
    kept: set[str] = field(default_factory=set)  # what came from the browser's own memory


def measure_weight() -> Iterator[Row]:
    with installation(Database.SQLITE) as place:
        programme = make_programme(people=1)
        with server("app.main:app", place.environment, place.folder) as ours:
            yield from _in_chromium(ours, programme)
            yield from _unchanged(ours, programme, programme.readers[0])
        yield from _statements(place, programme)


def _in_chromium(ours: Server, programme: Programme) -> Iterator[Row]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        yield Row("First and repeated visit", "not measured: Chromium is missing")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(locale="en")
        _sign_in(context, ours, programme.readers[0])
        page = context.new_page()
        address = f"http://localhost:{ours.port}{programme.address}"
        first = _visit(page, address)
        again = _visit(page, f"{address}?lang=en")  # another address: the page is sent anew
        browser.close()
    yield at_most("First visit: bytes on the wire", first.weight / KB, aim=60, unit="KB")
    yield at_most("First visit: requests", first.requests, aim=6, unit="requests")
    yield at_most("Repeated visit of a changed page", again.weight / KB, aim=12, unit="KB")


def _sign_in(context: BrowserContext, ours: Server, reader: Reader) -> None:
    context.add_cookies(
        [
            {
                "name": cookie_name(),
                "value": reader.secret,
                "url": f"https://localhost:{ours.port}",
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


def _visit(page: Page, address: str) -> Visit:
    found, names = Visit(), dict[str, str]()
    devtools = page.context.new_cdp_session(page)

    def asked(told: dict[str, Any]) -> None:
        names[told["requestId"]] = told["request"]["url"]

    def came_from_memory(told: dict[str, Any]) -> None:
        found.kept.add(told["requestId"])

    def came(told: dict[str, Any]) -> None:
        if told["encodedDataLength"] and told["requestId"] not in found.kept:
            found.requests += 1
            found.weight += int(told["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", asked)
    devtools.on("Network.requestServedFromCache", came_from_memory)
    devtools.on("Network.loadingFinished", came)
    devtools.send("Network.enable")
    answer = page.goto(address, wait_until="networkidle")
    devtools.detach()
    if answer is None or answer.status != 200 or not page.locator("#outline").count():  # noqa: PLR2004 -- OK
        message = f"Chromium did not get the course page, but {page.title()!r}"
        raise RuntimeError(message)
    return found


def _unchanged(ours: Server, programme: Programme, reader: Reader) -> Iterator[Row]:
    tag = ask(ours.port, page_of(programme, reader)).header("ETag")
    answer = ask(ours.port, page_of(programme, reader, If_None_Match=tag))
    yield at_most("Repeated visit of an unchanged page", answer.weight / KB, aim=2, unit="KB")


def _statements(place: Place, programme: Programme) -> Iterator[Row]:
    told = statements_of(place, programme)
    yield at_most("Statements for the page, warm", told["page"], aim=1, unit="statements")
    yield at_most("Statements for an unchanged page", told["unchanged"], aim=1, unit="statements")
