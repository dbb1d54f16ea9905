"""Everything of one kind, row by row, for those who take data elsewhere."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from app.models import Account, Course, Edition, Enrolment, Institution

AT_ONCE = 5000

type Value = str | int | datetime | None
type Columns = Select[*tuple[Any, ...]]


class Extract(StrEnum):
    PEOPLE = "people"
    ENROLMENTS = "enrolments"


#: The header of each, for scripts: these names never change.
HEADERS = {
    Extract.PEOPLE: (
        *("account", "email", "name", "gender", "country", "institution", "language"),
        *("timezone", "platform_role", "created_at"),
    ),
    Extract.ENROLMENTS: (
        *("enrolment", "account", "course", "edition", "reporting_year", "status"),
        *("gender", "country", "institution", "language", "admitted_at", "completed_at"),
    ),
}


def extract(session: Session, what: Extract) -> Iterator[list[Value]]:
    """The rows below the header, in pieces, so that any number of them fits into memory.

    Gender, country and institution of an enrolment are as they were on admission.
    """
    query, key = (
        (_people(), Account.id) if what is Extract.PEOPLE else (_enrolments(), Enrolment.id)
    )
    piece = query.order_by(col(key)).limit(AT_ONCE)
    rows = session.execute(piece).all()
    while rows:
        for row in rows:
            yield [_plain(value) for value in row]
        rows = session.execute(piece.where(col(key) > rows[-1][0])).all()


def how_many(session: Session, what: Extract) -> int:
    model = Account if what is Extract.PEOPLE else Enrolment
    return int(session.execute(select(func.count()).select_from(model)).scalar_one())


def _people() -> Columns:
    return select(
        col(Account.id),
        col(Account.email),
        col(Account.name),
        col(Account.gender),
        col(Account.country),
        col(Institution.acronym),
        col(Account.language),
        col(Account.timezone),
        col(Account.platform_role),
        col(Account.created_at),
    ).join(Institution, col(Institution.id) == col(Account.institution_id), isouter=True)


def _enrolments() -> Columns:
    return (
        select(
            col(Enrolment.id),
            col(Enrolment.account_id),
            col(Course.slug),
            col(Edition.slug),
            col(Enrolment.reporting_year),
            col(Enrolment.status),
            col(Enrolment.gender),
            col(Enrolment.country),
            col(Institution.acronym),
            col(Enrolment.language),
            col(Enrolment.admitted_at),
            col(Enrolment.completed_at),
        )
        .join(Edition, col(Edition.id) == col(Enrolment.edition_id))
        .join(Course, col(Course.id) == col(Enrolment.course_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
    )


def _plain(value: Any) -> Value:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, StrEnum):
        return value.value
    plain: Value = value
    return plain
