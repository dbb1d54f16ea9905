"""The outbox and the audit log, as administrators and everybody else meet them."""

from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.core import clock
from app.core.settings import settings
from app.models import (
    Account,
    AuditEvent,
    EnrolmentPolicy,
    Invitation,
    LinkKind,
    Message,
    MessageKind,
    MessageStatus,
    Withheld,
)
from app.queries.work import MOST_TRIES
from app.services.account_messages import sign_in_link
from app.services.audit import record
from app.services.invitations import invite, secret_of
from app.services.links import give_link
from app.services.notifications import place_given, welcome
from tests.conftest import Browser
from tests.counting import statements
from tests.make import NOW, Make


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


@pytest.mark.parametrize("address", ["/outbox", "/audit.csv"])
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
    assert (len(sent), len(sent_for_audit)) == (4, 6)
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


@pytest.mark.usefixtures("administrator")
def test_messages_are_found_by_person_and_kind(
    session: Session, make: Make, browser: Browser, failed: Message
) -> None:
    bruno = make.account(name="Bruno Ávila", email="bruno@example.org")
    certificate = welcome(session, bruno)
    certificate.kind = MessageKind.CERTIFICATE_READY
    session.flush()

    def found(query: str) -> set[str]:
        page = browser.get(f"/outbox?{query}").text
        return {email for email in ("ana@example.org", "bruno@example.org") if email in page}

    assert found("person=avila") == {"bruno@example.org"}
    assert found("person=ANA%40example") == {"ana@example.org"}
    assert found("person=%25") == set()
    assert found("kind=certificate+ready") == {"bruno@example.org"}
    assert found("kind=welcome&status=failed") == {"ana@example.org"}
    assert found("kind=nonsense") == {"ana@example.org", "bruno@example.org"}
    assert "status=failed" in browser.get("/outbox?person=ana").text
    assert failed.kind == "welcome"


@pytest.mark.usefixtures("administrator")
def test_a_mail_is_looked_at_behind_glass_and_without_its_secret_links(
    session: Session, make: Make, browser: Browser
) -> None:
    ana = make.account(name="Ana")
    message = place_given(session, ana, {"en": "<script>Gaps"}, ana.id)
    session.flush()
    page = browser.get(f"/outbox/{message.id}/mail")

    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "&lt;script&gt;Gaps" in page.text
    assert "/unsubscribe/" not in page.text
    assert browser.get(f"/outbox/{ana.id}/mail").status_code == 404
    browser.sign_in(make.coordinator())
    assert browser.get(f"/outbox/{message.id}/mail").status_code == 403


@pytest.mark.usefixtures("administrator")
def test_why_a_message_was_not_sent_is_said_in_words(
    session: Session, browser: Browser, failed: Message
) -> None:
    failed.status, failed.trouble = MessageStatus.WITHHELD, Withheld.NOT_WANTED
    session.add(failed)
    session.flush()
    assert "The person wants only what is necessary." in browser.get("/outbox").text
    assert browser.post(f"/outbox/{failed.id}/again").status_code == 422


def test_coordinators_see_the_addresses_that_fail_focal_points_their_own(
    session: Session, make: Make, browser: Browser
) -> None:
    sena, senai = make.institution(), make.institution()
    for name, institution in ("Ana", sena), ("Bia", senai):
        make.account(
            name=name, institution_id=institution.id, email_bounced_at=NOW,
            email_bounce_reason="550 no such user",
        )  # fmt: skip
    bia = session.exec(select(Account).where(Account.name == "Bia")).one()

    def seen() -> set[str]:
        page = browser.get("/outbox/addresses").text
        return {name for name in ("Ana", "Bia") if f">{name}<" in page}

    coordinator = make.coordinator()
    browser.sign_in(coordinator)
    assert seen() == {"Ana", "Bia"}
    browser.sign_in(make.focal(sena))
    assert seen() == {"Ana"}
    assert browser.post(f"/outbox/addresses/{bia.id}/clear").status_code == 404
    for account in make.account(), make.tutor(make.edition()):
        browser.sign_in(account)
        assert browser.get("/outbox/addresses").status_code == 403
        assert browser.post(f"/outbox/addresses/{bia.id}/clear").status_code == 403
    browser.sign_in(coordinator)
    for _ in range(2):
        assert browser.post(f"/outbox/addresses/{bia.id}/clear").status_code == 303
    assert seen() == {"Ana"}
    assert [event.action for event in session.exec(select(AuditEvent))] == ["clear bounce"]


@pytest.fixture
def invitation(session: Session, make: Make) -> Invitation:
    edition = make.edition(
        make.course(title={"es": "Empleos verdes"}), policy=EnrolmentPolicy.INVITATION
    )
    boss = make.coordinator()
    invite(session, edition.id, ["bia@example.org"], language="es", by=boss.id, now=NOW)
    return session.exec(select(Invitation)).one()


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("environment", ["development", "production"])
def test_invitations_stand_there_without_the_link_that_opens_them(
    browser: Browser, invitation: Invitation, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    monkeypatch.setenv("TALLER_ENVIRONMENT", environment)
    settings.cache_clear()

    listed = browser.get("/outbox/invitations")
    mail = browser.get(f"/outbox/invitations/{invitation.id}/mail")

    assert (listed.status_code, mail.status_code) == (200, 200)
    for page in (listed.text, mail.text):
        assert "Tiene una invitación al curso “Empleos verdes”." in page
        assert secret_of(invitation.id, invitation.generation) not in page
        assert "/invitations/" + str(invitation.id) + "/" not in page.replace("/mail", "")
    assert "bia@example.org" in listed.text
    assert "sandbox" in mail.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("administrator", "invitation")
def test_the_outbox_leads_to_the_invitations_and_finds_one_by_its_address(
    browser: Browser,
) -> None:
    assert 'href="/outbox/invitations"' in browser.get("/outbox").text
    assert "bia@example.org" in browser.get("/outbox/invitations?person=BIA@").text
    assert "bia@example.org" not in browser.get("/outbox/invitations?person=ana").text
    assert browser.get(f"/outbox/invitations/{uuid4()}/mail").status_code == 404


def test_only_administrators_see_invitations_there(
    make: Make, browser: Browser, invitation: Invitation
) -> None:
    for account in (make.account(), make.coordinator()):
        browser.sign_in(account)
        assert browser.get("/outbox/invitations").status_code == 403
        assert browser.get(f"/outbox/invitations/{invitation.id}/mail").status_code == 403
