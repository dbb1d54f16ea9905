"""Putting together everything that is held about a person: one archive, written piece by piece."""

import json
from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import structlog
from sqlalchemy import Table
from sqlmodel import Session

from app.core import clock, files
from app.core.db import changing, reading
from app.core.files import Kept
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.logging import named
from app.core.personal import declared
from app.models import StoredFile
from app.queries.own_data import Person, files_about, rows_about, tables_of_people
from app.services.own_data import copy_to_make, record_copied, record_not_copied

FOLDER = "copies"
MOST_BYTES = 20 * 1024**3

log = structlog.get_logger()


def copy_data(copy_id: UUID) -> None:
    """Make one copy, unless another run did; of two, the slower throws its own away."""
    with reading() as session:
        wanted = copy_to_make(session, copy_id)
    if wanted is None:
        return
    try:
        with TemporaryFile() as archive:
            put_together(archive, *wanted)
            kept = files.keep(archive, folder=FOLDER, limit=MOST_BYTES)
    except Exception as error:  # noqa: BLE001 -- whatever it is counts as a try, so that tries end
        with changing() as session:
            record_not_copied(session, copy_id, type(error).__name__)
        log.warning("data not copied", copy=str(copy_id), error=named(error))
        return
    _give(copy_id, kept)


def _give(copy_id: UUID, kept: Kept) -> None:
    with changing() as session:
        given = record_copied(session, copy_id, kept, now=clock.now())
    if not given:
        files.remove(kept.key)
    log.info("data copied", copy=str(copy_id), given=given)


def put_together(archive: IO[bytes], person: Person, language: str) -> None:
    with reading() as session, speaking(language), ZipFile(archive, "w") as zipped:
        zipped.writestr(_entry("README.txt"), _what_this_is())
        for table in tables_of_people():
            with zipped.open(_entry(f"data/{table.name}.json"), "w") as entry:
                for piece in _as_json(session, table, person):
                    entry.write(piece.encode())
        lost = [file.name for file in files_about(session, person) if not _add(zipped, file)]
        if lost:
            zipped.writestr(_entry("files/missing.txt"), "\n".join(lost))


def _entry(name: str, compression: int = ZIP_DEFLATED) -> ZipInfo:
    entry = ZipInfo(name, date_time=clock.now().timetuple()[:6])
    entry.compress_type = compression
    return entry


def _what_this_is() -> str:
    return "\n\n".join(
        [
            _("Everything that Taller holds about you."),
            _("“data” has a file for each table. It says of each column why it is kept, for how "
              "long and who sees it; then come your rows."),
            _("Of secrets, such as your password, only a scrambled form is kept. They are named "
              "and not contained."),
            _("“files” has what you sent in and what was made for you."),
        ]
    )  # fmt: skip


def _as_json(session: Session, table: Table, person: Person) -> Iterator[str]:
    """The words on each column, then the rows one by one, so that few are held at once."""
    words = {
        column.name: {
            "why": _(said.why.value),
            "kept": _(said.kept.value),
            "seen by": _(said.seen.value),
        }
        | ({"not contained": _("secret")} if said.secret else {})
        for column, said in declared(table)
        if not said.of_others
    }
    yield f'{{"table": {_json(table.name)},\n"columns": {_json(words)},\n"rows": ['
    before = "\n"
    for row in rows_about(session, table, person):
        yield before + _json(dict(row))
        before = ",\n"
    yield "\n]}\n"


def _json(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False, default=_plain)


def _plain(thing: Any) -> str:
    return thing.isoformat() if isinstance(thing, date) else str(thing)


def _add(zipped: ZipFile, file: StoredFile) -> bool:
    """Whether the file was there. What is packed already is not packed again."""
    pieces = files.stream(file.key, 0, file.size)
    try:
        first = next(pieces, b"")
    except FileNotFoundError:
        return False
    name = _entry(f"files/{file.id}-{file.name}", ZIP_STORED)
    with zipped.open(name, "w", force_zip64=True) as entry:
        entry.write(first)
        for piece in pieces:
            entry.write(piece)
    return True
