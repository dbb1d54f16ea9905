"""Tables as files: CSV line by line, XLSX with live totals, and names that say what is in them."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

from fastapi import Response
from fastapi.responses import StreamingResponse

Cell = str | int | float | date | None

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES_AT_ONCE = 500
BYTES_AT_ONCE = 256 * 1024
LONGEST_NAME = 80

#: What makes a spreadsheet take a text for a formula; the wide ones do so in Japanese ones.
_FORMULA_SIGNS = frozenset("=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
                           "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip

_CELL_ENDS = re.compile(r"([;\n])")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: ``key`` is for scripts and never changes, ``label`` is for people.

    ``formula`` computes it from other columns of its row, named by key: ``{women}+{men}``.
    ``summed``: the total's cell is the sum of the cells above it.
    """

    key: str
    label: str
    width: int = 12
    formula: str = ""
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook. Formulas carry the values given, for readers that don't calculate."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    total: Sequence[Cell] | None = None


def defused(cell: Cell) -> Cell:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it.

    So does what stands behind a semicolon or on a new line in it: in many countries a spreadsheet
    begins a cell there, whatever the file says.
    """
    if not isinstance(cell, str) or not cell.strip():
        return cell
    begins = cell[:1] in _FORMULA_SIGNS or cell.lstrip()[:1] in _FORMULA_SIGNS
    first, *more = _CELL_ENDS.split(cell)
    return ("'" if begins else "") + first + "".join(map(_defused_inside, more))


def _defused_inside(piece: str) -> str:
    said = piece.lstrip(' \t\r"')
    if piece == "\n" or said[:1] not in _FORMULA_SIGNS:
        return piece
    return f"{piece[: len(piece) - len(said)]}'{said}"


def csv_response(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, keys: bool = False
) -> Response:
    """UTF-8 with a byte order mark, after RFC 4180; with ``keys`` a row of them below the header.

    The rows are read while they are sent: if they come from the database, from a session of
    their own.
    """
    heads: list[list[Cell]] = [[column.label for column in columns]]
    if keys:
        heads.append([column.key for column in columns])
    lines = _csv_lines(chain(heads, rows))
    return StreamingResponse(lines, 200, attached(f"{name}.csv"), "text/csv; charset=utf-8")


def _csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    buffer = StringIO("\ufeff")
    buffer.seek(0, 2)
    writer = csv.writer(buffer)
    for number, row in enumerate(rows, 1):
        writer.writerow([defused(plain(cell)) for cell in row])
        if number % LINES_AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def plain(cell: Cell) -> str | int | float | None:
    """The cell with dates as ISO 8601 writes them."""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds").replace("+00:00", "Z")
    return cell.isoformat() if isinstance(cell, date) else cell


def xlsx_response(name: str, *sheets: Sheet, about: Sequence[tuple[str, str]] = ()) -> Response:
    """A workbook; ``about``, the sheet after the first, says in words what the figures count."""
    file = TemporaryFile()  # noqa: SIM115 -- closed when it has been sent
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    import xlsxwriter  # noqa: PLC0415 -- loaded for whoever exports, not at start

    with xlsxwriter.Workbook(file, options) as book:
        for place, sheet in enumerate(sheets):
            _write(book, sheet)
            if place == 0 and about:
                _write_words(book, about)
    return StreamingResponse(_content(file), 200, attached(f"{name}.xlsx"), XLSX)


def _content(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(BYTES_AT_ONCE):
            yield part


def _write(book: Any, sheet: Sheet) -> None:
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"})
    paper = book.add_worksheet(_sheet_title(book, sheet.title))
    for place, column in enumerate(sheet.columns):
        paper.set_column(place, place, column.width)
    paper.freeze_panes(1, 0)
    paper.repeat_rows(0)
    for place, column in enumerate(sheet.columns):
        paper.write_string(0, place, column.label, head)
    last = 0
    for last, row in enumerate(sheet.rows, 1):
        _write_row(paper, sheet, last, row, None)
    if sheet.total is not None:
        _write_row(paper, sheet, last + 1, sheet.total, bold, sums_of=last)


def _write_row(
    paper: Any, sheet: Sheet, line: int, row: Sequence[Cell], look: Any, *, sums_of: int = 0
) -> None:
    """One line; a live one, where the column has a formula, or a sum over ``sums_of`` lines."""
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415 -- as above

    addresses = {c.key: xl_rowcol_to_cell(line, place) for place, c in enumerate(sheet.columns)}
    for place, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
        formula = column.formula.format(**addresses)
        if column.summed and sums_of:
            top, bottom = xl_rowcol_to_cell(1, place), xl_rowcol_to_cell(sums_of, place)
            formula = f"SUM({top}:{bottom})"
        if formula:
            paper.write_formula(line, place, f"={formula}", look, "" if cell is None else cell)
        elif isinstance(cell, str):
            paper.write_string(line, place, cell, look)
        else:
            paper.write(line, place, _without_zone(cell), look)


def _without_zone(cell: Cell) -> Cell:
    """Spreadsheets know no zones: instants are written as they are in UTC."""
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _write_words(book: Any, about: Sequence[tuple[str, str]]) -> None:
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    paper = book.add_worksheet(_sheet_title(book, about[0][0]))
    paper.set_column(0, 0, 28)
    paper.set_column(1, 1, 90)
    for line, (name, words) in enumerate(about):
        paper.write_string(line, 0, name, bold)
        paper.write_string(line, 1, words, wrapped)


def _sheet_title(book: Any, title: str) -> str:
    """Excel wants at most 31 letters, each title once, and no brackets, colons or slashes."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:31] or "Sheet"
    taken = {paper.get_name().lower() for paper in book.worksheets()}
    number = 2
    found = plain
    while found.lower() in taken:
        found = f"{plain[:27]} {number}"
        number += 1
    return found


def file_name(*parts: str) -> str:
    """``statistics-2022-tutor-led-bo``: what is in the file, in letters that all systems take."""
    words = "-".join(part for part in parts if part)
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:LONGEST_NAME].strip("-")


def attached(name: str) -> dict[str, str]:
    """The header that has a browser save the answer under ``name``, as `file_name` makes it."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
