"""Every cookie of every answer is of this host alone, and out of reach of scripts."""

import ast
import json
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from httpx2 import Response
from sqlmodel import Session

from app.core import openid
from app.core.passwords import hash_password
from app.core.settings import settings
from app.web.cookie import Cookie, cookie_name
from tests.conftest import Browser
from tests.make import Make
from tests.openid_house import CLIENT, SECRET, House, open_house
from tests.web.test_staff_acts import acts

APP = Path(__file__).parents[2] / "app"
PASSWORD = "tres tristes tigres"
#: Set by a script, which alone knows it; no answer does.
BY_SCRIPT = {Cookie.ZONE}
#: The one file that sets cookies, and the one that hands its lines on below the framework.
SETTERS = {"web/cookie.py", "web/locale.py"}


@pytest.fixture
def house(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A provider of sign-ins, known to an installation that is in production."""
    del database
    with open_house() as house:
        provider = {"key": "ministry", "name": "Ministry", "issuer": house.issuer,
                    "client_id": CLIENT, "client_secret": SECRET}  # fmt: skip
        monkeypatch.setenv("TALLER_SIGN_IN_PROVIDERS", json.dumps([provider]))
        monkeypatch.setenv("TALLER_BASE_URL", "https://testserver")
        openid.forget_providers()
        yield house


@pytest.fixture
def in_production(browser: Browser, house: House, monkeypatch: pytest.MonkeyPatch) -> Browser:
    del house
    monkeypatch.setenv("TALLER_ENV", "production")
    settings.cache_clear()
    browser.base_url = "https://testserver"
    return browser


def what_is_wrong(line: str) -> list[str]:
    made = SimpleCookie(line)
    ((name, cookie),) = made.items()
    held = {
        "a name that browsers guard": name.startswith("__Host-"),
        "Secure": cookie["secure"] is True,
        "HttpOnly": cookie["httponly"] is True,
        "SameSite": cookie["samesite"].lower() == "lax",
        "Path": cookie["path"] == "/",
        "no Domain": cookie["domain"] == "",
        "a known name": name.removeprefix("__Host-") in set(Cookie),
    }
    return [f"{name} lacks {what}" for what, is_held in held.items() if not is_held]


def walk(session: Session, make: Make, browser: Browser, house: House) -> Iterator[Response]:
    """Answers in which each cookie is given and taken back."""
    boss = make.administrator(email="boss@example.org", password_hash=hash_password(PASSWORD))
    make.administrator()
    yield browser.get("/?lang=pt&light=1")
    person = {"name": "Ana", "country": "CO", "language": "en"}
    fresh = person | {"email": "ana@example.org", "password": "a long mango password"}
    yield browser.post("/register", data=fresh)
    sent = browser.get("/sign-in/with/ministry")
    yield sent
    code, state = house.code_for(sent.headers["Location"])
    yield browser.get("/sign-in/with/ministry/back", params={"code": code, "state": state})
    yield browser.get("/sign-in/with/ministry/back", params={"error": "denied"})
    yield browser.post("/sign-in", data={"email": boss.email, "password": PASSWORD, "keep": "on"})
    yield browser.post("/account", data=person | {"language": "fr", "data_saver": "on"})
    yield browser.get("/account")
    make.focal(make.institution(), email="focal@example.org")
    for pattern, address, form, _kind in acts(session, make, boss):
        if not pattern.endswith(" (focal point)"):
            yield browser.post(address, data=form)
    yield browser.post("/sign-out")
    yield browser.post("/sign-in", data={"email": boss.email, "password": PASSWORD})
    yield browser.post("/account/sign-outs")


def test_every_cookie_of_every_answer_is_guarded(
    session: Session, make: Make, in_production: Browser, house: House
) -> None:
    answers = walk(session, make, in_production, house)
    given = [line for answer in answers for line in answer.headers.get_list("Set-Cookie")]

    wrong = [what for line in given for what in what_is_wrong(line)]
    print(f"{len(given)} cases run, {len(wrong)} violations")
    assert not wrong, "\n".join(wrong)
    names = {line.partition("=")[0] for line in given}
    assert names == {cookie_name(cookie) for cookie in Cookie if cookie not in BY_SCRIPT}
    assert len(given) > 60


def test_cookies_are_set_in_one_place() -> None:
    """So that a new one cannot be without what the others have."""
    found = [
        name
        for file in sorted(APP.rglob("*.py"))
        if (name := file.relative_to(APP).as_posix()) not in SETTERS
        and "cookie" in (text := file.read_text()).lower()
        and any(sets_a_cookie(node) for node in ast.walk(ast.parse(text)))
    ]
    scripts = {
        file.name: file.read_text().count("document.cookie =")
        for file in (APP / "static" / "js").glob("*.js")
    }

    assert found == []
    assert {name: times for name, times in scripts.items() if times} == {"taller.js": 1}


def sets_a_cookie(node: ast.AST) -> bool:
    """Calls of the framework's own setters, the header by its name, and cookies put together."""
    if isinstance(node, ast.Attribute):
        return node.attr in {"set_cookie", "delete_cookie"}
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.lower() == "set-cookie"
    return isinstance(node, ast.Name) and node.id in {"SimpleCookie", "Morsel"}


def test_a_cookie_of_another_name_is_nobodys(make: Make, in_production: Browser) -> None:
    """What a neighbour on the same domain could set without the guarded name opens nothing."""
    in_production.sign_in(make.account())
    secret = in_production.cookies[cookie_name()]
    in_production.cookies.clear()
    in_production.cookies.set("taller", secret)
    in_production.cookies.set("lang", "pt")

    assert in_production.get("/home").status_code == 303
    assert in_production.get("/").headers["Content-Language"] == "en"
