"""Reading who fills an edition, what it would be like with others, and how much room is left."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.models import (
    NO_INSTITUTION,
    PARTICIPANTS,
    Account,
    Activity,
    Edition,
    Enrolment,
    EnrolmentCount,
    OfferState,
    SeatOffer,
)
from app.queries.activities import is_shown
from app.queries.figures import PART_OF, Part
from app.queries.seats import Origin, seats_of


@dataclass(frozen=True, slots=True)
class Mix:
    """Some people by gender, and where they come from. The four parts add up to the total."""

    genders: Counter[Part] = field(default_factory=Counter)
    countries: frozenset[str] = frozenset()
    institutions: frozenset[UUID] = frozenset()

    @property
    def total(self) -> int:
        return self.genders.total()

    @property
    def parts(self) -> dict[Part, int]:
        return {part: self.genders[part] for part in Part}

    def with_others(self, others: "Mix") -> "Mix":
        return Mix(
            self.genders + others.genders,
            self.countries | others.countries,
            self.institutions | others.institutions,
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """An edition as it is, some chosen people, and the edition if those had a place too."""

    now: Mix
    chosen: Mix
    after: Mix
    missing: int  # chosen ids that are nobody's here
    left_after: int | None  # places left for all if the chosen had one; below zero: too few


def balance(session: Session, edition_id: UUID, chosen: Collection[UUID], *, on: date) -> Balance:
    """Whoever has no place yet counts as they would on admission: as they are now."""
    e, a = Enrolment, Account
    is_held = (
        select(col(SeatOffer.id))
        .where(col(SeatOffer.enrolment_id) == col(e.id), col(SeatOffer.state) == OfferState.OPEN)
        .exists()
    )
    rows = session.execute(
        select(
            col(e.status),
            *(col(e.gender), col(e.country), col(e.institution_id)),
            *(col(a.gender), col(a.country), col(a.institution_id)),
            is_held,
        )
        .join(a, col(a.id) == col(e.account_id))
        .where(col(e.edition_id) == edition_id, col(e.id).in_(chosen))
    ).all()
    inside = _mix((row[1:4], 1) for row in rows if row[0] in PARTICIPANTS)
    coming = _mix((row[4:7], 1) for row in rows if row[0] not in PARTICIPANTS)
    now = _participants(session, edition_id)
    seats = seats_of(session, session.get_one(Edition, edition_id), on=on)
    for row in rows:
        if row[0] not in PARTICIPANTS and not row[7]:
            seats.take(Origin(*row[5:7]))
    return Balance(
        now=now,
        chosen=inside.with_others(coming),
        after=now.with_others(coming),
        missing=len(set(chosen)) - len(rows),
        left_after=seats.free_for_all,
    )


def _participants(session: Session, edition_id: UUID) -> Mix:
    of = EnrolmentCount
    rows = session.execute(
        select(col(of.gender), col(of.country), col(of.institution_key), col(of.n)).where(
            col(of.edition_id) == edition_id, col(of.status).in_(PARTICIPANTS), col(of.n) > 0
        )
    )
    return _mix((row[:3], row[3]) for row in rows)


def _mix(people: Iterable[tuple[Any, int]]) -> Mix:
    genders: Counter[Part] = Counter()
    countries, institutions = set(), set()
    for (gender, country, institution_id), n in people:
        genders[PART_OF[gender]] += n
        countries.add(country)
        if institution_id not in {None, NO_INSTITUTION}:
            institutions.add(institution_id)
    return Mix(genders, frozenset(countries), frozenset(institutions))


@dataclass(frozen=True, slots=True)
class Room:
    """How much room an edition has, and how much there is to do in it."""

    capacity: int | None
    taken: int
    activities: int
    held: int  # places that are offered to people in line
    kept: int  # reserved places that nobody has taken

    @property
    def left(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken)


def room(session: Session, edition_id: UUID, *, on: date) -> Room:
    of = EnrolmentCount
    taken = (
        select(func.coalesce(func.sum(col(of.n)), 0))
        .where(col(of.edition_id) == edition_id, col(of.status).in_(PARTICIPANTS))
        .scalar_subquery()
    )
    activities = (
        select(func.count())
        .select_from(Activity)
        .where(col(Activity.edition_id) == edition_id, is_shown())
        .scalar_subquery()
    )
    edition, inside, to_do = session.execute(
        select(Edition, taken, activities).where(col(Edition.id) == edition_id)
    ).one()
    seats = seats_of(session, edition, on=on)
    held = seats.occupied.total() - int(inside) if edition.capacity is not None else 0
    kept = sum(n for _reserve, n in seats.kept())
    return Room(edition.capacity, int(inside), to_do, held, kept)
