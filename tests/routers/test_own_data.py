"""The pages on one's own data: a copy for its owner alone; nobody deletes by a slip."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update
from sqlmodel import Session, col, func, select

from app.core import clock
from app.core.i18n import LANGUAGES
from app.jobs import sweep
from app.models import Account, AccountDeletion, DataCopy, SignIn
from tests.conftest import Browser
from tests.make import Make

DATA, DELETE = "/account/data", "/account/delete"


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(email="ana@example.org")


def how_many(session: Session, model: type[AccountDeletion] | type[DataCopy]) -> int:
    return session.exec(select(func.count()).select_from(model)).one()


def archive_address(browser: Browser) -> str:
    found = BeautifulSoup(browser.get(DATA).text, "lxml").select_one('a[href$=".zip"]')
    assert found is not None
    return str(found["href"])


def some_time_ago(session: Session) -> None:
    then = clock.now() - timedelta(minutes=16)
    session.execute(update(SignIn).values(created_at=then))


def test_a_person_asks_for_a_copy_and_downloads_it(browser: Browser, ana: Account) -> None:
    browser.sign_in(ana)

    assert browser.post(DATA).headers["Location"] == DATA
    assert "being put together" in browser.get(DATA).text
    sweep()
    answer = browser.get(archive_address(browser))

    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"ana@example.org" in ZipFile(BytesIO(answer.content)).read("data/account.json")


def test_nobody_else_gets_the_copy(browser: Browser, make: Make, ana: Account) -> None:
    browser.sign_in(ana)
    browser.post(DATA)
    sweep()
    address = archive_address(browser)

    for other in (make.account(), make.administrator()):
        browser.sign_in(other)
        assert browser.get(address).status_code == 404
    browser.sign_out()
    assert browser.get(address).status_code == 303


def test_support_that_looks_at_the_pages_takes_no_copy_along(
    browser: Browser, make: Make, session: Session, ana: Account
) -> None:
    browser.sign_in(ana)
    browser.post(DATA)
    sweep()
    address = archive_address(browser)
    browser.sign_in(make.coordinator())
    browser.post(f"/accounts/{ana.id}/view")

    assert [browser.get(DATA).status_code, browser.get(address).status_code] == [404, 404]
    assert browser.post(DELETE, data={"word": "delete"}).status_code == 403
    assert how_many(session, AccountDeletion) == 0


def test_a_copy_that_ended_is_not_given_out(
    browser: Browser, session: Session, ana: Account
) -> None:
    browser.sign_in(ana)
    browser.post(DATA)
    sweep()
    address = archive_address(browser)
    session.execute(update(DataCopy).values(expires_at=clock.now()))

    assert browser.get(address).status_code == 404


def test_asked_twice_it_is_made_once(browser: Browser, session: Session, ana: Account) -> None:
    browser.sign_in(ana)
    browser.post(DATA)

    assert browser.post(DATA).status_code == 422
    assert how_many(session, DataCopy) == 1


def test_a_visitor_has_no_data(browser: Browser, session: Session) -> None:
    for method, address in (("GET", DATA), ("POST", DATA), ("GET", DELETE), ("POST", DELETE)):
        answer = browser.request(method, address, data={"word": "delete"})
        assert answer.headers["Location"].startswith("/sign-in")
    assert how_many(session, AccountDeletion) == how_many(session, DataCopy) == 0


def test_the_page_says_how_much_goes_and_stays(
    browser: Browser, make: Make, session: Session
) -> None:
    given = make.certificate()
    browser.sign_in(session.get_one(Account, make.owner_of(given)))

    page = browser.get(DELETE).text

    assert "1 enrolment, as a number" in page
    assert "1 certificate, with the name" in page
    assert "teams" not in page.split("What stays")[1].split("</ul>")[0]


@pytest.mark.parametrize("typed", ["", "delet", "eliminar"])
def test_another_word_deletes_nothing(
    browser: Browser, session: Session, ana: Account, typed: str
) -> None:
    browser.sign_in(ana)

    answer = browser.post(DELETE, data={"word": typed, "certificates": "on"})

    assert answer.status_code == 422
    assert how_many(session, AccountDeletion) == 0
    assert browser.get("/home").status_code == 200


def test_who_signed_in_some_time_ago_signs_in_again_first(
    browser: Browser, session: Session, ana: Account
) -> None:
    browser.sign_in(ana)
    some_time_ago(session)

    answer = browser.post(DELETE, data={"word": "delete"})

    assert answer.status_code == 422
    assert how_many(session, AccountDeletion) == 0
    again = browser.post(DELETE + "/again")
    assert again.headers["Location"] == f"/sign-in?next={DELETE}"


@pytest.mark.parametrize(("language", "word"), [("en", " Delete "), ("es", "ELIMINAR")])
def test_who_means_it_is_signed_out_everywhere(
    browser: Browser, make: Make, session: Session, language: str, word: str
) -> None:
    browser.sign_in(make.account(language=language))

    answer = browser.post(DELETE, data={"word": word})

    assert answer.headers["Location"] == "/"
    assert browser.get("/home").status_code == 303
    (asked,) = session.exec(select(AccountDeletion)).all()
    assert asked.due_at - asked.created_at > timedelta(days=13, hours=23)
    assert session.exec(select(func.count(col(SignIn.id)))).one() == 0


def test_the_last_administrator_is_told_why_not(
    browser: Browser, make: Make, session: Session
) -> None:
    browser.sign_in(make.administrator())

    answer = browser.post(DELETE, data={"word": "delete"})

    assert answer.status_code == 422
    assert "You are the last administrator" in answer.text
    assert how_many(session, AccountDeletion) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_on_data_says_every_declaration_in_the_readers_language(
    browser: Browser, language: str
) -> None:
    page = BeautifulSoup(browser.get(f"/your-data?lang={language}").text, "lxml")

    rows = page.select("table.records tbody tr")
    texts = {cell.text for cell in page.select("table.records td, h3")}
    assert len(rows) > 20
    assert ("As long as the account" in texts) is (language == "en")
    assert not any("." in row.text.split("\n")[0] and "_" in row.text for row in rows)
