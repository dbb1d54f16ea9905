"""Who left an edition, and why: figures by gender, country and reason."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.models import Enrolment, EnrolmentStatus, LeavingReason
from app.queries.figures import PART_OF, Part


@dataclass(frozen=True, slots=True)
class DropOut:
    """How many left for one reason; None: not stated."""

    part: Part
    country: str
    reason: LeavingReason | None
    n: int


def drop_outs(session: Session, edition_id: UUID) -> list[DropOut]:
    """Those who had a place and left it. Who took an application back has dropped nothing."""
    of = Enrolment
    query = (
        select(col(of.gender), col(of.country), col(of.left_because), func.count())
        .where(
            col(of.edition_id) == edition_id,
            col(of.status) == EnrolmentStatus.WITHDRAWN,
            col(of.admitted_at).is_not(None),
        )
        .group_by(col(of.gender), col(of.country), col(of.left_because))
    )
    found: Counter[tuple[Part, str, LeavingReason | None]] = Counter()
    for gender, country, reason, n in session.execute(query):
        found[PART_OF[gender], country, reason] += n
    return [DropOut(*key, n) for key, n in found.items()]


@dataclass(frozen=True, slots=True)
class LeavingRow:
    """One line of the table: a reason or a country, with its four parts."""

    key: str
    parts: dict[Part, int]

    @property
    def total(self) -> int:
        return sum(self.parts.values())


NOT_STATED = "not_stated"


def by_reason(found: list[DropOut]) -> list[LeavingRow]:
    """A line for each reason that somebody gave, in their order; not stated comes last."""
    rows = [
        _row(reason.value, [one for one in found if one.reason is reason])
        for reason in LeavingReason
    ]
    rows.append(_row(NOT_STATED, [one for one in found if one.reason is None]))
    return [row for row in rows if row.total]


def by_country(found: list[DropOut]) -> list[LeavingRow]:
    """A line for each country; their order is that of their names where one reads."""
    return [
        _row(country, [one for one in found if one.country == country])
        for country in {one.country for one in found}
    ]


def _row(key: str, of: list[DropOut]) -> LeavingRow:
    parts = dict.fromkeys(Part, 0)
    for one in of:
        parts[one.part] += one.n
    return LeavingRow(key, parts)
