"""Files that people add to what they write: which kinds are taken, and how they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from sqlmodel import Session

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import StoredFile
from app.services.uploads import keep_upload, plain_name

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
