"""Wherever an address is taken that leads onward, it never leads to another site."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode, urljoin

import pytest
from fastapi import Request
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlmodel import Session
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core import clock, openid
from app.core.ids import token_hash
from app.core.links import link_secret
from app.core.passwords import hash_password
from app.core.settings import settings
from app.models import Account, LinkKind, OneTimeToken
from app.routers import ROUTERS
from app.web.cookie import Cookie, cookie_name
from app.web.flash import flash_of
from app.web.onward import LONGEST
from app.web.pages import same_in
from tests.conftest import Browser
from tests.make import Make
from tests.openid_house import CLIENT, SECRET, open_house
from tests.routers.test_second_step import code_of, set_up
from tests.web.test_onward import ELSEWHERE
from tests.web.test_routes_and_roles import SLOW, World, in_words
from tests.web.test_staff_acts import acts

HERE = "http://testserver"
SAFE = "/\\:@%"
EVIL = [wanted for wanted in ELSEWHERE if wanted not in {"", "home", "?next=/", "#home", "."}]
HOUR = timedelta(hours=1)
PASSWORD = "tres tristes tigres"
ASK = ["/sign-in", "/sign-in/link", "/sign-in/password", "/register"]
#: Names under which sites take where to go on; some are ours, most are not.
NAMES = ["next", "onward", "returnurl", "return_to", "RelayState", "redirect", "url", "to", "back"]
#: Whatever of an answer makes a browser or htmx go somewhere.
IN_PAGES = re.compile(r'(?:href|action|hx-get|hx-post|name="next" value)="([^"]+)"')
LEADING = ["location", "hx-redirect", "hx-location", "hx-push-url", "hx-replace-url", "refresh"]


def leads_away(address: str) -> bool:
    """As browsers read it: without blanks at its ends and line ends, a backslash being a slash."""
    read = address.strip("".join(map(chr, range(33))))
    for dropped in "\t\r\n":
        read = read.replace(dropped, "")
    read = read.replace("\\", "/")
    if read.lower().startswith(("javascript:", "data:", "vbscript:", "mailto:")):
        return "evil" in read or "alert" in read
    return not urljoin(f"{HERE}/a/b", read).startswith(f"{HERE}/")


def led_away(answer: Response) -> list[str]:
    """What of an answer leads to another site: headers, links, forms and what forms send along."""
    found = [value for name in LEADING if (value := answer.headers.get(name, ""))]
    if "html" in answer.headers.get("content-type", ""):
        found += [unescape(address) for address in IN_PAGES.findall(answer.text)]
    return [address for address in found if leads_away(address)]


def of_a_link(session: Session, account: Account, kind: LinkKind, onward: str) -> str:
    """The secret of a link that was somehow kept with ``onward``."""
    kept = onward.replace("\0", "")  # which PostgreSQL does not keep
    row = OneTimeToken(account_id=account.id, kind=kind, email=account.email, token_hash="",
                       expires_at=clock.now() + HOUR, onward=kept)  # fmt: skip
    row.token_hash = token_hash(link_secret(row.id))
    session.add(row)
    session.flush()
    return link_secret(row.id)


def report(cases: int, violations: list[Any], *, least: int) -> None:
    print(f"{cases} cases run, {len(violations)} violations")
    assert violations == []
    assert cases >= least


def test_the_vectors_do_lead_away_or_are_no_paths() -> None:
    """So that what is not found below was there to be found."""
    assert len(EVIL) >= 40
    assert sum(leads_away(wanted) for wanted in EVIL) >= 20
    assert not leads_away("/home?next=//evil.example")


def test_pages_that_take_an_onward_address_are_all_driven_here() -> None:
    taken = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
        for param in route.dependant.query_params
        if param.alias in NAMES
    }

    assert taken == {*ASK, "/sign-in/second-step", "/sign-in/with/{provider}"}


def test_whoever_is_signed_in_already_is_not_sent_away(make: Make, browser: Browser) -> None:
    browser.sign_in(make.account())
    answers = [browser.get(path, params={"next": wanted}) for path in ASK for wanted in EVIL]

    report(
        len(answers), [led for answer in answers for led in led_away(answer)], least=4 * len(EVIL)
    )
    assert {answer.headers["Location"] for answer in answers} == {"/home"}


def test_no_page_that_is_asked_with_an_address_leads_there(browser: Browser) -> None:
    answers = [browser.get(path, params={"next": wanted}) for path in ASK for wanted in EVIL]
    typed = {"email": "not an address", "password": "short"}
    answers += [
        browser.post(path, data=typed | {"next": wanted}) for path in ASK for wanted in EVIL
    ]

    report(
        len(answers), [led for answer in answers for led in led_away(answer)], least=8 * len(EVIL)
    )
    assert {answer.status_code for answer in answers} == {200, 422, 429}  # too many wrong ones


def entering(session: Session, make: Make, browser: Browser) -> Iterator[tuple[str, Response]]:
    """Each way of coming in, which goes on to where one was going."""
    ana = make.account(email="ana@example.org", password_hash=hash_password(PASSWORD))
    for wanted in (wanted for wanted in EVIL if len(wanted) <= LONGEST):
        form = {"email": ana.email, "password": PASSWORD, "next": wanted}
        yield "password", browser.post("/sign-in", data=form)
        for kind, path, more in (
            (LinkKind.SIGN_IN, "/sign-in/by-link", {}),
            (LinkKind.PASSWORD, "/sign-in/new-password", {"password": "a long mango password"}),
        ):
            browser.sign_out()
            whose = make.account(password_hash=ana.password_hash)
            secret = of_a_link(session, whose, kind, wanted)
            yield kind, browser.post(path, data={"secret": secret} | more)
        browser.sign_out()


def test_no_way_of_coming_in_leads_away(session: Session, make: Make, browser: Browser) -> None:
    """Not even a link that somehow was kept with such an address."""
    come = list(entering(session, make, browser))

    stayed_out = [kind for kind, answer in come if answer.status_code != 303]
    assert stayed_out == []
    report(
        len(come), [led for _k, answer in come for led in led_away(answer)], least=3 * len(EVIL) - 3
    )
    assert {answer.headers["Location"] for _kind, answer in come} == {"/home"}


def test_the_second_step_does_not_lead_away(make: Make, browser: Browser) -> None:
    ana = make.account(email="ana@example.org", password_hash=hash_password(PASSWORD))
    secret, _codes = set_up(browser, ana)
    step, answers = "/sign-in/second-step", list[Response]()
    for wanted in EVIL:
        if len(answers) % 16 == 0:  # half a sign-in bears so many wrong codes
            browser.post("/sign-in", data={"email": ana.email, "password": PASSWORD})
        answers.append(browser.get(step, params={"next": wanted}))
        answers.append(browser.post(step, data={"next": wanted, "code": ""}))
    answers.append(browser.post(step, data={"code": code_of(secret), "next": "//evil.example"}))

    report(
        len(answers), [led for answer in answers for led in led_away(answer)], least=2 * len(EVIL)
    )
    assert answers[-1].headers["Location"] == "/home"


def test_another_house_does_not_lead_away(
    make: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but its own address, and on the way back none at all."""
    make.account(email="ana@example.org")
    begin = "/sign-in/with/ministry"
    with open_house() as house:
        provider = {"key": "ministry", "name": "Ministry", "issuer": house.issuer,
                    "client_id": CLIENT, "client_secret": SECRET}  # fmt: skip
        monkeypatch.setenv("TALLER_SIGN_IN_PROVIDERS", json.dumps([provider]))
        settings.cache_clear()
        openid.forget_providers()
        wrong, cases = list[str](), 0
        for wanted in EVIL:
            sent = browser.get(begin, params={"next": wanted, "redirect_uri": wanted})
            address = sent.headers["Location"]
            wrong += [] if address.startswith(f"{house.issuer}/authorize?") else [address]
            code, state = house.code_for(address)
            back = browser.get(f"{begin}/back", params={"code": code, "state": state})
            if cases == 0:
                back = browser.post(f"{begin}/link")
            wrong += led_away(back)
            cases += 2
            browser.sign_out()

    report(cases, wrong, least=2 * len(EVIL))


def scope_of(path: str, query: bytes = b"") -> Request:
    return Request({"type": "http", "method": "GET", "path": path, "query_string": query,
                    "headers": [], "server": ("testserver", 80), "scheme": "http"})  # fmt: skip


def test_the_languages_of_a_page_that_is_not_there_do_not_lead_away(browser: Browser) -> None:
    """Whatever the path: the links to the other languages repeat it."""
    wrong = [
        wanted
        for path in (*EVIL, *(f"/{wanted}" for wanted in EVIL))
        if leads_away(wanted := same_in(scope_of(path, b"a=//evil.example"))("pt"))
    ]
    answers = [
        browser.get(f"{HERE}{quote(path + end, safe=SAFE)}")
        for path in EVIL
        if path.startswith("/") and len(path) < 100
        for end in ("", "/", "//")
    ]
    wrong += [led for answer in answers for led in led_away(answer)]

    report(2 * len(EVIL) + len(answers), wrong, least=140)
    assert browser.get("/help/?a=1").headers["Location"] == "/help?a=1"


def test_a_sentence_for_the_next_page_that_we_did_not_write_is_not_said() -> None:
    """What takes a change back is an address that stands in a cookie: signed."""
    forged = [
        '["Done.", "done", "https://evil.example"]',
        '["Done.", "done", "//evil.example"].x.y',
    ]
    wrong = []
    for value in forged:
        request = scope_of("/")
        request.scope["headers"] = [(b"cookie", f"{cookie_name(Cookie.FLASH)}={value}".encode())]
        wrong += [value] if flash_of(request) else []

    report(len(forged), wrong, least=2)


class Referred:
    """The application, asked from another site's page and with addresses under many names."""

    def __init__(self, app: ASGIApp, wanted: str) -> None:
        self.app = app
        self.wanted = wanted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = urlencode(dict.fromkeys(NAMES, self.wanted)).encode()
        referred = [*scope["headers"], (b"referer", b"https://evil.example/home")]
        await self.app({**scope, "query_string": query, "headers": referred}, receive, send)


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/home"])
def test_no_page_sends_anybody_where_its_address_says(world: World, wanted: str) -> None:
    called: Any = Referred(world.app, wanted)
    world.app = called
    wrong, cases = list[str](), 0

    async def walk() -> None:
        nonlocal cases
        for method, path in in_words():
            if method != "GET" or path in SLOW or path == "/sign-in/with/{provider}":
                continue
            for actor in ("visitor", "participant here", "administrator"):
                answer = await world.ask("GET", world.path(path, "here"), actor)
                cases += 1
                to = [answer.headers[name] for name in LEADING if name in answer.headers]
                wrong.extend(f"{path}: {actor} to {led}" for led in to if leads_away(led))
                if wanted in map(unescape, IN_PAGES.findall(answer.body)):
                    wrong.append(f"{path}: {actor} gets a link")

    asyncio.run(walk())

    report(cases, wrong, least=300)


def test_no_change_leads_where_its_form_or_the_page_before_says(
    session: Session, make: Make, browser: Browser
) -> None:
    boss = make.administrator(email="boss@example.org")
    make.administrator()
    make.focal(make.institution(), email="focal@example.org")
    browser.sign_in(boss)
    wrong, cases = list[str](), 0
    for pattern, address, form, _kind in acts(session, make, boss):
        if pattern.endswith(" (focal point)"):
            continue
        wanted = EVIL[cases % len(EVIL)]
        more = {name: wanted for name in NAMES if name not in form}
        away = {"Referer": "https://evil.example/"}
        wrong += led_away(browser.post(address, data=form | more, headers=away))
        cases += 1

    report(cases, wrong, least=50)
