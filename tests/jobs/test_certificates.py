"""Drawing certificates: once each, whatever is begun twice, lost or broken on the way."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread

import obstore
import pypdfium2
import pytest
from sqlmodel import Session, col, select

from app.core import files
from app.core.db import changing
from app.core.errors import NotFound, RuleBroken
from app.core.settings import settings
from app.jobs import sweep
from app.jobs.certificates import draw_certificate
from app.jobs.issuing import Issued, issue_certificates
from app.models import (
    Certificate,
    CertificateStatus,
    Enrolment,
    EnrolmentStatus,
    Message,
    StoredFile,
)
from app.queries.work import MOST_TRIES
from app.services.certificates import draw_again, request_certificate, revoke
from tests.make import NOW, Make

#: A letter of nobody's alphabet: no font has it.
UNPRINTABLE = "\ue000"


def kept_files() -> list[str]:
    """The keys of all files in the store."""
    return [entry["path"] for batch in obstore.list(files.store()) for entry in batch]


def at_once(*deeds: Callable[[], object]) -> None:
    """Do all the deeds in the same instant, each in a thread; fail if one of them fails."""
    gate, errors = Barrier(len(deeds)), []

    def run(deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            deed()
        except Exception as error:  # noqa: BLE001 -- shown below
            errors.append(error)

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def break_the_store() -> Path:
    """Put a file where the folder of files should be; removing it repairs the store."""
    obstacle = settings().data_dir / "files"
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    obstacle.write_text("not a folder")
    return obstacle


def test_it_is_drawn_kept_and_announced(session: Session, make: Make) -> None:
    enrolment = make.completed(name="Ñandú Açaí", language="en")
    certificate = make.certificate(enrolment)
    version = enrolment.version

    draw_certificate(certificate.id)

    session.refresh(certificate)
    assert (certificate.status, certificate.trouble) == (CertificateStatus.ISSUED, "")
    stored = session.exec(select(StoredFile)).one()
    assert certificate.file_id == stored.id
    assert (stored.name, stored.content_type) == (
        f"certificate-{certificate.code}.pdf",
        "application/pdf",
    )
    pdf = b"".join(files.stream(stored.key, 0, stored.size))
    text = pypdfium2.PdfDocument(BytesIO(pdf))[0].get_textpage().get_text_range()
    assert "Ñandú Açaí" in text
    assert certificate.code in text
    assert "testserver/verify" in text
    session.refresh(enrolment)
    assert enrolment.version == version + 1
    message = session.exec(select(Message)).one()
    assert (message.kind, message.subject) == ("certificate ready", "Your certificate is ready")
    assert f"http://testserver/certificates/{certificate.code}.pdf" in message.body
    assert f"http://testserver/verify/{certificate.code}" in message.body


def test_the_message_is_in_the_language_of_the_person(session: Session, make: Make) -> None:
    enrolment = make.completed(language="pt")

    draw_certificate(make.certificate(enrolment).id)

    assert session.exec(select(col(Message.language))).all() == ["pt"]


def test_the_sweep_draws_what_nobody_told_of(session: Session, make: Make) -> None:
    certificate = make.certificate()

    sweep()

    session.refresh(certificate)
    assert certificate.status is CertificateStatus.ISSUED


def test_drawing_twice_has_one_effect(session: Session, make: Make) -> None:
    certificate = make.certificate()

    draw_certificate(certificate.id)
    draw_certificate(certificate.id)

    assert len(kept_files()) == 1
    assert len(session.exec(select(StoredFile)).all()) == 1
    assert len(session.exec(select(Message)).all()) == 1


def test_two_workers_at_once_have_one_effect(session: Session, make: Make) -> None:
    """The slower one throws its own file away, and leaves that of the other."""
    certificate = make.certificate()

    at_once(*[lambda: draw_certificate(certificate.id)] * 3)

    session.refresh(certificate)
    assert certificate.status is CertificateStatus.ISSUED
    stored = session.exec(select(StoredFile)).one()
    assert certificate.file_id == stored.id
    assert kept_files() == [stored.key]
    assert len(session.exec(select(Message)).all()) == 1


def test_two_who_ask_at_once_get_one_certificate(session: Session, make: Make) -> None:
    enrolment_id = make.completed().id

    def ask() -> None:
        with changing() as own:
            enrolment = own.get_one(Enrolment, enrolment_id)
            request_certificate(own, enrolment, now=NOW)

    at_once(*[ask] * 4)

    assert len(session.exec(select(Certificate)).all()) == 1


def test_what_was_withdrawn_meanwhile_is_not_given_out(session: Session, make: Make) -> None:
    certificate = make.certificate()
    revoke(session, certificate.id, "A mistake", by=make.coordinator().id, now=NOW)

    draw_certificate(certificate.id)

    session.refresh(certificate)
    assert (certificate.status, certificate.file_id) == (CertificateStatus.REVOKED, None)
    assert kept_files() == []


def test_withdrawing_while_it_is_drawn_leaves_it_withdrawn(session: Session, make: Make) -> None:
    certificate, coordinator = make.certificate(), make.coordinator()

    def withdraw() -> None:
        with changing() as own:
            revoke(own, certificate.id, "A mistake", by=coordinator.id, now=NOW)

    at_once(lambda: draw_certificate(certificate.id), withdraw)

    session.refresh(certificate)
    assert certificate.status is CertificateStatus.REVOKED
    assert kept_files() == list(session.exec(select(col(StoredFile.key))))


def test_a_name_that_no_font_can_print_waits_for_a_person(session: Session, make: Make) -> None:
    enrolment = make.completed(name=f"Ana {UNPRINTABLE}")
    certificate = make.certificate(enrolment)
    version = enrolment.version

    draw_certificate(certificate.id)

    session.refresh(certificate)
    assert certificate.status is CertificateStatus.FAILED
    assert "U+E000" in certificate.trouble
    session.refresh(enrolment)
    assert enrolment.version == version + 1
    assert (kept_files(), session.exec(select(Message)).all()) == ([], [])


def test_other_trouble_is_tried_again_until_it_is_enough(session: Session, make: Make) -> None:
    certificate = make.certificate()
    break_the_store()

    states = []
    for _ in range(MOST_TRIES + 1):
        draw_certificate(certificate.id)
        session.refresh(certificate)
        states.append((certificate.tries, certificate.status))

    assert states == [
        *((tries, CertificateStatus.REQUESTED) for tries in range(1, MOST_TRIES)),
        *[(MOST_TRIES, CertificateStatus.FAILED)] * 2,
    ]
    assert certificate.trouble


def test_after_the_trouble_it_is_drawn(session: Session, make: Make) -> None:
    certificate = make.certificate()
    obstacle = break_the_store()
    for _ in range(MOST_TRIES):
        draw_certificate(certificate.id)

    obstacle.unlink()
    draw_certificate(certificate.id)
    session.refresh(certificate)
    assert certificate.status is CertificateStatus.FAILED

    draw_again(session, certificate.id, by=make.coordinator().id)
    draw_certificate(certificate.id)

    session.refresh(certificate)
    assert (certificate.status, certificate.trouble) == (CertificateStatus.ISSUED, "")


def test_all_who_completed_an_edition_get_theirs_at_once(session: Session, make: Make) -> None:
    course = make.course(slug="leadership")
    edition = make.edition(course, slug="2026")
    has_one = make.completed(edition)
    make.certificate(has_one)
    without = {make.completed(edition).id for _ in range(3)}
    make.participant(edition)
    make.completed(make.edition(course, slug="2025"))
    heard: list[tuple[int, int]] = []

    first = issue_certificates("leadership", "2026", progress=lambda *n: heard.append(n))
    second = issue_certificates("leadership", "2026")

    assert first == Issued(completed=4, had_one=1, asked_for=3)
    assert second == Issued(completed=4, had_one=4, asked_for=0)
    assert heard == [(3, 3)]
    assert set(session.exec(select(Certificate.enrolment_id))) == {has_one.id, *without}


def test_only_an_edition_that_gives_certificates_can_be_asked(make: Make) -> None:
    course = make.course(slug="leadership")
    make.edition(course, slug="without", gives_certificate=False)

    with pytest.raises(NotFound):
        issue_certificates("leadership", "no-such-edition")
    with pytest.raises(RuleBroken, match="gives no certificates"):
        issue_certificates("leadership", "without")


def test_asking_for_all_in_two_places_at_once_gives_each_one(session: Session, make: Make) -> None:
    edition = make.edition(make.course(slug="leadership"), slug="2026")
    people = {make.completed(edition).id for _ in range(10)}

    at_once(*[lambda: issue_certificates("leadership", "2026")] * 2)

    asked_for = session.exec(select(Certificate.enrolment_id)).all()
    assert len(asked_for) == len(people)
    assert set(asked_for) == people
    assert set(session.exec(select(Certificate.status))) == {CertificateStatus.REQUESTED}
    assert set(session.exec(select(Enrolment.status))) == {EnrolmentStatus.COMPLETED}
