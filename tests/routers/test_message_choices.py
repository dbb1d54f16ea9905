"""Choosing how messages come: on the account, and by the link at a message's end."""

import re
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from app.core.unsubscribing import unsubscribe_token
from app.jobs.messages import as_mail
from app.models import Account, Delivery, MessageChoice, MessageGroup
from app.queries.message_choices import choices
from app.services.admission_news import declined
from tests.conftest import Browser
from tests.make import Make

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
GROUPS = ("admission", "sessions", "capstone", "certificates", "announcements", "forum")


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(name="Ana Pérez", email="ana@example.org", timezone="America/Bogota")


@pytest.fixture
def link(session: Session, ana: Account) -> str:
    """The path in the header of a mail about admission."""
    mail = as_mail(declined(session, ana, {"en": "Gaps"}), ana)
    return str(mail["List-Unsubscribe"]).strip("<>").removeprefix("http://testserver")


def chosen(session: Session, account: Account) -> dict[MessageGroup, Delivery]:
    session.expire_all()
    return choices(session, account.id)


def test_a_person_chooses_for_each_group_and_an_hour(
    session: Session, browser: Browser, ana: Account
) -> None:
    browser.sign_in(ana)
    page = browser.get("/account/messages").text
    assert page.count('value="digest" checked') == len(GROUPS)
    assert "Bogota" in page
    answers = dict.fromkeys(GROUPS, "digest") | {"admission": "at_once", "digest_hour": "9"}
    assert browser.post("/account/messages", data=answers).status_code == 303

    assert chosen(session, ana)[MessageGroup.ADMISSION] is Delivery.AT_ONCE
    assert session.get_one(Account, ana.id).digest_hour == 9
    assert 'value="at_once" checked' in browser.get("/account/messages").text


@pytest.mark.parametrize("wrong", [{"digest_hour": "23"}, {"admission": "never"}, {}])
def test_an_answer_that_is_none_changes_nothing_and_is_said(
    session: Session, browser: Browser, ana: Account, wrong: dict[str, str]
) -> None:
    browser.sign_in(ana)
    answer = browser.post("/account/messages", data={"capstone": "at_once"} | wrong)

    assert answer.status_code == 422
    assert chosen(session, ana) == {}
    assert re.search(r'id="capstone"[^>]*checked|value="at_once" checked', answer.text)


def test_only_who_is_signed_in_sees_their_choices(browser: Browser) -> None:
    assert browser.get("/account/messages").status_code == 303
    assert browser.post("/account/messages", data={}).status_code == 303


@pytest.mark.parametrize("origin", ["https://mail.example.com", "null", None])
def test_one_click_of_a_mail_program_ends_messages_of_that_kind(
    session: Session, browser: Browser, ana: Account, link: str, origin: str | None
) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"} if origin else {}
    for _ in range(2):
        answer = browser.post(link, data=ONE_CLICK, headers=headers)
        assert answer.status_code == 200  # and no redirection, which providers do not follow

    assert chosen(session, ana) == {MessageGroup.ADMISSION: Delivery.NECESSARY}
    assert "These messages have ended" in answer.text
    assert "Ana" not in answer.text
    assert "ana@example.org" not in answer.text


def test_looking_at_the_link_ends_nothing(
    session: Session, browser: Browser, ana: Account, link: str
) -> None:
    page = browser.get(link)
    assert page.status_code == 200
    assert "No more of these messages?" in page.text
    assert chosen(session, ana) == {}


def test_it_can_be_undone_to_what_was_before(
    session: Session, browser: Browser, ana: Account, make: Make, link: str
) -> None:
    make.saved(
        MessageChoice(account_id=ana.id, group=MessageGroup.ADMISSION, delivery=Delivery.AT_ONCE)
    )
    browser.post(link, data=ONE_CLICK)
    browser.post(link, data=ONE_CLICK)
    assert browser.post(f"{link}/undo").status_code == 303
    assert chosen(session, ana) == {MessageGroup.ADMISSION: Delivery.AT_ONCE}


def test_the_link_of_a_digest_is_about_all_groups(
    session: Session, browser: Browser, ana: Account
) -> None:
    link = f"/unsubscribe/{unsubscribe_token(ana.id, 'all', ana.unsubscribe_generation)}"
    browser.post(link, data=ONE_CLICK)
    assert set(chosen(session, ana).values()) == {Delivery.NECESSARY}
    assert len(chosen(session, ana)) == len(GROUPS)
    browser.post(f"{link}/undo")
    assert set(chosen(session, ana).values()) == {Delivery.DIGEST}


def test_a_link_chooses_for_its_own_group_alone(
    session: Session, browser: Browser, ana: Account, link: str
) -> None:
    answers = {"admission": "at_once", "announcements": "necessary"}
    assert browser.post(f"{link}/choices", data=answers).status_code == 303
    assert chosen(session, ana) == {MessageGroup.ADMISSION: Delivery.AT_ONCE}


def test_nobody_makes_a_link_of_their_own(
    session: Session, browser: Browser, make: Make, ana: Account, link: str
) -> None:
    token, eve = link.rpartition("/")[2], make.account()
    other = unsubscribe_token(eve.id, "admission", 1)
    guesses = [
        token.replace("admission", "capstone"),
        token.replace("admission", "all"),
        token[:-2] + ("AA" if not token.endswith("AA") else "BB"),
        token[:32] + other[32:],
        "admission." + "A" * 46,
        "admission.ñ",
        "",
    ]
    for guess in guesses:
        assert browser.get(f"/unsubscribe/{guess}").status_code == 404
        assert browser.post(f"/unsubscribe/{guess}", data=ONE_CLICK).status_code == 404
    assert chosen(session, ana) == {}


def test_a_link_opens_nothing_else(browser: Browser, link: str) -> None:
    token = link.rpartition("/")[2]
    browser.cookies.set("session", token)
    assert browser.get("/account/messages").status_code == 303
    assert browser.get(f"/calendar/{token}.ics").status_code == 404


def test_links_that_were_sent_can_be_made_void(
    session: Session, browser: Browser, ana: Account, link: str
) -> None:
    browser.sign_in(ana)
    assert browser.post("/account/messages/links").status_code == 303
    browser.sign_out()
    answer = browser.post(link, data=ONE_CLICK)
    assert answer.status_code == 404
    assert "This link ends nothing any more" in answer.text
    assert chosen(session, ana) == {}


@pytest.mark.parametrize("path", ["undo", "choices"])
def test_only_the_one_click_may_come_from_elsewhere(
    session: Session, browser: Browser, ana: Account, link: str, path: str
) -> None:
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert browser.post(f"{link}/{path}", headers=headers).status_code == 403
    assert browser.post("/account/messages", headers=headers).status_code == 403
    assert chosen(session, ana) == {}


def test_the_page_speaks_the_language_of_the_message(
    browser: Browser, make: Make, session: Session
) -> None:
    ines = make.account(language="es")
    token = unsubscribe_token(ines.id, "admission", 1)
    page = browser.get(f"/unsubscribe/{token}").text
    assert '<html lang="es"' in page
    assert session.exec(select(MessageChoice)).all() == []


def test_a_person_reads_that_messages_come_back_and_puts_it_right(
    session: Session, browser: Browser, make: Make, ana: Account
) -> None:
    ana.email_bounced_at = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
    ana.email_bounce_reason = "550 <b>no such user"
    make.saved(ana)
    browser.sign_in(ana)

    for address in "/home", "/account":
        assert "Your messages come back." in browser.get(address).text
    page = browser.get("/account/messages").text
    assert "Your messages come back since 3 May 2026." in page
    assert "550 &lt;b&gt;no such user" in page
    assert browser.post("/account/messages/address").status_code == 303
    assert "come back" not in browser.get("/account").text
    session.expire_all()
    again = session.get_one(Account, ana.id)
    assert (again.email_bounced_at, again.email_bounce_reason) == (None, "")
