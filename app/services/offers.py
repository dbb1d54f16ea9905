"""The rules of a seat that is offered: taken, declined, or gone to the next in line."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import (
    Account,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
    OfferState,
    ReservedSeats,
    SeatOffer,
)
from app.queries.enrolments import enrolment_of
from app.queries.seats import reserves_hold
from app.services import admission_messages
from app.services.enrolments import change_status
from app.services.waiting_lists import lock, offer_seats


def accept_offer(
    session: Session, account_id: UUID, edition_id: UUID, *, now: datetime
) -> Enrolment:
    """Take the seat that is held. Twice is once."""
    edition = lock(session, edition_id)
    enrolment = _enrolment(session, account_id, edition_id)
    if enrolment.status is EnrolmentStatus.ACTIVE:
        return enrolment
    offer = _open_offer(session, enrolment.id)
    if offer is None or offer.ends_at <= now or not edition.offers_seats(now.date()):
        raise RuleBroken(_("This place is no longer offered to you."))
    _end(session, offer, OfferState.ACCEPTED, now=now)
    change_status(session, enrolment, EnrolmentStatus.ACTIVE, now=now, by=account_id)
    return enrolment


def decline_offer(
    session: Session, account_id: UUID, edition_id: UUID, *, now: datetime
) -> Enrolment:
    """Leave the seat to the next in line, and leave the line."""
    lock(session, edition_id)
    enrolment = _enrolment(session, account_id, edition_id)
    offer = _open_offer(session, enrolment.id)
    if offer is None:
        raise RuleBroken(_("This place is no longer offered to you."))
    _end(session, offer, OfferState.DECLINED, now=now)
    _leave(session, enrolment, now=now, by=account_id)
    return enrolment


def move_on(session: Session, edition_id: UUID, *, now: datetime) -> int:
    """Do what time has brought: offers that ran out end, kept seats come free, the next are asked.

    It may run twice, and two may run it at once: the second finds nothing to do. Says how much
    there was.
    """
    edition = lock(session, edition_id)
    lapsed = session.exec(
        select(SeatOffer)
        .where(
            SeatOffer.edition_id == edition_id,
            SeatOffer.state == OfferState.OPEN,
            SeatOffer.ends_at <= now,
        )
        .order_by(col(SeatOffer.id))
        .execution_options(populate_existing=True)
    ).all()
    for offer in lapsed:
        _lapse(session, edition, offer, now=now)
    if not reserves_hold(edition, now.date()):
        _release(session, edition_id, now=now)
    return len(lapsed) + offer_seats(session, edition, now=now)


def _lapse(session: Session, edition: Edition, offer: SeatOffer, *, now: datetime) -> None:
    enrolment = session.get_one(Enrolment, offer.enrolment_id, populate_existing=True)
    _end(session, offer, OfferState.LAPSED, now=now)
    account = session.get_one(Account, enrolment.account_id)
    course = session.get_one(Course, edition.course_id)
    admission_messages.offer_lapsed(session, account, course, edition)
    _leave(session, enrolment, now=now, by=None)


def _release(session: Session, edition_id: UUID, *, now: datetime) -> None:
    of = ReservedSeats
    kept = session.exec(
        select(of).where(of.edition_id == edition_id, col(of.released_at).is_(None))
    )
    for reserve in kept.all():
        reserve.released_at = now
        session.add(reserve)
    session.flush()


def _leave(session: Session, enrolment: Enrolment, *, now: datetime, by: UUID | None) -> None:
    enrolment.left_by_choice = True  # they may stand in line again
    change_status(session, enrolment, EnrolmentStatus.WITHDRAWN, now=now, by=by)


def _end(session: Session, offer: SeatOffer, state: OfferState, *, now: datetime) -> None:
    offer.state, offer.ended_at = state, now
    session.add(offer)
    session.flush()


def _enrolment(session: Session, account_id: UUID, edition_id: UUID) -> Enrolment:
    enrolment = enrolment_of(session, account_id, edition_id)
    if enrolment is None:
        raise NotFound(_("You are not in this edition."))
    session.refresh(enrolment, with_for_update={"key_share": True})
    return enrolment


def _open_offer(session: Session, enrolment_id: UUID) -> SeatOffer | None:
    return session.exec(
        select(SeatOffer)
        .where(SeatOffer.enrolment_id == enrolment_id, SeatOffer.state == OfferState.OPEN)
        .execution_options(populate_existing=True)
    ).one_or_none()
