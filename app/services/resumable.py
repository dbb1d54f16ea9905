"""Uploads in pieces (as tus 1.0 has them): begun, gone on with, given up, swept when forgotten.

A piece lies in the storage before its row is written, and the row is written only if the upload
stands where the piece begins: of two who send at once one wins. The last piece is written down
together with what becomes of the file, so that an upload is never whole without being offered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from app.core import files
from app.core.errors import Conflict, NotFound, TooMany
from app.core.i18n import gettext as _
from app.models import Activity, Upload, UploadPart
from app.services.activity_files import Description, offer, refuse_description, replace
from app.services.file_checks import Checked, refuse_size
from app.services.uploads import plain_name

FOLDER = "uploads-in-pieces"
#: How long somebody may take to come back to a file.
KEPT_FOR = timedelta(days=2)
#: After it is whole somebody may still ask how far it came.
REMEMBERED_FOR = timedelta(hours=1)
#: Whoever has that many open finishes one first: they fill the disk.
MOST_OPEN = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that begin at ``start``, laid into the storage."""

    start: int
    size: int
    key: str


@dataclass(frozen=True, slots=True)
class Whose:
    """The person who sends, and where they said that they do."""

    account_id: UUID
    edition_id: UUID
    activity_id: UUID


def begin(  # noqa: PLR0913 -- what is sent, what for, and whose it is
    session: Session,
    activity: Activity,
    said: Description,
    *,
    name: str,
    length: int,
    replaces: UUID | None,
    by: UUID,
    now: datetime,
) -> Upload:
    """Make room for a file of ``length`` bytes that is going to come."""
    refuse_size(said.role, length)
    refuse_description(session, activity, said)
    session.execute(
        delete(Upload).where(col(Upload.account_id) == by, col(Upload.expires_at) <= now)
    )
    open_ones = session.exec(
        select(func.count())
        .select_from(Upload)
        .where(Upload.account_id == by, col(Upload.is_done).is_(False))
    ).one()
    if open_ones >= MOST_OPEN:
        raise TooMany(_("You have begun %(most)s uploads. Finish one first.") % {"most": MOST_OPEN})
    upload = Upload(
        account_id=by,
        activity_id=activity.id,
        replaces_id=replaces,
        role=said.role,
        language=said.language,
        name=plain_name(name),
        title=said.title,
        alt=said.alt,
        seconds=said.seconds,
        length=length,
        expires_at=now + KEPT_FOR,
    )
    session.add(upload)
    session.flush()
    return upload


def upload_of(session: Session, whose: Whose, upload_id: UUID, *, now: datetime) -> Upload:
    """Somebody's own upload to this activity; for anybody else there is none."""
    upload = session.exec(
        select(Upload)
        .join(Activity, col(Activity.id) == col(Upload.activity_id))
        .where(
            Upload.id == upload_id,
            Upload.activity_id == whose.activity_id,
            Upload.account_id == whose.account_id,
            Activity.edition_id == whose.edition_id,
            Upload.expires_at > now,
        )
    ).one_or_none()
    if upload is None:
        raise NotFound(_("There is nothing at this address."))
    return upload


def lay_down(upload_id: UUID, start: int, content: bytes) -> Piece:
    """Put a piece into the storage; nobody knows of it yet."""
    piece = Piece(start, len(content), f"{FOLDER}/{upload_id}/{start:012}-{uuid4().hex}")
    files.put(piece.key, content)
    return piece


def add_piece(session: Session, upload: Upload, piece: Piece, *, now: datetime) -> int:
    """Write down a piece that goes on where the upload stands; give how far it is now."""
    reached = piece.start + piece.size
    went_on = session.execute(
        update(Upload)
        .where(
            col(Upload.id) == upload.id,
            col(Upload.received) == piece.start,
            col(Upload.is_done).is_(False),
        )
        .values(received=reached, expires_at=now + KEPT_FOR)
        .returning(col(Upload.id))
    ).scalar_one_or_none()
    if went_on is None:
        raise Conflict(_("Another window goes on with this upload."))
    session.add(UploadPart(upload_id=upload.id, start=piece.start, size=piece.size, key=piece.key))
    session.flush()
    return reached


def pieces_of(session: Session, upload: Upload) -> list[UploadPart]:
    return list(
        session.exec(
            select(UploadPart)
            .where(UploadPart.upload_id == upload.id)
            .order_by(col(UploadPart.start))
        )
    )


@contextmanager
def whole(parts: list[UploadPart], rest: bytes) -> Iterator[BinaryIO]:
    """All pieces that have come, and the last one, as one file."""
    with TemporaryFile() as file:
        for part in parts:
            for piece in files.stream(part.key, 0, part.size):
                file.write(piece)
        file.write(rest)
        yield file


def finish(session: Session, upload: Upload, start: int, file: Checked, *, now: datetime) -> None:
    """Offer the file that has come whole, in the transaction in which its last piece counts."""
    mine = session.execute(
        update(Upload)
        .where(
            col(Upload.id) == upload.id,
            col(Upload.received) == start,
            col(Upload.is_done).is_(False),
        )
        .values(received=upload.length, is_done=True, expires_at=now + REMEMBERED_FOR)
        .returning(col(Upload.id))
    ).scalar_one_or_none()
    if mine is None:
        raise Conflict(_("Another window goes on with this upload."))
    session.execute(delete(UploadPart).where(col(UploadPart.upload_id) == upload.id))
    activity = session.get_one(Activity, upload.activity_id)
    said = Description(upload.role, upload.language, upload.title, upload.alt, upload.seconds)
    if upload.replaces_id:
        replace(session, activity, upload.replaces_id, file, by=upload.account_id)
    else:
        offer(session, activity, file, said, by=upload.account_id)


def give_up(session: Session, upload: Upload) -> None:
    """Forget an upload; its pieces go with `clear_away`."""
    session.execute(delete(Upload).where(col(Upload.id) == upload.id))


def clear_away(upload_id: UUID) -> None:
    """Remove the pieces of an upload that is over, also those that nobody knows of."""
    files.remove_all(files.listed(f"{FOLDER}/{upload_id}"))


def sweep(session: Session, *, now: datetime) -> int:
    """Forget uploads that nobody came back to, and every piece of one that is over."""
    there = files.listed(FOLDER)  # first: a piece comes after the row of its upload
    session.execute(delete(Upload).where(col(Upload.expires_at) <= now))
    session.flush()
    open_ones = {
        str(one) for one in session.exec(select(Upload.id).where(col(Upload.is_done).is_(False)))
    }
    lost = [key for key in there if key.split("/")[1] not in open_ones]
    files.remove_all(lost)
    return len(lost)
