"""The rules of joining an edition and leaving it, and the counts that statistics stand on."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
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
    Gender,
)
from app.queries.enrolments import enrolment_of, places_taken
from app.services import notifications
from app.services.audit import record

#: A row lock that lets others go on referring to the row. Locks are taken in one order: the
#: edition, then enrolments, then counts.
LOCK = {"key_share": True}

CAN_BE_APPROVED = frozenset(EnrolmentStatus) - set(PARTICIPANTS)
CAN_BE_DECLINED = frozenset({EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED})
CAN_BE_WITHDRAWN = frozenset({EnrolmentStatus.ACTIVE})


def enrol(
    session: Session, account: Account, edition: Edition, *, language: str, on: date, now: datetime
) -> Enrolment:
    """Give ``account`` a place in ``edition``, or put them down as an applicant.

    Enrolling twice is harmless: the place they already have is returned.
    """
    session.refresh(edition, with_for_update=LOCK)  # two people may want the last place
    if (existing := enrolment_of(session, account.id, edition.id)) is not None:
        return existing
    if not edition.is_open_for_enrolment(on):
        raise RuleBroken(_("This edition is not open for enrolment."))
    if edition.capacity is not None and places_taken(session, edition.id) >= edition.capacity:
        raise RuleBroken(_("All places of this edition are taken."))

    at_once = edition.policy is EnrolmentPolicy.OPEN
    enrolment = Enrolment(
        account_id=account.id,
        edition_id=edition.id,
        course_id=edition.course_id,
        reporting_year=edition.reporting_year,
        status=EnrolmentStatus.ACTIVE if at_once else EnrolmentStatus.APPLIED,
        gender=account.gender,
        country=account.country,
        institution_id=account.institution_id,
        language=language if language in edition.languages else edition.languages[0],
        admitted_at=now if at_once else None,
    )
    session.add(enrolment)
    session.flush()
    count(session, enrolment, by=1)
    return enrolment


def approve(
    session: Session, edition_id: UUID, enrolment_ids: Collection[UUID], *, by: UUID, now: datetime
) -> int:
    """Give a place to people who applied, or who left and come back; all of them or nobody."""
    edition, chosen = _chosen(session, edition_id, enrolment_ids, CAN_BE_APPROVED)
    if edition.capacity is not None:
        left = max(0, edition.capacity - places_taken(session, edition.id))
        if len(chosen) > left:
            raise RuleBroken(
                ngettext(
                    "There is only %(num)s place left. Choose fewer people.",
                    "There are only %(num)s places left. Choose fewer people.",
                    left,
                )
                % {"num": left}
            )
    _move(session, edition, chosen, EnrolmentStatus.ACTIVE, by=by, now=now)
    return len(chosen)


def decline(
    session: Session, edition_id: UUID, enrolment_ids: Collection[UUID], *, by: UUID, now: datetime
) -> int:
    """Say no to applications."""
    edition, chosen = _chosen(session, edition_id, enrolment_ids, CAN_BE_DECLINED)
    _move(session, edition, chosen, EnrolmentStatus.REJECTED, by=by, now=now)
    return len(chosen)


def withdraw(
    session: Session, edition_id: UUID, enrolment_ids: Collection[UUID], *, by: UUID, now: datetime
) -> int:
    """Take people out of an edition. What they did stays, for the day they come back."""
    edition, chosen = _chosen(session, edition_id, enrolment_ids, CAN_BE_WITHDRAWN)
    _move(session, edition, chosen, EnrolmentStatus.WITHDRAWN, by=by, now=now)
    return len(chosen)


def _chosen(
    session: Session,
    edition_id: UUID,
    enrolment_ids: Collection[UUID],
    possible: Collection[EnrolmentStatus],
) -> tuple[Edition, list[Enrolment]]:
    """The edition, locked, and those of the people for whom this is still ``possible``."""
    edition = session.exec(
        select(Edition).where(Edition.id == edition_id).with_for_update(key_share=True)
    ).one()
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
        change_status(session, enrolment, status, now=now)
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


def change_status(
    session: Session, enrolment: Enrolment, status: EnrolmentStatus, *, now: datetime
) -> None:
    """Move an enrolment on. On admission the person's facts are taken down as they are then."""
    session.refresh(enrolment, with_for_update=LOCK)  # two people may decide about it at once
    if enrolment.status is status:
        return
    before = _alike(enrolment)
    if status in PARTICIPANTS and enrolment.status not in PARTICIPANTS:
        _take_down(session, enrolment, now=now)
    enrolment.status = status
    enrolment.completed_at = now if status is EnrolmentStatus.COMPLETED else None
    enrolment.version += 1
    session.add(enrolment)
    session.flush()
    for alike, by in sorted([(before, -1), (_alike(enrolment), 1)]):  # one order: nobody waits
        _add_to_count(session, enrolment, alike, by)


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
