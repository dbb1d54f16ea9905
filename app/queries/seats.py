"""How many seats of an edition somebody can still get: what is taken, held, and kept for others."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import CompoundSelect, Uuid, func, literal, select, union_all
from sqlmodel import Session, col

from app.models import (
    NO_INSTITUTION,
    PARTICIPANTS,
    Account,
    Enrolment,
    EnrolmentCount,
    Institution,
    OfferState,
    ReservedSeats,
    SeatOffer,
)


class Origin(NamedTuple):
    """What decides for whom a seat may be kept."""

    country: str
    institution_id: UUID | None


#: From where somebody comes of whom nothing is known: no seat is kept for them.
NOWHERE = Origin("", None)


@dataclass(frozen=True, slots=True)
class Reserve:
    """Seats that are kept for the people of a country (or else of an institution)."""

    country: str
    institution_id: UUID | None
    seats: int

    def is_for(self, somebody: Origin) -> bool:
        if self.institution_id:
            return self.institution_id == somebody.institution_id
        return self.country == somebody.country


@dataclass
class Seats:
    """The seats of an edition at one moment. ``take`` and ``free`` try out what would be."""

    capacity: int | None
    occupied: Counter[Origin] = field(default_factory=Counter)
    reserves: list[Reserve] = field(default_factory=list)

    @property
    def room(self) -> int | None:
        """Seats on which nobody sits and that are not held, kept ones among them."""
        return None if self.capacity is None else max(0, self.capacity - self.occupied.total())

    @property
    def free_for_all(self) -> int | None:
        """Seats that anybody could get; below zero: by how many they are too few."""
        if self.capacity is None:
            return None
        return self.capacity - self.occupied.total() - sum(n for _reserve, n in self.kept())

    def left_for(self, somebody: Origin) -> int | None:
        """How many seats ``somebody`` could get: free ones, and those kept for people like them."""
        room = self.room
        if room is None:
            return None
        kept = self.kept()
        for_others = sum(n for reserve, n in kept if not reserve.is_for(somebody))
        return max(0, room - for_others)

    def take(self, somebody: Origin) -> None:
        self.occupied[somebody] += 1

    def free(self, somebody: Origin) -> None:
        self.occupied[somebody] -= 1

    def kept(self) -> list[tuple[Reserve, int]]:
        """Each reserve with how many of its seats nobody has taken yet.

        Who sits is counted into one reserve: their institution's, and what goes beyond it into
        their country's; those whose country has none come first, so that few seats
        are kept in vain.
        """
        left = {reserve: reserve.seats for reserve in self.reserves}
        by_country = {reserve.country for reserve in self.reserves if not reserve.institution_id}
        people = sorted(self.occupied.items(), key=lambda pair: pair[0].country in by_country)
        for somebody, number in people:
            rest = number
            for reserve in sorted(left, key=lambda one: one.institution_id is None):
                if reserve.is_for(somebody):
                    used = min(rest, left[reserve])
                    left[reserve] -= used
                    rest -= used
        return list(left.items())


class Room(Protocol):
    """What must be known of an edition to count its seats: a row of it, or columns of one."""

    @property
    def id(self) -> UUID: ...
    @property
    def capacity(self) -> int | None: ...
    @property
    def reserve_until(self) -> date | None: ...


def seats_of(session: Session, edition: Room, *, on: date) -> Seats:
    """The seats as they are; for a decision the edition must be locked."""
    if edition.capacity is None:
        return Seats(None)
    found, kept, successors = Seats(edition.capacity), Counter[Origin](), dict[UUID, UUID]()
    for kind, country, key, other, n in session.execute(_told(edition.id)):
        origin = Origin(country, None if key == NO_INSTITUTION else key)
        if kind == _MERGED:
            successors[key] = other
        elif kind == _SEATED:
            found.occupied[origin] += int(n)
        elif reserves_hold(edition, on):
            kept[origin] += int(n)
    found.occupied = _as_now(found.occupied, successors)
    found.reserves = [Reserve(*origin, n) for origin, n in _as_now(kept, successors).items()]
    return found


#: The kinds of lines in the answer of the one statement.
_SEATED, _KEPT, _MERGED = range(3)


def _as_now(numbers: Counter[Origin], successors: Mapping[UUID, UUID]) -> Counter[Origin]:
    """The same under the institutions that have taken the place of those which were merged."""
    found = Counter[Origin]()
    for (country, own), n in numbers.items():
        present = own
        while present is not None and present in successors:
            present = successors[present]
        found[Origin(country, present)] += n
    return found


def reserves_hold(edition: Room, on: date) -> bool:
    return edition.reserve_until is None or on <= edition.reserve_until


def _told(edition_id: UUID) -> CompoundSelect[Any]:
    """In one statement: who has a seat or is held one, how many are kept, and what was merged."""
    of, kept, nobody = EnrolmentCount, ReservedSeats, literal(NO_INSTITUTION, Uuid())
    return union_all(
        select(
            literal(_SEATED).label("kind"),
            col(of.country),
            col(of.institution_key),
            nobody.label("successor"),
            col(of.n),
        ).where(col(of.edition_id) == edition_id, col(of.status).in_(PARTICIPANTS), col(of.n) > 0),
        select(
            literal(_SEATED), col(Account.country), _key(Account.institution_id), nobody, literal(1)
        )
        .select_from(SeatOffer)
        .join(Enrolment, col(Enrolment.id) == col(SeatOffer.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(col(SeatOffer.edition_id) == edition_id, col(SeatOffer.state) == OfferState.OPEN),
        select(
            literal(_KEPT), col(kept.country), _key(kept.institution_id), nobody, col(kept.seats)
        ).where(col(kept.edition_id) == edition_id, col(kept.released_at).is_(None)),
        select(
            literal(_MERGED),
            literal(""),
            col(Institution.id),
            col(Institution.merged_into_id),
            literal(0),
        ).where(col(Institution.merged_into_id).is_not(None)),
    )


def _key(institution_id: Any) -> Any:
    return func.coalesce(col(institution_id), literal(NO_INSTITUTION, Uuid()))


@dataclass(frozen=True, slots=True)
class ReserveLine:
    """Kept seats as coordinators see them; ``institution_id`` is the one that counts today."""

    id: UUID
    country: str
    institution_id: UUID | None
    acronym: str | None
    institution_country: str | None
    seats: int
    released_at: datetime | None


def reserve_lines(session: Session, edition_id: UUID) -> list[ReserveLine]:
    of = ReservedSeats
    rows = session.execute(
        select(
            col(of.id),
            col(of.country),
            func.coalesce(col(Institution.merged_into_id), col(of.institution_id)),
            col(Institution.acronym),
            col(Institution.country),
            col(of.seats),
            col(of.released_at),
        )
        .join(Institution, col(Institution.id) == col(of.institution_id), isouter=True)
        .where(col(of.edition_id) == edition_id)
        .order_by(col(of.id))
    )
    return [ReserveLine(*row) for row in rows]


def origins_of(session: Session, enrolments: Iterable[Enrolment]) -> dict[UUID, Origin]:
    """From where each comes as their account says it now: so it is taken down on admission."""
    rows = session.execute(
        select(col(Enrolment.id), col(Account.country), col(Account.institution_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(col(Enrolment.id).in_([enrolment.id for enrolment in enrolments]))
    )
    return {id_: Origin(country, institution) for id_, country, institution in rows}


def held_for(session: Session, enrolments: Iterable[Enrolment]) -> set[UUID]:
    """Those of the people for whom a seat is held already."""
    return set(
        session.execute(
            select(col(SeatOffer.enrolment_id)).where(
                col(SeatOffer.enrolment_id).in_([enrolment.id for enrolment in enrolments]),
                col(SeatOffer.state) == OfferState.OPEN,
            )
        ).scalars()
    )
