"""Signing in with another house's word: when it is believed, and what only the person decides."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx2 import Response
from joserfc.jwk import RSAKey
from sqlmodel import Session, select

from app.core import openid
from app.core.settings import settings
from app.models import Account, LinkedIdentity, Message, PlatformRole
from app.web import single_sign_on
from tests.conftest import Browser
from tests.make import Make
from tests.openid_house import CLIENT, SECRET, House, open_house

BEGIN = "/sign-in/with/ministry"
DECIDE = f"{BEGIN}/link"


@pytest.fixture(scope="module")
def standing() -> Iterator[House]:
    with open_house() as house:
        yield house


@pytest.fixture
def house(standing: House, database: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """The ministry's house as it is when it is honest, known to us by our settings."""
    del database
    provider = {
        "key": "ministry",
        "name": "Ministry",
        "issuer": standing.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
    }
    monkeypatch.setenv("TALLER_SIGN_IN_PROVIDERS", json.dumps([provider]))
    settings.cache_clear()
    openid.forget_providers()
    standing.__dict__ |= House(issuer=standing.issuer, key=standing.key).__dict__
    return standing


def come_back(browser: Browser, house: House, onward: str = "") -> Response:
    """Go to the house, sign in there, and come back with its code."""
    sent = browser.get(BEGIN, params={"next": onward})
    code, state = house.code_for(sent.headers["Location"])
    return browser.get(f"{BEGIN}/back", params={"code": code, "state": state})


def is_refused(answer: Response) -> bool:
    return (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def links(session: Session) -> list[tuple[str, str]]:
    found = session.exec(select(LinkedIdentity.issuer, LinkedIdentity.subject)).all()
    return [(issuer, subject) for issuer, subject in found]


def test_the_word_is_asked_for_with_pkce_a_state_and_a_nonce(
    browser: Browser, house: House
) -> None:
    sent = browser.get(BEGIN)

    address = sent.headers["Location"]
    assert address.startswith(f"{house.issuer}/authorize?")
    for part in (
        "code_challenge_method=S256",
        "code_challenge=",
        "state=",
        "nonce=",
        "scope=openid",
    ):
        assert part in address
    assert SECRET not in address


def test_who_has_an_account_decides_before_it_is_opened(
    session: Session, make: Make, browser: Browser, house: House
) -> None:
    make.account(email="ana@example.org")

    assert come_back(browser, house).headers["Location"] == DECIDE
    assert browser.get("/home").headers["Location"].startswith("/sign-in")
    assert "Ministry says that your address is ana@example.org" in browser.get(DECIDE).text
    assert links(session) == []

    answer = browser.post(DECIDE)

    assert answer.headers["Location"] == "/home"
    assert "ana@example.org" in browser.get("/account").text
    assert links(session) == [(house.issuer, "42")]
    assert session.exec(select(Message.kind)).all() == ["provider linked"]


@pytest.mark.parametrize("written", ["ａna@example.org", "an\u212a@example.org", "аna@example.org"])  # noqa: RUF001 -- that is the point
def test_a_mailbox_in_letters_that_look_alike_is_not_the_account_s(
    session: Session, make: Make, browser: Browser, house: House, written: str
) -> None:
    """Another person's mailbox, which a provider may well have made sure of, opens nothing."""
    for email in ("ana@example.org", "ank@example.org"):
        make.account(email=email)
    house.person["email"] = written

    assert is_refused(come_back(browser, house))
    assert browser.post(DECIDE).status_code == 404
    assert links(session) == []


def test_from_then_on_the_word_is_enough_even_when_the_address_changes(
    make: Make, browser: Browser, house: House
) -> None:
    make.account(email="ana@example.org", platform_role=PlatformRole.COORDINATOR)
    come_back(browser, house)
    browser.post(DECIDE)
    browser.post("/sign-out")
    house.person["email"] = "ana.new@example.net"

    answer = come_back(browser, house, onward="/statistics?year=2022")

    assert answer.headers["Location"] == "/statistics?year=2022"
    assert "ana@example.org" in browser.get("/account").text


def test_who_has_none_makes_one_on_the_way(
    session: Session, browser: Browser, house: House
) -> None:
    come_back(browser, house, onward="/courses/x/y")
    asked = browser.get(DECIDE)
    assert asked.headers["Location"] == "/register/with/ministry"
    assert 'value="Ana Pérez"' in browser.get("/register/with/ministry").text

    wrong = browser.post("/register/with/ministry", data={"name": "Ana P.", "language": "es"})
    assert wrong.status_code == 422
    assert 'value="Ana P."' in wrong.text
    answer = browser.post(
        "/register/with/ministry", data={"name": "Ana P.", "country": "UY", "language": "es"}
    )

    assert answer.headers["Location"] == "/courses/x/y"
    [account] = session.exec(select(Account)).all()
    assert (account.email, account.name, account.password_hash) == (
        "ana@example.org",
        "Ana P.",
        None,
    )
    assert links(session) == [(house.issuer, "42")]


@pytest.mark.parametrize("verified", [False, None, "false", [], {}])
def test_an_address_that_the_house_does_not_stand_for_opens_nothing(
    session: Session, make: Make, browser: Browser, house: House, verified: object
) -> None:
    make.account(email="ana@example.org")
    house.person["email_verified"] = verified

    assert is_refused(come_back(browser, house))
    assert "has not confirmed your e-mail address" in browser.get("/sign-in").text
    assert browser.post(DECIDE).status_code == 404
    assert links(session) == []


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"aud": "another application"}},
        {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
        {"claims": {"nonce": "of another attempt"}},
        {"claims": {"exp": 1_600_000_000}},
        {"claims": {"iat": 4_000_000_000}},
        {"claims": {"sub": ""}},
        {"signs_with": "none"},
        {"signs_with": "HS256"},
        {"signing_key": RSAKey.generate_key(2048, {"kid": "one"})},
        {"only_in_userinfo": True, "userinfo_subject": "43"},
        {"status": 500},
        {"metadata": {"issuer": "https://elsewhere.example"}},
        {"metadata": {"token_endpoint": "https://elsewhere.example/token"}},
    ],
    ids=lambda lie: "-".join(f"{k}-{v}"[:40] for k, v in lie.items()),
)
def test_what_does_not_hold_is_not_believed(
    session: Session, make: Make, browser: Browser, house: House, lie: dict[str, object]
) -> None:
    make.account(email="ana@example.org")
    sent = browser.get(BEGIN)
    code, state = house.code_for(sent.headers["Location"])
    for name, value in lie.items():
        setattr(house, name, value)
    openid.forget_providers()

    answer = browser.get(f"{BEGIN}/back", params={"code": code, "state": state})

    assert is_refused(answer)
    assert "does not answer as it should" in browser.get("/sign-in").text
    assert browser.get("/home").headers["Location"].startswith("/sign-in")
    assert browser.post(DECIDE).status_code == 404
    assert links(session) == []


def test_claims_may_come_from_userinfo(browser: Browser, house: House) -> None:
    house.only_in_userinfo = True

    assert come_back(browser, house).headers["Location"] == DECIDE


def test_only_the_browser_that_went_may_come_back(browser: Browser, house: House) -> None:
    """Else somebody could have another person's browser signed in as themselves."""
    sent = browser.get(BEGIN)
    code, state = house.code_for(sent.headers["Location"])
    browser.cookies.clear()

    assert is_refused(browser.get(f"{BEGIN}/back", params={"code": code, "state": state}))
    assert house.asked == []


@pytest.mark.parametrize("state", ["", "another"])
def test_another_state_is_refused(browser: Browser, house: House, state: str) -> None:
    browser.get(BEGIN)

    assert is_refused(browser.get(f"{BEGIN}/back", params={"code": "x", "state": state}))
    assert house.asked == []


def test_coming_back_a_second_time_opens_nothing(
    make: Make, browser: Browser, house: House
) -> None:
    make.account(email="ana@example.org")
    sent = browser.get(BEGIN)
    code, state = house.code_for(sent.headers["Location"])
    browser.get(f"{BEGIN}/back", params={"code": code, "state": state})

    assert is_refused(browser.get(f"{BEGIN}/back", params={"code": code, "state": state}))


def test_who_changes_their_mind_there_is_back_at_the_page_to_sign_in(
    browser: Browser, house: House
) -> None:
    sent = browser.get(BEGIN)
    _code, state = house.code_for(sent.headers["Location"])

    answer = browser.get(f"{BEGIN}/back", params={"error": "access_denied", "state": state})

    assert is_refused(answer)
    assert "You did not sign in with Ministry." in browser.get("/sign-in").text


@pytest.mark.usefixtures("house")
def test_another_sites_page_sends_nobody_off(browser: Browser) -> None:
    answer = browser.get(BEGIN, headers={"Sec-Fetch-Site": "cross-site"})

    assert is_refused(answer)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("path", ["/sign-in/with/unknown", "/register/with/unknown", DECIDE])
def test_there_is_nothing_without_a_provider_or_its_word(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_its_word_is_kept_for_ten_minutes(
    make: Make, browser: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.account(email="ana@example.org")
    come_back(browser, house)
    monkeypatch.setattr(single_sign_on, "TEN_MINUTES", timedelta(seconds=-1))

    assert browser.post(DECIDE).status_code == 404


def test_a_signed_in_person_links_their_own_address_only(
    session: Session, make: Make, browser: Browser, house: House
) -> None:
    browser.sign_in(make.account(email="another@example.org"))
    come_back(browser, house)

    assert "Only the same address can be linked" in browser.get(DECIDE).text
    assert browser.post(DECIDE).status_code == 422
    assert links(session) == []


def test_one_word_opens_one_account(
    session: Session, make: Make, browser: Browser, house: House
) -> None:
    other = make.account(email="other@example.org")
    make.saved(LinkedIdentity(account_id=other.id, issuer=house.issuer, subject="42"))
    browser.sign_in(make.account(email="ana@example.org"))

    answer = come_back(browser, house)

    assert answer.headers["Location"] == "/home"  # whoever holds the word is let in as its owner
    assert "other@example.org" in browser.get("/account").text
    assert links(session) == [(house.issuer, "42")]


def test_unlinking_ends_it_and_only_its_owner_may(
    session: Session, make: Make, browser: Browser, house: House
) -> None:
    ana = make.account(email="ana@example.org")
    linked = make.saved(LinkedIdentity(account_id=ana.id, issuer=house.issuer, subject="42"))
    path = f"/account/identities/{linked.id}/unlink"

    assert browser.post(path).headers["Location"].startswith("/sign-in")
    browser.sign_in(make.account())
    assert browser.post(path).status_code == 404
    browser.sign_in(ana)
    assert "Unlink" in browser.get("/account").text
    assert browser.post(path).headers["Location"] == "/account#providers"
    assert links(session) == []
    browser.post("/sign-out")
    assert come_back(browser, house).headers["Location"] == DECIDE


def test_without_providers_the_page_says_nothing_of_them(browser: Browser) -> None:
    assert "Sign in with" not in browser.get("/sign-in").text
    assert timedelta(minutes=10) == single_sign_on.TEN_MINUTES


def test_an_account_that_nobody_confirmed_is_not_opened_but_replaced(
    session: Session, make: Make, browser: Browser, house: House
) -> None:
    """A stranger may have registered with the address, and would know its password."""
    pending = make.account(email="ana@example.org", email_confirmed_at=None, password_hash="x")
    come_back(browser, house)

    assert browser.get(DECIDE).headers["Location"] == "/register/with/ministry"
    assert browser.post(DECIDE).headers["Location"] == "/register/with/ministry"
    browser.post("/register/with/ministry", data={"name": "Ana", "country": "UY", "language": "en"})
    session.refresh(pending)
    assert (pending.is_pending, pending.password_hash, pending.name) == (False, None, "Ana")
    assert links(session) == [(house.issuer, "42")]


def test_the_word_confirms_the_address_of_somebody_who_was_imported(
    session: Session, make: Make, browser: Browser, house: House
) -> None:
    imported = make.account(email="ana@example.org", email_confirmed_at=None)
    come_back(browser, house)
    browser.post(DECIDE)

    session.refresh(imported)
    assert imported.email_confirmed_at
