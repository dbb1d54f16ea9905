"""Links that work once, as their owner, a mail scanner, a stranger and a guesser meet them."""

from datetime import timedelta

import pytest
from httpx2 import Response
from sqlmodel import Session, col, select

from app.core import clock
from app.core.ids import token_hash
from app.core.passwords import hash_password, password_matches
from app.core.settings import settings
from app.jobs import sweep
from app.models import (
    Account,
    ApiToken,
    LinkKind,
    Message,
    OneTimeToken,
    SignIn,
    SignInTry,
    TryKind,
)
from app.services.links import give_link
from tests.conftest import Browser
from tests.links import link_in, secret_in
from tests.make import Make

PASSWORD = "tres tristes tigres"
NEW = "colibri 7 lluvia"


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(email="ana@example.org", password_hash=hash_password(PASSWORD))


def ask(browser: Browser, for_what: str, email: str = "ana@example.org", **more: str) -> Response:
    return browser.post(f"/sign-in/{for_what}", data={"email": email, **more})


def sent(session: Session, kind: str) -> list[Message]:
    """What the worker wrote, once it has looked at who asked."""
    sweep()
    return list(session.exec(select(Message).where(Message.kind == kind).order_by(col(Message.id))))


def a_link(session: Session, account: Account, kind: LinkKind, **more: str) -> str:
    """The secret of a new link of a kind."""
    place = give_link(session, account, kind, now=clock.now(), **more)
    body = place.replace("⟦", " ⟦").replace("⟧", "⟧ ")
    return secret_in(
        link_in(Message(account_id=account.id, kind="", language="", subject="", body=body))
    )


@pytest.mark.usefixtures("ana")
def test_a_link_signs_in_and_leads_on(session: Session, browser: Browser) -> None:
    ask(browser, "link", next="/courses/big-data")
    (message,) = sent(session, "sign-in link")
    page = browser.get(link_in(message))
    answer = browser.post("/sign-in/by-link", data={"secret": secret_in(link_in(message))})

    assert "You sign in as ana@example.org" in page.text
    assert (answer.status_code, answer.headers["Location"]) == (303, "/courses/big-data")
    assert "ana@example.org" in browser.get("/account").text


def test_a_link_confirms_the_address_of_somebody_who_was_imported(
    session: Session, make: Make, browser: Browser
) -> None:
    imported = make.account(email="ana@example.org", email_confirmed_at=None)
    ask(browser, "link")
    (message,) = sent(session, "sign-in link")
    browser.post("/sign-in/by-link", data={"secret": secret_in(link_in(message))})

    session.refresh(imported)
    assert imported.email_confirmed_at
    assert imported.password_hash is None
    assert browser.get("/account").status_code == 200


def test_a_link_drops_the_password_of_whoever_registered_and_confirmed_nothing(
    session: Session, make: Make, browser: Browser
) -> None:
    pending = make.account(email_confirmed_at=None, password_hash=hash_password("stranger's own"))
    secret = a_link(session, pending, LinkKind.SIGN_IN)

    browser.post("/sign-in/by-link", data={"secret": secret})

    session.refresh(pending)
    assert (pending.is_pending, pending.password_hash) == (False, None)


def test_opening_a_link_changes_nothing(session: Session, browser: Browser, ana: Account) -> None:
    """Mail programs open every link to look for harm."""
    secrets = {kind: a_link(session, ana, kind) for kind in LinkKind}
    for secret in secrets.values():
        for _time in range(2):
            assert browser.get(f"/link/{secret}").status_code == 200
            assert browser.head(f"/link/{secret}").status_code == 200

    assert set(session.exec(select(OneTimeToken.used_at)).all()) == {None}
    assert session.exec(select(SignIn)).all() == []


DEEDS = {
    LinkKind.CONFIRM: "/register/confirm",
    LinkKind.SIGN_IN: "/sign-in/by-link",
    LinkKind.PASSWORD: "/sign-in/new-password",
    LinkKind.NEW_ADDRESS: "/account/email/confirm",
    LinkKind.OLD_ADDRESS: "/account/email/refuse",
}


@pytest.mark.parametrize("kind", LinkKind)
def test_a_link_of_one_kind_does_nothing_else(
    session: Session, browser: Browser, ana: Account, kind: LinkKind
) -> None:
    secret = a_link(session, ana, kind)
    change = {LinkKind.NEW_ADDRESS, LinkKind.OLD_ADDRESS}
    others = [deed for other, deed in DEEDS.items() if other != kind and {other, kind} != change]
    answers = {browser.post(deed, data={"secret": secret, "password": NEW}) for deed in others}

    assert {answer.status_code for answer in answers} == {404}
    assert session.exec(select(OneTimeToken.used_at)).all() == [None]
    session.refresh(ana)
    assert password_matches(PASSWORD, ana.password_hash)
    assert session.exec(select(SignIn)).all() == []


def test_a_link_works_once_and_the_second_time_is_explained(
    session: Session, browser: Browser, ana: Account
) -> None:
    secret = a_link(session, ana, LinkKind.SIGN_IN)
    first, second = (browser.post("/sign-in/by-link", data={"secret": secret}) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 404)
    assert "This link does not work any more" in second.text
    assert "You are signed in as Ana" in second.text
    assert browser.get(f"/link/{secret}").status_code == 404


def test_a_link_holds_for_an_hour(
    session: Session, browser: Browser, ana: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, began = a_link(session, ana, LinkKind.SIGN_IN), clock.now()
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=59))
    in_time = browser.get(f"/link/{secret}")
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=60))
    late = browser.get(f"/link/{secret}")

    assert (in_time.status_code, late.status_code) == (200, 404)
    assert browser.post("/sign-in/by-link", data={"secret": secret}).status_code == 404


@pytest.mark.usefixtures("ana")
def test_a_new_password_ends_everything_else_and_is_told(
    session: Session, browser: Browser, ana: Account
) -> None:
    session.add(SignIn(account_id=ana.id, token_hash="x", expires_at=clock.now() + timedelta(1)))
    session.add(ApiToken(account_id=ana.id, name="program", token_hash="k"))
    session.flush()
    other = a_link(session, ana, LinkKind.SIGN_IN)
    ask(browser, "password")
    secret = secret_in(link_in(sent(session, "password link")[0]))

    weak = browser.post("/sign-in/new-password", data={"secret": secret, "password": "1234567890"})
    answer = browser.post("/sign-in/new-password", data={"secret": secret, "password": NEW})

    assert (weak.status_code, "guessed first" in weak.text) == (422, True)
    assert answer.status_code == 303
    session.refresh(ana)
    assert password_matches(NEW, ana.password_hash)
    assert ana.calendar_generation == 2
    assert session.exec(select(ApiToken)).all() == []
    (only,) = session.exec(select(SignIn)).all()
    assert only.token_hash != "x"
    assert browser.post("/sign-in/by-link", data={"secret": other}).status_code == 404
    assert len(sent(session, "password changed")) == 1


@pytest.mark.parametrize("for_what", ["link", "password"])
def test_known_and_unknown_addresses_get_the_same_answer(
    session: Session,
    make: Make,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    for_what: str,
) -> None:
    monkeypatch.setenv("TALLER_SMTP_URL", "smtp://localhost:1")
    settings.cache_clear()
    make.account(email="ana@example.org")

    def plain(email: str) -> tuple[int, dict[str, str], str]:
        answer = ask(browser, for_what, email)
        kept = {n: v for n, v in answer.headers.items() if n != "content-length"}
        return answer.status_code, kept, answer.text.replace(email, "…")

    assert plain("ana@example.org") == plain("nobody@example.org")
    assert session.exec(select(Message)).all() == []  # the worker finds out, nobody waits for it
    sweep()
    assert len(session.exec(select(Message)).all()) == 1


@pytest.mark.usefixtures("ana")
def test_nobody_is_flooded_and_nobody_is_shut_out(session: Session, browser: Browser) -> None:
    pages = {ask(browser, "link").text for _ in range(6)}
    messages = sent(session, "sign-in link")

    assert len(pages) == 1
    assert len(messages) == 3
    assert {browser.get(link_in(message)).status_code for message in messages} == {200}


def test_wrong_secrets_are_counted_and_made_to_wait(session: Session, browser: Browser) -> None:
    answers = [
        browser.post(DEEDS[kind], data={"secret": f"{n}", "password": NEW}).status_code
        for n in range(10)
        for kind in LinkKind
    ]
    bearer = browser.get("/api/v1/me", headers={"Authorization": "Bearer taller_x"})

    assert set(answers) == {404}
    assert bearer.status_code == 429
    kinds = session.exec(select(SignInTry.kind)).all()
    assert (len(kinds), set(kinds)) == (50, {TryKind.SECRET})


def test_a_wrong_key_counts_and_none_at_all_does_not(session: Session, browser: Browser) -> None:
    for key in ("taller_x", ""):
        assert (
            browser.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code == 401
        )

    assert len(session.exec(select(SignInTry)).all()) == 1


def test_a_right_key_opens_whatever_was_tried_from_its_place(
    session: Session, browser: Browser, ana: Account
) -> None:
    session.add(ApiToken(account_id=ana.id, name="program", token_hash=token_hash("taller_right")))
    session.flush()
    keys = [f"taller_{n}" for n in range(51)] + ["taller_right"]
    answers = [
        browser.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code
        for key in keys
    ]

    assert answers == [401] * 50 + [429, 200]


@pytest.fixture
def at_home(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser on the machine on which Taller runs."""
    monkeypatch.setattr("app.web.development.NEARBY", {"testclient"})
    return browser


@pytest.mark.usefixtures("ana")
def test_who_tries_taller_out_sees_the_message_on_the_page(at_home: Browser) -> None:
    assert "http://testserver/link/" in ask(at_home, "link").text
    assert "no message would have been sent" in ask(at_home, "link", "nobody@example.org").text


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("how", ["production", "mail server", "proxy", "elsewhere"])
def test_nobody_else_sees_it(at_home: Browser, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    headers = {}
    if how == "production":
        monkeypatch.setenv("TALLER_ENV", "production")
    elif how == "mail server":
        monkeypatch.setenv("TALLER_SMTP_URL", "smtp://localhost:1")
    elif how == "proxy":
        headers["X-Forwarded-For"] = "203.0.113.9"
    else:
        monkeypatch.setattr("app.web.development.NEARBY", {"127.0.0.1"})
    settings.cache_clear()

    page = at_home.post("/sign-in/link", data={"email": "ana@example.org"}, headers=headers).text

    assert "/link/" not in page.replace("/sign-in/link", "")
    assert "mail server" not in page


@pytest.mark.parametrize("address", ["/sign-in/link", "/sign-in/password"])
def test_what_is_no_address_is_said(browser: Browser, address: str) -> None:
    answer = browser.post(address, data={"email": "ana@"})

    assert answer.status_code == 422
    assert "Write a whole e-mail address" in answer.text


def test_links_never_lead_to_another_site(session: Session, browser: Browser, ana: Account) -> None:
    secret = a_link(session, ana, LinkKind.SIGN_IN, onward="https://evil.example/")

    answer = browser.post("/sign-in/by-link", data={"secret": secret})

    assert answer.headers["Location"] == "/home"
