"""Reading an uploaded table: CSV as programs really write it, or XLSX; never trusted."""

import codecs
import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _

MEGABYTE = 1_000_000
MOST_BYTES = 5 * MEGABYTE
#: What a workbook may weigh once it is unpacked: any one part of it, and all of it.
MOST_BYTES_OF_A_PART = 20 * MEGABYTE
MOST_BYTES_UNPACKED = 40 * MEGABYTE
MOST_PARTS = 200
MOST_COLUMNS = 60
MOST_LETTERS = 400
#: Blank lines count as well: a sheet may claim a million of them.
MOST_LINES = 50_000
CHUNK = 64 * 1024
HEAD = 20
DELIMITERS = ",;\t|"

#: What a package says whose content is broken, or packed in a way that we do not know.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
)
#: Declarations let a few letters stand for millions; XML may be in letters of two bytes as well.
_DECLARATIONS = tuple(
    sign.encode(letters)
    for sign in ("<!DOCTYPE", "<!ENTITY")
    for letters in ("ascii", "utf-16-le", "utf-16-be")
)

#: A line of the file by its number, as texts.
Line = tuple[int, list[str]]


def lines_of(file: BinaryIO, is_heading: Callable[[str], bool]) -> Iterator[Line]:
    """The lines of a table that are not blank. ``is_heading`` helps to tell how columns are parted.

    Raises `RuleBroken` with a sentence when the file is no such table, also in the middle of it.
    """
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"PK"):
        lines = _workbook(file)
    elif start.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
        raise no_table()
    else:
        lines = _text(file, is_heading)
    for number, cells in islice(lines, MOST_LINES):
        tidy = [cell.strip()[:MOST_LETTERS] for cell in cells[:MOST_COLUMNS]]
        if any(tidy):
            yield number, tidy


def no_table() -> RuleBroken:
    return RuleBroken(_("This is no table we can read. Save it as CSV or XLSX and try again."))


def _text(file: BinaryIO, is_heading: Callable[[str], bool]) -> Iterator[Line]:
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        head = "".join(islice(text, HEAD))
        delimiter = max(DELIMITERS, key=lambda sign: _fit(head, sign, is_heading))
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter)
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise no_table() from error
            if cells is None:
                return
            yield reader.line_num, cells
    finally:
        with suppress(ValueError):  # closed already, when it was left in the middle
            text.detach()


def _fit(head: str, delimiter: str, is_heading: Callable[[str], bool]) -> int:
    """How many headings the best line of ``head`` has when it is parted like this."""
    try:
        lines = list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))
    except csv.Error:
        return 0
    return max((sum(is_heading(cell) for cell in line) for line in lines), default=0)


def _encoding(file: BinaryIO) -> str:
    """By its mark, by the pattern of UTF-16, or else UTF-8 if it is that, and Windows' if not."""
    file.seek(0)
    start = file.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) > len(start) // 8 and min(even, odd) <= len(start) // 64:
        return "utf-16-le" if odd > even else "utf-16-be"
    if 0 in start:
        raise no_table()
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _workbook(file: BinaryIO) -> Iterator[Line]:
    """The first visible sheet, row by row; formulas by their last value."""
    from openpyxl import load_workbook  # noqa: PLC0415 -- loaded for whoever imports, not at start

    _refuse_bombs(file)
    file.seek(0)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheet: Any = sheets[0]
        sheet.reset_dimensions()  # what a file says of its size is not believed
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
            yield number, [_written(value) for value in row]
    except RuleBroken:
        raise
    except Exception as error:  # whatever a broken workbook makes the library say
        raise no_table() from error


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _refuse_bombs(file: BinaryIO) -> None:
    """Unpack everything once, counting what really comes out and keeping none of it."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise too_much()
            left = MOST_BYTES_UNPACKED
            for part in parts:
                left -= _weight(packed, part, min(left, MOST_BYTES_OF_A_PART))
    except UNREADABLE as error:
        raise no_table() from error


def _weight(packed: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    weight, before = 0, b""
    with packed.open(part) as content:
        while chunk := content.read(CHUNK):
            weight += len(chunk)
            if weight > most:
                raise too_much()
            seen = before + chunk
            if any(sign in seen for sign in _DECLARATIONS):
                raise no_table()
            before = chunk[-2 * len("<!DOCTYPE") :]
    return weight


def too_much() -> RuleBroken:
    return RuleBroken(_("This workbook unpacks to more than a list of people can be."))
