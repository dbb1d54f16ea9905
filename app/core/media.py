"""What an uploaded file really is: told from its first bytes, never by its name."""

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from app.core.errors import RuleBroken
from app.core.formats import size as in_words
from app.core.i18n import N_, gettext
from app.core.i18n import gettext as _

MEGABYTE = 1_000_000
HEAD = 4096


class Sort(StrEnum):
    """What kind of file it is, as far as we care."""

    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"
    CAPTIONS = "captions"


#: The most that a file of each kind may weigh, in bytes.
LIMITS: dict[Sort, int] = {
    Sort.IMAGE: 20 * MEGABYTE,
    Sort.DOCUMENT: 50 * MEGABYTE,
    Sort.AUDIO: 100 * MEGABYTE,
    Sort.VIDEO: 500 * MEGABYTE,
    Sort.CAPTIONS: MEGABYTE,
}
#: What may be sent, in words.
TAKEN: dict[Sort, str] = {
    Sort.IMAGE: N_("PNG, JPEG, WebP or AVIF"),
    Sort.DOCUMENT: N_("PDF, Word, Excel, PowerPoint, LibreOffice, EPUB, CSV or text"),
    Sort.AUDIO: N_("MP3, M4A or Ogg"),
    Sort.VIDEO: N_("MP4 or WebM"),
    Sort.CAPTIONS: N_("VTT or SRT"),
}


class TooHeavy(RuleBroken):
    """The file weighs more than is taken of its kind."""

    status = 413


@dataclass(frozen=True, slots=True)
class Known:
    """A type of file that we take: what it is sent as, and the ending of its name."""

    sort: Sort
    content_type: str
    ending: str


PNG = Known(Sort.IMAGE, "image/png", "png")
JPEG = Known(Sort.IMAGE, "image/jpeg", "jpg")
WEBP = Known(Sort.IMAGE, "image/webp", "webp")
AVIF = Known(Sort.IMAGE, "image/avif", "avif")
VTT = Known(Sort.CAPTIONS, "text/vtt", "vtt")
SRT = Known(Sort.CAPTIONS, "application/x-subrip", "srt")
MP4 = Known(Sort.VIDEO, "video/mp4", "mp4")
M4A = Known(Sort.AUDIO, "audio/mp4", "m4a")
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_IN_ZIP = {
    "word/": Known(Sort.DOCUMENT, f"{_OPEN_XML}.wordprocessingml.document", "docx"),
    "xl/": Known(Sort.DOCUMENT, f"{_OPEN_XML}.spreadsheetml.sheet", "xlsx"),
    "ppt/": Known(Sort.DOCUMENT, f"{_OPEN_XML}.presentationml.presentation", "pptx"),
}
_SAYS_ITSELF = {
    f"application/vnd.oasis.opendocument.{name}": ending
    for name, ending in (("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp"))
} | {"application/epub+zip": "epub"}
_BEGINNINGS = (
    (b"%PDF-", Known(Sort.DOCUMENT, "application/pdf", "pdf")),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"ID3", Known(Sort.AUDIO, "audio/mpeg", "mp3")),
    (b"OggS", Known(Sort.AUDIO, "audio/ogg", "ogg")),
    (b"WEBVTT", VTT),
    (b"\xef\xbb\xbfWEBVTT", VTT),
)
_BRANDS = {b"avif": AVIF, b"M4A ": M4A, b"M4B ": M4A} | dict.fromkeys(
    (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"), MP4
)
#: A line of an SRT file that says from when to when.
_SRT_TIMES = re.compile(rb"\d{1,3}:\d\d:\d\d[,.]\d{1,3}\s*-->\s*\d{1,3}:\d\d:\d\d[,.]\d{1,3}")
_MARKUP = re.compile(rb"<(!doctype|!--|html|svg|script|\?xml|body|head|iframe|math)", re.IGNORECASE)
_PLAIN_ENDINGS = {"csv": "text/csv", "txt": "text/plain"}

MOST_PARTS = 5_000
MOST_LISTED = 4 * MEGABYTE
MOST_UNPACKED = 1_000 * MEGABYTE
MOST_TIMES_LARGER = 200


def known_as(file: BinaryIO, name: str) -> Known:
    """What ``file`` is; raises `RuleBroken` in words where it is nothing that we take.

    ``name`` decides only between kinds of plain text, which has no marks of its own.
    """
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    found = _marked(head) or (_in_zip(file, head) if head.startswith(b"PK\x03\x04") else None)
    if found is None and _SRT_TIMES.search(head) and b"\x00" not in head:
        found = SRT
    found = found or _plain(file, head, name)
    if found is None:
        raise RuleBroken(_unknown(head))
    return found


def _marked(head: bytes) -> Known | None:
    for beginning, known in _BEGINNINGS:
        if head.startswith(beginning):
            return known
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return Known(Sort.VIDEO, "video/webm", "webm")
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2:  # noqa: PLR2004 -- MPEG, layer III
        return Known(Sort.AUDIO, "audio/mpeg", "mp3")
    return None


def _plain(file: BinaryIO, head: bytes, name: str) -> Known | None:
    """Text is known by holding nothing else, and no marks of a page."""
    ending = name.rpartition(".")[2].lower()
    if ending not in _PLAIN_ENDINGS or b"\x00" in head or _MARKUP.search(head):
        return None
    while piece := file.read(64 * 1024):
        if b"\x00" in piece:
            return None
    return Known(Sort.DOCUMENT, _PLAIN_ENDINGS[ending], ending)


def _unknown(head: bytes) -> str:
    if _MARKUP.search(head):
        return _("Web pages and SVG drawings can hold programs. Save it as PDF or PNG.")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _("Save the picture as PNG, or what moves as a video.")
    if head[4:12] == b"ftypqt  ":
        return _("This video is in a format that only some devices play. Save it as MP4.")
    if head[4:12] in {b"ftypheic", b"ftypmif1", b"ftypheix"}:
        return _("This picture is in a format that few browsers show. Save it as JPEG.")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _("This is an old kind of document. Save it as DOCX, XLSX, PPTX or PDF.")
    return _("We do not know this kind of file. Save it as PDF, or as one of the kinds listed.")


# --- Packages: Word, Excel, PowerPoint, LibreOffice, EPUB


def _in_zip(file: BinaryIO, head: bytes) -> Known | None:
    """What a package is, by the names in it: nothing is unpacked."""
    names = _listed(file)
    if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names):
        raise RuleBroken(_("This document holds macros. Save it without them, or as PDF."))
    if "[Content_Types].xml" in names:
        return next(
            (known for folder, known in _IN_ZIP.items() if _has_folder(names, folder)), None
        )
    return _says_itself(head)


def _has_folder(names: Iterable[str], folder: str) -> bool:
    return any(name.startswith(folder) for name in names)


def _says_itself(head: bytes) -> Known | None:
    """LibreOffice and EPUB begin with a file, not packed, that says what they are."""
    if head[30:38] != b"mimetype":
        return None
    rest = head[38 + int.from_bytes(head[28:30], "little") :].decode("ascii", "replace")
    for content_type, ending in _SAYS_ITSELF.items():
        if rest.startswith(content_type) and rest[len(content_type) :].startswith("PK"):
            return Known(Sort.DOCUMENT, content_type, ending)
    return None


def _listed(file: BinaryIO) -> set[str]:
    """The names in a package, if it is not made to fill the memory or the disk of who opens it."""
    bomb = RuleBroken(_("This document is packed in a strange way. Save it anew and try again."))
    parts, listing = _claimed(file)
    if parts > MOST_PARTS or listing > MOST_LISTED:
        raise bomb
    try:
        with zipfile.ZipFile(file) as package:
            infos = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as broken:
        raise bomb from broken
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if unpacked > MOST_UNPACKED or unpacked > MEGABYTE + packed * MOST_TIMES_LARGER:
        raise bomb
    return {info.filename for info in infos}


def _claimed(file: BinaryIO) -> tuple[int, int]:
    """How many parts the package says it has, and how long their list is."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    end = file.read()
    at = end.rfind(b"PK\x05\x06")
    file.seek(0)
    if at < 0 or b"PK\x06\x07" in end:  # none at all, or one for more than anybody needs
        return MOST_PARTS + 1, 0
    return (
        int.from_bytes(end[at + 10 : at + 12], "little"),
        int.from_bytes(end[at + 12 : at + 16], "little"),
    )


# --- How much


def refuse_too_large(sort: Sort, size: int) -> None:
    if size > LIMITS[sort]:
        raise TooHeavy(too_large(size, LIMITS[sort]))


def too_large(size: int, most: int) -> str:
    return _("The file weighs %(size)s; at most %(most)s is taken. Make it smaller.") % {
        "size": in_words(size),
        "most": in_words(most),
    }


def taken_in_words(sorts: Iterable[Sort]) -> str:
    """What may be sent and how much of it, before anybody waits for it."""
    return " · ".join(
        _("%(kinds)s, up to %(most)s") % {"kinds": gettext(TAKEN[s]), "most": in_words(LIMITS[s])}
        for s in sorts
    )
