"""Another e-mail address: asked at both, and changed only when both said yes."""

from datetime import timedelta

import pytest
from httpx2 import Response
from sqlmodel import Session, col, select

from app.core import clock
from app.core.passwords import hash_password
from app.models import Account, EmailChange, Message, OneTimeToken, SignIn
from tests.conftest import Browser
from tests.links import link_in, secret_in
from tests.make import Make

PASSWORD = "tres tristes tigres"
NEW = "ana.new@example.org"


@pytest.fixture
def ana(make: Make, browser: Browser) -> Account:
    """Somebody who is signed in."""
    ana = make.account(email="ana@example.org", password_hash=hash_password(PASSWORD))
    browser.sign_in(ana)
    return ana


def ask(browser: Browser, email: str = NEW, present: str = PASSWORD) -> Response:
    return browser.post("/account/email", data={"email": email, "present": present})


def message(session: Session, kind: str) -> Message:
    found = select(Message).where(Message.kind == kind).order_by(col(Message.id).desc())
    return session.exec(found).first() or pytest.fail(f"no message: {kind}")


def say(browser: Browser, message: Message, what: str = "confirm") -> Response:
    link = link_in(message)
    assert browser.get(link).status_code == 200
    return browser.post(f"/account/email/{what}", data={"secret": secret_in(link)})


def nothing_waits(session: Session) -> bool:
    return not [*session.exec(select(OneTimeToken)), *session.exec(select(EmailChange))]


def address_of(session: Session, account: Account) -> str:
    session.refresh(account)
    return account.email


@pytest.mark.parametrize("first", ["confirm new address", "confirm leaving address"])
def test_it_changes_when_both_addresses_have_said_yes(
    session: Session, browser: Browser, ana: Account, first: str
) -> None:
    elsewhere = SignIn(account_id=ana.id, token_hash="x", expires_at=clock.now() + timedelta(1))
    session.add(elsewhere)
    session.flush()
    page = ask(browser)
    letters = {k: message(session, k) for k in ("confirm new address", "confirm leaving address")}

    assert "Open the messages that we sent to both addresses" in page.text
    assert f"You want to use {NEW} instead." in browser.get("/account").text
    assert {m.email for m in letters.values()} == {NEW, "ana@example.org"}
    say(browser, letters.pop(first))
    assert address_of(session, ana) == "ana@example.org"
    assert "said yes" in browser.get("/account").text

    say(browser, letters.popitem()[1])

    assert address_of(session, ana) == NEW
    assert NEW in browser.get("/account").text
    assert "said yes" not in browser.get("/account").text
    assert len(session.exec(select(SignIn)).all()) == 1
    told = message(session, "address changed")
    assert (told.email, NEW in told.body) == ("ana@example.org", True)
    assert nothing_waits(session)


def test_one_address_cannot_say_yes_for_the_other(
    session: Session, browser: Browser, ana: Account
) -> None:
    ask(browser)
    letter = message(session, "confirm new address")

    say(browser, letter)
    again = browser.post("/account/email/confirm", data={"secret": secret_in(link_in(letter))})

    assert again.status_code == 404
    assert address_of(session, ana) == "ana@example.org"


@pytest.mark.parametrize("who", ["confirm new address", "confirm leaving address"])
def test_either_address_can_say_no(
    session: Session, browser: Browser, ana: Account, who: str
) -> None:
    ask(browser)
    letters = [message(session, k) for k in ("confirm new address", "confirm leaving address")]
    say(browser, message(session, who), "refuse")

    assert [browser.get(link_in(letter)).status_code for letter in letters] == [404, 404]
    assert address_of(session, ana) == "ana@example.org"
    assert NEW not in browser.get("/account").text


def test_it_can_be_cancelled(session: Session, browser: Browser, ana: Account) -> None:
    ask(browser)
    browser.post("/account/email/cancel")

    assert browser.get(link_in(message(session, "confirm new address"))).status_code == 404
    assert NEW not in browser.get("/account").text
    assert ana.email == "ana@example.org"


def test_a_change_of_password_ends_it(session: Session, browser: Browser, ana: Account) -> None:
    ask(browser)
    browser.post("/account/password", data={"present": PASSWORD, "password": "colibri 7 lluvia"})

    assert nothing_waits(session)
    assert ana.email == "ana@example.org"


def test_an_address_that_is_somebodys_is_not_given_away(
    session: Session, make: Make, browser: Browser, ana: Account
) -> None:
    luis = make.account(email=NEW)
    free, taken = ask(browser, "free@example.org"), ask(browser)

    assert taken.text == free.text.replace("free@example.org", NEW)
    letter = message(session, "address wanted")
    assert (letter.account_id, "/link/" in letter.body) == (luis.id, False)
    assert ana.email not in letter.body
    say(browser, message(session, "confirm leaving address"))
    assert (address_of(session, ana), address_of(session, luis)) == ("ana@example.org", NEW)


def test_who_only_registered_does_not_keep_an_address_from_its_owner(
    session: Session, make: Make, browser: Browser, ana: Account
) -> None:
    make.account(email=NEW, email_confirmed_at=None, password_hash="x")
    ask(browser)
    for kind in ("confirm new address", "confirm leaving address"):
        say(browser, message(session, kind))

    assert address_of(session, ana) == NEW
    assert len(session.exec(select(Account)).all()) == 1


def test_an_address_that_was_given_away_meanwhile_stays_with_its_owner(
    session: Session, make: Make, browser: Browser, ana: Account
) -> None:
    ask(browser)
    make.account(email=NEW)
    say(browser, message(session, "confirm new address"))
    answer = say(browser, message(session, "confirm leaving address"))

    assert answer.status_code == 409
    assert address_of(session, ana) == "ana@example.org"


@pytest.mark.parametrize(
    ("email", "present", "sentence"),
    [
        (NEW, "cuatro tigres", "This is not your present password."),
        (NEW, "", "This is not your present password."),
        ("ANA@example.org", PASSWORD, "This is your address already."),
        ("ana@", PASSWORD, "Write a whole e-mail address"),
        ("an\u0430@example.org", PASSWORD, "letters without accents"),
    ],
)
def test_what_would_not_do_is_explained(
    session: Session, browser: Browser, ana: Account, email: str, present: str, sentence: str
) -> None:
    answer = ask(browser, email, present)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.exec(select(EmailChange)).all() == []
    assert ana.email == "ana@example.org"


def test_without_a_password_one_has_to_have_signed_in_a_moment_ago(
    session: Session, make: Make, browser: Browser
) -> None:
    ana = make.account(email="ana@example.org")
    browser.sign_in(ana)
    row = session.exec(select(SignIn)).one()
    row.created_at = clock.now() - timedelta(minutes=15)
    session.add(row)
    session.flush()

    assert "Show with a new link that it is you" in ask(browser).text
    assert session.exec(select(EmailChange)).all() == []
    assert browser.post("/account/email/link").status_code == 200
    row.created_at = clock.now()
    session.add(row)
    session.flush()
    assert "Open the messages" in ask(browser).text


def test_more_than_three_changes_an_hour_have_to_wait(browser: Browser, ana: Account) -> None:
    answers = [ask(browser, f"{n}{ana.email}") for n in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 422]
    assert "three times within an hour" in answers[-1].text


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/account/email"),
        *(("POST", f"/account/email{x}") for x in ("", "/cancel", "/link")),
    ],
)
def test_a_visitor_is_asked_to_sign_in(browser: Browser, method: str, address: str) -> None:
    assert browser.request(method, address).headers["Location"].startswith("/sign-in")
