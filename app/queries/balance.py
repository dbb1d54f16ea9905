"""Reading who fills an edition, what it would be like with others, and how much room is left."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
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
from app.queries.figures import PART_OF, Part


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
    capacity: int | None
    held: int  # places that are offered to others than the chosen
    missing: int  # chosen ids that are nobody's here

    @property
    def left_after(self) -> int | None:
        """Places left if the chosen had one; below zero: too few."""
        return None if self.capacity is None else self.capacity - self.held - self.after.total


def balance(session: Session, edition_id: UUID, chosen: Collection[UUID]) -> Balance:
    """Whoever has no place yet counts as they would on admission: as they are now."""
    e, a = Enrolment, Account
    rows = session.execute(
        select(
            col(e.status),
            *(col(e.gender), col(e.country), col(e.institution_id)),
            *(col(a.gender), col(a.country), col(a.institution_id)),
        )
        .join(a, col(a.id) == col(e.account_id))
        .where(col(e.edition_id) == edition_id, col(e.id).in_(chosen))
    ).all()
    inside = _mix((row[1:4], 1) for row in rows if row[0] in PARTICIPANTS)
    coming = _mix((row[4:7], 1) for row in rows if row[0] not in PARTICIPANTS)
    now = _participants(session, edition_id)
    capacity, held = session.execute(
        select(col(Edition.capacity), _held(edition_id, but=chosen)).where(
            col(Edition.id) == edition_id
        )
    ).one()
    return Balance(
        now=now,
        chosen=inside.with_others(coming),
        after=now.with_others(coming),
        capacity=capacity,
        held=held,
        missing=len(set(chosen)) - len(rows),
    )


def _held(edition_id: UUID, *, but: Collection[UUID] = ()) -> Any:
    """How many places are offered to those who wait, ``but`` to these."""
    return (
        select(func.count())
        .select_from(SeatOffer)
        .where(
            col(SeatOffer.edition_id) == edition_id,
            col(SeatOffer.state) == OfferState.OPEN,
            col(SeatOffer.enrolment_id).not_in(but),
        )
        .scalar_subquery()
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
    held: int  # offered to those who wait
    activities: int

    @property
    def left(self) -> int | None:
        taken = self.taken + self.held
        return None if self.capacity is None else max(0, self.capacity - taken)


def room(session: Session, edition_id: UUID) -> Room:
    of = EnrolmentCount
    taken = (
        select(func.coalesce(func.sum(col(of.n)), 0))
        .where(col(of.edition_id) == edition_id, col(of.status).in_(PARTICIPANTS))
        .scalar_subquery()
    )
    activities = (
        select(func.count())
        .select_from(Activity)
        .where(col(Activity.edition_id) == edition_id)
        .scalar_subquery()
    )
    row = session.execute(
        select(col(Edition.capacity), taken, _held(edition_id), activities).where(
            col(Edition.id) == edition_id
        )
    ).one()
    return Room(row[0], int(row[1]), row[2], row[3])
