"""No spelling of an address makes a second account beside somebody's, and no name hides marks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import Session, SQLModel, col, select

from app.core import db
from app.core.passwords import hash_password
from app.models import Account, LinkRequest, Message, normalized_email
from tests.conftest import Browser
from tests.make import Make
from tests.web.test_more_than_asked import own_acts
from tests.web.test_staff_acts import acts

ANA = "ana@example.org"
MANGO = "a long mango password"
#: The same mailbox, written in ways that look alike or come along with copying.
HERS = [
    *("ANA@EXAMPLE.ORG", "Ana@Example.Org", "  ana@example.org\t", "ana@example.org."),
    *("an\u200ba@example.org", "ana@exam\ufeffple.org", "a\u00adna@example.org"),
    *("\u202eana@example.org\u202c", "\u2066ana\u2069@example.org", "a\u200dna@example.org"),
    *("\uff41\uff4e\uff41@example.org", "ana\uff20example.org", "ana@example\uff0eorg"),
    *("\u24d0na@example.org", "\U0001d41ana@example.org", "\u00aana@example.org"),
]
#: Another mailbox, for all we know: an account of its own, or none.
OTHERS = ["ana+a@example.org", "a.na@example.org", "anna@example.org", "ana@example.net"]
#: Looks like hers and is not: nobody gets an account with it.
LOOK_ALIKE = ["\u0430na@example.org", "an\u0430@example.org", "\u0251na@example.org",
              "ana\u0301@example.org", "\u00e0na@example.org"]  # fmt: skip
MARKS = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(email=ANA, password_hash=hash_password(MANGO))


def report(cases: int, violations: list[Any], *, least: int) -> None:
    print(f"{cases} cases run, {len(violations)} violations")
    assert violations == []
    assert cases >= least


def addresses(session: Session) -> list[str]:
    session.expire_all()
    return sorted(session.exec(select(Account.email)).all())


def typed_everywhere(browser: Browser, address: str) -> Iterator[Response]:
    person = {"name": "Ana", "country": "CO", "language": "en", "password": MANGO}
    yield browser.post("/register", data=person | {"email": address})
    yield browser.post("/sign-in/link", data={"email": address})
    yield browser.post("/sign-in/password", data={"email": address})


def test_however_it_is_written_an_address_is_the_same_persons(
    session: Session, browser: Browser, ana: Account
) -> None:
    """Registering makes nothing beside it, and messages go to the address that we keep."""
    wrong, cases = list[str](), 0
    for spelt in HERS:
        for answer in typed_everywhere(browser, spelt):
            cases += 1
            if answer.status_code not in {200, 429}:
                wrong.append(f"{spelt!r}: {answer.status_code}")
    asked = set(session.exec(select(LinkRequest.email)).all())
    written = {m.email or ANA for m in session.exec(select(Message)).all()}

    wrong += [] if addresses(session) == [ANA] else addresses(session)
    wrong += [repr(email) for email in asked | written if email != ANA]
    report(cases, wrong, least=3 * len(HERS))
    for spelt in HERS:
        form = {"email": spelt, "password": MANGO}
        assert browser.post("/sign-in", data=form).status_code == 303, spelt
    del ana


def test_what_only_looks_like_it_is_nobodys(
    session: Session, browser: Browser, ana: Account
) -> None:
    """Neither an account, nor a message to its owner, nor a way in."""
    wrong, cases = list[str](), 0
    for spelt in LOOK_ALIKE:
        for answer in typed_everywhere(browser, spelt):
            cases += 1
            del answer
        form = {"email": spelt, "password": MANGO}
        wrong += [] if browser.post("/sign-in", data=form).status_code == 422 else [repr(spelt)]
        cases += 1
    to_her = [m for m in session.exec(select(Message)).all() if m.account_id == ana.id]

    wrong += [m.kind for m in to_her]
    wrong += [] if addresses(session) == [ANA] else addresses(session)
    report(cases, wrong, least=4 * len(LOOK_ALIKE))


def test_another_mailbox_opens_only_its_own(
    session: Session, browser: Browser, ana: Account
) -> None:
    wrong = []
    for spelt in OTHERS:
        list(typed_everywhere(browser, spelt))
        form = {"email": spelt, "password": MANGO}
        wrong += [] if browser.post("/sign-in", data=form).status_code == 422 else [spelt]
    to_her = [m.kind for m in session.exec(select(Message)).all() if m.account_id == ana.id]
    kept = addresses(session)

    report(4 * len(OTHERS), wrong + to_her, least=16)
    assert kept == sorted([ANA, *OTHERS])
    assert len({normalized_email(one) for one in kept}) == len(kept)


def test_the_database_itself_keeps_one_account_for_an_address(session: Session) -> None:
    unique = Account.__table__.columns["email"].unique  # type: ignore[attr-defined]  # -- of the table
    assert unique or any(
        index.unique and [c.name for c in index.columns] == ["email"]
        for index in Account.__table__.indexes  # type: ignore[attr-defined]  # -- as above
    )
    assert [
        a for a in session.exec(select(col(Account.email))).all() if a != normalized_email(a)
    ] == []


#: Fields of forms that are names and titles, in one line each.
NAMES = {"name", "acronym", "alias", "key_name", "title", "wish", "proposed_name",
         "proposed_acronym", "gender_word", "title_en", "text-en", "responsible"}  # fmt: skip


def with_marks(pattern: str, form: dict[str, str]) -> dict[str, str]:
    names = NAMES - {"text-en"} if "/content/" in pattern else NAMES  # texts of several lines there
    return {
        name: f"{MARKS[0]}{value[:1]}{MARKS}{value[1:]}" if name in names else value
        for name, value in form.items()
    }


def hidden() -> set[str]:
    """The columns in which a mark stands that turns what follows, or hides."""
    found = set[str]()
    with db.reading_engine().connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(table.select()).mappings():
                for name, value in row.items():
                    if any(
                        mark in json.dumps(value, ensure_ascii=False, default=str) for mark in MARKS
                    ):
                        found.add(f"{table.name}.{name}")
    return found


def test_no_name_keeps_marks_that_turn_or_hide(
    session: Session, make: Make, browser: Browser
) -> None:
    boss = make.administrator(email="boss@example.org")
    make.administrator()
    focal = make.focal(make.institution(), email="focal@example.org")
    other = make.account(email="other@example.org")
    others = {"focal": focal, "other": other, "visitor": None}
    cases = 0
    for whose in (acts, own_acts):
        for pattern, address, form, _kind in whose(session, make, boss):
            who = "focal" if pattern.endswith(" (focal point)") else pattern
            if who == "me":
                others["me"] = session.exec(
                    select(Account).where(Account.email == "me@example.org")
                ).one()
            actor = others.get(who, boss)
            browser.sign_in(actor) if actor else browser.sign_out()
            marked = with_marks(pattern, form)
            answer = browser.post(address.format(own=focal.coordinates_id), data=marked)
            if marked != form:
                cases += 1
                assert answer.status_code in {200, 303}, (
                    f"{pattern} {address}: {answer.status_code}"
                )

    report(cases, sorted(hidden()), least=10)
