"""Support sees the product as a participant does: only to look, for a while, and never unseen."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.core import clock
from app.core.feeds import feed_token
from app.models import Account, AuditEvent, Edition, PlatformRole, SignIn
from app.services.roles import give_platform_role
from app.services.suspensions import suspend
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    edition = make.edition()
    make.activity(make.module(edition))
    return edition


@pytest.fixture
def ana(make: Make, edition: Edition) -> Account:
    return make.participant(edition, name="Ana Rojas")


@pytest.fixture
def support(make: Make, browser: Browser) -> Account:
    support = make.coordinator(name="Sol Support")
    browser.sign_in(support)
    return support


def begin(browser: Browser, person: Account) -> int:
    return browser.post(f"/accounts/{person.id}/view").status_code


def test_one_sees_their_pages_under_a_banner_and_comes_back(
    session: Session, browser: Browser, support: Account, ana: Account, edition: Edition
) -> None:
    assert begin(browser, ana) == 303

    for address in ("/home", "/account", f"/editions/{edition.id}", "/", "/no-such-page"):
        page = browser.get(address).text
        assert "You see what Ana Rojas sees." in page, address
        assert "Back to my own pages" in page
    assert browser.get("/accounts").status_code == 403, "with their rights, not one's own"

    answer = browser.post("/viewing/end")

    assert answer.headers["Location"] == f"/accounts/{ana.id}"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "You see what" not in browser.get("/account").text
    assert "Sol Support" in browser.get("/account").text
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all()
    assert [(e.action, e.actor_id, e.person_id) for e in events] == [
        ("begin viewing as", support.id, ana.id),
        ("end viewing as", support.id, ana.id),
    ]


@pytest.mark.usefixtures("support")
def test_nothing_is_changed_and_no_secret_is_shown(
    session: Session, browser: Browser, ana: Account, edition: Edition
) -> None:
    begin(browser, ana)

    for address in (
        "/account",
        "/account/password",
        "/account/keys",
        "/account/sign-outs",
        f"/accounts/{ana.id}/view",
        f"/editions/{edition.id}/settings",
    ):
        answer = browser.post(address, data={"name": "Eve", "country": "CO", "key_name": "k"})
        assert answer.status_code == 403, address
        assert "Nothing can be changed here." in answer.text, address
    page = browser.get("/account").text

    assert feed_token(ana.id, 1) not in page
    assert "/account/keys" not in page
    assert "/account/sign-ins" not in page
    assert 'name="gender' not in page, "what somebody said of it, they said to us alone"
    session.refresh(ana)
    assert ana.name == "Ana Rojas"


@pytest.mark.usefixtures("support")
def test_the_person_reads_who_looked_at_their_pages(browser: Browser, ana: Account) -> None:
    begin(browser, ana)
    browser.post("/viewing/end")
    browser.sign_in(ana)

    page = browser.get("/account").text

    assert "Support looked at your pages" in page
    assert "Sol Support, " in page


@pytest.mark.usefixtures("support")
def test_it_ends_by_itself_after_half_an_hour(
    session: Session, browser: Browser, ana: Account
) -> None:
    begin(browser, ana)
    looking = session.exec(select(SignIn).where(SignIn.viewing_as_id == ana.id)).one()
    assert looking.viewing_until
    left = looking.viewing_until - clock.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    looking.viewing_until = clock.now()
    session.add(looking)
    session.flush()

    page = browser.get("/account").text

    assert "You see what" not in page
    assert browser.get("/accounts").status_code == 200


def test_those_who_run_the_platform_and_the_suspended_are_not_looked_at(
    make: Make, browser: Browser, support: Account
) -> None:
    sena = make.institution()
    others = [
        make.administrator(),
        make.coordinator(),
        make.focal(sena),
        make.account(suspended_at=clock.now()),
    ]

    assert [begin(browser, person) for person in others] == [403] * 4
    assert begin(browser, support) == 422


def test_nobody_else_may_look(make: Make, browser: Browser, ana: Account, edition: Edition) -> None:
    sena = make.institution()
    for person in (make.focal(sena), make.tutor(edition), make.account(), ana):
        browser.sign_in(person)
        assert begin(browser, ana) == 403


@pytest.mark.parametrize("change", ["suspended", "raised", "support suspended", "support bound"])
def test_what_changes_meanwhile_ends_it_at_once(
    session: Session, make: Make, browser: Browser, support: Account, ana: Account, change: str
) -> None:
    boss, sena = make.administrator(), make.institution()
    begin(browser, ana)

    if change == "suspended":
        suspend(session, ana.id, "because", by=boss.id, now=clock.now())
    elif change == "raised":
        give_platform_role(session, ana.id, PlatformRole.ADMINISTRATOR, by=boss.id)
    elif change == "support suspended":
        suspend(session, support.id, "because", by=boss.id, now=clock.now())
    else:
        support.coordinates_id = sena.id  # behind the back of the rules
        session.add(support)
        session.flush()

    page = browser.get("/home").text
    assert "Ana Rojas" not in page
    assert "You see what" not in page


@pytest.mark.usefixtures("support")
def test_pages_kept_by_the_browser_are_not_mixed_up(
    browser: Browser, ana: Account, edition: Edition
) -> None:
    address = f"/editions/{edition.id}"
    own = browser.get(address).headers["ETag"]
    begin(browser, ana)
    seen = browser.get(address, headers={"If-None-Match": own})
    assert (seen.status_code, "You see what" in seen.text) == (200, True)
    again = browser.get(address, headers={"If-None-Match": seen.headers["ETag"]})
    assert again.status_code == 304
    browser.sign_in(ana)

    hers = browser.get(address, headers={"If-None-Match": seen.headers["ETag"]})

    assert (hers.status_code, "You see what" in hers.text) == (200, False)


@pytest.mark.usefixtures("support")
def test_looking_takes_no_statement_more(browser: Browser, ana: Account, edition: Edition) -> None:
    begin(browser, ana)
    browser.get(f"/editions/{edition.id}")

    with statements() as sent:
        browser.get(f"/editions/{edition.id}")

    assert len(sent) == 1
