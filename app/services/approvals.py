"""Giving people places in an edition, taking them away, or letting wait: all of them or nobody."""

from collections.abc import Callable, Collection
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
    LeavingReason,
)
from app.queries.seats import held_for, origins_of, seats_of
from app.queries.waiting_lists import standing_of
from app.services import admission_messages, notifications
from app.services.admission_news import declined, withdrawn
from app.services.audit import record
from app.services.enrolments import HOLDS_A_SEAT, change_status, say_why
from app.services.waiting_lists import lock, offer_seats

CAN_BE_APPROVED = frozenset(EnrolmentStatus) - set(PARTICIPANTS)
CAN_BE_DECLINED = frozenset({EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED})
CAN_BE_WITHDRAWN = frozenset({EnrolmentStatus.ACTIVE})
CAN_WAIT = frozenset({EnrolmentStatus.APPLIED})


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
    edition, chosen = _chosen(session, edition_id, enrolment_ids, CAN_BE_APPROVED)
    _refuse_too_many(session, edition, chosen, on=now.date())
    _move(session, edition, chosen, EnrolmentStatus.ACTIVE, by=by, now=now, quietly=quietly)
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


def decline(
    session: Session, edition_id: UUID, enrolment_ids: Collection[UUID], *, by: UUID, now: datetime
) -> int:
    """Say no to applications."""
    edition, chosen = _chosen(session, edition_id, enrolment_ids, CAN_BE_DECLINED)
    _move(session, edition, chosen, EnrolmentStatus.REJECTED, by=by, now=now)
    return len(chosen)


def put_in_line(
    session: Session, edition_id: UUID, enrolment_ids: Collection[UUID], *, by: UUID, now: datetime
) -> int:
    """Have applicants wait for a place, in the order in which they applied."""
    edition, chosen = _chosen(session, edition_id, enrolment_ids, CAN_WAIT)
    chosen.sort(key=lambda enrolment: (enrolment.created_at, enrolment.id))
    _move(session, edition, chosen, EnrolmentStatus.WAITLISTED, by=by, now=now)
    course = session.get_one(Course, edition.course_id)
    for enrolment in chosen:
        standing = standing_of(session, enrolment.id)
        if standing and not standing.offer_ends_at:  # else they have just been told of a place
            account = session.get_one(Account, enrolment.account_id)
            admission_messages.put_in_line(
                session, account, course, edition, position=standing.position
            )
    return len(chosen)


def withdraw(
    session: Session,
    edition_id: UUID,
    enrolment_ids: Collection[UUID],
    *,
    by: UUID,
    now: datetime,
    because: LeavingReason | None = None,
    word: str = "",
) -> int:
    """Take people out of an edition. What they did stays, for the day they come back."""
    edition, chosen = _chosen(session, edition_id, enrolment_ids, CAN_BE_WITHDRAWN)
    for enrolment in chosen:
        say_why(enrolment, because, word, by_choice=False)
    _move(session, edition, chosen, EnrolmentStatus.WITHDRAWN, by=by, now=now)
    return len(chosen)


def _chosen(
    session: Session,
    edition_id: UUID,
    enrolment_ids: Collection[UUID],
    possible: Collection[EnrolmentStatus],
) -> tuple[Edition, list[Enrolment]]:
    """The edition, locked, and those of the people for whom this is still ``possible``."""
    edition = lock(session, edition_id)
    found = session.exec(
        select(Enrolment)
        .where(Enrolment.edition_id == edition_id, col(Enrolment.id).in_(enrolment_ids))
        .order_by(col(Enrolment.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if len(found) < len(set(enrolment_ids)):
        raise NotFound(_("Somebody you chose is not in this edition."))
    chosen = [enrolment for enrolment in found if enrolment.status in possible]
    if not chosen:
        raise RuleBroken(_("Choose at least one person for whom this is still to be done."))
    return edition, chosen


#: How each decision is told, and what the audit log calls it.
_TOLD: dict[EnrolmentStatus, tuple[Callable[..., object], str]] = {
    EnrolmentStatus.ACTIVE: (notifications.place_given, "approve enrolment"),
    EnrolmentStatus.REJECTED: (
        lambda session, account, title, _edition: declined(session, account, title),
        "decline enrolment",
    ),
    EnrolmentStatus.WAITLISTED: (lambda *_told: None, "put in line"),
    EnrolmentStatus.WITHDRAWN: (
        lambda session, account, title, _edition: withdrawn(session, account, title),
        "withdraw enrolment",
    ),
}


def _move(
    session: Session,
    edition: Edition,
    chosen: list[Enrolment],
    status: EnrolmentStatus,
    *,
    by: UUID,
    now: datetime,
    quietly: bool = False,
) -> None:
    tell, action = _TOLD[status]
    title = session.get_one(Course, edition.course_id).title
    people = session.exec(
        select(Account).where(col(Account.id).in_([enrolment.account_id for enrolment in chosen]))
    )
    accounts = {account.id: account for account in people}
    was = {enrolment.id: enrolment.status for enrolment in chosen}
    for enrolment in chosen:
        change_status(session, enrolment, status, now=now, by=by, offers=False)
        if not quietly:
            tell(session, accounts[enrolment.account_id], title, edition.id)
    for enrolment in chosen:
        record(
            session,
            by,
            action,
            "enrolment",
            enrolment.id,
            edition=edition.id,
            before={"status": was[enrolment.id]},
            after={"status": status},
        )
    if not HOLDS_A_SEAT.isdisjoint(was.values()):
        offer_seats(session, edition, now=now)  # once they all have gone
