"""The product as people meet it: the demonstration loaded, the server running, Chromium open."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

HOUSE = Path(__file__).parents[2]
TALLER = [str(Path(sys.executable).parent / "taller")]
PASSWORD = "taller-demo"
PATIENCE = 60
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

    def sign_in(self, who: str) -> None:
        """Sign in as one of the demonstration's roles, or with a whole address."""
        self.go("/sign-in")
        self.page.get_by_label("E-mail").fill(who if "@" in who else f"{who}@taller.example")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda address: "/sign-in" not in address)


type Meet = Callable[..., Person]


@pytest.fixture
def meet(chromium: Browser, site: str, javascript: bool) -> Iterator[Meet]:
    """Bring people to the site, each with a browser of their own, in English on a wide screen."""
    people: list[Person] = []

    def bring(
        who: str | None = None,
        *,
        width: int = 1280,
        language: str = "en",
        dark: bool = False,
        scripts: bool = javascript,
        zone: str = "America/Bogota",
    ) -> Person:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale=language,
            timezone_id=zone,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        context.add_cookies([{"name": "lang", "value": language, "url": site}])
        context.set_default_timeout(15_000)
        person = Person(context.new_page(), site, scripts=scripts)
        people.append(person)
        if who:
            person.sign_in(who)
        return person

    yield bring
    complaints = [line for person in people for line in person.complaints]
    for person in people:
        person.page.context.close()
    assert complaints == []
