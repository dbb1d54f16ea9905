"""Who takes people's data along as a file is known afterwards, and to whom the log is shown."""

import csv
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, col, select

from app.models import Account, AuditEvent, Edition
from app.queries.audit import examined
from tests.conftest import Browser
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    edition = make.edition(
        make.course(title={"en": "Big Data"}), starts_on=None, ends_on=None, slug="2030"
    )
    sena = make.institution(acronym="SENA")
    make.crowd(edition, 2, country="CO", institution_id=sena.id)
    make.crowd(edition, 1, country="CR", name="Zoë Núñez")
    return edition


def recorded(session: Session) -> list[AuditEvent]:
    session.expire_all()
    return list(session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all())


def notes(browser: Browser, query: str = "") -> list[list[str]]:
    soup = BeautifulSoup(browser.get(f"/audit{query}").text, "html.parser")
    return [
        [*line.select("td")[1].stripped_strings, *line.select("td")[-1].stripped_strings]
        for line in soup.select("#events tbody tr")
    ]


@pytest.mark.parametrize("file", ["csv", "xlsx"])
def test_whoever_takes_the_people_along_is_noted_with_what_is_in_the_file(
    session: Session, make: Make, browser: Browser, edition: Edition, file: str
) -> None:
    boss = make.coordinator()
    browser.sign_in(boss)

    browser.get(f"/editions/{edition.id}/people.{file}?country=CO&sort=-name&status=active&page=9")

    [event] = recorded(session)
    assert (event.actor_id, event.action, event.edition_id) == (
        boss.id,
        "export people",
        edition.id,
    )
    assert event.details == {
        "before": {"there": False},
        "after": {"there": True},
        "file": file.upper(),
        "rows": 2,
        "columns": [
            *("name", "email", "institution", "country", "gender", "status", "supported"),
            *("activities_done", "since"),
        ],
        "filters": {"country": "CO", "status": "active"},
    }
    assert examined(session).trouble == ""
    told = notes(browser)[0]
    labels = ["Name", "E-mail", "Institution", "Country", "Gender", "Status", "Supported"]
    labels += ["Activities done", "Since"]
    assert told[0] == "exported people of"
    assert told[-4:] == [
        f"2 rows as {file.upper()}",
        f"Columns: {', '.join(labels)}",
        "Country: Colombia",
        "Status: Taking part",
    ]


def test_a_name_that_was_looked_for_is_not_kept(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())

    browser.get(f"/editions/{edition.id}/people.csv?q=nunez")

    [event] = recorded(session)
    assert (event.details["rows"], event.details["filters"]) == (1, {"q": True})
    assert "Searched by words, which are not kept here" in notes(browser)[0]


def test_a_focal_point_and_a_tutor_take_along_what_they_see_and_leave_that_much(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    own = make.institution(acronym="INA", country="CR")
    make.crowd(edition, 1, institution_id=own.id)
    for reader in (make.focal(own), make.tutor(edition)):
        browser.sign_in(reader)
        browser.get(f"/editions/{edition.id}/people.csv")

    focal, tutor = (event.details for event in recorded(session))
    assert (focal["rows"], focal["filters"]) == (1, {"institution": "INA, CR"})
    assert (tutor["rows"], "email" in tutor["columns"]) == (4, False)


def test_who_is_refused_a_file_leaves_nothing(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    refused = []
    for reader in (make.participant(edition), make.account()):
        browser.sign_in(reader)
        addresses = (f"/editions/{edition.id}/people.csv", "/institutions.csv", "/audit.csv")
        refused += [browser.get(address).status_code for address in addresses]

    assert set(refused) == {403, 404}
    assert recorded(session) == []


def test_whoever_looks_through_the_eyes_of_another_is_named_themselves(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    boss, tutor = make.coordinator(), make.tutor(edition)
    browser.sign_in(boss)
    browser.post(f"/accounts/{tutor.id}/view")

    browser.get(f"/editions/{edition.id}/people.csv")

    assert [(e.action, e.actor_id) for e in recorded(session)][-1] == ("export people", boss.id)


def test_the_files_of_institutions_and_of_the_log_itself_are_noted(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    del edition
    boss: Account = make.administrator()
    browser.sign_in(boss)

    browser.get("/institutions.csv?country=CO&kind=training")
    text = browser.get("/audit.csv?keys=1&action=export+institutions").text
    rows = list(csv.DictReader(StringIO(text.lstrip("\ufeff").split("\r\n", 1)[1])))

    institutions, log = recorded(session)
    assert (institutions.action, institutions.details["filters"]) == (
        "export institutions",
        {"country": "CO", "kind": "training"},
    )
    assert (log.action, log.details["rows"], log.details["filters"]) == (
        "export audit log",
        1,
        {"action": "export institutions"},
    )
    assert [row["number"] for row in rows] == ["1"], "not the row about itself"
    assert notes(browser)[0][:2] == ["exported the audit log", "1 row as CSV"]
    assert "What was done: exported institutions" in notes(browser)[0]
    browser.sign_in(make.coordinator())
    assert notes(browser) == [], "what happened on the platform is not for coordinators"


@pytest.mark.parametrize("language", ["es", "pt", "fr"])
def test_an_export_is_told_in_every_language(
    make: Make, browser: Browser, edition: Edition, language: str
) -> None:
    browser.sign_in(make.coordinator())
    browser.get(f"/editions/{edition.id}/people.csv?state=taking-part&gender=women&supported=false")

    told = " ".join(notes(browser, f"?lang={language}")[0])

    for word in ("exported", "rows", "Columns", "Name", "Women", "Taking part", "Supported"):
        assert word not in told
