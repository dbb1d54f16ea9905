"""Looking at what somebody uploaded before anything of it is kept, each use with its own list."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO

from app.core import files
from app.core.antivirus import refuse_infected
from app.core.captions import as_vtt
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.media import (
    LIMITS,
    SRT,
    VTT,
    Known,
    Sort,
    TooHeavy,
    known_as,
    refuse_too_large,
    taken_in_words,
    too_large,
)
from app.core.pictures import draw_anew
from app.models import FileRole
from app.services.uploads import FOLDER, plain_name

#: What may be sent for which use.
TAKEN_AS: dict[FileRole, tuple[Sort, ...]] = {
    FileRole.DOWNLOAD: (Sort.DOCUMENT, Sort.IMAGE, Sort.AUDIO, Sort.VIDEO),
    FileRole.VIDEO: (Sort.VIDEO,),
    FileRole.AUDIO: (Sort.AUDIO,),
    FileRole.CAPTIONS: (Sort.CAPTIONS,),
    FileRole.IMAGE: (Sort.IMAGE,),
    FileRole.PANORAMA: (Sort.IMAGE,),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be offered, as it lies in the storage: what is to be written down of it."""

    kept: files.Kept
    name: str
    content_type: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class _Clean:
    file: BinaryIO
    known: Known
    width: int = 0
    height: int = 0


def most_bytes(role: FileRole) -> int:
    return max(LIMITS[sort] for sort in TAKEN_AS[role])


def what_is_taken(role: FileRole) -> str:
    return taken_in_words(TAKEN_AS[role])


def refuse_size(role: FileRole, size: int) -> None:
    """Before anything has come: by what the browser says that it is going to send."""
    if size <= 0:
        raise RuleBroken(_("This file is empty."))
    if size > most_bytes(role):
        raise TooHeavy(too_large(size, most_bytes(role)))


@contextmanager
def checked(source: BinaryIO, name: str, role: FileRole) -> Iterator[Checked]:
    """Look at ``source`` and lay a clean copy into the storage; it goes if the block fails.

    Takes its time (a virus scan, drawing a picture anew), so no transaction is to be open yet.
    """
    refuse_size(role, source.seek(0, 2))
    known = known_as(source, name)
    if known.sort not in TAKEN_AS[role]:
        raise RuleBroken(
            _("This kind of file is not taken here. What is taken: %(taken)s.")
            % {"taken": what_is_taken(role)}
        )
    refuse_too_large(known.sort, source.seek(0, 2))
    refuse_infected(source)
    with TemporaryFile() as target:
        clean = _cleaned(source, target, known, role)
        kept = files.keep(clean.file, folder=FOLDER, limit=LIMITS[clean.known.sort])
    kind = clean.known
    try:
        yield Checked(kept, _named(name, kind), kind.content_type, clean.width, clean.height)
    except BaseException:
        files.remove_all([kept.key])
        raise


def _cleaned(source: BinaryIO, target: BinaryIO, known: Known, role: FileRole) -> _Clean:
    """The file without what it says of people and places, in the form in which it is shown."""
    if known.sort is Sort.IMAGE:
        panorama = role is FileRole.PANORAMA
        size = draw_anew(source, target, known.content_type, panorama=panorama)
        return _Clean(target, known, *size)
    if known in {VTT, SRT}:
        return _Clean(BytesIO(as_vtt(source)), VTT)
    return _Clean(source, known)


def _named(typed: str, known: Known) -> str:
    """The name with the ending of what it is: by another it would be opened as something else."""
    name = plain_name(typed)
    stem, dot, ending = name.rpartition(".")
    if dot and (
        ending.lower() == known.ending or (known.ending, ending.lower()) == ("jpg", "jpeg")
    ):
        stem = stem or "file"
    else:
        stem = name.replace(".", " ").strip() or "file"
    return plain_name(f"{stem}.{known.ending}")
