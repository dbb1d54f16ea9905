"""What a certificate says is decided once, and only those who completed an edition get one."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from app.core.db import changing
from app.core.errors import Conflict, RuleBroken
from app.models import (
    AuditEvent,
    Certificate,
    CertificateStatus,
    Enrolment,
    EnrolmentStatus,
    Message,
    Mode,
)
from app.queries.certificates import printed
from app.services.certificates import draw_again, request_certificate, revoke
from certificates import words
from tests.make import NOW, Make


def test_a_certificate_keeps_all_that_is_printed(make: Make) -> None:
    sena = make.institution(acronym="SENA", country="CO")
    course = make.course(slug="leadership", title={"es": "Liderazgo", "en": "Leadership"}, hours=40)
    edition = make.edition(course, languages=["es", "en"])
    person = make.account(name="  Ana  Pérez\u202e ", institution_id=sena.id)
    enrolment = make.enrolment(
        person,
        edition,
        status=EnrolmentStatus.COMPLETED,
        completed_at=datetime(2026, 6, 3, 12, tzinfo=UTC),
        language="en",
    )

    certificate = make.certificate(enrolment)

    assert certificate.facts == {
        "code": certificate.code,
        "kind": "completion",
        "recipient": "Ana Pérez",
        "institution": "SENA",
        "country": "Colombia",
        "country_code": "CO",
        "course": "Leadership",
        "course_language": "en",
        "hours": 40,
        "mode": "tutor_led",
        "finished_on": "2026-06-03",
        "issued_on": "2026-06-08",
        "language": "en",
        "verify_url": f"http://testserver/verify/{certificate.code}",
        "verify_at": "testserver/verify",
        "seed": "leadership",
        "signatories": [
            ["For the network", "Director of learning"],
            ["For the course", "Course coordinator"],
        ],
    }


@pytest.mark.parametrize(
    ("language", "country"),
    [("es", "Brasil"), ("pt", "Brasil"), ("en", "Brazil"), ("fr", "Brésil")],
)
def test_it_speaks_the_language_the_course_was_taken_in(
    make: Make, language: str, country: str
) -> None:
    person = make.account(country="BR", language="en")
    enrolment = make.enrolment(
        person,
        make.edition(make.course(mode=Mode.SELF_ADMINISTERED)),
        status=EnrolmentStatus.COMPLETED,
        language=language,
    )

    facts = printed(make.certificate(enrolment).facts)

    assert (facts.language, facts.country) == (language, country)
    assert words(facts).finished  # the design has a sentence for it


@pytest.mark.parametrize(
    ("taken_in", "title", "spoken"),
    [("es", "Liderazgo", "es"), ("en", "Leadership", "en"), ("fr", "Liderazgo", "es")],
)
def test_the_title_is_that_of_the_language_or_of_the_edition(
    make: Make, taken_in: str, title: str, spoken: str
) -> None:
    """Whoever happens to ask, and in whichever language they read."""
    course = make.course(title={"en": "Leadership", "es": "Liderazgo"})
    edition = make.edition(course, languages=["es", "en"])

    facts = make.certificate(make.completed_by(make.account(), edition, language=taken_in)).facts

    assert (facts["course"], facts["course_language"], facts["language"]) == (
        title,
        spoken,
        taken_in,
    )


def test_its_days_are_those_where_the_person_lives(make: Make) -> None:
    """At 03:00 UTC it is still the evening before in Bogotá."""
    person = make.account(timezone="America/Bogota")
    at_night = datetime(2026, 6, 8, 3, 0, tzinfo=UTC)
    enrolment = make.enrolment(
        person, make.edition(), status=EnrolmentStatus.COMPLETED, completed_at=at_night
    )

    facts = request_certificate(make.session, enrolment, now=at_night).facts

    assert (facts["finished_on"], facts["issued_on"]) == ("2026-06-07", "2026-06-07")


def test_it_names_the_institution_and_country_of_the_admission(
    session: Session, make: Make
) -> None:
    before = make.institution(acronym="BEFORE", country="CO")
    after = make.institution(acronym="AFTER", country="PE")
    person = make.account(institution_id=before.id, country="CO")
    enrolment = make.enrolment(person, make.edition(), status=EnrolmentStatus.COMPLETED)
    person.institution_id, person.country = after.id, "PE"
    session.add(person)
    session.flush()

    facts = make.certificate(enrolment).facts

    assert (facts["institution"], facts["country"]) == ("BEFORE", "Colombia")


def test_asking_again_gives_the_same_certificate(session: Session, make: Make) -> None:
    enrolment = make.completed()

    first = make.certificate(enrolment)
    second = make.certificate(enrolment)

    assert first.id == second.id
    assert len(session.exec(select(Certificate)).all()) == 1


@pytest.mark.parametrize(
    "status", [s for s in EnrolmentStatus if s is not EnrolmentStatus.COMPLETED]
)
def test_who_has_not_completed_gets_none(
    session: Session, make: Make, status: EnrolmentStatus
) -> None:
    enrolment = make.enrolment(make.account(), make.edition(), status=status)

    with pytest.raises(RuleBroken, match="completed the edition"):
        request_certificate(session, enrolment, now=NOW)


def test_an_edition_that_gives_none_gives_none(session: Session, make: Make) -> None:
    enrolment = make.completed(make.edition(gives_certificate=False))

    with pytest.raises(RuleBroken, match="gives no certificates"):
        request_certificate(session, enrolment, now=NOW)


def test_a_corrected_name_or_title_changes_no_certificate(session: Session, make: Make) -> None:
    course = make.course(title={"en": "As it was"})
    person = make.account(name="As It Was")
    enrolment = make.enrolment(person, make.edition(course), status=EnrolmentStatus.COMPLETED)
    certificate = make.certificate(enrolment)
    before = dict(certificate.facts)

    person.name, course.title, course.hours = "Another Name", {"en": "Another title"}, 99
    session.add_all([person, course])
    session.flush()
    request_certificate(session, enrolment, now=NOW)
    session.refresh(certificate)

    assert certificate.facts == before


def test_withdrawing_keeps_the_row_and_tells_everybody_concerned(
    session: Session, make: Make
) -> None:
    coordinator = make.coordinator()
    enrolment = make.completed(language="en", name="Ana")
    certificate = make.certificate(enrolment)
    version = enrolment.version

    with changing() as other:
        revoke(other, certificate.id, "The name was misspelt", by=coordinator.id, now=NOW)

    session.refresh(certificate)
    assert certificate.status is CertificateStatus.REVOKED
    assert (certificate.revoked_at, certificate.revoked_reason) == (NOW, "The name was misspelt")
    session.refresh(enrolment)
    assert enrolment.version == version + 1
    message = session.exec(select(Message)).one()
    assert (message.account_id, message.kind) == (enrolment.account_id, "certificate withdrawn")
    assert certificate.code in message.body
    assert "The name was misspelt" in message.body
    event = session.exec(select(AuditEvent)).one()
    assert (event.actor_id, event.action, event.subject_type, event.subject_id, event.details) == (
        coordinator.id,
        "revoke certificate",
        "certificate",
        certificate.id,
        {"before": {"status": "requested"}, "after": {"status": "revoked"}},
    )


def test_what_was_withdrawn_is_not_withdrawn_again(session: Session, make: Make) -> None:
    coordinator, certificate = make.coordinator(), make.certificate()
    revoke(session, certificate.id, "First reason", by=coordinator.id, now=NOW)

    with pytest.raises(Conflict):
        revoke(session, certificate.id, "Second reason", by=coordinator.id, now=NOW)

    session.refresh(certificate)
    assert certificate.revoked_reason == "First reason"


@pytest.mark.parametrize(
    "status", [s for s in CertificateStatus if s is not CertificateStatus.FAILED]
)
def test_only_what_failed_is_drawn_again(
    session: Session, make: Make, status: CertificateStatus
) -> None:
    certificate = make.certificate()
    certificate.status = status
    session.add(certificate)
    session.flush()

    with pytest.raises(Conflict):
        draw_again(session, certificate.id, by=make.coordinator().id)


def test_a_withdrawn_certificate_is_not_followed_by_another_one(
    session: Session, make: Make
) -> None:
    """A corrected one is a decision of its own, not something that happens by itself."""
    certificate = make.certificate()
    revoke(session, certificate.id, "A mistake", by=make.coordinator().id, now=NOW)
    enrolment = session.get_one(Enrolment, certificate.enrolment_id)

    again = request_certificate(session, enrolment, now=NOW)

    assert again.id == certificate.id
    assert session.exec(select(col(Certificate.status))).all() == [CertificateStatus.REVOKED]
