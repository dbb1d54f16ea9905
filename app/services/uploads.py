"""Keeping uploaded files, and letting go of them only once the change that did so is kept."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from app.core import files
from app.models import StoredFile
from app.queries.own_data import unused_files

FOLDER = "uploads"
MOST_LETTERS = 200
_KEY = "files of the transaction"


@dataclass
class LooseEnds:
    """The files of a transaction: ``new`` ones go if it is undone, ``old`` ones if it is kept."""

    new: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    is_kept: bool = False


def keep_upload(
    session: Session, source: BinaryIO, *, name: str, content_type: str, limit: int, by: UUID
) -> StoredFile:
    """Store what was uploaded; raises `files.TooLarge`. Undone together with the change."""
    kept = files.keep(source, folder=FOLDER, limit=limit)
    return take_in(session, kept, name=name, content_type=content_type, by=by)


def take_in(
    session: Session, kept: files.Kept, *, name: str, content_type: str, by: UUID
) -> StoredFile:
    """Put down a file that lies in the storage already; it goes if the change is undone."""
    _loose_ends(session).new.append(kept.key)
    stored = StoredFile(
        key=kept.key,
        name=plain_name(name),
        content_type=content_type,
        size=kept.size,
        sha256=kept.sha256,
        uploaded_by_id=by,
    )
    session.add(stored)
    session.flush()
    return stored


def let_go(session: Session, file_id: UUID) -> None:
    """Forget a file that nothing points to any more."""
    stored = session.get(StoredFile, file_id)
    if stored is None:
        return
    _loose_ends(session).old.append(stored.key)
    session.delete(stored)


def let_go_unless_used(session: Session, file_ids: Collection[UUID]) -> None:
    """Forget those of the files to which nothing points any more: copies share them."""
    for unused in unused_files(session, among=file_ids):
        let_go(session, unused)


def plain_name(typed: str) -> str:
    """A file's name without the folders that some browsers send, its ending kept."""
    name = re.split(r"[/\\]", typed)[-1]
    name = "".join(letter for letter in name if letter.isprintable()).strip() or "file"
    stem, dot, ending = name.rpartition(".")
    if len(name) > MOST_LETTERS and dot:
        return f"{stem[: MOST_LETTERS - 1 - len(ending)]}.{ending}"[-MOST_LETTERS:]
    return name[:MOST_LETTERS]


def ending_in_pdf(name: str) -> str:
    """``name`` with the ending of its content: by another it would be opened as something else."""
    stem = name if not name.lower().endswith(".pdf") else name[: -len(".pdf")]
    return f"{stem.replace('.', ' ').strip() or 'slides'}.pdf"


def _loose_ends(session: Session) -> LooseEnds:
    if _KEY not in session.info:
        session.info[_KEY] = LooseEnds()
        if not event.contains(session, "after_commit", _remember):
            event.listen(session, "after_commit", _remember)
            event.listen(session, "after_transaction_end", _tie_up)
    ends: LooseEnds = session.info[_KEY]
    return ends


def _remember(session: Session) -> None:
    if _KEY in session.info:
        session.info[_KEY].is_kept = True


def _tie_up(session: Session, transaction: SessionTransaction) -> None:
    """Once the transaction is over, remove the files that nothing points to."""
    if transaction.parent is not None or _KEY not in session.info:
        return
    ends: LooseEnds = session.info.pop(_KEY)
    for key in ends.old if ends.is_kept else ends.new:
        files.remove(key)
