"""What strangers can find out or bring about: who has an account, secrets, sign-ins of others."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import Session, select

from app.core import clock, openid
from app.core.ids import token_hash
from app.core.passwords import hash_password
from app.core.settings import settings
from app.models import Account, LinkedIdentity, LinkKind, PlatformRole, SignIn
from app.services.email_changes import ask_to_change, confirm_change
from app.services.roles import give_platform_role
from app.services.sign_ins import A_WORKING_DAY, KEPT_FOR
from app.web.cookie import cookie_name
from tests.conftest import Browser
from tests.make import Make
from tests.openid_house import CLIENT, SECRET, House, open_house
from tests.web.test_own_origin import FOREIGN
from tests.web.test_routes_and_roles import SLOW, World, in_words
from tests.web.test_used_once import link_of

PASSWORD = "tres tristes tigres"
KNOWN, UNKNOWN = "ana@example.org", "ane@example.org"


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(email=KNOWN, password_hash=hash_password(PASSWORD))


def report(cases: int, violations: list[Any], *, least: int) -> None:
    print(f"{cases} cases run, {len(violations)} violations")
    assert violations == []
    assert cases >= least


# --- Who has an account

#: The length of the packed body depends on the letters of the address; cookies stand apart.
NOT_SAID = {"date", "set-cookie", "content-length"}


def asking_about(browser: Browser, email: str) -> Iterator[tuple[str, Response]]:
    """Every form in which a stranger writes an address."""
    browser.cookies.clear()
    person = {"name": "Ana", "country": "CO", "language": "en"}
    wrong = {"email": email, "password": "a wrong password"}
    yield "signing in", browser.post("/sign-in", data=wrong)
    yield "link", browser.post("/sign-in/link", data={"email": email})
    yield "new password", browser.post("/sign-in/password", data={"email": email})
    for password in ("a long mango password", "short", PASSWORD):
        form = person | {"email": email, "password": password}
        yield f"registering, {len(password)}", browser.post("/register", data=form)


def seen_of(answer: Response, email: str) -> tuple[Any, ...]:
    """All that a stranger sees: status, body and headers, but for what was typed and the hour."""
    kept = {name: value for name, value in answer.headers.items() if name not in NOT_SAID}
    cookies = [line.partition("=")[0] for line in answer.headers.get_list("set-cookie")]
    body = re.sub(r"019?[0-9a-f]{6}-[0-9a-f-]{27}|\d+ KB", "…", answer.text.replace(email, "…"))
    return answer.status_code, body, kept, cookies


def test_no_answer_tells_whether_an_address_is_known(
    make: Make, browser: Browser, ana: Account
) -> None:
    wrong, cases = list[str](), 0
    suspended = make.account(email="eva@example.org", suspended_at=clock.now())
    pending = make.account(email="leo@example.org", email_confirmed_at=None)
    for known in (ana, suspended, pending):
        one = [(what, seen_of(a, known.email)) for what, a in asking_about(browser, known.email)]
        unknown = f"{known.email[:2]}e@example.org"
        other = [seen_of(a, unknown) for _what, a in asking_about(browser, unknown)]
        cases += len(one)
        wrong += [
            f"{what} {known.email}" for (what, a), b in zip(one, other, strict=True) if a != b
        ]
    browser.sign_in(make.account(password_hash=hash_password(PASSWORD)))
    there, not_there = (
        seen_of(browser.post("/account/email", data={"email": email, "present": PASSWORD}), email)
        for email in (KNOWN, UNKNOWN)
    )
    wrong += ["change of address"] if there != not_there else []

    report(cases + 1, wrong, least=19)


# --- Secrets


def test_no_page_shows_a_secret_of_somebody_else(world: World) -> None:
    """What opens a calendar, an account or an edition stands on no page but its owner's."""
    names = ("token", "unsubscribe", "link", "secret")
    secrets = {world.things[at][name] for at in ("here", "elsewhere") for name in names}
    secrets |= set(world.cookies.values()) | set(world.keys.values())
    secrets |= {token_hash(secret) for secret in secrets}
    invitations = {world.things[at]["secret"] for at in ("here", "elsewhere")}
    shown, cases = list[str](), 0

    async def walk() -> None:
        nonlocal cases
        for method, path in in_words():
            if method != "GET" or path in SLOW or any(f"{{{name}}}" in path for name in names):
                continue
            for actor in ("visitor", "participant elsewhere", "tutor here", "coordinator",
                          "administrator"):  # fmt: skip
                answer = await world.ask("GET", world.path(path, "here"), actor)
                cases += 1
                own = {world.things["elsewhere"][name] for name in names}
                theirs = secrets - own if actor.endswith("elsewhere") else secrets
                if path.endswith("/settings/invitations"):
                    theirs = theirs - invitations  # to be handed on: each is for its address alone
                told = answer.body + repr(answer.headers)
                shown.extend(f"{path}: {actor}" for secret in theirs if secret in told)

    asyncio.run(walk())
    report(cases, shown, least=400)


def test_who_looks_at_somebodys_pages_sees_no_secret_of_theirs(
    world: World, session: Session
) -> None:
    """The look ends after half an hour; what opens a calendar or an account opens it for ever."""
    owner = world.accounts["participant here"]
    looking = session.exec(
        select(SignIn).where(SignIn.token_hash == token_hash(world.cookies["coordinator"]))
    ).one()
    looking.viewing_as_id, looking.viewing_until = owner.id, clock.now() + timedelta(minutes=5)
    session.add(looking)
    session.flush()
    names = ("token", "unsubscribe", "link")
    secrets = {world.things["here"][name] for name in names}
    shown, cases = list[str](), 0

    async def walk() -> None:
        nonlocal cases
        for method, path in in_words():
            if method != "GET" or path in SLOW or "{" in path.replace("{edition}", ""):
                continue
            answer = await world.ask("GET", world.path(path, "here"), "coordinator")
            cases += answer.status == 200
            told = answer.body + repr(answer.headers)
            shown.extend(path for secret in secrets if secret in told)

    asyncio.run(walk())
    report(cases, shown, least=15)


# --- Signing in, out and linking, begun by another site


def test_another_site_signs_nobody_in_or_out_and_links_nothing(
    session: Session, browser: Browser, ana: Account
) -> None:
    browser.sign_in(ana)
    before = session.exec(select(SignIn.token_hash)).all()
    password = {"email": KNOWN, "password": PASSWORD}
    link = {"secret": link_of(session, ana, LinkKind.SIGN_IN)}
    tries = [
        ("/sign-in", password), ("/sign-out", {}), ("/account/sign-outs", {}),
        ("/sign-in/by-link", link), ("/sign-in/new-password", link), ("/register/confirm", link),
        ("/sign-in/second-step", {"code": "1"}), ("/sign-in/with/house/link", {}),
        ("/register/with/house", {}), ("/viewing/end", {}),
    ]  # fmt: skip
    wrong = [
        f"{path} {said}"
        for path, form in tries
        for said in FOREIGN
        if browser.post(path, data=form, headers=said).status_code != 403
    ]

    assert session.exec(select(SignIn.token_hash)).all() == before
    assert session.exec(select(LinkedIdentity)).all() == []
    report(len(tries) * len(FOREIGN), wrong, least=60)


@pytest.fixture
def house(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    del database
    with open_house() as house:
        provider = {"key": "ministry", "name": "Ministry", "issuer": house.issuer,
                    "client_id": CLIENT, "client_secret": SECRET}  # fmt: skip
        monkeypatch.setenv("TALLER_SIGN_IN_PROVIDERS", json.dumps([provider]))
        settings.cache_clear()
        openid.forget_providers()
        yield house


def test_only_the_browser_that_went_to_a_provider_comes_back_and_once(
    session: Session, browser: Browser, house: House, ana: Account
) -> None:
    begin, wrong, cases = "/sign-in/with/ministry", list[str](), 0
    code, state = house.code_for(browser.get(begin).headers["Location"])
    kept = browser.cookies["sso"]
    for said in ("", "x", state[:-1], state.upper(), f"{state} ", "é"):
        browser.cookies.set("sso", kept)
        back = browser.get(f"{begin}/back", params={"code": code, "state": said})
        cases += 1
        wrong += [said] if back.headers["Location"] != "/sign-in" else []
    for cookie in ("", "forged", kept[:-2]):
        browser.cookies.clear()
        browser.cookies.set("sso", cookie)
        back = browser.get(f"{begin}/back", params={"code": code, "state": state})
        cases += 1
        wrong += [cookie] if back.headers["Location"] != "/sign-in" else []
    for headers in FOREIGN[:2]:
        cases += 1
        sent = browser.get(begin, headers=headers)
        wrong += [str(headers)] if sent.headers["Location"] != "/sign-in" else []

    assert session.exec(select(SignIn)).all() == []
    del ana
    report(cases, wrong, least=10)


# --- Secrets of sign-ins change, and die


def test_a_sign_in_gets_a_new_secret_and_the_old_one_dies(
    session: Session, make: Make, browser: Browser, ana: Account
) -> None:
    """At whatever changes who one is: and the sign-ins elsewhere end with it."""
    boss, wrong = make.administrator(), list[str]()
    make.administrator()

    def entered() -> str:
        browser.cookies.clear()
        browser.post("/sign-in", data={"email": ana.email, "password": PASSWORD})
        return browser.cookies[cookie_name()]

    def is_dead(secret: str) -> bool:
        browser.cookies.clear()
        browser.cookies.set(cookie_name(), secret)
        return browser.get("/account").status_code == 303

    browser.cookies.set(cookie_name(), "chosen-by-somebody-else")
    form = {"email": ana.email, "password": PASSWORD}
    browser.post("/sign-in", data=form)
    wrong += [] if is_dead("chosen-by-somebody-else") else ["fixation"]
    first = entered()
    browser.post("/sign-in", data=form)
    wrong += [] if is_dead(first) else ["signing in again"]
    secret = entered()
    browser.post("/sign-out")
    wrong += [] if is_dead(secret) else ["signing out"]
    elsewhere, _here = entered(), entered()
    browser.post(
        "/account/password", data={"present": PASSWORD, "password": "a long mango password"}
    )
    wrong += [] if is_dead(elsewhere) else ["a new password, elsewhere"]
    ana.password_hash = hash_password(PASSWORD)
    session.add(ana)
    session.flush()
    secret = entered()
    ask_to_change(session, ana.id, "new@example.org", "203.0.113.9", now=clock.now())
    for kind in (LinkKind.OLD_ADDRESS, LinkKind.NEW_ADDRESS):
        confirm_change(session, link_for(session, ana, kind), now=clock.now())
    session.refresh(ana)
    wrong += [] if is_dead(secret) and ana.email == "new@example.org" else ["a new address"]
    secret = entered()
    give_platform_role(session, ana.id, PlatformRole.COORDINATOR, by=boss.id)
    wrong += [] if is_dead(secret) else ["a new role"]

    report(6, wrong, least=6)


def link_for(session: Session, account: Account, kind: LinkKind) -> str:
    from app.core.links import link_secret  # noqa: PLC0415
    from app.models import OneTimeToken  # noqa: PLC0415

    rows = select(OneTimeToken.id).where(OneTimeToken.account_id == account.id)
    return link_secret(session.exec(rows.where(OneTimeToken.kind == kind)).one())


@pytest.mark.parametrize(("keep", "lasts"), [("on", KEPT_FOR), ("", A_WORKING_DAY)])
def test_a_sign_in_ends_by_itself(
    browser: Browser, ana: Account, monkeypatch: pytest.MonkeyPatch, keep: str, lasts: timedelta
) -> None:
    form = {"email": ana.email, "password": PASSWORD} | ({"keep": keep} if keep else {})
    browser.post("/sign-in", data=form)
    now, found = clock.now(), dict[timedelta, int]()
    secret = browser.cookies[cookie_name()]
    for later in (timedelta(), lasts - timedelta(minutes=1), lasts + timedelta(minutes=1)):
        monkeypatch.setattr(clock, "now", lambda at=now + later: at)
        browser.cookies.set(cookie_name(), secret)
        found[later] = browser.get("/account").status_code

    print(f"3 cases run, {[*found.values()] != [200, 200, 303]:d} violations")
    assert [*found.values()] == [200, 200, 303]
