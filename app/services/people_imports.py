"""Taking a list of people into an edition: checked, looked at, confirmed, then done in batches.

Nothing is done that the importer could not do by hand: no role is given, no account that exists is
changed, nobody gets a place that is not there. Every batch is kept as a whole or not at all, so
that a worker that died is followed by one that goes on, and nothing is done twice.
"""

from collections import Counter
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from app.core import files
from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.work import Work, later
from app.models import (
    TO_DO,
    Account,
    Edition,
    Fate,
    ImportStatus,
    PeopleImport,
    PeopleImportRow,
    PlatformRole,
    StoredFile,
)
from app.queries.work import ABANDONED, MOST_TRIES
from app.services.audit import record
from app.services.import_batches import APPLIED_AT_ONCE, Batch
from app.services.import_rows import (
    Draft,
    Reader,
    rows_of,
    single_letters,
)
from app.services.uploads import keep_upload, let_go

#: Rows checked in one transaction: few enough that nobody waits for it.
CHECKED_AT_ONCE = 500
#: A worker that has been silent for that long has died.
LEASE = timedelta(minutes=2)
KEPT_FOR = timedelta(days=1)


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
        batch = Batch(session, begun, rows, now=now)
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
