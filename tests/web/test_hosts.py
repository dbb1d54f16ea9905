"""No answer and no message repeats the name by which a request called us."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.settings import settings
from app.models import LinkRequest, Message
from tests.conftest import Browser
from tests.make import Make
from tests.web.test_routes_and_roles import SLOW, World, in_words

MALFORMED = [
    *("", " ", "a b", "testserver/", "testserver/x", "testserver?x", "testserver#x", "[::1"),
    *("user@testserver", "evil.example@testserver", "testserver\\@evil.example", "%65vil.example"),
    *("http://testserver", "//testserver", "testserver, evil.example", "testserver evil.example"),
    *("testserver:80:80", "testserver:port", "testserver:", "testserver:999999", "<script>", "é"),
    *("testserver\tevil", "testserver;evil", "testserver:80@evil.example", '"testserver"'),
]
FOREIGN = [
    *("evil.example", "EVIL.example", "evil.example.", "evil.example:443", "testserver.evil"),
    *("evil.testserver", "testserver-evil", "xn--testserver-evil", "1.2.3.4", "169.254.169.254"),
    *("10.0.0.1", "[::]", "[::ffff:169.254.169.254]", "localhost.evil", "127.0.0.1.evil.example"),
]
OURS = ["testserver", "TESTSERVER", "testserver.", "testserver:443", "localhost:8000", "[::1]"]
EVIL = "evil.example"
FORWARDED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Host": EVIL,
    "X-Original-Host": EVIL,
    "X-Original-URL": f"//{EVIL}/",
    "X-Rewrite-URL": f"//{EVIL}/",
    "Forwarded": f"host={EVIL};proto=https",
    "X-Forwarded-Prefix": f"//{EVIL}",
}
PAGES = ["/", "/sign-in", "/home", "/home/", "/nowhere", "/api/v1/me", "/static/none.css"]


@pytest.fixture
def in_production(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setenv("TALLER_ENV", "production")
    monkeypatch.setenv("TALLER_BASE_URL", "https://testserver")
    settings.cache_clear()
    return browser


@pytest.mark.parametrize("names", [MALFORMED, MALFORMED + FOREIGN], ids=["anywhere", "production"])
def test_a_name_that_is_not_ours_is_refused(
    session: Session, make: Make, browser: Browser, request: pytest.FixtureRequest, names: list[str]
) -> None:
    if names is not MALFORMED:
        request.getfixturevalue("in_production")
    ana = make.account()
    answered = []
    for name in names:
        named = {"Host": name.encode("latin-1")}
        form = {"email": ana.email}
        answers = [browser.get(path, headers=named) for path in PAGES]  # type: ignore[arg-type]  # -- bytes
        answers.append(browser.post("/sign-in/password", data=form, headers=named))  # type: ignore[arg-type]  # -- as above
        answered += [(name, a.status_code, a.text) for a in answers if a.status_code != 400]
        answered += [(name, 400, a.text) for a in answers if "evil" in a.text]

    print(f"{len(names) * (len(PAGES) + 1)} cases run, {len(answered)} violations")
    assert answered == []
    assert session.exec(select(LinkRequest)).all() == []


@pytest.mark.parametrize("name", OURS)
def test_our_own_name_is_known_however_it_is_written(in_production: Browser, name: str) -> None:
    assert in_production.get("/", headers={"Host": name}).status_code == 200


def test_machines_that_look_after_this_one_know_it_by_number(in_production: Browser) -> None:
    assert in_production.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert in_production.get("/", headers={"Host": "10.0.0.7:8000"}).status_code == 400


class Called:
    """The application, which every request calls by another name and says to be forwarded from."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        forged = [(b"host", EVIL.encode())]
        forged += [(name.lower().encode(), value.encode()) for name, value in FORWARDED.items()]
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        await self.app({**scope, "headers": kept + forged}, receive, send)


def test_no_page_repeats_the_name_that_it_was_asked_by(world: World) -> None:
    """In development, where any name is answered to; in production none but ours comes so far."""
    called: Any = Called(world.app)
    world.app = called
    repeated, cases = [], 0

    async def walk() -> None:
        nonlocal cases
        for method, path in in_words():
            if method != "GET" or path in SLOW:
                continue
            for actor in ("visitor", "participant here", "administrator"):
                answer = await world.ask("GET", world.path(path, "here"), actor)
                cases += 1
                if EVIL in answer.body or any(EVIL in value for value in answer.headers.values()):
                    repeated.append(f"{path}: {actor}")

    asyncio.run(walk())

    print(f"{cases} cases run, {len(repeated)} violations")
    assert repeated == []
    assert cases > 300


def test_no_message_holds_the_name_that_it_was_asked_for_by(
    session: Session, make: Make, browser: Browser
) -> None:
    ana, forged = make.account(), {"Host": EVIL, **FORWARDED}
    for address in ("/sign-in/link", "/sign-in/password"):
        browser.post(address, data={"email": ana.email}, headers=forged)
    person = {"name": "Eva", "country": "CO", "language": "en", "password": "a long mango password"}
    browser.post("/register", data=person | {"email": "eva@example.org"}, headers=forged)
    browser.sign_in(ana)
    browser.post("/account/email", data={"email": "new@example.org"}, headers=forged)

    written = session.exec(select(Message)).all()
    print(f"{len(written)} cases run, {sum(EVIL in repr(m) for m in written)} violations")
    assert len(written) >= 3
    assert [message for message in written if EVIL in repr(message)] == []


@contextmanager
def serving(app: FastAPI, parser: Any) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=parser, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def said(port: int, head: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: line.recv(65536), b"")).decode("latin-1")


@pytest.mark.parametrize("parser", ["h11", "httptools"])
def test_a_whole_address_in_the_request_line_names_nothing(database: str, parser: str) -> None:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    del database
    lines = [f"GET http://{EVIL}{path} HTTP/1.1\r\nHost: testserver" for path in PAGES]
    lines += [f"GET {path} HTTP/1.1\r\nHost: testserver\r\nHost: {EVIL}" for path in PAGES]
    lines += [f"GET //{EVIL}{path} HTTP/1.1\r\nHost: testserver" for path in PAGES]
    with serving(create_app(), parser) as port:
        answers = [said(port, line) for line in lines]
    repeated = [
        (line, answer) for line, answer in zip(lines, answers, strict=True) if EVIL in answer
    ]

    print(f"{len(lines)} cases run, {len(repeated)} violations")
    assert repeated == []
    assert all(answer.startswith("HTTP/1.1 ") for answer in answers)
