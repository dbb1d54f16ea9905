"""Notes about people and a focal point's support: who writes, who reads, and who learns nothing."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.models import (
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentNote,
    EnrolmentStatus,
    Institution,
    Support,
)
from tests.conftest import Browser
from tests.make import Make

APPLIED = EnrolmentStatus.APPLIED


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def sena(make: Make) -> Institution:
    return make.institution(acronym="SENA")


@pytest.fixture
def ana(make: Make, edition: Edition, sena: Institution) -> Enrolment:
    account = make.account(name="Ana", institution_id=sena.id)
    return make.counted(make.enrolment(account, edition, status=APPLIED, admitted_at=None))


def page_of(browser: Browser, enrolment: Enrolment) -> str:
    return browser.get(address_of(enrolment)).text


def address_of(enrolment: Enrolment, rest: str = "notes") -> str:
    return f"/editions/{enrolment.edition_id}/people/{enrolment.id}/{rest}"


def test_a_note_says_who_and_when_and_stands_in_the_list(
    make: Make, session: Session, browser: Browser, ana: Enrolment
) -> None:
    browser.sign_in(make.coordinator(name="Clara"))

    browser.post(address_of(ana), data={"body": "<b>Speaks</b> no French."})
    page, listed = page_of(browser, ana), browser.get(f"/editions/{ana.edition_id}/people").text
    note = session.exec(select(EnrolmentNote)).one()
    browser.sign_in(make.coordinator())
    foreign = browser.post(address_of(ana, f"notes/{note.id}/remove"))

    assert "Clara" in page
    assert "&lt;b&gt;Speaks&lt;/b&gt; no French." in page
    assert "1 note" in BeautifulSoup(listed, "html.parser").get_text()
    assert foreign.status_code == 403
    assert {e.action for e in session.exec(select(AuditEvent))} == {"write note"}


def test_an_empty_note_comes_back_with_a_sentence(
    make: Make, session: Session, browser: Browser, ana: Enrolment
) -> None:
    browser.sign_in(make.coordinator())

    answer = browser.post(address_of(ana), data={"body": " ", "shared": "true"})

    assert answer.status_code == 422
    assert "Fill this in." in answer.text
    assert session.exec(select(EnrolmentNote)).all() == []


def test_a_focal_point_reads_what_is_shared_about_their_own_people_alone(
    make: Make, browser: Browser, edition: Edition, sena: Institution, ana: Enrolment
) -> None:
    other = make.institution()
    make.counted(make.enrolment(make.account(institution_id=other.id), edition))
    browser.sign_in(make.coordinator())
    browser.post(address_of(ana), data={"body": "A secret word."})
    browser.post(address_of(ana), data={"body": "A shared word.", "shared": "true"})

    browser.sign_in(make.focal(sena))
    own, listed = page_of(browser, ana), browser.get(f"/editions/{edition.id}/people").text
    browser.sign_in(make.focal(other))
    foreign = browser.get(address_of(ana))

    assert "A shared word." in own
    assert "A secret word." not in own
    assert 'name="body"' not in own
    assert "1 note" in BeautifulSoup(listed, "html.parser").get_text()
    assert foreign.status_code == 404


def test_nobody_else_reads_or_writes_them(
    make: Make, session: Session, browser: Browser, edition: Edition, ana: Enrolment
) -> None:
    elsewhere = make.edition()
    moved = f"/editions/{elsewhere.id}/people/{ana.id}/notes"
    found = []
    for reader in (make.tutor(edition), make.observer(edition), make.participant(edition)):
        browser.sign_in(reader)
        found += [
            browser.get(address_of(ana)).status_code,
            browser.post(address_of(ana), data={"body": "x"}).status_code,
            browser.post(address_of(ana, "support")).status_code,
        ]
    browser.sign_in(make.account())
    strange = [browser.get(address_of(ana)).status_code, browser.post(address_of(ana)).status_code]
    browser.sign_in(make.coordinator())
    parent = [
        browser.get(moved).status_code,
        browser.post(moved, data={"body": "x"}).status_code,
        browser.post(address_of(ana, "support")).status_code,
    ]

    assert found == [403] * 9
    assert strange == [404, 404]
    assert parent == [404, 404, 403]
    assert session.exec(select(EnrolmentNote)).all() == []


def test_a_focal_points_support_is_seen_sorted_and_filtered_by_coordinators(
    make: Make, session: Session, browser: Browser, edition: Edition, sena: Institution,
    ana: Enrolment,
) -> None:  # fmt: skip
    bea = make.counted(make.enrolment(make.account(name="Aa Bea"), edition, status=APPLIED))
    browser.sign_in(make.focal(sena, name="Fabio"))

    browser.post(address_of(ana, "support"), data={"words": "She builds our labs."})
    browser.post(address_of(ana, "support"), data={"words": "She leads our labs."})
    own = page_of(browser, ana)
    browser.sign_in(make.coordinator())
    page = page_of(browser, ana)
    address = f"/editions/{edition.id}/people"

    def names(query: str) -> list[str]:
        soup = BeautifulSoup(browser.get(f"{address}?{query}").text, "html.parser")
        return [next(th.stripped_strings) for th in soup.select("#people-table tbody th")]

    assert [s.words for s in session.exec(select(Support))] == ["She leads our labs."]
    assert "Change my word" in own
    assert "Fabio" in page
    assert "She leads our labs." in page
    assert names("supported=true") == ["Ana"]
    assert names("supported=false") == ["Aa Bea"]
    assert names("sort=support") == ["Ana", "Aa Bea"]
    assert names("sort=name") == ["Aa Bea", "Ana"]
    assert bea.status is APPLIED


def test_support_is_for_own_people_who_wait_for_a_decision_and_can_be_taken_back(
    make: Make, session: Session, browser: Browser, edition: Edition, sena: Institution,
    ana: Enrolment,
) -> None:  # fmt: skip
    other = make.institution()
    stranger = make.counted(
        make.enrolment(make.account(institution_id=other.id), edition, status=APPLIED)
    )
    decided = make.counted(make.enrolment(make.account(institution_id=sena.id), edition))
    browser.sign_in(make.focal(sena))

    foreign = browser.post(address_of(stranger, "support"), data={"words": "mine"})
    foreign_back = browser.post(address_of(stranger, "support/remove"))
    late = browser.post(address_of(decided, "support"))
    deciding = browser.post(
        f"/editions/{edition.id}/people/decisions",
        data={"do": "approve", "chosen": str(ana.id)},
    )
    browser.post(address_of(ana, "support"))
    given = len(session.exec(select(Support)).all())
    browser.post(address_of(ana, "support/remove"))

    assert [foreign.status_code, foreign_back.status_code] == [404, 404]
    assert late.status_code == 422
    assert deciding.status_code == 403
    assert (given, session.exec(select(Support)).all()) == (1, [])
