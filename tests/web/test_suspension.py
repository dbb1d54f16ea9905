"""A suspended account opens nothing from the next request on, by whatever door."""

import pytest
from sqlmodel import Session, col, select

from app.core import clock, db
from app.core.feeds import feed_token
from app.core.passwords import hash_password
from app.jobs.messages import send_message
from app.models import Account, Message, MessageStatus, SignIn
from app.services.keys import make_key
from app.services.notifications import welcome
from app.services.suspensions import reactivate, suspend
from tests.conftest import Browser
from tests.make import Make

PASSWORD = "tres tristes tigres"


@pytest.fixture
def boss(make: Make) -> Account:
    return make.administrator()


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(password_hash=hash_password(PASSWORD))


def close(session: Session, boss: Account, ana: Account) -> None:
    suspend(session, ana.id, "A stolen phone.", by=boss.id, now=clock.now())


def test_every_door_closes_with_the_next_request(
    session: Session, make: Make, browser: Browser, boss: Account, ana: Account
) -> None:
    edition = make.edition()
    certificate = make.certificate(make.completed_by(ana, edition))
    meeting = make.live_session(edition)
    key = {"Authorization": f"Bearer {make_key(session, ana.id, name='a program')}"}
    feed = f"/calendar/{feed_token(ana.id, 1)}.ics"
    private = ["/home", "/account", f"/editions/{edition.id}", f"/sessions/{meeting.id}.ics"]
    browser.sign_in(ana)
    assert [browser.get(address).status_code for address in private] == [200] * 4
    assert browser.get(f"/certificates/{certificate.code}.pdf").status_code == 202
    assert browser.get(feed).status_code == 200
    assert browser.get("/api/v1/me", headers=key).status_code == 200

    close(session, boss, ana)

    for address in [*private, f"/certificates/{certificate.code}.pdf"]:
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/sign-in"), address
    assert browser.post("/account", data={"name": "X"}).status_code == 303
    assert browser.get(feed).status_code == 404
    assert browser.get("/api/v1/me", headers=key).status_code == 401
    assert browser.get(f"/verify/{certificate.code}").status_code == 200, "what is public stays"

    reactivate(session, ana.id, "She has a new one.", by=boss.id, now=clock.now())

    assert browser.get("/home").status_code == 303, "the old sign-in stays dead"
    assert browser.get(feed).status_code == 200
    assert browser.get("/api/v1/me", headers=key).status_code == 200


def test_a_sign_in_row_that_survived_opens_nothing_either(
    session: Session, browser: Browser, ana: Account
) -> None:
    """The one statement that knows who asks looks at the account itself."""
    browser.sign_in(ana)
    ana.suspended_at = clock.now()
    session.add(ana)
    session.flush()

    assert browser.get("/account").status_code == 303


def test_only_who_knows_the_password_hears_of_the_suspension(
    session: Session, browser: Browser, boss: Account, ana: Account
) -> None:
    close(session, boss, ana)

    wrong = browser.post("/sign-in", data={"email": ana.email, "password": "x" * 12})
    right = browser.post("/sign-in", data={"email": ana.email, "password": PASSWORD})

    assert (wrong.status_code, right.status_code) == (422, 422)
    assert "suspended" not in wrong.text
    assert "This account is suspended." in right.text
    assert session.exec(select(SignIn).where(SignIn.account_id == ana.id)).all() == []


def test_no_mail_goes_to_a_suspended_account(session: Session, boss: Account, ana: Account) -> None:
    message = welcome(session, ana)
    session.flush()
    close(session, boss, ana)

    send_message(message.id)

    with db.reading() as fresh:
        kept = fresh.exec(select(Message).where(col(Message.id) == message.id)).one()
    assert (kept.status, kept.sent_at) == (MessageStatus.WITHHELD, None)
