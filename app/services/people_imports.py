"""Taking a list of people into an edition: checked, looked at, confirmed, then done in batches.

Nothing is done that the importer could not do by hand: no role is given, no account that exists is
changed, nobody gets a place that is not there. Every batch is kept as a whole or not at all, so
that a worker that died is followed by one that goes on, and nothing is done twice.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import batched
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import delete, func, insert, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session, col, select

from app.core import files
from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.ids import uuid7
from app.core.work import Work, later
from app.core.zones import main_zone
from app.models import (
    PARTICIPANTS,
    TO_DO,
    Account,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Fate,
    Gender,
    ImportStatus,
    Institution,
    PeopleImport,
    PeopleImportRow,
    PlatformRole,
    StoredFile,
    Verdict,
)
from app.queries.seats import Origin, Seats, seats_of
from app.queries.work import ABANDONED, MOST_TRIES
from app.services import import_news
from app.services.admissions import POSSIBLE, Judgement, decide
from app.services.audit import record
from app.services.enrolment_counts import count_all
from app.services.enrolments import change_status, note_all
from app.services.import_rows import (
    POSSIBLE_FOR_NEW,
    Draft,
    Reader,
    rows_of,
    single_letters,
)
from app.services.uploads import keep_upload, let_go

#: Rows checked, or applied, in one transaction: few enough that nobody waits for it.
CHECKED_AT_ONCE = 500
APPLIED_AT_ONCE = 250
#: A worker that has been silent for that long has died.
LEASE = timedelta(minutes=2)
KEPT_FOR = timedelta(days=1)

#: By which decision somebody who is in the edition gets a status.
VERDICTS = {verdict.status: verdict for verdict in Verdict}


def begin(  # noqa: PLR0913 -- the file, and whose it is
    session: Session,
    edition_id: UUID,
    source: BinaryIO,
    name: str,
    *,
    limit: int,
    language: str,
    by: UUID,
    now: datetime,
) -> PeopleImport:
    """Keep the file and have the worker check it; raises `files.TooLarge`."""
    stored = keep_upload(
        session, source, name=name, content_type="application/octet-stream", limit=limit, by=by
    )
    begun = PeopleImport(
        created_at=now,
        edition_id=edition_id,
        account_id=by,
        file_id=stored.id,
        file_name=stored.name,
        language=language,
    )
    session.add(begun)
    session.flush()
    later(session, Work.CHECK_IMPORT, begun.id)
    return begun


def drafts(session: Session, import_id: UUID) -> list[Draft]:
    """Read the file and understand its rows; raises `RuleBroken` where it is no list of people."""
    begun = session.get_one(PeopleImport, import_id)
    stored = session.get(StoredFile, begun.file_id) if begun.file_id else None
    if stored is None:
        raise RuleBroken(_("The file is not here any more. Upload it again."))
    edition = session.get_one(Edition, begun.edition_id)
    with speaking(begun.language), TemporaryFile() as copy:
        for piece in files.stream(stored.key, 0, stored.size):
            copy.write(piece)
        rows = list(rows_of(copy))
        reader = Reader(session, single_letters(rows), edition.languages)
        return [reader.draft(number, cells) for number, cells in rows]


def forget_rows(session: Session, import_id: UUID) -> None:
    """Begin the check anew: an earlier one may have died in the middle."""
    session.execute(delete(PeopleImportRow).where(col(PeopleImportRow.import_id) == import_id))


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
        found = _people(session, self.edition_id, [draft.email for draft in pack])
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
        if present is not None and not _is_change(draft.status, present):
            stays = draft.status not in {None, present}
            return Fate.UNCHANGED, [*kept, "status"] if stays else kept
        origin = _origin(account or draft)
        if draft.status is EnrolmentStatus.ACTIVE and not _takes_a_seat(self.seats, origin):
            draft.refuse("over_capacity")
            return Fate.WRONG, kept
        if present is not None:
            return Fate.CHANGED, kept
        return (Fate.NEW_ENROLMENT if account else Fate.NEW_PERSON), kept


def _origin(somebody: Account | Draft | PeopleImportRow) -> Origin:
    return Origin(somebody.country, somebody.institution_id)


def _takes_a_seat(seats: Seats, origin: Origin) -> bool:
    """Whether there is a seat for somebody from there, also one that is kept for them."""
    if seats.left_for(origin) == 0:
        return False
    seats.take(origin)
    return True


def _has(draft: Draft, key: str) -> bool:
    return any(trouble["key"] == key for trouble in draft.troubles)


def _is_change(wanted: EnrolmentStatus | None, present: EnrolmentStatus) -> bool:
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


def _people(
    session: Session, edition_id: UUID, emails: Iterable[str]
) -> dict[str, tuple[Account, EnrolmentStatus | None]]:
    """Whom we know by these addresses, each with what they are in the edition."""
    mine = (col(Enrolment.account_id) == col(Account.id)) & (
        col(Enrolment.edition_id) == edition_id
    )
    rows = session.exec(
        select(Account, Enrolment.status)
        .join(Enrolment, mine, isouter=True)
        .where(col(Account.email).in_({email for email in emails if email}))
    )
    found: Iterable[tuple[Account, EnrolmentStatus | None]] = rows  # type: ignore[assignment]  # -- an outer join
    return {account.email: (account, status) for account, status in found}


def record_checked(session: Session, import_id: UUID) -> None:
    """Show it to the importer, with the numbers of the fates."""
    begun = session.exec(
        select(PeopleImport).where(PeopleImport.id == import_id).with_for_update()
    ).one()
    if begun.status is not ImportStatus.CHECKING:
        return
    fates = dict(
        session.exec(
            select(PeopleImportRow.fate, func.count())
            .where(PeopleImportRow.import_id == import_id)
            .group_by(col(PeopleImportRow.fate))
        ).all()
    )
    begun.status = ImportStatus.READY
    begun.rows = sum(fates.values())
    begun.to_do = sum(fates.get(fate, 0) for fate in TO_DO)
    begun.figures = {fate.value: fates.get(fate, 0) for fate in Fate}
    begun.tries, begun.tried_at = 0, None
    session.add(begun)


def record_refused(session: Session, import_id: UUID, trouble: str) -> None:
    """The file can't be read: say why, and keep nothing of it."""
    begun = session.get_one(PeopleImport, import_id)
    begun.status, begun.trouble = ImportStatus.REFUSED, trouble[:500]
    _clear_away(session, begun)


def record_stumble(session: Session, import_id: UUID) -> None:
    """Something of ours broke: it is tried again later, and then given up."""
    begun = session.get_one(PeopleImport, import_id)
    begun.tries += 1
    session.add(begun)
    if begun.tries >= MOST_TRIES:
        with speaking(begun.language):
            trouble = _("Something broke on our side. What is done is kept; upload the list again.")
        record_refused(session, import_id, trouble)


def confirm(session: Session, edition_id: UUID, import_id: UUID, *, by: UUID) -> None:
    """Have the worker do what the list says. Confirming twice does nothing more."""
    begun = _of_edition(session, edition_id, import_id)
    if begun.status in {ImportStatus.APPLYING, ImportStatus.DONE}:
        return
    if begun.status is not ImportStatus.READY:
        raise Conflict(_("This list is not ready, or was thrown away. Upload it again."))
    if not begun.to_do:
        raise RuleBroken(_("There is nothing to do in this list."))
    begun.status, begun.account_id = ImportStatus.APPLYING, by
    session.add(begun)
    record(
        session,
        by,
        "import people",
        "people import",
        import_id,
        edition=edition_id,
        before={"rows": 0},
        after={"rows": begun.to_do},
    )
    later(session, Work.APPLY_IMPORT, import_id)


def throw_away(session: Session, edition_id: UUID, import_id: UUID) -> None:
    begun = _of_edition(session, edition_id, import_id)
    if begun.status is ImportStatus.APPLYING:
        raise Conflict(_("This list is being taken in already."))
    if begun.status is not ImportStatus.DONE:
        begun.status = ImportStatus.FORGOTTEN
        _clear_away(session, begun)


def forget_old(session: Session, *, now: datetime) -> int:
    """Let go of lists that nobody confirmed within a day; say how many."""
    kept = (ImportStatus.CHECKING, ImportStatus.READY)
    old = session.exec(
        select(PeopleImport).where(
            col(PeopleImport.status).in_(kept), PeopleImport.created_at < now - KEPT_FOR
        )
    ).all()
    for begun in old:
        begun.status = ImportStatus.FORGOTTEN
        _clear_away(session, begun)
    return len(old)


def _clear_away(session: Session, begun: PeopleImport) -> None:
    """Keep nothing of the file and its rows, only their numbers."""
    forget_rows(session, begun.id)
    file_id, begun.file_id = begun.file_id, None
    session.add(begun)
    session.flush()
    if file_id:
        let_go(session, file_id)


def _of_edition(session: Session, edition_id: UUID, import_id: UUID) -> PeopleImport:
    found = session.exec(
        select(PeopleImport)
        .where(PeopleImport.id == import_id, PeopleImport.edition_id == edition_id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def apply_some(session: Session, import_id: UUID, *, now: datetime) -> bool:
    """Do the next rows; whether there may be more. Two workers at once do each row once."""
    begun = session.exec(
        select(PeopleImport)
        .where(PeopleImport.id == import_id, PeopleImport.status == ImportStatus.APPLYING)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if begun is None:
        return False
    _refuse_without_right(session, begun.account_id)
    rows = session.exec(
        select(PeopleImportRow)
        .where(
            PeopleImportRow.import_id == import_id,
            col(PeopleImportRow.fate).in_(TO_DO),
            col(PeopleImportRow.is_done).is_(False),
        )
        .order_by(col(PeopleImportRow.number))
        .limit(APPLIED_AT_ONCE)
    ).all()
    if rows:
        batch = _Batch(session, begun, rows, now=now)
        batch.do()
        begun.figures = dict(Counter(begun.figures) + Counter(batch.figures))
        ids = [row.id for row in rows]
        session.execute(
            update(PeopleImportRow).where(col(PeopleImportRow.id).in_(ids)).values(is_done=True)
        )
        begun.done += len(rows)
        begun.tried_at = now - ABANDONED + LEASE
        session.add(begun)
        return True
    begun.status, begun.finished_at = ImportStatus.DONE, now
    _clear_away(session, begun)
    return False


def _refuse_without_right(session: Session, account_id: UUID) -> None:
    """Whoever lost the right to import since they confirmed goes no further."""
    account = session.get_one(Account, account_id)
    coordinates = account.platform_role is PlatformRole.COORDINATOR and not account.coordinates_id
    administers = account.platform_role is PlatformRole.ADMINISTRATOR
    if account.suspended_at or not (coordinates or administers):
        raise RuleBroken(_("Whoever confirmed this list may no longer import people."))


class _Batch:
    """Some rows of an import, done together in one transaction."""

    def __init__(
        self,
        session: Session,
        begun: PeopleImport,
        rows: Sequence[PeopleImportRow],
        *,
        now: datetime,
    ) -> None:
        self.session, self.begun, self.rows, self.now = session, begun, rows, now
        self.figures: Counter[str] = Counter()
        self.edition = session.exec(
            select(Edition).where(Edition.id == begun.edition_id).with_for_update(key_share=True)
        ).one()
        self.title = session.get_one(Course, self.edition.course_id).title
        self.seats = seats_of(session, self.edition, on=now.date())

    def do(self) -> None:
        emails = [row.email for row in self.rows]
        known = _people(self.session, self.edition.id, emails)
        here = [r for r in self.rows if r.email in known and known[r.email][1] is not None]
        coming = [
            row
            for row in self.rows
            if row not in here and self._has_place(row, known.get(row.email))
        ]
        fresh = [row for row in coming if row.email not in known]
        if fresh:
            self._make_accounts(fresh)
            known |= _people(self.session, self.edition.id, [row.email for row in fresh])
        self._change(here, known)
        self._enrol(coming, known, {row.email for row in fresh})

    def _has_place(self, row: PeopleImportRow, known: Known | None) -> bool:
        """Where the person comes from is what their account says, if they have one."""
        if row.status is not EnrolmentStatus.ACTIVE:
            return True
        if _takes_a_seat(self.seats, _origin(known[0] if known else row)):
            return True
        self.figures["no_place"] += 1
        return False

    def _make_accounts(self, rows: list[PeopleImportRow]) -> None:
        """Accounts without a password and without a role; one that was made meanwhile stays."""
        on_sqlite = self.session.get_bind().dialect.name == "sqlite"
        into = (insert_sqlite if on_sqlite else insert_postgresql)(Account)
        there = self._institutions(rows)
        accounts = [
            Account(
                id=uuid7(),
                created_at=self.now,
                email=row.email,
                name=row.name,
                gender=row.gender,
                country=row.country,
                institution_id=row.institution_id if row.institution_id in there else None,
                language=row.language,
                timezone=main_zone(row.country),
            ).model_dump()
            for row in rows
        ]
        self.session.execute(into.on_conflict_do_nothing(index_elements=["email"]), accounts)

    def _institutions(self, rows: list[PeopleImportRow]) -> set[UUID]:
        wanted = {row.institution_id for row in rows if row.institution_id}
        return set(self.session.exec(select(Institution.id).where(col(Institution.id).in_(wanted))))

    def _enrol(
        self,
        rows: list[PeopleImportRow],
        known: dict[str, tuple[Account, EnrolmentStatus | None]],
        fresh: set[str],
    ) -> None:
        """Everybody at once; gender, country and institution as the person says, as always."""
        made: list[tuple[Enrolment, PeopleImportRow]] = []
        for row in rows:
            account, present = known[row.email]
            if present is None:
                made.append((self._enrolment(row, account), row))
        self.session.add_all(enrolment for enrolment, _row in made)
        self.session.flush()
        begun_with = [enrolment for enrolment, _row in made]
        count_all(self.session, begun_with)
        note_all(self.session, begun_with, by=self.begun.account_id, now=self.now)
        for enrolment, row in made:
            account = known[row.email][0]
            if row.status is EnrolmentStatus.WAITLISTED:
                by = self.begun.account_id
                change_status(self.session, enrolment, row.status, now=self.now, by=by)
            is_new = row.email in fresh
            import_news.enrolled(
                self.session, account, self.title, self.edition.id, row.status, is_new=is_new
            )
            record(
                self.session,
                self.begun.account_id,
                "import enrolment",
                "enrolment",
                enrolment.id,
                person=account.id,
                edition=self.edition.id,
                after={"status": enrolment.status},
            )
            self.figures["made_accounts" if is_new else "made_enrolments"] += 1

    def _enrolment(self, row: PeopleImportRow, account: Account) -> Enrolment:
        at_once = row.status in PARTICIPANTS
        languages = self.edition.languages
        return Enrolment(
            id=uuid7(),
            created_at=self.now,
            account_id=account.id,
            edition_id=self.edition.id,
            course_id=self.edition.course_id,
            reporting_year=self.edition.reporting_year,
            status=EnrolmentStatus.ACTIVE if at_once else EnrolmentStatus.APPLIED,
            gender=account.gender,
            country=account.country,
            institution_id=account.institution_id,
            language=row.language if row.language in languages else languages[0],
            admitted_at=self.now if at_once else None,
        )

    def _change(
        self,
        rows: list[PeopleImportRow],
        known: dict[str, tuple[Account, EnrolmentStatus | None]],
    ) -> None:
        """Decide about those who are in the edition, as by hand, where that still fits."""
        wanted: dict[EnrolmentStatus, list[UUID]] = {}
        for row in rows:
            account, present = known[row.email]
            fits = present is not None and _is_change(row.status, present)
            if fits and row.fate is Fate.CHANGED and self._has_place(row, known[row.email]):
                wanted.setdefault(row.status, []).append(account.id)
        for status, accounts in wanted.items():
            ids = self.session.exec(
                select(Enrolment.id).where(
                    Enrolment.edition_id == self.edition.id,
                    col(Enrolment.account_id).in_(accounts),
                )
            ).all()
            judgement, by = Judgement(VERDICTS[status]), self.begun.account_id
            for some in batched(ids, APPLIED_AT_ONCE):
                try:
                    done = decide(
                        self.session, self.edition.id, some, judgement, by=by, now=self.now
                    )
                except (Conflict, RuleBroken):
                    self.figures["no_place"] += len(some)
                else:
                    self.figures["made_changes"] += done.done
