"""Giving people places in an edition: all of them or nobody."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.models import (
    PARTICIPANTS,
    Account,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
)
from app.queries.seats import held_for, origins_of, seats_of
from app.services.audit import record
from app.services.enrolments import HOLDS_A_SEAT, change_status
from app.services.notifications import place_given
from app.services.waiting_lists import line_up, lock

MOST_AT_ONCE = 1000
CAN_BE_APPROVED = frozenset(EnrolmentStatus) - set(PARTICIPANTS)


def approve(
    session: Session,
    edition_id: UUID,
    enrolment_ids: Collection[UUID],
    *,
    by: UUID,
    now: datetime,
    quietly: bool = False,
) -> int:
    """Give a place to people who applied, or who left and come back; all of them or nobody.

    ``quietly``: nobody is told, as of an edition that has long ended.
    """
    edition, chosen = _chosen(session, edition_id, enrolment_ids)
    _refuse_too_many(session, edition, chosen, on=now.date())
    _seat(session, edition, chosen, by=by, now=now, quietly=quietly)
    return len(chosen)


def _refuse_too_many(
    session: Session, edition: Edition, chosen: list[Enrolment], *, on: date
) -> None:
    """Seat them one after the other, as a trial: seats held for one of them are theirs."""
    seats = seats_of(session, edition, on=on)
    if seats.capacity is None:
        return
    origins = origins_of(session, chosen)
    for enrolment_id in held_for(session, chosen):
        seats.free(origins[enrolment_id])
    seated = 0
    for enrolment in chosen:
        if seats.left_for(origins[enrolment.id]):
            seats.take(origins[enrolment.id])
            seated += 1
    if not seated:
        raise RuleBroken(_("There is no place left that they could take."))
    if seated < len(chosen):
        raise RuleBroken(
            ngettext(
                "There is only %(num)s place left. Choose fewer people.",
                "There are only %(num)s places left. Choose fewer people.",
                seated,
            )
            % {"num": seated}
        )


def _chosen(
    session: Session, edition_id: UUID, enrolment_ids: Collection[UUID]
) -> tuple[Edition, list[Enrolment]]:
    """The edition, locked, and those of the people who have no place yet."""
    edition, found = locked(session, edition_id, enrolment_ids)
    chosen = [enrolment for enrolment in found if enrolment.status in CAN_BE_APPROVED]
    if not chosen:
        raise RuleBroken(_("Choose at least one person for whom this is still to be done."))
    return edition, chosen


def locked(
    session: Session, edition_id: UUID, chosen: Collection[UUID]
) -> tuple[Edition, list[Enrolment]]:
    """The edition and the people, locked in the order that all keep."""
    if len(chosen) > MOST_AT_ONCE:
        raise RuleBroken(
            _("Decide about at most %(most)s people at once. Filter the list first.")
            % {"most": MOST_AT_ONCE}
        )
    edition = lock(session, edition_id)
    found = session.exec(
        select(Enrolment)
        .where(Enrolment.edition_id == edition_id, col(Enrolment.id).in_(chosen))
        .order_by(col(Enrolment.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if len(found) < len(set(chosen)):
        raise NotFound(_("Somebody you chose is not in this edition."))
    return edition, list(found)


def accounts_of(session: Session, people: Collection[Enrolment]) -> dict[UUID, Account]:
    ids = [one.account_id for one in people]
    found = session.exec(select(Account).where(col(Account.id).in_(ids)))
    return {account.id: account for account in found}


def _seat(
    session: Session,
    edition: Edition,
    chosen: list[Enrolment],
    *,
    by: UUID,
    now: datetime,
    quietly: bool,
) -> None:
    title = session.get_one(Course, edition.course_id).title
    accounts = accounts_of(session, chosen)
    was = {enrolment.id: enrolment.status for enrolment in chosen}
    for enrolment in chosen:
        change_status(session, enrolment, EnrolmentStatus.ACTIVE, now=now, by=by, alone=False)
        if not quietly:
            place_given(session, accounts[enrolment.account_id], title, edition.id)
    for enrolment in chosen:
        record(
            session,
            by,
            "approve enrolment",
            "enrolment",
            enrolment.id,
            edition=edition.id,
            before={"status": was[enrolment.id]},
            after={"status": EnrolmentStatus.ACTIVE},
        )
    if not HOLDS_A_SEAT.isdisjoint(was.values()):
        line_up(session, edition, now=now)
