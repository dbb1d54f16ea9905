"""Importing people, as coordinators meet it in the browser, and as nobody else does."""

import csv
from io import BytesIO, StringIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlmodel import Session, select

from app.core.i18n import LANGUAGES, speaking
from app.jobs import sweep
from app.models import (
    Account,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Fate,
    Gender,
    PeopleImport,
)
from app.queries.list_words import KEYS, column_meant, gender_meant, headings, status_meant
from app.web.labels import label
from tests.conftest import Browser
from tests.make import Make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
ROWS = (
    "email,name,country,gender\n"
    "new@example.org,<i>New</i> Person,CO,F\n"
    "known@example.org,Somebody Else,CO,\n"
    "bad,Bad,CO,\n"
)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


def send(browser: Browser, edition: Edition, content: str | bytes, name: str = "list.csv") -> str:
    """Upload a list; the address of its import."""
    answer = browser.post(
        f"/editions/{edition.id}/people/import",
        files={"list": (name, content, "text/csv")},
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def text_of(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ", strip=True).split())


def test_from_the_file_to_the_people(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    make.account(email="known@example.org", name="Known")
    browser.sign_in(make.coordinator())
    address = send(browser, edition, ROWS)

    waiting = browser.get(address).text
    sweep()
    preview = browser.get(address).text
    wrong = browser.get(f"{address}?fate=wrong").text
    answer = browser.post(f"{address}/apply")
    at_work = browser.get(answer.headers["Location"], headers=PART).text
    sweep()
    led_on = browser.get(address, headers=PART).headers["HX-Redirect"]
    done = browser.get(address).text
    again = browser.post(f"{address}/apply")

    assert "The list is being checked." in text_of(waiting)
    assert 'hx-trigger="every 2s"' in waiting
    assert "2 of 3 rows have something to do." in text_of(preview)
    assert "&lt;i&gt;New&lt;/i&gt; Person" in preview
    assert "name: differs from what the person says, kept" in text_of(preview)
    assert "“bad” is no whole e-mail address." in text_of(wrong)
    assert "new@example.org" not in wrong
    assert at_work.lstrip().startswith('<div id="import"')
    assert "0 of 2 rows taken in" in text_of(at_work)
    assert "2 rows are taken in." in text_of(done)
    assert again.headers["Location"] == led_on == address
    assert len(session.exec(select(Enrolment)).all()) == 2


def test_a_file_that_is_no_list_is_refused_beside_its_field(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people/import"

    found = [
        browser.post(address, files={"list": ("a.csv", content, "text/csv")})
        for content in (b"name\nAna\n", b"email\n", b"%PDF-1.7", b"email\n" + b"x" * 6_000_000)
    ]
    missing = browser.post(address, data={})

    assert [answer.status_code for answer in (*found, missing)] == [422] * 5
    assert "No column is called E-mail." in found[0].text
    assert "The list has no rows." in found[1].text
    assert "This is no table we can read." in found[2].text
    assert "The file is larger than" in found[3].text
    assert "Choose a file." in missing.text
    assert session.exec(select(PeopleImport)).all() == []


def test_nobody_else_imports_and_nobody_through_another_edition(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    own = make.institution()
    make.counted(make.enrolment(make.account(institution_id=own.id), edition))
    browser.sign_in(make.coordinator())
    address = send(browser, edition, ROWS)
    sweep()
    elsewhere = address.replace(str(edition.id), str(make.edition().id))
    parent = [
        browser.get(elsewhere).status_code,
        browser.post(f"{elsewhere}/apply").status_code,
        browser.post(f"{elsewhere}/throw-away").status_code,
    ]
    people = len(session.exec(select(Account)).all())
    refused = []
    for reader in (make.tutor(edition), make.observer(edition), make.focal(own),
                   make.participant(edition), make.account()):  # fmt: skip
        browser.sign_in(reader)
        people += 1
        upload_address = address.rpartition("/")[0]
        refused.append({
            browser.get(address).status_code,
            browser.get(address, headers=PART).status_code,
            browser.get(upload_address).status_code,
            browser.get(f"{upload_address}/template.csv").status_code,
            browser.post(f"{address}/apply").status_code,
            browser.post(f"{address}/throw-away").status_code,
            browser.post(upload_address, files={"list": ("a.csv", ROWS)}).status_code,
        })  # fmt: skip

    assert parent == [404] * 3
    assert refused == [{403}, {403}, {403}, {403}, {404}]
    assert len(session.exec(select(Account)).all()) == people
    assert len(session.exec(select(PeopleImport)).all()) == 1


def test_the_template_in_each_language_is_a_list_that_can_be_filled_in(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    address = f"/editions/{edition.id}/people/import/template"

    for language in LANGUAGES:
        as_csv = browser.get(f"{address}.csv?lang={language}").content.decode("utf-8-sig")
        book = load_workbook(BytesIO(browser.get(f"{address}.xlsx?lang={language}").content))
        head = next(csv.reader(StringIO(as_csv)))
        assert [column_meant(cell) for cell in head] == [k for k in KEYS if k != "surname"]
        assert book.active is not None
        assert [cell.value for cell in book.active[1]] == head


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_pages_call_things_is_understood_in_lists(language: str) -> None:
    with speaking(language):
        assert {status_meant(label(status)) for status in EnrolmentStatus} == set(EnrolmentStatus)
        assert {gender_meant(label(gender)) for gender in Gender} == set(Gender)
        assert [column_meant(words) for words in headings().values()] == list(KEYS)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_was_exported_can_be_imported_and_changes_nothing(
    make: Make, session: Session, browser: Browser, edition: Edition, ending: str, language: str
) -> None:
    make.institution(acronym="IEFP", country="CV")
    iefp = make.institution(acronym="IEFP", country="PT")
    for n, (name, status) in enumerate(
        [("=1+1 José", EnrolmentStatus.ACTIVE), ("Zoë", EnrolmentStatus.WITHDRAWN),
         ("Ana", EnrolmentStatus.APPLIED)]
    ):  # fmt: skip
        person = make.account(
            name=name, institution_id=iefp.id, country="MX", gender=list(Gender)[n]
        )
        make.counted(make.enrolment(person, edition, status=status))
    browser.sign_in(make.coordinator(language=language))

    file = browser.get(f"/editions/{edition.id}/people.{ending}?keys=1&lang={language}")
    address = send(browser, edition, file.content, f"people.{ending}")
    sweep()
    begun = session.exec(select(PeopleImport)).one()
    page = browser.get(f"{address}?lang=en").text

    assert begun.figures == {fate.value: 3 * (fate is Fate.UNCHANGED) for fate in Fate}
    assert "There is nothing to do in this list." in text_of(page)
    assert "differs" not in page


def test_a_list_is_thrown_away_with_its_file(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    address = send(browser, edition, ROWS)
    sweep()

    browser.post(f"{address}/throw-away")
    page = browser.get(address).text
    late = browser.post(f"{address}/apply")

    assert "This list was thrown away" in text_of(page)
    assert "new@example.org" not in page
    assert late.status_code == 409
    assert session.exec(select(Enrolment)).all() == []
