"""The list of institutions, and the type-ahead of forms."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session

from app.core import clock
from app.models import (
    Edition,
    EnrolmentPolicy,
    EnrolmentStatus,
    Institution,
    InstitutionKind,
)
from app.services.enrolments import change_status, enrol
from app.services.institution_proposals import Proposed, settle_institution
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def sena(make: Make) -> Institution:
    return make.institution(acronym="SENA", country="CO", name="National Training Service")


@pytest.fixture
def ina(make: Make) -> Institution:
    return make.institution(acronym="INA", country="CR", name="National Learning Institute")


def sends(session: Session, make: Make, institution: Institution, *editions: Edition) -> None:
    """One person of ``institution`` takes part in each of ``editions``, another withdraws."""
    now = clock.now()
    person, other = (make.account(institution_id=institution.id) for _ in range(2))
    for edition in editions:
        enrol(session, person, edition, language="en", on=now.date(), now=now)
        gone = enrol(session, other, edition, language="en", on=now.date(), now=now)
        change_status(session, gone, EnrolmentStatus.WITHDRAWN, now=now)


def listed(html: str) -> dict[str, list[str]]:
    rows = BeautifulSoup(html, "html.parser").select("tbody tr")
    return {
        cells[0].text.strip(): [cell.text.strip() for cell in cells[1:]]
        for cells in (row.select("th, td") for row in rows)
    }


def test_coordinators_see_who_has_sent_how_many(
    session: Session, make: Make, browser: Browser, sena: Institution, ina: Institution
) -> None:
    first, second = (make.edition(policy=EnrolmentPolicy.OPEN) for _ in range(2))
    sends(session, make, sena, first, second)
    browser.sign_in(make.coordinator())

    page = browser.get("/institutions")

    assert listed(page.text) == {
        "INA": ["National Learning Institute", "Training institution", "Costa Rica", "0"],
        "SENA": ["National Training Service", "Training institution", "Colombia", "2"],
    }
    assert ina.country == "CR"


@pytest.mark.usefixtures("ina")
def test_a_focal_coordinator_sees_the_own_one(
    session: Session, make: Make, browser: Browser, sena: Institution
) -> None:
    sends(session, make, sena, make.edition(policy=EnrolmentPolicy.OPEN))
    browser.sign_in(make.focal(sena))

    assert list(listed(browser.get("/institutions").text)) == ["SENA"]
    assert list(listed(browser.get("/institutions?country=CR").text)) == []
    assert "INA" not in browser.get("/institutions?q=ina&country=CR").text.partition("<main")[2]


def test_others_do_not_see_the_list(make: Make, browser: Browser) -> None:
    assert browser.get("/institutions").status_code == 303
    for account in (make.account(), make.tutor(make.edition())):
        browser.sign_in(account)
        assert browser.get("/institutions").status_code == 403


@pytest.mark.usefixtures("ina", "sena")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("q=TRAIN", ["SENA"]),
        ("q=séna", ["SENA"]),
        ("country=CR", ["INA"]),
        ("q=national", ["INA", "SENA"]),
        ("q=national&country=CO", ["SENA"]),
        ("q=%25", []),
        ("page=99", ["INA", "SENA"]),
        ("page=x&country=CR", ["INA"]),
    ],
)
def test_the_list_is_filtered_by_country_and_word(
    make: Make, browser: Browser, filters: str, found: list[str]
) -> None:
    browser.sign_in(make.coordinator())
    page = browser.get(f"/institutions?{filters}")

    assert list(listed(page.text)) == found


@pytest.mark.usefixtures("sena")
def test_htmx_gets_the_list_alone(make: Make, browser: Browser) -> None:
    browser.sign_in(make.coordinator())

    part = browser.get("/institutions?q=sena", headers=PART).text

    assert part.lstrip().startswith('<div id="results"')
    assert list(listed(part)) == ["SENA"]


@pytest.mark.parametrize("how_many", [1, 3, 60])
def test_a_long_list_takes_pages_and_no_more_statements(
    make: Make, browser: Browser, how_many: int
) -> None:
    for _ in range(how_many):
        make.institution()
    browser.sign_in(make.coordinator())

    with statements() as sent:
        page = browser.get("/institutions")

    assert len(listed(page.text)) == min(how_many, 50)
    assert len(sent) == 4, sent


@pytest.mark.usefixtures("ina", "sena")
def test_the_type_ahead_offers_those_of_the_country_first(make: Make, browser: Browser) -> None:
    make.institution(acronym="SENAI", country="BR")

    def options(query: str) -> list[str]:
        html = browser.get(f"/institutions/options?{query}", headers=PART).text
        return [str(o["value"]) for o in BeautifulSoup(html, "html.parser").select("option")]

    assert options("institution=sena") == ["SENA, Colombia", "SENAI, Brazil"]
    assert options("institution=sena&country=BR") == ["SENAI, Brazil", "SENA, Colombia"]
    assert options("country=CR")[0] == "INA, Costa Rica"
    assert options("institution=nothing+like+it") == []
    assert browser.get("/institutions/options?country=CR&lang=es").text.count("Brasil") == 1


def test_the_type_ahead_knows_other_names(make: Make, browser: Browser, sena: Institution) -> None:
    make.alias(sena, "El Servicio")

    html = browser.get("/institutions/options?institution=el+serv", headers=PART).text
    (option,) = BeautifulSoup(html, "html.parser").select("option")

    assert (option["value"], option.text) == (
        "SENA, Colombia",
        "National Training Service · El Servicio",
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sort=name&lang=es", ["B", "Ñ", "A"]),
        ("sort=name&lang=en", ["Ñ", "B", "A"]),
        ("sort=-name&lang=es", ["A", "Ñ", "B"]),
        ("sort=country&lang=es", ["A", "B", "Ñ"]),
        ("sort=country&lang=en", ["B", "A", "Ñ"]),
        ("sort=kind", ["B", "A", "Ñ"]),
        ("sort=-participants", ["B", "A", "Ñ"]),
        ("sort=-acronym&lang=es", ["Ñ", "B", "A"]),
        ("sort=nonsense", ["A", "B", "Ñ"]),
        ("state=review", ["Ñ"]),
        ("state=example", ["A"]),
        ("state=merged", ["OLD"]),
        ("kind=other", ["B"]),
        ("state=what", ["A", "B", "Ñ"]),
    ],
)
def test_the_list_has_parts_and_orders(
    make: Make, browser: Browser, asked: str, found: list[str]
) -> None:
    make.institution(acronym="A", name="Zeta", country="DE", is_example=True)
    b = make.institution(acronym="B", name="nube", country="BR", kind=InstitutionKind.OTHER)
    last = make.institution(acronym="Ñ", name="Ñandú", country="UY", needs_review=True)
    make.institution(acronym="OLD", name="Old", country="UY", merged_into_id=last.id)
    make.crowd(make.edition(), institution_id=b.id)
    browser.sign_in(make.coordinator())

    assert list(listed(browser.get(f"/institutions?{asked}").text)) == found


def test_of_proposals_every_kind_takes_as_many_statements(
    session: Session, make: Make, browser: Browser
) -> None:
    for n in range(3):
        settle_institution(session, make.account().id, Proposed(f"School {n}"))
    session.flush()
    browser.sign_in(make.coordinator())

    with statements() as sent:
        page = browser.get("/institutions?state=proposed")

    assert page.text.count("School") >= 3
    assert len(sent) == 5, sent
