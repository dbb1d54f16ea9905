"""The rules of joining an edition and leaving it, and the counts that statistics stand on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import token_hash
from app.models import (
    PARTICIPANTS,
    Account,
    Course,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    EnrolmentStep,
    LeavingReason,
    OfferState,
    WaitingPlace,
)
from app.queries.enrolments import enrolment_of
from app.queries.seats import Origin, seats_of
from app.services import admission_messages
from app.services.applications import Filled, keep_application, refuse_trouble
from app.services.audit import record
from app.services.enrolment_counts import add_to_count, alike, count
from app.services.waiting_lists import leave_line, lock, offer_seats, stand_in_line

#: A row lock that lets others go on referring to the row. Locks are taken in one order: the
#: edition, then enrolments, then counts.
LOCK = {"key_share": True}

#: Who sits on a seat, or may hold one that is offered.
HOLDS_A_SEAT = frozenset({*PARTICIPANTS, EnrolmentStatus.WAITLISTED})
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
    status = _status_at_the_door(session, account, edition, ticket, now=now)
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
    _tell_who_waits(session, account, edition, enrolment)
    return enrolment


def _tell_who_waits(
    session: Session, account: Account, edition: Edition, enrolment: Enrolment
) -> None:
    """Who has no place yet has it in writing: that they applied, or their number in line."""
    course = session.get_one(Course, edition.course_id)
    if enrolment.status is EnrolmentStatus.APPLIED:
        admission_messages.application_received(session, account, course, edition)
    elif enrolment.status is EnrolmentStatus.WAITLISTED:
        position = session.get_one(WaitingPlace, enrolment.id).position
        admission_messages.in_line(
            session, account, course, edition, position=position, letter="put in line"
        )


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
    session: Session, account: Account, edition: Edition, ticket: Ticket, *, now: datetime
) -> EnrolmentStatus:
    applies = edition.policy is EnrolmentPolicy.APPLICATION and not ticket.is_invited
    origin, on = Origin(account.country, account.institution_id), now.date()
    is_full = seats_of(session, edition, on=on).left_for(origin) == 0
    if is_full and not edition.waiting_list:
        raise RuleBroken(_("All places of this edition are taken."))
    if applies:
        return EnrolmentStatus.APPLIED
    if edition.waiting_list and not is_full and offer_seats(session, edition, now=now):
        is_full = seats_of(session, edition, on=on).left_for(origin) == 0  # others waited for it
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
    say_why(enrolment, because, word, by_choice=True)
    change_status(session, enrolment, EnrolmentStatus.WITHDRAWN, now=now, by=account_id)
    return enrolment


def say_why(
    enrolment: Enrolment, because: LeavingReason | None, word: str, *, by_choice: bool
) -> None:
    enrolment.left_because = because
    enrolment.left_word = word[:200] if because is LeavingReason.OTHER else ""
    enrolment.left_by_choice = by_choice


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
    before, was = alike(enrolment), enrolment.status
    if status in PARTICIPANTS and was not in PARTICIPANTS:
        _take_down(session, enrolment, now=now)
    if status is not EnrolmentStatus.WITHDRAWN:
        say_why(enrolment, None, "", by_choice=False)
    enrolment.status = status
    enrolment.completed_at = now if status is EnrolmentStatus.COMPLETED else None
    enrolment.version += 1
    session.add(enrolment)
    session.flush()
    _note(session, enrolment, was, now=now, by=by)
    for group, n in sorted([(before, -1), (alike(enrolment), 1)]):  # one order: nobody waits
        add_to_count(session, enrolment, group, n)
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


def note_all(
    session: Session, enrolments: Iterable[Enrolment], *, by: UUID | None, now: datetime
) -> None:
    """Begin the history of many that were just added."""
    for enrolment in enrolments:
        _note(session, enrolment, None, now=now, by=by)


def show_anew(session: Session, *enrolment_ids: UUID) -> None:
    """Say that what these people see on the edition's page has changed."""
    session.execute(
        update(Enrolment)
        .where(col(Enrolment.id).in_(enrolment_ids))
        .values(version=col(Enrolment.version) + 1)
    )
