"""The rules of seats that are kept for the people of a country or of an institution."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import is_country
from app.models import Edition, Institution, ReservedSeats
from app.services.audit import record
from app.services.waiting_lists import lock, offer_seats


class FewerThanKept(RuleBroken):
    """An edition would have fewer seats than it keeps for somebody."""


def reserve_seats(
    session: Session,
    edition_id: UUID,
    *,
    country: str = "",
    institution_id: UUID | None = None,
    seats: int,
    by: UUID,
    now: datetime,
) -> ReservedSeats:
    """Keep so many seats for a country or an institution; said again, the number is replaced."""
    edition = lock(session, edition_id)
    _refuse_nobody(session, country, institution_id)
    reserve = _kept_for(session, edition_id, country, institution_id) or ReservedSeats(
        edition_id=edition_id, country=country, institution_id=institution_id, seats=seats
    )
    _refuse_more_than_there_are(session, edition, reserve, seats)
    before = reserve.seats if reserve.released_at is None else 0
    reserve.seats, reserve.released_at = seats, None
    session.add(reserve)
    session.flush()
    record(
        session,
        by,
        "reserve seats",
        "edition",
        edition_id,
        country=country,
        institution=str(institution_id or ""),
        before=before,
        after=seats,
    )
    offer_seats(session, edition, now=now)  # fewer may be kept than before
    return reserve


def _refuse_nobody(session: Session, country: str, institution_id: UUID | None) -> None:
    if bool(country) is bool(institution_id):
        raise RuleBroken(_("Choose a country or an institution."))
    unknown = institution_id and session.get(Institution, institution_id) is None
    if unknown or (country and not is_country(country)):
        raise RuleBroken(_("Choose one of the options."))


def _kept_for(
    session: Session, edition_id: UUID, country: str, institution_id: UUID | None
) -> ReservedSeats | None:
    of = ReservedSeats
    return session.exec(
        select(of).where(
            of.edition_id == edition_id,
            of.country == country,
            col(of.institution_id).is_(None)
            if institution_id is None
            else of.institution_id == institution_id,
        )
    ).one_or_none()


def _refuse_more_than_there_are(
    session: Session, edition: Edition, reserve: ReservedSeats, seats: int
) -> None:
    if edition.capacity is None:
        raise RuleBroken(_("Set the number of places first, in the settings."))
    others = reserved_in_all(session, edition.id, but=reserve.id)
    if others + seats > edition.capacity:
        raise RuleBroken(
            _("The edition has %(capacity)s places, and %(others)s of them are kept already.")
            % {"capacity": edition.capacity, "others": others}
        )


def reserved_in_all(session: Session, edition_id: UUID, *, but: UUID | None = None) -> int:
    """How many seats are kept for somebody, taken or not."""
    of = ReservedSeats
    query = select(func.coalesce(func.sum(col(of.seats)), 0)).where(
        of.edition_id == edition_id, col(of.released_at).is_(None)
    )
    if but is not None:
        query = query.where(of.id != but)
    return int(session.exec(query).one())


def release_seats(
    session: Session, edition_id: UUID, reserve_id: UUID, *, by: UUID, now: datetime
) -> None:
    """Let everybody have the seats that were kept and that nobody took."""
    edition = lock(session, edition_id)
    reserve = session.get(ReservedSeats, reserve_id, populate_existing=True)
    if reserve is None or reserve.edition_id != edition_id:
        raise NotFound(_("These seats are not kept any more."))
    if reserve.released_at is not None:
        return
    reserve.released_at = now
    session.add(reserve)
    session.flush()
    record(session, by, "release seats", "edition", edition_id, before=reserve.seats, after=0)
    offer_seats(session, edition, now=now)


def refuse_fewer_than_kept(session: Session, edition: Edition, capacity: int | None) -> None:
    """An edition has no fewer seats than it keeps for somebody."""
    if capacity is None:
        return
    kept = reserved_in_all(session, edition.id)
    if kept > capacity:
        raise FewerThanKept(
            _("%(kept)s places are kept for countries and institutions. Release some first.")
            % {"kept": kept}
        )
