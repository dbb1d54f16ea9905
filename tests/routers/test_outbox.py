"""The outbox and the audit log, as administrators and everybody else meet them."""

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.settings import settings
from app.models import Account, AuditEvent, LinkKind, Message, MessageStatus
from app.queries.work import MOST_TRIES
from app.services.account_messages import sign_in_link
from app.services.audit import record
from app.services.links import give_link
from app.services.notifications import welcome
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def administrator(make: Make, browser: Browser) -> Account:
    administrator = make.administrator(name="Olga Ruiz")
    browser.sign_in(administrator)
    return administrator


@pytest.fixture
def failed(session: Session, make: Make) -> Message:
    message = welcome(session, make.account(name="Ana Pérez", email="ana@example.org"))
    message.status, message.tries = MessageStatus.FAILED, MOST_TRIES
    message.trouble = "550 no such mailbox"
    session.flush()
    return message


@pytest.mark.parametrize("address", ["/outbox", "/audit"])
def test_only_administrators_look_inside(make: Make, browser: Browser, address: str) -> None:
    assert browser.get(address).status_code == 303
    people = (make.account(), make.coordinator(), make.tutor(make.edition()))
    for account in people:
        browser.sign_in(account)
        assert browser.get(address).status_code == 403


def test_only_administrators_send_again(
    session: Session, make: Make, browser: Browser, failed: Message
) -> None:
    browser.sign_in(make.coordinator())

    assert browser.post(f"/outbox/{failed.id}/again").status_code == 403
    session.refresh(failed)
    assert failed.status is MessageStatus.FAILED


@pytest.mark.usefixtures("administrator", "failed")
def test_every_message_stands_there_word_for_word(browser: Browser) -> None:
    page = browser.get("/outbox").text

    assert "Ana Pérez" in page
    assert "ana@example.org" in page
    assert "You have an account now." in page
    assert "550 no such mailbox" in page
    assert "Not delivered" in page


@pytest.mark.usefixtures("administrator", "failed")
def test_messages_are_sorted_by_what_became_of_them(browser: Browser) -> None:
    assert "ana@example.org" in browser.get("/outbox?status=failed").text
    assert "ana@example.org" not in browser.get("/outbox?status=sent").text
    assert browser.get("/outbox?status=nonsense&page=-1").status_code == 200


def test_what_was_not_delivered_is_sent_again_and_noted(
    session: Session, browser: Browser, administrator: Account, failed: Message
) -> None:
    first = browser.post(f"/outbox/{failed.id}/again")
    second = browser.post(f"/outbox/{failed.id}/again")

    assert (first.status_code, second.status_code) == (303, 422)
    session.refresh(failed)
    assert (failed.status, failed.tries, failed.trouble) == (MessageStatus.QUEUED, 0, "")
    event = session.exec(select(AuditEvent)).one()
    assert (event.actor_id, event.subject_id) == (administrator.id, failed.id)
    assert "had a message sent again" in browser.get("/audit").text


@pytest.mark.usefixtures("administrator")
def test_a_message_that_is_not_there_cannot_be_sent(browser: Browser) -> None:
    address = "/outbox/019a0000-0000-7000-8000-000000000000/again"

    assert browser.post(address).status_code == 404


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("how_many", [1, 60])
def test_long_lists_take_pages_and_no_more_statements(
    session: Session, make: Make, browser: Browser, how_many: int
) -> None:
    account = make.account()
    for n in range(how_many):
        welcome(session, account)
        record(session, account.id, "revoke certificate", "certificate", account.id, reason=n)
    session.flush()

    with statements() as sent:
        outbox = browser.get("/outbox")
    with statements() as sent_for_audit:
        audit = browser.get("/audit")

    assert outbox.text.count("<details") == audit.text.count("Reason: ") == min(how_many, 50)
    assert (len(sent), len(sent_for_audit)) == (3, 5)
    assert ('aria-label="Pages"' in outbox.text) is (how_many > 50)
    assert browser.get("/outbox?page=2").text.count("<details") == (10 if how_many == 60 else 1)


def test_the_audit_log_tells_who_did_what_the_newest_first(
    session: Session, browser: Browser, administrator: Account
) -> None:
    record(session, administrator.id, "revoke certificate", "certificate", None, reason="<b>name")
    session.flush()
    record(session, None, "something new", "thing", None)
    session.flush()

    page = browser.get("/audit").text.partition("<tbody")[2]
    only = browser.get("/audit?action=revoke+certificate").text

    assert page.index("something new") < page.index("withdrew a certificate")
    assert "Olga Ruiz" in page
    assert "Taller itself" in page
    assert "Reason: &lt;b&gt;name" in page
    assert "something new" not in only.partition("<tbody")[2]
    assert "Olga Ruiz" in only


@pytest.mark.usefixtures("administrator")
def test_links_are_seen_where_no_mail_is_sent_and_in_production_by_nobody(
    session: Session, make: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = make.account()
    sign_in_link(session, ana, give_link(session, ana, LinkKind.SIGN_IN, now=clock.now()))
    session.flush()
    here = browser.get("/outbox").text
    monkeypatch.setenv("TALLER_SMTP_URL", "smtp://localhost:1")
    settings.cache_clear()
    elsewhere = browser.get("/outbox").text

    assert "http://testserver/link/" in here
    assert "Sign in with this link: (link)" in elsewhere
    assert "/link/" not in elsewhere
