"""The line of those who wait: who stands where, and to whom a freed seat is offered.

Whoever changes a line has locked its edition.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.models import (
    Account,
    Course,
    Edition,
    Enrolment,
    OfferState,
    SeatOffer,
    WaitingPlace,
)
from app.queries.seats import Origin, seats_of
from app.services import admission_messages
from app.services.audit import record

#: Of so many who wait is read at once; the first of them are nearly always enough.
AT_ONCE = 200


def stand_in_line(session: Session, enrolment: Enrolment) -> int:
    """Put somebody at the end of the line; says at which position that is."""
    last = session.execute(
        select(func.coalesce(func.max(col(WaitingPlace.position)), 0)).where(
            WaitingPlace.edition_id == enrolment.edition_id
        )
    ).scalar_one()
    place = WaitingPlace(
        enrolment_id=enrolment.id, edition_id=enrolment.edition_id, position=int(last) + 1
    )
    session.add(place)
    session.flush()
    return place.position


def leave_line(session: Session, enrolment: Enrolment, *, offer: OfferState, now: datetime) -> None:
    """Take somebody out; who stood behind them moves up. What becomes of an open ``offer``."""
    place = session.get(WaitingPlace, enrolment.id, populate_existing=True)
    if place is None:
        return
    position = place.position
    session.delete(place)
    session.flush()
    _shift(session, enrolment.edition_id, position + 1, None, by=-1)
    session.execute(
        update(SeatOffer)
        .where(col(SeatOffer.enrolment_id) == enrolment.id, col(SeatOffer.state) == OfferState.OPEN)
        .values(state=offer, ended_at=now)
    )


def move_in_line(
    session: Session, edition_id: UUID, enrolment_id: UUID, *, to: int, by: UUID
) -> int:
    """Have somebody stand elsewhere in line; says where they stand now."""
    lock(session, edition_id)
    place = session.get(WaitingPlace, enrolment_id, populate_existing=True)
    if place is None or place.edition_id != edition_id:
        raise NotFound(_("This person does not wait in this edition."))
    before, after = place.position, stand_at(session, enrolment_id, to)
    if before == after:
        return after
    record(
        session,
        by,
        "move in line",
        "enrolment",
        enrolment_id,
        edition=str(edition_id),
        before=before,
        after=after,
    )
    return after


def stand_at(session: Session, enrolment_id: UUID, to: int) -> int:
    """Have somebody who waits stand at a position, or at the end if there is none such."""
    of = WaitingPlace
    place = session.get_one(of, enrolment_id, populate_existing=True)
    last = session.execute(
        select(func.count()).select_from(of).where(of.edition_id == place.edition_id)
    ).scalar_one()
    before, after = place.position, min(max(1, to), int(last))
    if after < before:
        _shift(session, place.edition_id, after, before - 1, by=1)
    elif after > before:
        _shift(session, place.edition_id, before + 1, after, by=-1)
    session.execute(update(of).where(col(of.enrolment_id) == enrolment_id).values(position=after))
    return after


def _shift(session: Session, edition_id: UUID, first: int, last: int | None, *, by: int) -> None:
    """Have those from ``first`` to ``last`` (None: the end) stand one further."""
    position = col(WaitingPlace.position)
    moved = update(WaitingPlace).where(
        col(WaitingPlace.edition_id) == edition_id, position >= first
    )
    if last is not None:
        moved = moved.where(position <= last)
    session.execute(moved.values(position=position + by))


def offer_seats(session: Session, edition: Edition, *, now: datetime) -> int:
    """Offer every seat that is free to the first in line who may take it; says how many."""
    on = now.date()
    if edition.capacity is None or not edition.offers_seats(on):
        return 0
    offered, after = 0, 0
    seats = None
    while waiting := _next_in_line(session, edition.id, after):
        seats = seats or seats_of(session, edition, on=on)
        for enrolment_id, position, account in waiting:
            if not seats.room:
                return offered
            origin = Origin(account.country, account.institution_id)
            if seats.left_for(origin):
                seats.take(origin)
                _offer(session, edition, enrolment_id, account, now=now)
                offered += 1
            after = position
    return offered


def _next_in_line(
    session: Session, edition_id: UUID, after: int
) -> list[tuple[UUID, int, Account]]:
    """Some of those who wait without an offer and could take one, in their order."""
    of = WaitingPlace
    has_offer = (
        select(SeatOffer.id)
        .where(
            col(SeatOffer.enrolment_id) == col(of.enrolment_id),
            col(SeatOffer.state) == OfferState.OPEN,
        )
        .exists()
    )
    rows = session.execute(
        select(of.enrolment_id, of.position, Account)
        .join(Enrolment, col(Enrolment.id) == col(of.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(
            of.edition_id == edition_id,
            col(of.position) > after,
            ~has_offer,
            col(Account.suspended_at).is_(None),  # they keep their place in line
        )
        .order_by(col(of.position))
        .limit(AT_ONCE)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _offer(
    session: Session, edition: Edition, enrolment_id: UUID, account: Account, *, now: datetime
) -> None:
    ends_at = now + timedelta(days=edition.offer_days)
    session.add(
        SeatOffer(enrolment_id=enrolment_id, edition_id=edition.id, ends_at=ends_at, created_at=now)
    )
    session.flush()
    session.execute(
        update(Enrolment)
        .where(col(Enrolment.id) == enrolment_id)
        .values(version=col(Enrolment.version) + 1)
    )
    course = session.get_one(Course, edition.course_id)
    admission_messages.seat_offered(session, account, course, edition, ends_at=ends_at)


def lock(session: Session, edition_id: UUID) -> Edition:
    """The edition, which nobody else changes or fills until this transaction ends."""
    return session.exec(
        select(Edition)
        .where(Edition.id == edition_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
