"""Reading the programme for programs: the editions that somebody may see, and their people."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.db import Texts
from app.models import Account, Course, Edition, Enrolment, EnrolmentStatus, Institution, Mode
from app.queries.visits import Viewer, visible_editions


@dataclass(frozen=True, slots=True)
class EditionListed:
    id: UUID
    slug: str
    course_slug: str
    title: Texts
    mode: Mode
    hours: int
    languages: list[str]
    starts_on: date | None
    ends_on: date | None
    reporting_year: int


@dataclass(frozen=True, slots=True)
class PersonListed:
    """Somebody in an edition; country and institution as on admission."""

    enrolment_id: UUID
    name: str
    email: str
    status: EnrolmentStatus
    country: str
    institution: str | None
    admitted_at: datetime | None
    completed_at: datetime | None


def editions_for(
    session: Session, viewer: Viewer, *, after: UUID | None, limit: int
) -> list[EditionListed]:
    """Editions in the order of their ids, from the first one ``after`` on."""
    query = (
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            Edition.id,
            Edition.slug,
            Course.slug,
            Course.title,
            Course.mode,
            Course.hours,
            Edition.languages,
            Edition.starts_on,
            Edition.ends_on,
            Edition.reporting_year,
        )
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(visible_editions(viewer))
        .order_by(col(Edition.id))
        .limit(limit)
    )
    if after:
        query = query.where(col(Edition.id) > after)
    return [EditionListed(*row) for row in session.exec(query).all()]


def people_in(
    session: Session,
    edition_id: UUID,
    *,
    only_institution: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[PersonListed]:
    """Everyone in the edition, in the order in which they came; perhaps of one institution only."""
    query = (
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            Enrolment.id,
            Account.name,
            Account.email,
            Enrolment.status,
            Enrolment.country,
            Institution.acronym,
            Enrolment.admitted_at,
            Enrolment.completed_at,
        )
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
        .where(Enrolment.edition_id == edition_id)
        .order_by(col(Enrolment.id))
        .limit(limit)
    )
    if only_institution:
        query = query.where(Enrolment.institution_id == only_institution)
    if after:
        query = query.where(col(Enrolment.id) > after)
    return [PersonListed(*row) for row in session.exec(query).all()]
