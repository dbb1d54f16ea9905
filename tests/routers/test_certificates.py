"""Certificates inside the product: the person's PDF, and the list and acts of the staff."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, col, select

from app.core.clock import now
from app.jobs.certificates import draw_certificate
from app.models import Account, AuditEvent, Certificate, CertificateStatus, Enrolment, Institution
from app.services.certificates import revoke
from tests.conftest import Browser
from tests.counting import statements
from tests.make import NOW, Make

HTMX_PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def owner_of(session: Session, certificate: Certificate) -> Account:
    enrolment = session.get_one(Enrolment, certificate.enrolment_id)
    return session.get_one(Account, enrolment.account_id)


def drawn(session: Session, certificate: Certificate) -> Certificate:
    draw_certificate(certificate.id)
    session.refresh(certificate)
    assert certificate.status is CertificateStatus.ISSUED
    return certificate


def failed(session: Session, certificate: Certificate) -> Certificate:
    certificate.status = CertificateStatus.FAILED
    certificate.trouble = "No font here can print it."
    certificate.tries = 3
    session.add(certificate)
    session.flush()
    return certificate


def of_institution(make: Make, institution: Institution, name: str = "Ana") -> Certificate:
    return make.certificate(make.completed(institution_id=institution.id, name=name))


def codes(text: str) -> list[str]:
    """The codes of the certificates in the list, from the top."""
    links = BeautifulSoup(text, "lxml").select("tbody th a")
    return [str(link["href"]).rsplit("/", 1)[-1] for link in links]


# The file


def test_the_person_reads_their_pdf(session: Session, make: Make, browser: Browser) -> None:
    certificate = drawn(session, make.certificate())
    browser.sign_in(owner_of(session, certificate))

    answer = browser.get(f"/certificates/{certificate.code}.pdf")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        f'inline; filename="certificate-{certificate.code}.pdf"'
    )
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) == int(answer.headers["Content-Length"])


def test_who_may_have_the_file(session: Session, make: Make, browser: Browser) -> None:
    own, other = make.institution(), make.institution()
    edition = make.edition()
    enrolment = make.completed(edition, institution_id=own.id)
    certificate = drawn(session, make.certificate(enrolment))
    people = {
        "coordinator": make.coordinator(),
        "administrator": make.administrator(),
        "focal": make.focal(own),
        "focal of another institution": make.focal(other),
        "tutor": make.tutor(edition),
        "another participant": make.participant(edition),
        "stranger": make.account(),
    }

    answers = {}
    for who, person in people.items():
        browser.sign_in(person)
        answers[who] = browser.get(f"/certificates/{certificate.code}.pdf").status_code

    assert answers == {
        "coordinator": 200,
        "administrator": 200,
        "focal": 200,
        "focal of another institution": 404,
        "tutor": 404,
        "another participant": 404,
        "stranger": 404,
    }


def test_who_is_not_signed_in_is_led_to_sign_in(make: Make, browser: Browser) -> None:
    answer = browser.get(f"/certificates/{make.certificate().code}.pdf")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=/certificates/")


def test_strangers_cannot_tell_a_code_from_none(make: Make, browser: Browser) -> None:
    browser.sign_in(make.account())

    code = make.certificate().code
    real = browser.get(f"/certificates/{code}.pdf")
    none = browser.get("/certificates/T7K4-9WQX-3HMR.pdf")

    assert real.status_code == none.status_code == 404
    assert real.text.replace(code, "T7K4-9WQX-3HMR") == none.text


def test_while_it_is_drawn_the_page_asks_again_by_itself(
    session: Session, make: Make, browser: Browser
) -> None:
    certificate = make.certificate()
    browser.sign_in(owner_of(session, certificate))

    answer = browser.get(f"/certificates/{certificate.code}.pdf")

    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "3")
    assert "Your certificate is being drawn" in answer.text
    assert '<meta http-equiv="refresh" content="3">' in answer.text

    draw_certificate(certificate.id)

    assert browser.get(f"/certificates/{certificate.code}.pdf").status_code == 200


def test_the_page_asks_less_often_when_it_takes_long(
    session: Session, make: Make, browser: Browser
) -> None:
    certificate = make.certificate()
    certificate.created_at = now() - timedelta(minutes=5)
    session.add(certificate)
    session.flush()
    browser.sign_in(owner_of(session, certificate))

    answer = browser.get(f"/certificates/{certificate.code}.pdf")

    assert '<meta http-equiv="refresh" content="20">' in answer.text


def test_what_could_not_be_drawn_is_said_without_asking_again(
    session: Session, make: Make, browser: Browser
) -> None:
    certificate = failed(session, make.certificate())
    browser.sign_in(owner_of(session, certificate))

    answer = browser.get(f"/certificates/{certificate.code}.pdf")

    assert "Your certificate could not be drawn" in answer.text
    assert "http-equiv" not in answer.text
    assert "No font here" not in answer.text  # that is for the staff


def test_a_withdrawn_one_is_given_out_to_staff_only(
    session: Session, make: Make, browser: Browser
) -> None:
    certificate = drawn(session, make.certificate())
    coordinator = make.coordinator()
    revoke(session, certificate.id, "It was given twice", by=coordinator.id, now=NOW)

    browser.sign_in(owner_of(session, certificate))
    person = browser.get(f"/certificates/{certificate.code}.pdf")
    browser.sign_in(coordinator)
    staff = browser.get(f"/certificates/{certificate.code}.pdf")

    assert person.status_code == 410
    assert "This certificate was withdrawn" in person.text
    assert "It was given twice" in person.text
    assert (staff.status_code, staff.content[:5]) == (200, b"%PDF-")


def test_a_withdrawn_one_without_a_file_has_none_for_anybody(
    session: Session, make: Make, browser: Browser
) -> None:
    certificate, coordinator = make.certificate(), make.coordinator()
    revoke(session, certificate.id, "It was given twice", by=coordinator.id, now=NOW)
    browser.sign_in(coordinator)

    assert browser.get(f"/certificates/{certificate.code}.pdf").status_code == 410


# The list


def test_the_list_shows_the_newest_first(session: Session, make: Make, browser: Browser) -> None:
    certificates = [make.certificate() for _ in range(3)]
    for days, certificate in enumerate(certificates):
        certificate.issued_at = NOW + timedelta(days=days % 2)
        session.add(certificate)
    session.flush()
    browser.sign_in(make.coordinator())

    shown = codes(browser.get("/certificates").text)

    assert shown == [certificates[n].code for n in (1, 2, 0)]


@pytest.mark.parametrize("address", ["/certificates", "/certificates/{code}"])
def test_who_may_look_at_them(make: Make, browser: Browser, address: str) -> None:
    edition = make.edition()
    code = make.certificate(make.completed(edition)).code
    address = address.format(code=code)
    anonymous = browser.get(address).status_code
    answers = []
    for person in (
        make.account(),
        make.participant(edition),
        make.tutor(edition),
        make.coordinator(),
        make.administrator(),
    ):
        browser.sign_in(person)
        answers.append(browser.get(address).status_code)

    assert anonymous == 303
    assert answers == [403, 403, 403, 200, 200]


def test_a_focal_coordinator_sees_the_own_institution_only(make: Make, browser: Browser) -> None:
    own, other = make.institution(), make.institution()
    ours, theirs = of_institution(make, own, "Ours"), of_institution(make, other, "Theirs")
    browser.sign_in(make.focal(own))

    page = browser.get("/certificates").text

    assert codes(page) == [ours.code]
    assert "Theirs" not in page
    assert browser.get(f"/certificates/{ours.code}").status_code == 200
    assert browser.get(f"/certificates/{theirs.code}").status_code == 404
    searched = browser.get("/certificates", params={"name": theirs.code}).text
    assert codes(searched) == []


def test_a_focal_coordinator_is_offered_the_editions_of_the_own_people(
    make: Make, browser: Browser
) -> None:
    own, other = make.institution(), make.institution()
    here = make.edition(make.course(title={"en": "Course here"}))
    there = make.edition(make.course(title={"en": "Course there"}))
    make.certificate(make.completed(here, institution_id=own.id))
    make.certificate(make.completed(there, institution_id=other.id))
    browser.sign_in(make.focal(own))

    page = browser.get("/certificates").text

    assert "Course here" in page
    assert "Course there" not in page


def test_the_list_is_narrowed_by_edition_state_and_name(
    session: Session, make: Make, browser: Browser
) -> None:
    edition = make.edition()
    ana = make.certificate(make.completed(edition, name="Ana Pérez"))
    berta = failed(session, make.certificate(make.completed(edition, name="Berta Gil")))
    anabel = failed(session, make.certificate(make.completed(name="Anabel Cruz")))
    browser.sign_in(make.coordinator())

    def found(**query: str) -> set[str]:
        return set(codes(browser.get("/certificates", params=query).text))

    assert found(edition=str(edition.id)) == {ana.code, berta.code}
    assert found(status="failed") == {berta.code, anabel.code}
    assert found(name="ana") == {ana.code, anabel.code}
    assert found(name="ana", status="failed", edition="") == {anabel.code}
    assert found(edition=str(edition.id), status="failed", name="Ana") == set()


@pytest.mark.parametrize("query", ["edition=x", "status=lost", "page=0", "page=-1", "page=x"])
def test_what_cannot_be_read_in_the_address_is_not_asked_for(
    make: Make, browser: Browser, query: str
) -> None:
    certificate = make.certificate()
    browser.sign_in(make.coordinator())

    answer = browser.get(f"/certificates?{query}")

    assert answer.status_code == 200
    assert codes(answer.text) == [certificate.code]


def test_the_filters_stay_with_the_pages(make: Make, browser: Browser) -> None:
    edition = make.edition()
    for number in range(51):
        make.certificate(make.completed(edition, name=f"Ana {number:02}"))
    make.certificate(make.completed(name="Berta"))
    browser.sign_in(make.coordinator())

    first = browser.get("/certificates?name=ana&status=")
    following = str(BeautifulSoup(first.text, "lxml").select(".pages a")[-1]["href"])
    second = browser.get(following)
    beyond = browser.get("/certificates?name=ana&page=99")

    assert "51 certificates" in first.text
    assert following == "/certificates?name=ana&page=2"
    assert (len(codes(first.text)), len(codes(second.text))) == (50, 1)
    assert not set(codes(first.text)) & set(codes(second.text))
    assert codes(beyond.text) == codes(second.text)


def test_htmx_gets_the_list_and_nothing_else(make: Make, browser: Browser) -> None:
    make.certificate()
    browser.sign_in(make.coordinator())

    part = browser.get("/certificates", headers=HTMX_PART).text

    assert part.lstrip().startswith('<section id="certificates"')
    assert part.rstrip().endswith("</section>")


def test_an_empty_list_says_why(make: Make, browser: Browser) -> None:
    browser.sign_in(make.coordinator())
    nothing = browser.get("/certificates").text
    make.certificate()
    no_match = browser.get("/certificates?name=nobody").text

    assert "No certificates yet" in nothing
    assert "No certificate fits" in no_match


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_list_takes_the_same_statements_for_one_and_for_three(
    make: Make, browser: Browser, how_many: int
) -> None:
    for _ in range(how_many):
        make.certificate(make.completed(institution_id=make.institution().id))
    browser.sign_in(make.coordinator())

    with statements() as seen:
        browser.get("/certificates")

    assert len(seen) == 4


# What the staff do


def test_a_coordinator_withdraws_a_certificate(
    session: Session, make: Make, browser: Browser
) -> None:
    certificate = drawn(session, make.certificate())
    browser.sign_in(make.coordinator())
    address = f"/certificates/{certificate.code}"

    answer = browser.post(f"{address}/revoke", data={"reason": "  It was given twice "})

    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    page = browser.get(address).text
    assert "The certificate was withdrawn." in page
    assert "It was given twice" in page
    assert "Withdraw the certificate" not in page
    session.refresh(certificate)
    assert certificate.status is CertificateStatus.REVOKED
    assert certificate.revoked_reason == "It was given twice"
    assert certificate.file_id is not None
    assert [event.action for event in session.exec(select(AuditEvent))] == ["revoke certificate"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [("", "Fill this in."), ("no", "at least 5 characters"), ("x" * 301, "at most 300")],
)
def test_withdrawing_takes_a_reason(
    session: Session, make: Make, browser: Browser, reason: str, words: str
) -> None:
    certificate = make.certificate()
    browser.sign_in(make.coordinator())

    answer = browser.post(f"/certificates/{certificate.code}/revoke", data={"reason": reason})

    assert answer.status_code == 422
    assert words in answer.text
    assert reason in answer.text
    session.refresh(certificate)
    assert certificate.status is CertificateStatus.REQUESTED


def test_withdrawing_twice_is_refused(session: Session, make: Make, browser: Browser) -> None:
    certificate = make.certificate()
    browser.sign_in(make.coordinator())
    address = f"/certificates/{certificate.code}/revoke"
    browser.post(address, data={"reason": "The first reason"})

    assert browser.post(address, data={"reason": "The second reason"}).status_code == 409

    session.refresh(certificate)
    assert certificate.revoked_reason == "The first reason"


def test_a_coordinator_has_a_failed_one_drawn_again(
    session: Session, make: Make, browser: Browser
) -> None:
    certificate = failed(session, make.certificate())
    browser.sign_in(make.coordinator())
    address = f"/certificates/{certificate.code}"

    assert "No font here can print it." in browser.get(address).text
    assert f"{address}/draw" in browser.get("/certificates").text
    answer = browser.post(f"{address}/draw")

    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    session.refresh(certificate)
    assert (certificate.status, certificate.tries, certificate.trouble) == (
        CertificateStatus.REQUESTED,
        0,
        "",
    )
    drawn(session, certificate)


@pytest.mark.parametrize("deed", ["revoke", "draw"])
def test_only_coordinators_change_a_certificate(
    session: Session, make: Make, browser: Browser, deed: str
) -> None:
    own = make.institution()
    certificate = failed(session, of_institution(make, own))
    address = f"/certificates/{certificate.code}/{deed}"
    data = {"reason": "Because I say so"}
    anonymous = browser.post(address, data=data)
    answers = []
    for person in (owner_of(session, certificate), make.account(), make.focal(own)):
        browser.sign_in(person)
        answers.append(browser.post(address, data=data).status_code)

    assert (anonymous.status_code, anonymous.headers["Location"]) == (303, "/sign-in")
    assert answers == [403, 403, 403]
    session.refresh(certificate)
    assert certificate.status is CertificateStatus.FAILED
    assert session.exec(select(col(AuditEvent.id))).all() == []


@pytest.mark.parametrize("deed", ["revoke", "draw"])
def test_no_certificate_can_be_made_up(make: Make, browser: Browser, deed: str) -> None:
    browser.sign_in(make.coordinator())

    answer = browser.post(f"/certificates/T7K4-9WQX-3HMR/{deed}", data={"reason": "There is none"})

    assert answer.status_code == 404


def test_a_focal_coordinator_is_offered_no_deeds(
    session: Session, make: Make, browser: Browser
) -> None:
    own = make.institution()
    certificate = failed(session, of_institution(make, own))
    browser.sign_in(make.focal(own))

    page = browser.get(f"/certificates/{certificate.code}").text
    rows = browser.get("/certificates").text

    assert "/revoke" not in page
    assert "/draw" not in page + rows


def test_a_name_is_shown_as_text(make: Make, browser: Browser) -> None:
    certificate = make.certificate(make.completed(name="<b>Ana</b> {{ 7*7 }}"))
    browser.sign_in(make.coordinator())

    for address in (
        "/certificates",
        f"/certificates/{certificate.code}",
        f"/verify/{certificate.code}",
    ):
        text = browser.get(address).text
        assert "&lt;b&gt;Ana&lt;/b&gt; {{ 7*7 }}" in text
        assert "<b>Ana" not in text
