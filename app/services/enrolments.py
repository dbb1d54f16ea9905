"""The rules of joining an edition and leaving it, and the counts that statistics stand on."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest
from typing import NamedTuple
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.ids import token_hash
from app.models import (
    NO_INSTITUTION,
    PARTICIPANTS,
    Account,
    Course,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentPolicy,
    EnrolmentStatus,
    EnrolmentStep,
    Gender,
    LeavingReason,
    OfferState,
)
from app.queries.enrolments import enrolment_of
from app.queries.seats import Origin, held_for, origins_of, seats_of
from app.queries.waiting_lists import standing_of
from app.services import admission_messages, notifications
from app.services.applications import Filled, keep_application, refuse_trouble
from app.services.audit import record
from app.services.waiting_lists import leave_line, lock, offer_seats, stand_in_line

#: A row lock that lets others go on referring to the row. Locks are taken in one order: the
#: edition, then enrolments, then counts.
LOCK = {"key_share": True}

#: Who sits on a seat, or may hold one that is offered.
HOLDS_A_SEAT = frozenset({*PARTICIPANTS, EnrolmentStatus.WAITLISTED})
CAN_BE_APPROVED = frozenset(EnrolmentStatus) - set(PARTICIPANTS)
CAN_BE_DECLINED = frozenset({EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED})
CAN_BE_WITHDRAWN = frozenset({EnrolmentStatus.ACTIVE})
CAN_WAIT = frozenset({EnrolmentStatus.APPLIED})
CAN_LEAVE = frozenset({EnrolmentStatus.ACTIVE, EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED})


class WrongKey(RuleBroken):
    """What was typed is not the edition's key."""


@dataclass(frozen=True)
class Ticket:
    """What somebody shows at the door: the key, an invitation, what they wrote to apply."""

    key: str = ""
    is_invited: bool = False
    application: Filled | None = None


EMPTY_HANDED = Ticket()


def enrol(
    session: Session,
    account: Account,
    edition: Edition,
    *,
    language: str,
    on: date,
    now: datetime,
    ticket: Ticket = EMPTY_HANDED,
) -> Enrolment:
    """Give ``account`` a place in ``edition``, in its line, or put them down as an applicant.

    Enrolling twice is harmless: the place they already have is returned. Who left by their own
    choice comes back through the same door.
    """
    session.refresh(edition, with_for_update=LOCK)  # two people may want the last place
    existing = enrolment_of(session, account.id, edition.id)
    if existing is not None and not may_come_back(existing):
        return existing
    _refuse_at_the_door(edition, ticket, on=on)
    status = _status_at_the_door(session, account, edition, ticket, on=now.date())
    if status is EnrolmentStatus.APPLIED:
        own = existing.id if existing else None
        refuse_trouble(session, edition, ticket.application, own)
    if existing is None:
        enrolment = _put_down(
            session, account, edition, status, language=language, now=now, by=account.id
        )
    else:
        enrolment = existing
        change_status(session, enrolment, status, now=now, by=account.id)
    if status is EnrolmentStatus.APPLIED and ticket.application is not None:
        keep_application(session, enrolment, ticket.application, by=account.id)
    return enrolment


def may_come_back(enrolment: Enrolment) -> bool:
    return enrolment.status is EnrolmentStatus.WITHDRAWN and enrolment.left_by_choice


def _refuse_at_the_door(edition: Edition, ticket: Ticket, *, on: date) -> None:
    if not edition.is_open_for_enrolment(on):
        raise RuleBroken(_("This edition is not open for enrolment."))
    if ticket.is_invited:
        return
    if edition.policy is EnrolmentPolicy.KEY and not fits(edition, ticket.key):
        raise WrongKey(_("This is not the key of this edition. Ask for it where you heard of it."))
    if edition.policy is EnrolmentPolicy.INVITATION:
        raise RuleBroken(_("One comes into this edition by the link of an invitation."))
    if edition.policy is EnrolmentPolicy.NOMINATION:
        raise RuleBroken(_("The institutions name those who come into this edition."))


def fits(edition: Edition, key: str) -> bool:
    """Whether ``key`` is the edition's; it takes as long to say no as to say yes."""
    return bool(edition.key_hash) and compare_digest(edition.key_hash, key_hash(key))


def key_hash(key: str) -> str:
    """What is kept of an edition's key. Blanks at the ends and capitals do not matter."""
    return token_hash(normalize("NFKC", key).strip().casefold())


def _status_at_the_door(
    session: Session, account: Account, edition: Edition, ticket: Ticket, *, on: date
) -> EnrolmentStatus:
    origin = Origin(account.country, account.institution_id)
    is_full = seats_of(session, edition, on=on).left_for(origin) == 0
    if is_full and not edition.waiting_list:
        raise RuleBroken(_("All places of this edition are taken."))
    if edition.policy is EnrolmentPolicy.APPLICATION and not ticket.is_invited:
        return EnrolmentStatus.APPLIED
    return EnrolmentStatus.WAITLISTED if is_full else EnrolmentStatus.ACTIVE


def _put_down(
    session: Session,
    account: Account,
    edition: Edition,
    status: EnrolmentStatus,
    *,
    language: str,
    now: datetime,
    by: UUID,
) -> Enrolment:
    enrolment = Enrolment(
        account_id=account.id,
        edition_id=edition.id,
        course_id=edition.course_id,
        reporting_year=edition.reporting_year,
        status=status,
        gender=account.gender,
        country=account.country,
        institution_id=account.institution_id,
        language=language if language in edition.languages else edition.languages[0],
        admitted_at=now if status in PARTICIPANTS else None,
    )
    session.add(enrolment)
    session.flush()
    count(session, enrolment, by=1)
    _note(session, enrolment, None, now=now, by=by)
    if status is EnrolmentStatus.WAITLISTED:
        stand_in_line(session, enrolment)
    return enrolment


def nominate(
    session: Session, account: Account, edition: Edition, *, by: UUID, on: date, now: datetime
) -> Enrolment:
    """Put somebody down as an applicant whom their institution named."""
    session.refresh(edition, with_for_update=LOCK)
    if edition.policy is not EnrolmentPolicy.NOMINATION or not edition.is_open_for_enrolment(on):
        raise RuleBroken(_("Nobody can be named for this edition at the moment."))
    existing = enrolment_of(session, account.id, edition.id)
    if existing is not None and not may_come_back(existing):
        raise RuleBroken(_("This person has applied or taken part already."))
    before = existing.status if existing else None
    applied = EnrolmentStatus.APPLIED
    if existing is None:
        enrolment = _put_down(
            session, account, edition, applied, language=account.language, now=now, by=by
        )
    else:
        enrolment = existing
        change_status(session, enrolment, applied, now=now, by=by)
    course = session.get_one(Course, edition.course_id)
    admission_messages.nominated(session, account, course, edition)
    record(
        session,
        by,
        "nominate",
        "enrolment",
        enrolment.id,
        edition=str(edition.id),
        before={"status": before},
        after={"status": enrolment.status},
    )
    return enrolment


def approve(
    session: Session, edition_id: UUID, enrolment_ids: Collection[UUID], *, by: UUID, now: datetime
) -> int:
    """Give a place to people who applied, or who left and come back; all of them or nobody."""
    edition, chosen = _chosen(session, edition_id, enrolment_ids, CAN_BE_APPROVED)
    _refuse_too_many(session, edition, chosen, on=now.date())
    _move(session, edition, chosen, EnrolmentStatus.ACTIVE, by=by, now=now)
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
        _say_why(enrolment, because, word, by_choice=False)
    _move(session, edition, chosen, EnrolmentStatus.WITHDRAWN, by=by, now=now)
    return len(chosen)


def leave(
    session: Session,
    account_id: UUID,
    edition_id: UUID,
    *,
    because: LeavingReason | None,
    word: str,
    now: datetime,
) -> Enrolment:
    """Have a person leave an edition, its line, or take an application back. Twice is once."""
    lock(session, edition_id)
    enrolment = enrolment_of(session, account_id, edition_id)
    if enrolment is None:
        raise NotFound(_("You are not in this edition."))
    session.refresh(enrolment, with_for_update=LOCK)
    if enrolment.status is EnrolmentStatus.WITHDRAWN:
        return enrolment
    if enrolment.status not in CAN_LEAVE:
        raise RuleBroken(_("There is nothing here any more that you could leave."))
    _say_why(enrolment, because, word, by_choice=True)
    change_status(session, enrolment, EnrolmentStatus.WITHDRAWN, now=now, by=account_id)
    return enrolment


def _say_why(
    enrolment: Enrolment, because: LeavingReason | None, word: str, *, by_choice: bool
) -> None:
    enrolment.left_because = because
    enrolment.left_word = word[:200] if because is LeavingReason.OTHER else ""
    enrolment.left_by_choice = by_choice


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
    EnrolmentStatus.REJECTED: (notifications.application_declined, "decline enrolment"),
    EnrolmentStatus.WAITLISTED: (lambda *_told: None, "put in line"),
    EnrolmentStatus.WITHDRAWN: (notifications.place_taken_away, "withdraw enrolment"),
}


def _move(
    session: Session,
    edition: Edition,
    chosen: list[Enrolment],
    status: EnrolmentStatus,
    *,
    by: UUID,
    now: datetime,
) -> None:
    tell, action = _TOLD[status]
    title = session.get_one(Course, edition.course_id).title
    people = session.exec(
        select(Account).where(col(Account.id).in_([enrolment.account_id for enrolment in chosen]))
    )
    accounts = {account.id: account for account in people}
    was = {enrolment.id: enrolment.status for enrolment in chosen}
    for enrolment in chosen:
        _set_status(session, enrolment, status, now=now, by=by)
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


def change_status(
    session: Session,
    enrolment: Enrolment,
    status: EnrolmentStatus,
    *,
    now: datetime,
    by: UUID | None = None,
    offers: bool = True,
) -> None:
    """Move an enrolment on: the one door. On admission the person's facts are taken down anew.

    Who comes to wait stands at the end of the line, and who leaves it closes the gap; a seat that
    is freed is offered to the first who may take it, all in this transaction. Without ``offers``
    it stays with the coordinator: a decision was taken back.
    """
    if {enrolment.status, status} <= set(PARTICIPANTS):  # neither seats nor the line change
        _set_status(session, enrolment, status, now=now, by=by)
        return
    edition, before = lock(session, enrolment.edition_id), enrolment.status
    _set_status(session, enrolment, status, now=now, by=by)
    if offers and before in HOLDS_A_SEAT:
        offer_seats(session, edition, now=now)


def _set_status(
    session: Session,
    enrolment: Enrolment,
    status: EnrolmentStatus,
    *,
    now: datetime,
    by: UUID | None,
) -> None:
    session.flush()
    session.refresh(enrolment, with_for_update=LOCK)  # two people may decide about it at once
    if enrolment.status is status:
        return
    before, was = _alike(enrolment), enrolment.status
    if status in PARTICIPANTS and was not in PARTICIPANTS:
        _take_down(session, enrolment, now=now)
    if status is not EnrolmentStatus.WITHDRAWN:
        _say_why(enrolment, None, "", by_choice=False)
    enrolment.status = status
    enrolment.completed_at = now if status is EnrolmentStatus.COMPLETED else None
    enrolment.version += 1
    session.add(enrolment)
    session.flush()
    _note(session, enrolment, was, now=now, by=by)
    for alike, n in sorted([(before, -1), (_alike(enrolment), 1)]):  # one order: nobody waits
        _add_to_count(session, enrolment, alike, n)
    if was is EnrolmentStatus.WAITLISTED:
        accepted = status in PARTICIPANTS
        leave_line(
            session, enrolment, offer=OfferState.ACCEPTED if accepted else OfferState.ENDED, now=now
        )
    if status is EnrolmentStatus.WAITLISTED:
        stand_in_line(session, enrolment)


def _note(
    session: Session,
    enrolment: Enrolment,
    before: EnrolmentStatus | None,
    *,
    now: datetime,
    by: UUID | None,
) -> None:
    step = EnrolmentStep(
        enrolment_id=enrolment.id, before=before, after=enrolment.status, by_id=by, created_at=now
    )
    session.add(step)


def _take_down(session: Session, enrolment: Enrolment, *, now: datetime) -> None:
    account = session.get_one(Account, enrolment.account_id)
    enrolment.gender = account.gender
    enrolment.country = account.country
    enrolment.institution_id = account.institution_id
    enrolment.admitted_at = now


class Alike(NamedTuple):
    """What enrolments that are counted together have in common."""

    edition_id: UUID
    status: EnrolmentStatus
    country: str
    gender: Gender
    institution_key: UUID


def _alike(enrolment: Enrolment) -> Alike:
    return Alike(
        enrolment.edition_id,
        enrolment.status,
        enrolment.country,
        enrolment.gender,
        enrolment.institution_id or NO_INSTITUTION,
    )


def count(session: Session, enrolment: Enrolment, by: int) -> None:
    """Add ``by`` to the number of enrolments that are like this one, in the same transaction."""
    _add_to_count(session, enrolment, _alike(enrolment), by)


def count_all(session: Session, enrolments: Iterable[Enrolment]) -> None:
    """Count many that were just added, each group of those who are alike in one statement."""
    found = list(enrolments)
    examples = {_alike(enrolment): enrolment for enrolment in found}
    for alike, n in sorted(Counter(map(_alike, found)).items()):
        _add_to_count(session, examples[alike], alike, n)


def note_all(
    session: Session, enrolments: Iterable[Enrolment], *, by: UUID | None, now: datetime
) -> None:
    """Begin the history of many that were just added."""
    for enrolment in enrolments:
        _note(session, enrolment, None, now=now, by=by)


def _add_to_count(session: Session, enrolment: Enrolment, alike: Alike, by: int) -> None:
    insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    statement = insert(EnrolmentCount).values(
        **alike._asdict(),
        course_id=enrolment.course_id,
        reporting_year=enrolment.reporting_year,
        n=by,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(Alike._fields), set_={"n": col(EnrolmentCount.n) + by}
        )
    )


def show_anew(session: Session, *enrolment_ids: UUID) -> None:
    """Say that what these people see on the edition's page has changed."""
    session.execute(
        update(Enrolment)
        .where(col(Enrolment.id).in_(enrolment_ids))
        .values(version=col(Enrolment.version) + 1)
    )
