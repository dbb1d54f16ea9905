"""Changing one's password, as its owner and somebody at an open page meet it."""

from datetime import timedelta

import pytest
from httpx2 import Response
from sqlmodel import Session, select

from app.core import clock
from app.core.passwords import hash_password, password_matches
from app.jobs import sweep
from app.models import Account, Message, SignIn
from tests.conftest import Browser
from tests.make import Make

PASSWORD = "tres tristes tigres"


@pytest.fixture
def ana(make: Make, browser: Browser) -> Account:
    """Somebody who is signed in."""
    ana = make.account(password_hash=hash_password(PASSWORD))
    browser.sign_in(ana)
    return ana


def password_hash(session: Session, account: Account) -> str | None:
    session.refresh(account)
    return account.password_hash


def change_password(browser: Browser, present: str, password: str) -> Response:
    return browser.post("/account/password", data={"present": present, "password": password})


def test_a_new_password_ends_the_sign_ins_elsewhere(
    session: Session, browser: Browser, ana: Account
) -> None:
    here = session.exec(select(SignIn.id)).one()
    session.add(
        SignIn(
            account_id=ana.id, token_hash="elsewhere", expires_at=clock.now() + timedelta(days=1)
        )
    )
    session.flush()

    answer = change_password(browser, PASSWORD, "colibri 7 lluvia")

    assert answer.status_code == 303
    assert session.exec(select(SignIn.id)).all() == [here]
    assert browser.get("/account").status_code == 200
    new_hash = password_hash(session, ana)
    assert new_hash
    assert password_matches("colibri 7 lluvia", new_hash)


@pytest.mark.parametrize(
    ("present", "password", "sentence"),
    [
        ("cuatro tigres", "colibri 7 lluvia", "This is not your present password."),
        (PASSWORD, "corto", "Write at least 10 characters."),
        (PASSWORD, "contraseña123", "Many people use this password"),
        (PASSWORD, "", "Fill this in."),
        ("", "colibri 7 lluvia", "Fill this in."),
    ],
)
def test_a_password_is_changed_by_its_owner_and_into_a_good_one(
    session: Session, browser: Browser, ana: Account, present: str, password: str, sentence: str
) -> None:
    before = ana.password_hash

    answer = change_password(browser, present, password)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "colibri" not in answer.text
    assert password_hash(session, ana) == before


def test_who_sits_at_an_open_page_cannot_guess_the_password(browser: Browser, ana: Account) -> None:
    assert ana.password_hash
    guesses = [change_password(browser, "no es esta", "colibri 7 lluvia") for _ in range(10)]
    right = change_password(browser, PASSWORD, "colibri 7 lluvia")

    assert {guess.status_code for guess in guesses} == {422}
    assert right.status_code == 429
    assert int(right.headers["Retry-After"]) > 0


def test_who_has_no_password_is_sent_a_link_to_choose_one(
    session: Session, make: Make, browser: Browser
) -> None:
    browser.sign_in(make.account(email="ana@example.org"))

    assert "You have no password yet" in browser.get("/account/password").text
    browser.post("/account/password/link")
    sweep()
    assert session.exec(select(Message.kind)).all() == ["password link"]


def test_a_changed_password_is_told(session: Session, browser: Browser, ana: Account) -> None:
    change_password(browser, PASSWORD, "colibri 7 lluvia")

    message = session.exec(select(Message)).one()
    assert (message.account_id, message.kind) == (ana.id, "password changed")
    assert "colibri" not in message.body
