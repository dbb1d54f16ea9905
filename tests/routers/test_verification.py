"""Checking a certificate: what everybody may know, in their own language, and how often."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlmodel import Session

from app.core.settings import settings
from app.jobs.certificates import draw_certificate
from app.models import Account, Certificate, CertificateStatus, Enrolment, Mode
from app.services.certificates import request_certificate, revoke
from tests.conftest import Browser
from tests.counting import statements
from tests.make import NOW, Make


def result(text: str) -> str:
    """The words of the answer, without the page around it."""
    section = BeautifulSoup(text, "lxml").find("section", attrs={"aria-labelledby": "result"})
    assert isinstance(section, Tag)
    return " ".join(section.get_text(" ").split())


def facts_of(text: str) -> dict[str, str]:
    found = {}
    for term in BeautifulSoup(text, "lxml").find_all("dt"):
        value = term.find_next_sibling("dd")
        assert isinstance(value, Tag)
        found[term.get_text(strip=True)] = " ".join(value.get_text(" ").split())
    return found


@pytest.fixture
def certificate(make: Make) -> Certificate:
    """A certificate in Spanish."""
    sena = make.institution(acronym="SENA", country="CO")
    course = make.course(
        mode=Mode.SELF_ADMINISTERED, hours=10, title={"es": "La digitalización"}, languages=["es"]
    )
    person = make.account(
        name="Ñandú Pérez", email="secret@example.org", institution_id=sena.id, language="es"
    )
    enrolment = make.completed_by(
        person, make.edition(course), completed_at=datetime(2026, 6, 1, 12, tzinfo=UTC)
    )
    return request_certificate(make.session, enrolment, now=NOW)


def test_a_valid_one_shows_everything_that_is_printed(
    browser: Browser, certificate: Certificate
) -> None:
    draw_certificate(certificate.id)

    answer = browser.get(f"/verify/{certificate.code}")

    assert answer.status_code == 200
    assert "This certificate is valid" in answer.text
    assert facts_of(answer.text) == {
        "Given to": "Ñandú Pérez",
        "For": "La digitalización",
        "Kind": "Course of 10 hours at their own pace, completed",
        "Finished on": "1 June 2026",
        "Given on": "8 June 2026",
        "Institution": "SENA, Colombia",
        "Language of the course": "Spanish",
        "Code": certificate.code,
        "In the words of the paper": (
            "Certificado de finalización Ñandú Pérez"
            " de la institución SENA, Colombia, completó y aprobó el curso La digitalización"
            " Curso de 10 horas, a su propio ritmo, finalizado el 1 de junio de 2026. "
            + " ".join(", ".join(signatory) for signatory in certificate.facts["signatories"])
        ),
    }
    assert "secret@example.org" not in answer.text


def test_what_is_printed_is_marked_with_its_language(
    browser: Browser, certificate: Certificate
) -> None:
    page = BeautifulSoup(browser.get(f"/verify/{certificate.code}").text, "lxml")

    html = page.html
    assert html is not None
    assert html["lang"] == "en"
    title = page.find(string="La digitalización")
    assert title is not None
    assert title.parent is not None
    assert title.parent["lang"] == "es"


def test_a_stranger_learns_no_more_than_the_paper_says(
    make: Make, browser: Browser, certificate: Certificate
) -> None:
    """Signed in or not, everybody sees the same."""
    browser.sign_in(make.coordinator())
    signed_in = facts_of(browser.get(f"/verify/{certificate.code}").text)
    browser.sign_out()

    assert facts_of(browser.get(f"/verify/{certificate.code}").text) == signed_in


def test_it_counts_before_its_paper_is_drawn(browser: Browser, certificate: Certificate) -> None:
    assert "This certificate is valid" in browser.get(f"/verify/{certificate.code}").text


def test_a_withdrawn_one_says_when_and_why_and_no_longer_whose(
    session: Session, make: Make, browser: Browser, certificate: Certificate
) -> None:
    draw_certificate(certificate.id)
    session.refresh(certificate)
    revoke(session, certificate.id, "It was given twice", by=make.coordinator().id, now=NOW)

    answer = browser.get(f"/verify/{certificate.code}")

    assert answer.status_code == 200
    assert "is valid" not in answer.text
    assert result(answer.text) == (
        "This certificate was withdrawn Given on 8 June 2026 Withdrawn on 8 June 2026"
        " Reason It was given twice It should no longer be accepted."
    )
    assert "Ñandú" not in answer.text


def test_an_unknown_code_is_unknown(browser: Browser) -> None:
    answer = browser.get("/verify/T7K4-9WQX-3HMR")

    assert answer.status_code == 404
    assert "We have no certificate with this code" in answer.text
    assert 'value="T7K4-9WQX-3HMR"' in answer.text


@pytest.mark.parametrize("code", ["%00", "%3Cscript%3E", "x" * 5000, "%F0%9F%98%80", "'; --"])
def test_nonsense_is_unknown_too(browser: Browser, code: str) -> None:
    answer = browser.get(f"/verify/{code}")

    assert answer.status_code == 404
    assert "We have no certificate with this code" in answer.text
    assert "<script>" not in answer.text


def test_a_code_is_found_however_it_is_typed(browser: Browser, certificate: Certificate) -> None:
    code = certificate.code
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "i")

    assert "This certificate is valid" in browser.get(f"/verify/{sloppy}").text


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("t7k4 9wqx 3hmr", "/verify/T7K4-9WQX-3HMR"),
        ("https://taller.example.org/verify/t7k4-9wqx-3hmr/", "/verify/T7K4-9WQX-3HMR"),
        ("no-code", "/verify/no-code"),
        ("../admin?x=1", "/verify/adminx1"),
        ("año 1", "/verify/a%C3%B1o1"),
        ("//evil.example", "/verify/evilexample"),
    ],
)
def test_the_form_leads_to_the_page_of_the_code(browser: Browser, typed: str, address: str) -> None:
    answer = browser.get("/verify", params={"code": typed})

    assert (answer.status_code, answer.headers["Location"]) == (303, address)


@pytest.mark.parametrize("query", ["", "?code=", "?code=%20", "?code=//", "?code=.."])
def test_without_a_code_there_is_only_the_form(browser: Browser, query: str) -> None:
    answer = browser.get(f"/verify{query}")

    assert answer.status_code == 200
    assert 'name="code"' in answer.text
    assert 'id="result"' not in answer.text


def test_no_search_engine_is_to_keep_a_code(browser: Browser, certificate: Certificate) -> None:
    for address in (f"/verify/{certificate.code}", f"/certificates/{certificate.code}.json"):
        assert browser.get(address).headers["X-Robots-Tag"] == "noindex"
    assert 'content="noindex"' in browser.get(f"/verify/{certificate.code}").text


def test_after_thirty_tries_in_a_minute_the_next_one_waits(
    browser: Browser, certificate: Certificate
) -> None:
    """Whatever is asked for by a code counts, the page as well as what programs read."""
    addresses = [
        "/verify/AAAA-AAAA-AAAA",
        "/certificates/AAAA-AAAA-AAAA.json",
        "/certificates/AAAA-AAAA-AAAA/revocations.json",
    ]
    tries = [browser.get(addresses[n % 3]).status_code for n in range(30)]

    page = browser.get(f"/verify/{certificate.code}")
    badge = browser.get(f"/certificates/{certificate.code}.json")

    assert set(tries) == {404}
    assert (page.status_code, page.headers["Retry-After"]) == (429, "60")
    assert "Wait a minute" in page.text
    assert "Ñandú" not in page.text
    assert (badge.status_code, badge.headers["Retry-After"]) == (429, "60")
    assert badge.json().keys() == {"detail"}


def test_the_form_itself_can_be_opened_as_often_as_one_likes(browser: Browser) -> None:
    assert {browser.get("/verify").status_code for _ in range(40)} == {200}


def test_a_later_name_changes_nothing(
    session: Session, browser: Browser, certificate: Certificate
) -> None:
    draw_certificate(certificate.id)
    address = f"/verify/{certificate.code}"
    before = facts_of(browser.get(address).text)
    badge = browser.get(f"/certificates/{certificate.code}.json").json()

    person = session.get_one(
        Account, session.get_one(Enrolment, certificate.enrolment_id).account_id
    )
    person.name = "Another Name"
    session.add(person)
    session.flush()

    assert facts_of(browser.get(address).text) == before
    assert before["Given to"] == "Ñandú Pérez"
    assert browser.get(f"/certificates/{certificate.code}.json").json() == badge


def test_looking_up_a_code_takes_one_statement(browser: Browser, certificate: Certificate) -> None:
    browser.get("/verify")
    with statements() as seen:
        browser.get(f"/verify/{certificate.code}")

    assert len(seen) == 1


def shape(thing: Any) -> Any:
    """The names and kinds of values of some JSON, without the values."""
    if isinstance(thing, dict):
        return {name: shape(value) for name, value in thing.items()}
    if isinstance(thing, list):
        return [shape(value) for value in thing]
    return type(thing).__name__


def test_the_badge_has_the_parts_of_an_open_badge_3_credential(
    browser: Browser, certificate: Certificate
) -> None:
    """The parts that the standard requires, each of the kind that it names."""
    answer = browser.get(f"/certificates/{certificate.code}.json")
    badge = answer.json()

    assert answer.headers["Content-Type"] == "application/ld+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert badge["@context"][:2] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert badge["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert badge["id"] == f"http://testserver/certificates/{certificate.code}.json"
    assert badge["issuer"]["type"] == ["Profile"]
    assert badge["issuer"]["id"] == "http://testserver"
    assert datetime.fromisoformat(badge["validFrom"]) == NOW
    subject = badge["credentialSubject"]
    assert subject["type"] == ["AchievementSubject"]
    assert subject["identifier"] == [
        {
            "type": "IdentityObject",
            "identityType": "name",
            "identityHash": "Ñandú Pérez",
            "hashed": False,
        }
    ]
    achievement = subject["achievement"]
    assert achievement["type"] == ["Achievement"]
    assert achievement["achievementType"] == "CertificateOfCompletion"
    assert achievement["name"] == "La digitalización"
    assert shape(achievement) == {
        "id": "str",
        "type": ["str"],
        "achievementType": "str",
        "name": "str",
        "description": "str",
        "criteria": {"id": "str", "narrative": "str"},
        "inLanguage": "str",
        "creator": {"id": "str", "type": ["str"], "name": "str", "url": "str"},
    }
    assert badge["credentialStatus"] == {
        "id": f"http://testserver/certificates/{certificate.code}/revocations.json",
        "type": "1EdTechRevocationList",
    }
    assert "proof" not in badge  # nobody is to think that it is signed
    assert "secret@example.org" not in answer.text


def test_the_badge_stays_at_its_address_when_the_product_moves(
    browser: Browser, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = browser.get(f"/certificates/{certificate.code}.json").json()
    monkeypatch.setenv("TALLER_BASE_URL", "https://elsewhere.example")
    settings.cache_clear()

    assert browser.get(f"/certificates/{certificate.code}.json").json() == before


def test_programs_learn_that_a_badge_was_withdrawn(
    session: Session, make: Make, browser: Browser, certificate: Certificate
) -> None:
    address = f"/certificates/{certificate.code}"
    badge = browser.get(f"{address}.json").json()
    before = browser.get(f"{address}/revocations.json").json()
    revoke(session, certificate.id, "It was given twice", by=make.coordinator().id, now=NOW)

    withdrawn = browser.get(f"{address}.json")
    after = browser.get(f"{address}/revocations.json").json()

    revoked = {"id": badge["id"], "revoked": True, "revocationReason": "It was given twice"}
    listed = {"id": badge["credentialStatus"]["id"], "issuer": badge["issuer"]["id"]}
    assert before == {**listed, "revokedCredentials": []}
    assert after == {**listed, "revokedCredentials": [revoked]}
    assert (withdrawn.status_code, withdrawn.json()) == (410, revoked)


def test_programs_are_told_of_unknown_codes_in_json(browser: Browser) -> None:
    answer = browser.get("/certificates/T7K4-9WQX-3HMR.json")

    assert answer.status_code == 404
    assert answer.json().keys() == {"detail"}


def test_a_certificate_that_could_not_be_drawn_counts(
    session: Session, browser: Browser, certificate: Certificate
) -> None:
    certificate.status = CertificateStatus.FAILED
    session.add(certificate)
    session.flush()

    assert "This certificate is valid" in browser.get(f"/verify/{certificate.code}").text
