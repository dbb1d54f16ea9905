"""Certificates: asked for when an edition is completed, drawn by the worker, never changed."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.files import Kept
from app.core.formats import is_zone
from app.core.i18n import DEFAULT, LANGUAGES, choose, chosen_language, country_name, speaking
from app.core.i18n import gettext as _
from app.core.ids import certificate_code
from app.core.settings import settings
from app.core.work import Work, later
from app.models import (
    Account,
    Certificate,
    CertificateStatus,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Institution,
    StoredFile,
)
from app.queries.certificates import printed
from app.queries.work import MOST_TRIES
from app.services.audit import record
from app.services.enrolments import show_anew
from app.services.notifications import certificate_ready, certificate_withdrawn
from certificates import Facts, Kind, Signatory
from certificates.facts import tidied


def request_certificate(session: Session, enrolment: Enrolment, *, now: datetime) -> Certificate:
    """Take down what will be printed, as it is now, and have it drawn. Asking again is harmless."""
    session.flush()
    session.refresh(enrolment, with_for_update=True)  # asked twice at once, there is still one
    if (existing := _certificate_for(session, enrolment.id)) is not None:
        return existing
    edition = session.get_one(Edition, enrolment.edition_id)
    if enrolment.status is not EnrolmentStatus.COMPLETED:
        raise RuleBroken(_("A certificate is given to those who completed the edition."))
    if not edition.gives_certificate:
        raise RuleBroken(_("This edition gives no certificates."))

    code = certificate_code()
    certificate = Certificate(
        enrolment_id=enrolment.id,
        code=code,
        facts=_what_is_printed(session, enrolment, edition, code, now=now),
        issued_at=now,
    )
    session.add(certificate)
    session.flush()
    later(session, Work.DRAW_CERTIFICATE, certificate.id)
    return certificate


def request_missing(session: Session, enrolments: Iterable[UUID], *, now: datetime) -> int:
    """Ask for the certificates of those who completed an edition; say how many are new."""
    asked = 0
    for enrolment_id in enrolments:
        enrolment = session.get_one(Enrolment, enrolment_id, with_for_update=True)
        if enrolment.status is not EnrolmentStatus.COMPLETED:
            continue
        if _certificate_for(session, enrolment_id) is None:
            request_certificate(session, enrolment, now=now)
            asked += 1
    return asked


def _certificate_for(session: Session, enrolment_id: UUID) -> Certificate | None:
    return session.exec(
        select(Certificate).where(Certificate.enrolment_id == enrolment_id)
    ).one_or_none()


def _what_is_printed(
    session: Session, enrolment: Enrolment, edition: Edition, code: str, *, now: datetime
) -> dict[str, Any]:
    """All that the certificate says, decided once: what changes later changes nothing here."""
    account = session.get_one(Account, enrolment.account_id)
    course = session.get_one(Course, edition.course_id)
    acronym = ""
    if enrolment.institution_id:
        acronym = session.get_one(Institution, enrolment.institution_id).acronym
    language = enrolment.language if enrolment.language in LANGUAGES else DEFAULT
    title_in = (language, *edition.languages, *course.languages)
    base = settings().base_url.rstrip("/")
    facts = Facts(
        code=code,
        kind=Kind.COMPLETION,
        recipient=account.name,
        institution=acronym,
        country=country_name(enrolment.country, language),
        course=choose(course.title, *title_in),
        hours=course.hours,
        mode=course.mode.value,
        finished_on=_day(enrolment.completed_at or now, account.timezone),
        issued_on=_day(now, account.timezone),
        language=language,
        verify_url=f"{base}/verify/{code}",
        verify_at=urlsplit(f"{base}/verify").netloc + urlsplit(f"{base}/verify").path,
        seed=course.slug,
        signatories=_signatories(language),
    )
    return _as_kept(facts) | {
        "country_code": enrolment.country,
        "course_language": chosen_language(course.title, *title_in) or language,
    }


def _day(moment: datetime, zone: str) -> date:
    """The day it was then where the person lives."""
    return moment.astimezone(ZoneInfo(zone if is_zone(zone) else "UTC")).date()


def _signatories(language: str) -> tuple[Signatory, ...]:
    with speaking(language):
        return (
            Signatory(_("For the network"), _("Director of learning")),
            Signatory(_("For the course"), _("Course coordinator")),
        )


def _as_kept(facts: Facts) -> dict[str, Any]:
    """The facts as JSON; `app.queries.certificates.printed` reads them back."""
    facts = tidied(facts)
    return asdict(facts) | {
        "kind": facts.kind.value,
        "finished_on": facts.finished_on.isoformat(),
        "issued_on": facts.issued_on.isoformat(),
        "signatories": [[who.name, who.role] for who in facts.signatories],
    }


def certificate_to_draw(session: Session, certificate_id: UUID) -> tuple[Facts, str] | None:
    """What to draw and in which design; None if it was drawn or withdrawn meanwhile."""
    certificate = session.get(Certificate, certificate_id)
    if certificate is None or certificate.status is not CertificateStatus.REQUESTED:
        return None
    return printed(certificate.facts), certificate.design


def record_drawn(session: Session, certificate_id: UUID, kept: Kept) -> bool:
    """Give out the certificate with the file that was drawn, and tell the person.

    False if it no longer waits: another worker was faster, or it was withdrawn.
    """
    certificate = _waiting(session, certificate_id)
    if certificate is None:
        return False
    file = StoredFile(
        key=kept.key,
        name=f"certificate-{certificate.code}.pdf",
        content_type="application/pdf",
        size=kept.size,
        sha256=kept.sha256,
    )
    session.add(file)
    session.flush()
    certificate.file_id = file.id
    certificate.status = CertificateStatus.ISSUED
    certificate.trouble = ""
    session.add(certificate)
    show_anew(session, certificate.enrolment_id)
    certificate_ready(session, _person(session, certificate), printed(certificate.facts))
    return True


def record_undrawn(session: Session, certificate_id: UUID, trouble: str, *, hopeless: bool) -> None:
    """Keep what went wrong. After too many tries, or if none can help, a person must look."""
    certificate = _waiting(session, certificate_id)
    if certificate is None:
        return
    certificate.tries += 1
    certificate.trouble = trouble[:500]
    if hopeless or certificate.tries >= MOST_TRIES:
        certificate.status = CertificateStatus.FAILED
        show_anew(session, certificate.enrolment_id)
    session.add(certificate)


def draw_again(session: Session, certificate_id: UUID, *, by: UUID) -> None:
    """Have a certificate drawn that could not be drawn before; what it says stays as it is."""
    certificate = session.get_one(Certificate, certificate_id, with_for_update=True)
    if certificate.status is not CertificateStatus.FAILED:
        raise Conflict(_("This certificate does not wait for another try."))

    certificate.status = CertificateStatus.REQUESTED
    certificate.tries = 0
    certificate.tried_at = None
    certificate.trouble = ""
    session.add(certificate)
    show_anew(session, certificate.enrolment_id)
    record(
        session,
        by,
        "draw certificate again",
        "certificate",
        certificate.id,
        before={"status": CertificateStatus.FAILED.value},
        after={"status": CertificateStatus.REQUESTED.value},
    )
    later(session, Work.DRAW_CERTIFICATE, certificate.id)


def revoke(session: Session, certificate_id: UUID, reason: str, *, by: UUID, now: datetime) -> None:
    """Withdraw a certificate. Its row and file stay, and its code says that it was withdrawn."""
    certificate = session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None:
        raise NotFound(_("There is no such certificate."))
    if certificate.status is CertificateStatus.REVOKED:
        raise Conflict(_("This certificate was withdrawn before."))

    before = certificate.status
    certificate.status = CertificateStatus.REVOKED
    certificate.revoked_at = now
    certificate.revoked_reason = reason
    session.add(certificate)
    show_anew(session, certificate.enrolment_id)
    certificate_withdrawn(
        session, _person(session, certificate), printed(certificate.facts), reason
    )
    record(
        session,
        by,
        "revoke certificate",
        "certificate",
        certificate.id,
        before={"status": before.value},
        after={"status": CertificateStatus.REVOKED.value},
    )


def _waiting(session: Session, certificate_id: UUID) -> Certificate | None:
    """The certificate, held for this transaction alone, if it is still to be drawn."""
    certificate = session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None or certificate.status is not CertificateStatus.REQUESTED:
        return None
    return certificate


def _person(session: Session, certificate: Certificate) -> Account:
    enrolment = session.get_one(Enrolment, certificate.enrolment_id)
    return session.get_one(Account, enrolment.account_id)
