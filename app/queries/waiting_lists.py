"""Reading the line of an edition: who stands where, and to whom a seat is offered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.models import (
    Account,
    Edition,
    Enrolment,
    Institution,
    OfferState,
    ReservedSeats,
    SeatOffer,
    WaitingPlace,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in line; with an offer, until when it is theirs to take."""

    position: int
    waiting: int
    offer_ends_at: datetime | None


def standing_of(session: Session, enrolment_id: UUID) -> Standing | None:
    return _standing(session, col(WaitingPlace.enrolment_id) == enrolment_id)


def standing_in(session: Session, account_id: UUID, edition_id: UUID) -> Standing | None:
    """How a person stands in the line of an edition."""
    own = select(col(Enrolment.id)).where(
        col(Enrolment.account_id) == account_id, col(Enrolment.edition_id) == edition_id
    )
    return _standing(session, col(WaitingPlace.enrolment_id) == own.scalar_subquery())


def _standing(session: Session, whose: ColumnElement[bool]) -> Standing | None:
    of, everybody = WaitingPlace, aliased(WaitingPlace)
    waiting = (
        select(func.count())
        .select_from(everybody)
        .where(col(everybody.edition_id) == col(of.edition_id))
        .correlate(of)
        .scalar_subquery()
    )
    row = session.execute(
        select(col(of.position), waiting, col(SeatOffer.ends_at))
        .join(SeatOffer, _open_offer(), isouter=True)
        .where(whose)
    ).one_or_none()
    return Standing(*row) if row else None


def _open_offer() -> ColumnElement[bool]:
    return and_(
        col(SeatOffer.enrolment_id) == col(WaitingPlace.enrolment_id),
        col(SeatOffer.state) == OfferState.OPEN,
    )


@dataclass(frozen=True, slots=True)
class WaitingLine:
    enrolment_id: UUID
    position: int
    name: str
    country: str
    institution: str | None
    since: datetime
    offer_ends_at: datetime | None


def waiting_line(
    session: Session, edition_id: UUID, *, after: int = 0, size: int = 50
) -> list[WaitingLine]:
    """Those who wait, in their order, beginning behind the position ``after``."""
    of = WaitingPlace
    rows = session.execute(
        select(
            col(of.enrolment_id),
            col(of.position),
            col(Account.name),
            col(Account.country),
            col(Institution.acronym),
            col(Enrolment.created_at),
            col(SeatOffer.ends_at),
        )
        .join(Enrolment, col(Enrolment.id) == col(of.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Account.institution_id), isouter=True)
        .join(SeatOffer, _open_offer(), isouter=True)
        .where(col(of.edition_id) == edition_id, col(of.position) > after)
        .order_by(col(of.position))
        .limit(size)
    )
    return [WaitingLine(*row) for row in rows]


def positions_of(session: Session, enrolments: Iterable[Enrolment]) -> dict[UUID, dict[str, int]]:
    """Where those of the people who wait stand, as a decision about them remembers it."""
    of = WaitingPlace
    ids = [enrolment.id for enrolment in enrolments]
    rows = session.execute(
        select(col(of.enrolment_id), col(of.position)).where(col(of.enrolment_id).in_(ids))
    )
    return {enrolment_id: {"position": position} for enrolment_id, position in rows}


def how_many_wait(session: Session, edition_id: UUID) -> int:
    return int(
        session.execute(
            select(func.count())
            .select_from(WaitingPlace)
            .where(col(WaitingPlace.edition_id) == edition_id)
        ).scalar_one()
    )


def to_move_on(session: Session, *, now: datetime, on: date) -> list[UUID]:
    """Editions whose line has something to do: an offer has run out, or kept seats came free."""
    lapsed = select(col(SeatOffer.edition_id)).where(
        col(SeatOffer.state) == OfferState.OPEN, col(SeatOffer.ends_at) <= now
    )
    released = (
        select(col(ReservedSeats.edition_id))
        .join(Edition, col(Edition.id) == col(ReservedSeats.edition_id))
        .where(col(ReservedSeats.released_at).is_(None), col(Edition.reserve_until) < on)
    )
    return list(session.execute(union(lapsed, released)).scalars())
