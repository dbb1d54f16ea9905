"""Reading what the filters of statistics offer."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import (
    select,
)
from sqlmodel import Session, col

from app.models import (
    Course,
    Edition,
    EnrolmentCount,
    EnrolmentStatus,
    Institution,
)
from app.queries.figures import (
    InstitutionNamed,
)
from app.queries.statistics import SUCCESSOR, Filters, is_counted


@dataclass(frozen=True, slots=True)
class EditionChoice:
    """An edition that can be asked for, with its course."""

    id: UUID
    course_id: UUID
    title: dict[str, str]
    year: int
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: nothing in which nobody of the viewer's people is counted."""

    editions: list[EditionChoice]
    countries: list[str]
    institutions: list[InstitutionNamed]


def choices(session: Session, asked: Filters, *, only_institution: UUID | None) -> Choices:
    """What belongs to the year that is asked for, and whatever else is asked for by its id."""
    return Choices(
        _editions(session, asked, only_institution),
        _countries(session, asked, only_institution),
        _institutions(session, asked, only_institution),
    )


def _editions(
    session: Session, asked: Filters, only_institution: UUID | None
) -> list[EditionChoice]:
    query = (
        select(
            col(Edition.id),
            col(Edition.course_id),
            col(Course.title),
            col(Edition.reporting_year),
            col(Edition.starts_on),
            col(Edition.ends_on),
        )
        .join(Course, col(Course.id) == col(Edition.course_id))
        .order_by(col(Edition.starts_on).desc(), col(Edition.id))
    )
    if asked.year is not None:
        query = query.where(
            (col(Edition.reporting_year) == asked.year)
            | (col(Edition.id) == asked.edition_id)
            | (col(Course.id) == asked.course_id)
        )
    if only_institution:
        query = query.where(is_counted(tuple(EnrolmentStatus), only_institution))
    return [EditionChoice(*row) for row in session.execute(query)]


def _countries(session: Session, asked: Filters, only_institution: UUID | None) -> list[str]:
    of = EnrolmentCount
    query = select(col(of.country)).where(col(of.n) > 0).distinct()
    if asked.year is not None:
        query = query.where(col(of.reporting_year) == asked.year)
    if only_institution:
        query = query.where(col(of.institution_key) == only_institution)
    return list(session.scalars(query))


def _institutions(
    session: Session, asked: Filters, only_institution: UUID | None
) -> list[InstitutionNamed]:
    of, its = EnrolmentCount, Institution
    counted = select(col(of.institution_key)).where(col(of.n) > 0)
    if asked.year is not None:
        counted = counted.where(col(of.reporting_year) == asked.year)
    wanted = col(its.id).in_(counted) | (col(its.id) == asked.institution_id)
    query = (
        select(col(its.id), col(its.acronym), col(its.name), col(its.country), SUCCESSOR)
        .where(col(its.id) == only_institution if only_institution else wanted)
        .order_by(col(its.acronym), col(its.country))
    )
    return [InstitutionNamed(*row) for row in session.execute(query)]
