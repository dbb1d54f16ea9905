"""The audit log as those who may look through it do: search, pages, and the file."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlmodel import Session

from app.core import clock
from app.models import Account
from app.services.audit import record
from tests.conftest import Browser
from tests.make import Make


@pytest.fixture
def boss(make: Make, browser: Browser) -> Account:
    boss = make.administrator(name="Olga Ruiz", email="olga@example.org")
    browser.sign_in(boss)
    return boss


@pytest.fixture
def ana(session: Session, make: Make, boss: Account) -> Account:
    """Two acts about her, and one about somebody else."""
    ana = make.account(name="Ana Íñiguez", email="ana.i@example.org")
    enrolment = make.enrolment(ana, make.edition())
    record(session, boss.id, "suspend account", "account", ana.id, after={"note": "note-one"})
    record(
        session, None, "approve enrolment", "enrolment", enrolment.id, after={"note": "note-two"}
    )
    record(
        session,
        boss.id,
        "end sign-ins",
        "account",
        make.account(name="Eva").id,
        after={"note": "note-three"},
    )
    session.flush()
    return ana


def told(browser: Browser, query: str) -> set[str]:
    page = browser.get(f"/audit?{query}")
    assert page.status_code == 200
    return {note for note in ("note-one", "note-two", "note-three") if note in page.text}


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"note-one", "note-two", "note-three"}),
        ("person=iniguez", {"note-one", "note-two"}),
        ("person=ana.i%40example", {"note-one", "note-two"}),
        ("person=olga", {"note-one", "note-three"}),
        ("person=nobody", set()),
        ("action=approve+enrolment", {"note-two"}),
        ("kind=account", {"note-one", "note-three"}),
        ("kind=account&person=ana", {"note-one"}),
        ("since=2020-01-01", {"note-one", "note-two", "note-three"}),
        ("until=2020-01-01", set()),
        ("since=nonsense", {"note-one", "note-two", "note-three"}),
    ],
)
def test_one_finds_by_person_act_thing_and_time(
    browser: Browser, query: str, found: set[str]
) -> None:
    assert told(browser, query) == found


@pytest.mark.usefixtures("ana")
def test_a_day_is_a_day_where_one_reads(browser: Browser) -> None:
    today = clock.today()

    assert told(browser, f"since={today}&until={today}") == {"note-one", "note-two", "note-three"}
    assert told(browser, f"since={today + timedelta(days=1)}") == set()


def test_the_file_has_every_line_with_its_fingerprint_and_ids(
    session: Session, browser: Browser, boss: Account, ana: Account
) -> None:
    bad = {"note": "=1+1"}
    event = record(session, boss.id, "=cmd", "account", ana.id, after=bad)
    session.flush()

    answer = browser.get("/audit.csv?keys=1&person=ana")
    rows = list(csv.DictReader(StringIO(answer.text.lstrip("\ufeff").split("\r\n", 1)[1])))

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert [row["number"] for row in rows] == ["4", "2", "1"]
    assert rows[0]["hash"] == event.hash
    assert rows[0]["action"] == "'=cmd"
    assert (rows[0]["actor_id"], rows[0]["person_id"]) == (str(boss.id), str(ana.id))
    assert rows[1]["edition_id"]


def test_coordinators_get_no_file(make: Make, browser: Browser) -> None:
    browser.sign_in(make.coordinator())

    assert browser.get("/audit.csv").status_code == 403
    assert "audit.csv" not in browser.get("/audit").text


@pytest.mark.parametrize("asked", ["until=9999-12-31", "since=0001-01-01", "since=9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_not_asked_for(
    make: Make, browser: Browser, asked: str
) -> None:
    browser.sign_in(make.administrator(timezone="Asia/Tokyo"))

    assert "Write a date" in browser.get(f"/audit?{asked}").text
    assert browser.get(f"/audit.csv?{asked}").status_code == 200
