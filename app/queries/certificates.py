"""Reading certificates: one by its code, a person's own, and what staff look through."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.folding import Folded
from app.core.ids import CODE_LETTERS
from app.core.text import folded
from app.models import (
    Certificate,
    CertificateStatus,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
    StoredFile,
)
from certificates import Facts, Kind, Signatory

PAGE = 50
GROUP, GROUPS = 4, 3

#: Letters that our codes never use, and the digits that they are taken for.
_MISREAD = str.maketrans("OI", "01")


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """The PDF: what `send_file` needs to know of it."""

    key: str
    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CertificateSeen:
    """One certificate with all that was printed, whose it is, and whether it holds."""

    id: UUID
    code: str
    status: CertificateStatus
    facts: Facts
    course_language: str
    file: CertificateFile | None
    design: str
    created_at: datetime
    issued_at: datetime
    trouble: str
    revoked_at: datetime | None
    revoked_reason: str
    account_id: UUID
    edition_id: UUID
    institution_id: UUID | None

    @property
    def is_revoked(self) -> bool:
        return self.status is CertificateStatus.REVOKED


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """A certificate as the person it was given to finds it on their own pages."""

    code: str
    status: CertificateStatus
    edition_id: UUID
    course: str
    course_language: str
    hours: int
    issued_at: datetime
    issued_on: date
    size: int | None


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A line of the list that staff look through."""

    code: str
    status: CertificateStatus
    recipient: str
    course: str
    course_language: str
    institution: str
    country_code: str
    issued_on: date
    trouble: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What staff look for, and whose certificates they may see."""

    only_institution: UUID | None = None
    edition: UUID | None = None
    status: CertificateStatus | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class EditionNamed:
    id: UUID
    title: Texts
    slug: str
    starts_on: date | None


_SEEN: tuple[Any, ...] = (
    col(Certificate.id),
    col(Certificate.status),
    col(Certificate.facts),
    col(Certificate.design),
    col(Certificate.created_at),
    col(Certificate.issued_at),
    col(Certificate.trouble),
    col(Certificate.revoked_at),
    col(Certificate.revoked_reason),
    col(Enrolment.account_id),
    col(Enrolment.edition_id),
    col(Enrolment.institution_id),
    col(StoredFile.key),
    col(StoredFile.name),
    col(StoredFile.content_type),
    col(StoredFile.size),
    col(StoredFile.sha256),
)


def printed(kept: Mapping[str, Any]) -> Facts:
    """The facts of a certificate, from the form in which its row keeps them."""
    return Facts(
        code=kept["code"],
        kind=Kind(kept["kind"]),
        recipient=kept["recipient"],
        institution=kept["institution"],
        country=kept["country"],
        course=kept["course"],
        hours=kept["hours"],
        mode=kept["mode"],
        finished_on=date.fromisoformat(kept["finished_on"]),
        issued_on=date.fromisoformat(kept["issued_on"]),
        language=kept["language"],
        verify_url=kept["verify_url"],
        verify_at=kept["verify_at"],
        seed=kept["seed"],
        signatories=tuple(Signatory(*signatory) for signatory in kept["signatories"]),
    )


def code_as_printed(typed: str) -> str | None:
    """The code that somebody meant: in capitals, with its dashes, misread letters put right."""
    letters = unicodedata.normalize("NFKC", typed).upper().translate(_MISREAD)
    code = "".join(letter for letter in letters if letter.isalnum())
    if len(code) != GROUP * GROUPS or not set(code) <= set(CODE_LETTERS):
        return None
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def certificate(session: Session, typed: str) -> CertificateSeen | None:
    """The certificate with the code that was typed, however it was typed."""
    code = code_as_printed(typed)
    if code is None:
        return None
    row = session.execute(
        select(*_SEEN)
        .join(Enrolment, col(Enrolment.id) == col(Certificate.enrolment_id))
        .join(StoredFile, col(StoredFile.id) == col(Certificate.file_id), isouter=True)
        .where(col(Certificate.code) == code)
    ).one_or_none()
    if row is None:
        return None
    id_, status, facts, *rest, key, name, content_type, size, sha256 = row
    return CertificateSeen(
        id_,
        code,
        status,
        printed(facts),
        facts["course_language"],
        CertificateFile(key, name, content_type, size, sha256) if key else None,
        *rest,
    )


def certificates_of(session: Session, account_id: UUID) -> list[OwnCertificate]:
    """A person's certificates, the newest first; those withdrawn too, so that they can tell."""
    rows = session.execute(
        select(
            col(Certificate.status),
            col(Certificate.facts),
            col(Enrolment.edition_id),
            col(Certificate.issued_at),
            col(StoredFile.size),
        )
        .join(Enrolment, col(Enrolment.id) == col(Certificate.enrolment_id))
        .join(StoredFile, col(StoredFile.id) == col(Certificate.file_id), isouter=True)
        .where(col(Enrolment.account_id) == account_id)
        .order_by(col(Certificate.issued_at).desc(), col(Certificate.id).desc())
    ).all()
    return [
        OwnCertificate(
            code=facts["code"],
            status=status,
            edition_id=edition_id,
            course=facts["course"],
            course_language=facts["course_language"],
            hours=facts["hours"],
            issued_at=issued_at,
            issued_on=date.fromisoformat(facts["issued_on"]),
            size=size,
        )
        for status, facts, edition_id, issued_at, size in rows
    ]


def how_many(session: Session, wanted: Wanted) -> int:
    number: int = session.execute(
        select(func.count()).select_from(Certificate).where(*_conditions(wanted))
    ).scalar_one()
    return number


def listing(session: Session, wanted: Wanted, *, page: int) -> list[CertificateRow]:
    """One page of the certificates that are looked for, the newest first."""
    rows = session.execute(
        select(
            col(Certificate.code),
            col(Certificate.status),
            col(Certificate.facts),
            col(Certificate.trouble),
        )
        .where(*_conditions(wanted))
        .order_by(col(Certificate.issued_at).desc(), col(Certificate.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return [
        CertificateRow(
            code=code,
            status=status,
            recipient=facts["recipient"],
            course=facts["course"],
            course_language=facts["course_language"],
            institution=facts["institution"],
            country_code=facts["country_code"],
            issued_on=date.fromisoformat(facts["issued_on"]),
            trouble=trouble,
        )
        for code, status, facts, trouble in rows
    ]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Enrolments are looked at only when asked for: the whole list is read without them."""
    enrolments = []
    if wanted.only_institution:
        enrolments.append(col(Enrolment.institution_id) == wanted.only_institution)
    if wanted.edition:
        enrolments.append(col(Enrolment.edition_id) == wanted.edition)
    found: list[ColumnElement[bool]] = []
    if enrolments:
        found.append(
            col(Certificate.enrolment_id).in_(select(col(Enrolment.id)).where(*enrolments))
        )
    if wanted.status:
        found.append(col(Certificate.status) == wanted.status)
    if wanted.name:
        found.append(_is_about(wanted.name))
    return found


def _is_about(words: str) -> ColumnElement[bool]:
    """Each of ``words`` is somewhere in the printed name, or together they are the code."""
    recipient = Folded(col(Certificate.facts)["recipient"].as_string())
    in_the_name = (recipient.contains(word, autoescape=True) for word in folded(words).split())
    return or_(and_(true(), *in_the_name), col(Certificate.code) == (code_as_printed(words) or ""))


def editions_with_certificates(
    session: Session, *, only_institution: UUID | None
) -> list[EditionNamed]:
    """The editions in which somebody got a certificate, the newest first."""
    given = (
        exists()
        .where(
            col(Enrolment.edition_id) == col(Edition.id),
            col(Certificate.enrolment_id) == col(Enrolment.id),
        )
        .correlate(Edition)
    )
    if only_institution:
        given = given.where(col(Enrolment.institution_id) == only_institution)
    rows = session.execute(
        select(col(Edition.id), col(Course.title), col(Edition.slug), col(Edition.starts_on))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(given)
        .order_by(col(Edition.starts_on).desc(), col(Edition.id).desc())
    ).all()
    return [EditionNamed(*row) for row in rows]


def completed(session: Session, edition_id: UUID) -> list[tuple[UUID, bool]]:
    """Everyone who completed the edition, by enrolment, and whether they have a certificate."""
    rows = session.execute(
        select(col(Enrolment.id), col(Certificate.id))
        .join(Certificate, col(Certificate.enrolment_id) == col(Enrolment.id), isouter=True)
        .where(
            col(Enrolment.edition_id) == edition_id,
            col(Enrolment.status) == EnrolmentStatus.COMPLETED,
        )
        .order_by(col(Enrolment.id))
    ).all()
    return [(enrolment_id, has_one is not None) for enrolment_id, has_one in rows]


def edition_by_name(session: Session, course: str, edition: str) -> Edition | None:
    """The edition at `/courses/{course}/{edition}`."""
    return session.execute(
        select(Edition)
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(col(Course.slug) == course, col(Edition.slug) == edition)
    ).scalar_one_or_none()
