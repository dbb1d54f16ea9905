"""The annual report: every edition of a reporting year, with its people, meetings and capstones."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from app.models import (
    Capstone,
    CapstoneKind,
    CapstoneStatus,
    Course,
    Edition,
    LiveSession,
    Mode,
    SessionStatus,
)
from app.queries.figures import Dimension, EditionNamed, Figures, Group
from app.queries.statistics import Filters, figures


@dataclass(frozen=True, slots=True)
class EditionReported:
    """An edition as the report lists it, whether or not anybody took part."""

    edition: EditionNamed
    sessions: int
    minutes: int


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """What happened in a reporting year; its figures by edition, by country, by institution."""

    year: int
    editions: tuple[EditionReported, ...]
    figures: Figures
    capstones: dict[tuple[CapstoneKind | None, CapstoneStatus], int]

    @property
    def sessions(self) -> int:
        return sum(reported.sessions for reported in self.editions)

    @property
    def minutes(self) -> int:
        return sum(reported.minutes for reported in self.editions)

    @property
    def participants(self) -> dict[UUID, Group]:
        """By edition; those in which nobody took part are missing."""
        by_edition = self.figures.tables[0].groups
        return {g.keys[0].id: g for g in by_edition if isinstance(g.keys[0], EditionNamed)}


def annual_report(session: Session, year: int, *, mode: Mode | None, now: datetime) -> AnnualReport:
    """The report of ``year``: with ``mode``, of the editions of such courses only."""
    return AnnualReport(
        year,
        _editions(session, year, mode, now),
        figures(
            session,
            Filters(year=year, mode=mode),
            (Dimension.EDITION,),
            (Dimension.COUNTRY,),
            (Dimension.INSTITUTION,),
            only_institution=None,
        ),
        _capstones(session, year, mode),
    )


def has_editions(session: Session, year: int) -> bool:
    query = select(col(Edition.id)).where(col(Edition.reporting_year) == year).limit(1)
    return session.execute(query).first() is not None


def _reported(year: int, mode: Mode | None) -> list[ColumnElement[bool]]:
    wanted = [col(Edition.reporting_year) == year]
    return [*wanted, col(Course.mode) == mode] if mode else wanted


def _editions(
    session: Session, year: int, mode: Mode | None, now: datetime
) -> tuple[EditionReported, ...]:
    """In the order in which they began. Meetings cancelled or to come do not count."""

    def of_its_meetings(measure: Any) -> Any:
        return (
            select(measure)
            .where(
                col(LiveSession.edition_id) == col(Edition.id),
                col(LiveSession.status) != SessionStatus.CANCELLED,
                col(LiveSession.starts_at) <= now,
            )
            .scalar_subquery()
        )

    query = (
        select(
            col(Edition.id),
            col(Course.title),
            col(Edition.starts_on),
            col(Edition.ends_on),
            of_its_meetings(func.count()),
            of_its_meetings(func.coalesce(func.sum(LiveSession.minutes), 0)),
        )
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(*_reported(year, mode))
        .order_by(func.coalesce(col(Edition.starts_on), date.max), col(Edition.id))
    )
    return tuple(
        EditionReported(EditionNamed(*named), sessions, minutes)
        for *named, sessions, minutes in session.execute(query)
    )


def _capstones(
    session: Session, year: int, mode: Mode | None
) -> dict[tuple[CapstoneKind | None, CapstoneStatus], int]:
    query = (
        select(col(Edition.capstone), col(Capstone.status), func.count())
        .select_from(Capstone)
        .join(Edition, col(Edition.id) == col(Capstone.edition_id))
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(*_reported(year, mode))
        .group_by(col(Edition.capstone), col(Capstone.status))
    )
    return {(kind, status): number for kind, status, number in session.execute(query)}
