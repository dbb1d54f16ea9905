"""Files that people add to what they write: which kinds are taken, and how they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Account, AttachmentStatus, ForumAttachment, ForumPost, StoredFile
from app.services.file_checks import Checked
from app.services.uploads import keep_upload, let_go, plain_name, take_in

MOST_FILES = 3
MOST_BYTES = 5 * 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
#: By the ending of the name, whatever a browser says of it: so it is sent again later.
TYPES = {
    "csv": "text/csv",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "odp": f"{_OPEN}.presentation",
    "ods": f"{_OPEN}.spreadsheet",
    "odt": f"{_OPEN}.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "txt": "text/plain",
    "webp": "image/webp",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Attached:
    name: str
    content: BinaryIO


def type_of(file: Attached) -> str:
    """What the file is; empty: nothing that is taken. The one place that decides it."""
    stem, _dot, ending = plain_name(file.name).rpartition(".")
    return TYPES.get(ending.lower(), "") if stem else ""


def trouble_with(file: Attached) -> str:
    """Why a file cannot be added; empty: it can."""
    size = file.content.seek(0, 2)
    file.content.seek(0)
    if size > MOST_BYTES:
        return _("A file may weigh 5 MB at most.")
    if not type_of(file):
        return _("Add a document, a table, a presentation, a text or a picture.")
    return ""


def keep_attached(session: Session, files: Sequence[Attached], *, by: UUID) -> list[StoredFile]:
    if len(files) > MOST_FILES:
        raise RuleBroken(_("Add three files at most."))
    for file in files:
        if trouble := trouble_with(file):
            raise RuleBroken(trouble)
    return [
        keep_upload(
            session,
            file.content,
            name=file.name,
            content_type=type_of(file),
            limit=MOST_BYTES,
            by=by,
        )
        for file in files
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An attachment that nobody has looked at yet. ``size`` in bytes."""

    id: UUID
    file_id: UUID
    key: str
    name: str
    size: int
    by: UUID
    language: str


def attachment_to_check(session: Session, attachment_id: UUID) -> Waiting | None:
    """None if that is done, or the post is gone."""
    row = session.execute(
        select(
            col(ForumAttachment.id),
            col(StoredFile.id),
            col(StoredFile.key),
            col(StoredFile.name),
            col(StoredFile.size),
            col(Account.id),
            col(Account.language),
        )
        .select_from(ForumAttachment)
        .join(StoredFile, col(StoredFile.id) == col(ForumAttachment.file_id))
        .join(ForumPost, col(ForumPost.id) == col(ForumAttachment.post_id))
        .join(Account, col(Account.id) == col(ForumPost.author_id))
        .where(
            col(ForumAttachment.id) == attachment_id,
            col(ForumAttachment.status) == AttachmentStatus.WAITING,
        )
    ).one_or_none()
    return Waiting(*row) if row else None


def keep_checked(session: Session, wanted: Waiting, clean: Checked) -> None:
    """Give the others the clean copy. Of two who looked at it the second changes nothing."""
    attachment = _waiting(session, wanted.id)
    stored = take_in(
        session, clean.kept, name=clean.name, content_type=clean.content_type, by=wanted.by
    )
    if attachment is None:
        let_go(session, stored.id)
        return
    attachment.file_id, attachment.status = stored.id, AttachmentStatus.READY
    session.add(attachment)
    session.flush()
    let_go(session, wanted.file_id)


def refuse_attached(session: Session, attachment_id: UUID, because: str) -> None:
    attachment = _waiting(session, attachment_id)
    if attachment is None or attachment.file_id is None:
        return
    sent, attachment.file_id = attachment.file_id, None
    attachment.status, attachment.refused_because = AttachmentStatus.REFUSED, because[:300]
    session.add(attachment)
    session.flush()
    let_go(session, sent)


def record_unchecked(session: Session, attachment_id: UUID) -> None:
    """Count a try: it is looked at again later, and stays unseen until then."""
    attachment = _waiting(session, attachment_id)
    if attachment is not None:
        attachment.tries += 1
        session.add(attachment)


def _waiting(session: Session, attachment_id: UUID) -> ForumAttachment | None:
    return session.exec(
        select_rows(ForumAttachment)
        .where(
            ForumAttachment.id == attachment_id,
            ForumAttachment.status == AttachmentStatus.WAITING,
        )
        .with_for_update()
    ).one_or_none()
