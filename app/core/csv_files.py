"""Reading a CSV file as people have it: from whatever program, in whatever letters."""

import csv
import re
from dataclasses import dataclass
from io import StringIO

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.text import one_line

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
#: A text before which an export put an apostrophe, so that no spreadsheet runs it as a formula.
_DEFUSED = re.compile(r"'\s*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 -- the wide ones
_DEFUSED_INSIDE = re.compile(r"(;[ \"]{0,9})'(?=[=+\-@＝＋－＠])")  # noqa: RUF001 -- as above
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file that is not empty, with its number in it."""

    number: int
    cells: list[str]


def read_csv(content: bytes, *, most_lines: int) -> list[Line]:
    """The lines of a file, the header among them. What can't be read is refused in words."""
    text = _text(content)
    if text[:4].lower() == "sep=":  # as Excel writes it, and reads it
        separator, text = text[4:5], text.partition("\n")[2]
        skipped = 1
    else:
        head = text.lstrip("\r\n ").partition("\n")[0]
        separator, skipped = max(_SEPARATORS, key=head.count), 0
    if separator not in _SEPARATORS:
        raise RuleBroken(_("Separate the columns of the file by commas or semicolons."))
    lines = _lines(text, separator, skipped, most_lines)
    if not lines:
        raise RuleBroken(_("The file is empty."))
    return lines


def _lines(text: str, separator: str, skipped: int, most: int) -> list[Line]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[Line] = []
    before = 0
    try:
        for row in reader:
            cells = [one_line(_armed(cell)) for cell in row]
            if any(cells):
                found.append(Line(before + 1 + skipped, cells))
            before = reader.line_num
            if len(found) > most + 1:
                raise RuleBroken(
                    _("The file has more than %(most)s lines. Divide it.") % {"most": most}
                )
    except csv.Error as error:
        words = _("Line %(line)s can't be read. Look for a quotation mark that is not closed.")
        raise RuleBroken(words % {"line": before + 1 + skipped}) from error
    return found


def _armed(cell: str) -> str:
    plain = cell[1:] if _DEFUSED.match(cell) else cell
    return _DEFUSED_INSIDE.sub(r"\1", plain)


def _text(content: bytes) -> str:
    if content.startswith(_WORKBOOKS):
        raise RuleBroken(_("This is a workbook. Save the sheet as CSV, and send that."))
    for letters in ("utf-16",) if content.startswith(_WIDE) else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(letters)
        except UnicodeError:
            continue
        if "\x00" not in text:
            return text
    raise RuleBroken(_("The letters of this file can't be read. Save it as CSV in UTF-8."))
