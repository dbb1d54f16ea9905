"""The counts that statistics stand on: kept with each change, or made anew should they differ."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col

from app.models import (
    NO_INSTITUTION,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Gender,
    WaitingPlace,
)
from app.queries.installation import COUNTED, counted_anew


class Alike(NamedTuple):
    """What enrolments that are counted together have in common."""

    edition_id: UUID
    status: EnrolmentStatus
    country: str
    gender: Gender
    institution_key: UUID


def alike(enrolment: Enrolment) -> Alike:
    return Alike(
        enrolment.edition_id,
        enrolment.status,
        enrolment.country,
        enrolment.gender,
        enrolment.institution_id or NO_INSTITUTION,
    )


def count(session: Session, enrolment: Enrolment, by: int) -> None:
    """Add ``by`` to the number of enrolments that are like this one, in the same transaction."""
    add_to_count(session, enrolment, alike(enrolment), by)


def count_all(session: Session, enrolments: Iterable[Enrolment]) -> None:
    """Count many that were just added, each group of those who are alike in one statement."""
    found = list(enrolments)
    examples = {alike(enrolment): enrolment for enrolment in found}
    for group, n in sorted(Counter(map(alike, found)).items()):
        add_to_count(session, examples[group], group, n)


def add_to_count(session: Session, enrolment: Enrolment, group: Alike, by: int) -> None:
    upsert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    statement = upsert(EnrolmentCount).values(
        **group._asdict(),
        course_id=enrolment.course_id,
        reporting_year=enrolment.reporting_year,
        n=by,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(Alike._fields), set_={"n": col(EnrolmentCount.n) + by}
        )
    )


def rebuild(session: Session) -> None:
    """Count everything again, in one transaction: statistics are never without counts."""
    session.execute(delete(EnrolmentCount))
    session.execute(insert(EnrolmentCount).from_select(list(COUNTED), counted_anew()))
    _line_up(session)


def _line_up(session: Session) -> None:
    """Close the gaps of every line; who waits and stands in none comes last, as they came."""
    of, place = Enrolment, WaitingPlace
    order = (col(place.position).nulls_last(), col(of.created_at), col(of.id))
    rows = session.execute(
        select(
            col(of.id).label("enrolment_id"),
            col(of.edition_id),
            func.row_number()
            .over(partition_by=col(of.edition_id), order_by=order)
            .label("position"),
        )
        .join(place, col(place.enrolment_id) == col(of.id), isouter=True)
        .where(col(of.status) == EnrolmentStatus.WAITLISTED)
    ).all()
    session.execute(delete(WaitingPlace))
    if rows:
        session.execute(insert(WaitingPlace), [row._asdict() for row in rows])
