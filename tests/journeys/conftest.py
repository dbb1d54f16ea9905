"""The product as people meet it: the demonstration loaded, the server running, Chromium open."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

HOUSE = Path(__file__).parents[2]
TALLER = [str(Path(sys.executable).parent / "taller")]
PASSWORD = "taller-demo"
PATIENCE = 60
#: How long a page may let somebody wait, on a machine that is busy with other things.
expect.set_options(timeout=20_000)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


def settings_for(folder: Path, port: int = 8000) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TALLER_")}
    return kept | {
        "TALLER_DATA_DIR": str(folder),
        "TALLER_DATABASE_URL": f"sqlite:///{folder / 'taller.db'}",
        "TALLER_BASE_URL": f"http://localhost:{port}",
        "TALLER_LOG_LEVEL": "WARNING",
    }


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation in which the demonstration is loaded."""
    folder = tmp_path_factory.mktemp("programme")
    for command in ("migrate", "demo"):
        subprocess.run(
            [*TALLER, command],
            cwd=HOUSE,
            env=settings_for(folder),
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return folder


@pytest.fixture(scope="module", params=["with-javascript", "without-javascript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Every journey is made twice: it must not need JavaScript."""
    return bool(request.param == "with-javascript")


@pytest.fixture(scope="module")
def site(
    programme: Path, javascript: bool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server, with its worker, over a fresh copy of the programme."""
    folder = tmp_path_factory.mktemp("with" if javascript else "without") / "var"
    yield from served(programme, folder)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def served(
    programme: Path, folder: Path, *, port: int = 0, more: dict[str, str] | None = None
) -> Iterator[str]:
    """The address of a server over a copy of the programme, with ``more`` settings."""
    shutil.copytree(programme, folder)
    port = port or free_port()
    server = subprocess.Popen(
        [*TALLER, "serve", "--with-worker", "--port", str(port)],
        cwd=HOUSE,
        env=settings_for(folder, port) | (more or {}),
        stdout=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        wait_until_ready(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended by itself"
        try:
            with urlopen(f"{address}/readyz") as answer:  # noqa: S310 -- our own address
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server was not ready in time")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


def follow(leading_away: Locator) -> None:
    """Click on what leads to another address, and be there: a click alone waits for nothing."""
    page = leading_away.page
    here = page.url
    leading_away.click()
    page.wait_for_url(lambda address: address != here)


def sign_in(page: Page, site: str, who: str) -> None:
    """Sign in as one of the demonstration's roles, or with a whole address."""
    page.goto(f"{site}/sign-in")
    page.get_by_label("E-mail").fill(who if "@" in who else f"{who}@taller.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("main").get_by_role("button", name="Sign in"))


@dataclass(frozen=True)
class SignedIn:
    """What a browser remembers of somebody who signed in, and where they came to."""

    state: StorageState
    landing: str


class SignIns:
    """Signs everybody in once; who comes again with another browser is signed in already."""

    def __init__(self, chromium: Browser, site: str) -> None:
        self.chromium = chromium
        self.site = site
        self.known: dict[str, SignedIn] = {}

    def of(self, who: str) -> SignedIn:
        if who not in self.known:
            context = new_context(self.chromium, self.site)
            page = context.new_page()
            sign_in(page, self.site, who)
            self.known[who] = SignedIn(context.storage_state(), page.url)
            context.close()
        return self.known[who]


def new_context(chromium: Browser, site: str, language: str = "en", **more: Any) -> BrowserContext:
    context = chromium.new_context(locale=language, **more)
    context.set_default_timeout(30_000)
    context.add_cookies([{"name": "lang", "value": language, "url": site}])
    return context


@pytest.fixture(scope="module")
def sign_ins(chromium: Browser, site: str) -> SignIns:
    return SignIns(chromium, site)


class Person:
    """Somebody at a browser. What the browser complains about fails the journey."""

    def __init__(self, page: Page, site: str, *, scripts: bool) -> None:
        self.page = page
        self.site = site
        self.scripts = scripts
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        expected = "Failed to load resource: the server responded with a status of 4"
        ours = self.page.url.startswith(self.site)  # people also go to other houses
        if ours and message.type == "error" and expected not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else f"{self.site}{path}")
        return self.page


type Meet = Callable[..., Person]


@pytest.fixture
def meet(chromium: Browser, site: str, sign_ins: SignIns, javascript: bool) -> Iterator[Meet]:
    """Bring people to the site, each with a browser of their own, in English on a wide screen.

    ``afresh``: with a sign-in of their own, which ends with the test.
    """
    people: list[Person] = []

    def bring(
        who: str | None = None,
        *,
        width: int = 1280,
        language: str = "en",
        scripts: bool = javascript,
        afresh: bool = False,
    ) -> Person:
        known = sign_ins.of(who) if who and not afresh else None
        context = new_context(
            chromium,
            site,
            language,
            viewport={"width": width, "height": 900},
            timezone_id="America/Bogota",
            java_script_enabled=scripts,
            storage_state=known and known.state,
        )
        person = Person(context.new_page(), site, scripts=scripts)
        people.append(person)
        if known:
            person.go(known.landing)
        elif who:
            sign_in(person.page, site, who)
        return person

    yield bring
    complaints = [line for person in people for line in person.complaints]
    for person in people:
        person.page.context.close()
    assert complaints == []
