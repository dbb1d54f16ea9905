"""A person's own page: what they can see and change there, and what nobody else can."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from httpx2 import Response
from sqlmodel import Session, select

from app.core import clock
from app.core.feeds import feed_token
from app.core.passwords import hash_password, password_matches
from app.models import (
    Account,
    ApiToken,
    AuditEvent,
    Enrolment,
    EnrolmentPolicy,
    Gender,
    SignIn,
)
from app.queries.enrolments import enrolment_of
from app.services.enrolments import enrol
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

PASSWORD = "tres tristes tigres"


@pytest.fixture
def ana(make: Make, browser: Browser) -> Account:
    """Somebody who is signed in."""
    ana = make.account(name="Ana Pérez", password_hash=hash_password(PASSWORD), language="en")
    browser.sign_in(ana)
    return ana


def answers(**given: str) -> dict[str, str]:
    return {"name": "Ana Pérez", "country": "CO", "language": "en", "zone": "UTC"} | given


def page_of(answer: Response) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def only(page: BeautifulSoup, selector: str) -> Tag:
    found = page.select(selector)
    assert len(found) == 1, (selector, found)
    return found[0]


def as_it_is(session: Session, account: Account) -> Account:
    session.refresh(account)
    return account


ADDRESSES = [
    ("GET", "/account"),
    ("GET", "/account/password"),
    ("GET", "/account/keys"),
    ("POST", "/account/password/link"),
    ("POST", "/account"),
    ("POST", "/account/password"),
    ("POST", "/account/sign-outs"),
    ("POST", "/account/calendar"),
    ("POST", "/account/keys"),
    ("POST", "/account/keys/019a0000-0000-7000-8000-000000000000/withdraw"),
    ("POST", "/account/sign-ins/019a0000-0000-7000-8000-000000000000/end"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_a_visitor_is_asked_to_sign_in(browser: Browser, method: str, address: str) -> None:
    answer = browser.request(method, address, data=answers())

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_the_page_shows_what_is_known(browser: Browser, make: Make) -> None:
    sena = make.institution(acronym="SENA", country="CO")
    ana = make.account(
        name="Ana Pérez",
        institution_id=sena.id,
        gender=Gender.ANOTHER,
        gender_word="no binaria",
        timezone="America/Bogota",
        theme="dark",
    )
    browser.sign_in(ana)

    page = page_of(browser.get("/account"))

    assert only(page, "#name")["value"] == "Ana Pérez"
    assert only(page, "#institution")["value"] == "SENA, Colombia"
    assert only(page, "[name=gender][checked]")["value"] == "another"
    assert only(page, "#gender_word")["value"] == "no binaria"
    assert only(page, "#country option[selected]")["value"] == "CO"
    assert only(page, "#zone option[selected]")["value"] == "America/Bogota"
    assert only(page, "#theme option[selected]")["value"] == "dark"
    assert ana.email in page.text


def test_everything_a_person_said_can_be_changed(
    session: Session, make: Make, browser: Browser, ana: Account
) -> None:
    ina = make.institution(acronym="INA", country="CR")

    answer = browser.post(
        "/account",
        data=answers(
            name="Ana María Pérez",
            country="CR",
            institution="ina, costa rica",
            gender="prefers_not_to_say",
            zone="America/Costa_Rica",
            theme="light",
        ),
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    as_it_is(session, ana)
    assert (ana.name, ana.country, ana.institution_id) == ("Ana María Pérez", "CR", ina.id)
    assert (ana.gender, ana.gender_word) == (Gender.PREFERS_NOT_TO_SAY, "")
    assert (ana.timezone, ana.theme) == ("America/Costa_Rica", "light")
    assert ' data-theme="light"' in browser.get("/account").text


def test_text_only_mode_is_kept_with_the_account(
    session: Session, browser: Browser, ana: Account
) -> None:
    browser.get("/account?light=0")
    browser.post("/account", data=answers(data_saver="on"))

    assert as_it_is(session, ana).data_saver
    for address in ("/account", "/", "/home", "/nowhere"):
        assert " data-light" in browser.get(address).text
    assert "data_saver" in str(only(page_of(browser.get("/account")), "#data_saver[checked]"))
    assert " data-light" not in browser.get("/account?light=0").text  # in this browser alone
    browser.post("/account", data=answers())
    assert not as_it_is(session, ana).data_saver
    assert " data-light" not in browser.get("/account").text


def test_an_answer_on_gender_can_be_taken_back(
    session: Session, browser: Browser, ana: Account
) -> None:
    browser.post("/account", data=answers(gender="not_answered"))

    assert as_it_is(session, ana).gender is Gender.NOT_ANSWERED


def test_what_a_person_may_not_say_of_themselves_is_not_heard(
    session: Session, browser: Browser, ana: Account
) -> None:
    email = ana.email
    browser.post(
        "/account",
        data=answers(
            email="x@example.org", platform_role="administrator", password_hash="x", is_demo="1"
        ),
    )
    as_it_is(session, ana)

    assert (ana.email, ana.platform_role, ana.is_demo) == (email, None, False)
    assert ana.password_hash
    assert password_matches(PASSWORD, ana.password_hash)


def test_the_last_choice_of_a_language_counts(browser: Browser, ana: Account) -> None:
    assert ana.language == "en"
    browser.get("/account?lang=fr")
    browser.post("/account", data=answers(language="pt"))

    assert '<html lang="pt"' in browser.get("/account").text


def test_a_mistake_keeps_what_was_typed(session: Session, browser: Browser, ana: Account) -> None:
    answer = browser.post("/account", data=answers(name="Ana M.", country="??"))
    page = page_of(answer)

    assert answer.status_code == 422
    assert only(page, "#name")["value"] == "Ana M."
    assert only(page, "main [role=alert] a")["href"] == "#country"
    assert as_it_is(session, ana).name == "Ana Pérez"


def test_a_change_of_oneself_changes_no_past_enrolment(
    session: Session, make: Make, browser: Browser
) -> None:
    sena, ina = make.institution(country="CO"), make.institution(acronym="INA", country="CR")
    ana = make.account(institution_id=sena.id, gender=Gender.WOMAN, country="CO")
    edition = make.edition(policy=EnrolmentPolicy.OPEN)
    enrol(session, ana, edition, language="en", on=clock.today(), now=clock.now())
    browser.sign_in(ana)

    browser.post("/account", data=answers(country="CR", institution=ina.acronym, gender="man"))

    enrolment = enrolment_of(session, ana.id, edition.id)
    assert isinstance(enrolment, Enrolment)
    session.refresh(enrolment)
    assert as_it_is(session, ana).gender is Gender.MAN
    assert (enrolment.gender, enrolment.country) == (Gender.WOMAN, "CO")
    assert enrolment.institution_id == sena.id


def test_sign_ins_are_listed_with_their_browser_and_can_be_ended_alone(
    session: Session, browser: Browser, ana: Account
) -> None:
    phone = SignIn(
        account_id=ana.id,
        token_hash="phone",
        browser="Chrome, Android",
        expires_at=clock.now() + timedelta(days=1),
    )
    past = SignIn(
        account_id=ana.id, token_hash="past", browser="Opera, Linux", expires_at=clock.now()
    )
    session.add_all([phone, past])
    session.flush()

    page = browser.get("/account").text
    answer = browser.post(f"/account/sign-ins/{phone.id}/end")

    assert "Chrome, Android" in page
    assert "Opera, Linux" not in page
    assert page.count("This browser") == 1
    assert answer.status_code == 303
    assert "Chrome, Android" not in browser.get("/account").text


def test_nobody_ends_the_sign_in_of_somebody_else(
    session: Session, make: Make, browser: Browser, ana: Account
) -> None:
    theirs = SignIn(
        account_id=make.account().id, token_hash="x", expires_at=clock.now() + timedelta(days=1)
    )
    session.add(theirs)
    session.flush()

    answer = browser.post(f"/account/sign-ins/{theirs.id}/end")

    assert answer.status_code == 404
    assert len(session.exec(select(SignIn)).all()) == 2
    assert ana.id != theirs.account_id


def test_signing_out_everywhere_leaves_the_others_alone(
    session: Session, make: Make, browser: Browser, ana: Account
) -> None:
    other = make.account()
    for account, secret in ((ana, "a"), (other, "b")):
        session.add(
            SignIn(account_id=account.id, token_hash=secret, expires_at=clock.now() + timedelta(1))
        )
    session.flush()

    answer = browser.post("/account/sign-outs")

    assert answer.headers["Location"] == "/sign-in"
    assert session.exec(select(SignIn.account_id)).all() == [other.id]


def test_ending_this_very_sign_in_signs_out(
    session: Session, browser: Browser, ana: Account
) -> None:
    here = session.exec(select(SignIn.id).where(SignIn.account_id == ana.id)).one()

    assert browser.post(f"/account/sign-ins/{here}/end").headers["Location"] == "/sign-in"
    assert browser.get("/account").status_code == 303


def test_the_calendar_gets_a_new_address_and_the_old_one_is_void(
    session: Session, browser: Browser, ana: Account
) -> None:
    before = only(page_of(browser.get("/account")), "#feed")["value"]

    answer = browser.post("/account/calendar")
    after = only(page_of(browser.get("/account")), "#feed")["value"]

    assert answer.status_code == 303
    assert before == f"http://testserver/calendar/{feed_token(ana.id, 1)}.ics"
    assert after == f"http://testserver/calendar/{feed_token(ana.id, 2)}.ics"
    assert as_it_is(session, ana).calendar_generation == 2


def test_a_key_is_shown_once_and_kept_as_a_hash(
    session: Session, browser: Browser, ana: Account
) -> None:
    made = browser.post("/account/keys", data={"key_name": "Report\u202e to head office"})
    secret = str(only(page_of(made), "#secret")["value"])
    row = session.exec(select(ApiToken)).one()

    assert made.status_code == 200
    assert (row.account_id, row.name) == (ana.id, "Report to head office")
    assert secret not in repr(row.model_dump())
    page = browser.get("/account").text
    assert "Report to head office" in page
    assert secret not in page


def test_a_key_has_a_name(session: Session, browser: Browser, ana: Account) -> None:
    answer = browser.post("/account/keys", data={"key_name": " "})

    assert answer.status_code == 422
    assert only(page_of(answer), "main [role=alert] a")["href"] == "#key_name"
    assert session.exec(select(ApiToken)).all() == []
    assert ana.name in answer.text


def test_a_person_has_at_most_twenty_keys(session: Session, browser: Browser, ana: Account) -> None:
    for n in range(20):
        session.add(ApiToken(account_id=ana.id, name=f"{n}", token_hash=f"{n}"))
    session.flush()

    answer = browser.post("/account/keys", data={"key_name": "one more"})

    assert answer.status_code == 422
    assert "You have twenty keys." in answer.text


def test_a_key_is_withdrawn_by_its_owner_alone(
    session: Session, make: Make, browser: Browser, ana: Account
) -> None:
    mine = ApiToken(account_id=ana.id, name="mine", token_hash="m")
    theirs = ApiToken(account_id=make.account().id, name="theirs", token_hash="t")
    session.add_all([mine, theirs])
    session.flush()

    answers = [
        browser.post(f"/account/keys/{key.id}/withdraw").status_code for key in (mine, mine, theirs)
    ]

    assert answers == [303, 404, 404]
    session.refresh(mine)
    session.refresh(theirs)
    assert mine.revoked_at is not None
    assert theirs.revoked_at is None


def test_ones_own_affairs_leave_no_trace_in_the_audit_log(
    session: Session, browser: Browser, ana: Account
) -> None:
    browser.post("/account", data=answers(name="Ana"))
    browser.post("/account/keys", data={"key_name": "x"})

    assert as_it_is(session, ana).name == "Ana"
    assert session.exec(select(AuditEvent)).all() == []


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_page_takes_few_statements_however_much_it_shows(
    session: Session, make: Make, browser: Browser, ana: Account, how_many: int
) -> None:
    for n in range(how_many):
        make.institution()
        session.add(ApiToken(account_id=ana.id, name=f"{n}", token_hash=f"{n}"))
        session.add(
            SignIn(account_id=ana.id, token_hash=f"{n}", expires_at=clock.now() + timedelta(days=1))
        )
    session.flush()

    with statements() as sent:
        page = browser.get("/account")

    assert page.status_code == 200
    assert len(sent) == 8, sent


def test_no_secret_stands_in_an_address(browser: Browser, ana: Account) -> None:
    page = browser.get("/account").text
    addresses = re.findall(r'(?:href|action)="(/[^"]*)"', page)

    assert feed_token(ana.id, 1) in page
    assert [a for a in addresses if feed_token(ana.id, 1) in urlsplit(a).path] == []


@pytest.mark.parametrize("way", ["/sign-out", "/account/sign-outs", "here", "again", "delete"])
def test_after_every_way_out_the_browser_forgets_the_pages(
    session: Session, browser: Browser, make: Make, way: str
) -> None:
    """On a shared computer Back would show them to whoever comes next."""
    ana = make.account()
    browser.sign_in(ana)
    [sign_in] = session.exec(select(SignIn).where(SignIn.account_id == ana.id)).all()
    address = {
        "here": f"/account/sign-ins/{sign_in.id}/end",
        "again": "/account/second-step/again",
        "delete": "/account/delete",
    }.get(way, way)

    answer = browser.post(address, data={"word": "delete"})

    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache"'
