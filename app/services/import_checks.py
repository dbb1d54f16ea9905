"""What becomes of each row of a list of people, as things stand: said before anything is done."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, not_
from sqlmodel import Session, col, select

from app.core.ids import uuid7
from app.models import (
    Account,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Fate,
    Gender,
    PeopleImport,
    PeopleImportRow,
    Verdict,
)
from app.queries.accounts import nobody_yet
from app.queries.seats import Origin, Seats, seats_of
from app.services.admissions import POSSIBLE
from app.services.import_rows import (
    POSSIBLE_FOR_NEW,
    Draft,
)

#: By which decision somebody who is in the edition gets a status.
VERDICTS = {verdict.status: verdict for verdict in Verdict}


#: Somebody who has an account, and how they stand in the edition.
type Known = tuple[Account, EnrolmentStatus | None]


class Checker:
    """Says of each row what becomes of it, as things stand now; it changes nothing."""

    def __init__(self, session: Session, import_id: UUID) -> None:
        begun = session.get_one(PeopleImport, import_id)
        edition = session.get_one(Edition, begun.edition_id)
        self.import_id, self.edition_id, self.now = import_id, edition.id, begun.created_at
        self.seats = seats_of(session, edition, on=begun.created_at.date())

    def check(self, session: Session, pack: Sequence[Draft]) -> None:
        """Note the fates of some rows."""
        found = known_people(session, self.edition_id, [draft.email for draft in pack])
        session.execute(
            insert(PeopleImportRow), [self._row(draft, found.get(draft.email)) for draft in pack]
        )

    def _row(
        self, draft: Draft, known: tuple[Account, EnrolmentStatus | None] | None
    ) -> dict[str, Any]:
        fate, kept = self._fate(draft, known)
        present = known[1] if known else None
        return {
            "id": uuid7(),
            "created_at": self.now,
            "import_id": self.import_id,
            "number": draft.number,
            "email": draft.email,
            "name": draft.name,
            "country": draft.country,
            "institution_id": draft.institution_id,
            "gender": draft.gender,
            "language": draft.language,
            "status": draft.status or present or EnrolmentStatus.APPLIED,
            "fate": fate,
            "troubles": draft.troubles,
            "kept": kept,
            "is_done": False,
        }

    def _fate(
        self, draft: Draft, known: tuple[Account, EnrolmentStatus | None] | None
    ) -> tuple[Fate, list[str]]:
        account, present = known or (None, None)
        kept = _differences(draft, account) if account else []
        if account is None and not draft.name:
            draft.refuse("no_name")
        if account is None and not draft.country and not _has(draft, "unknown_country"):
            draft.refuse("no_country")
        if present is None and draft.status not in {None, *POSSIBLE_FOR_NEW}:
            draft.refuse("status_not_importable", status=draft.status)
        if draft.troubles:
            return Fate.WRONG, kept
        if present is not None and not is_change(draft.status, present):
            stays = draft.status not in {None, present}
            return Fate.UNCHANGED, [*kept, "status"] if stays else kept
        origin = origin_of(account or draft)
        if draft.status is EnrolmentStatus.ACTIVE and not takes_a_seat(self.seats, origin):
            draft.refuse("over_capacity")
            return Fate.WRONG, kept
        if present is not None:
            return Fate.CHANGED, kept
        return (Fate.NEW_ENROLMENT if account else Fate.NEW_PERSON), kept


def origin_of(somebody: Account | Draft | PeopleImportRow) -> Origin:
    return Origin(somebody.country, somebody.institution_id)


def takes_a_seat(seats: Seats, origin: Origin) -> bool:
    """Whether there is a seat for somebody from there, also one that is kept for them."""
    if seats.left_for(origin) == 0:
        return False
    seats.take(origin)
    return True


def _has(draft: Draft, key: str) -> bool:
    return any(trouble["key"] == key for trouble in draft.troubles)


def is_change(wanted: EnrolmentStatus | None, present: EnrolmentStatus) -> bool:
    """Whether the importer could move somebody from ``present`` to ``wanted`` by hand."""
    verdict = VERDICTS.get(wanted) if wanted else None
    return wanted != present and verdict is not None and present in POSSIBLE[verdict]


def _differences(draft: Draft, account: Account) -> list[str]:
    """Where the list says something else than the person does, who alone can change it."""
    said: list[tuple[str, Any, Any]] = [
        ("name", draft.name, account.name),
        ("country", draft.country, account.country),
        ("institution", draft.institution_id, account.institution_id),
        ("gender", draft.gender, account.gender),
    ]
    return [
        key
        for key, listed, own in said
        if listed not in {None, "", Gender.NOT_ANSWERED} and listed != own
    ]


def known_people(
    session: Session, edition_id: UUID, emails: Iterable[str]
) -> dict[str, tuple[Account, EnrolmentStatus | None]]:
    """Whom we know by these addresses, each with what they are in the edition.

    Who only registered with one and never confirmed it is nobody: a stranger may have typed it.
    """
    mine = (col(Enrolment.account_id) == col(Account.id)) & (
        col(Enrolment.edition_id) == edition_id
    )
    rows = session.exec(
        select(Account, Enrolment.status)
        .join(Enrolment, mine, isouter=True)
        .where(
            col(Account.email).in_({email for email in emails if email}),
            not_(and_(*nobody_yet())),
        )
    )
    found: Iterable[tuple[Account, EnrolmentStatus | None]] = rows  # type: ignore[assignment]  # -- an outer join
    return {account.email: (account, status) for account, status in found}
