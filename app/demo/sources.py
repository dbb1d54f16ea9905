"""Reads what the centre reported, row by row, and refuses a file that does not make sense."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Never

DATA = Path(__file__).parent / "data"

COUNTRIES = frozenset(
    [
        "AR",
        "BB",
        "BO",
        "BR",
        "BS",
        "BZ",
        "CL",
        "CO",
        "CR",
        "CU",
        "CV",
        "DO",
        "EC",
        "ES",
        "GT",
        "GY",
        "HN",
        "HT",
        "JM",
        "MX",
        "NI",
        "PA",
        "PE",
        "PT",
        "PY",
        "SV",
        "TT",
        "UY",
        "VE",
    ]
)
LANGUAGES = frozenset({"es", "pt", "en", "fr"})


class Mode(StrEnum):
    TUTOR_LED = "tutor_led"
    SELF_ADMINISTERED = "self_administered"


class Capstone(StrEnum):
    PROJECT = "project"
    ROADMAP = "roadmap"


class BrokenSource(Exception):
    """A source file says something that cannot be: which file, which line, and what."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        self.file, self.line, self.reason = file, line, reason
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {reason}")


@dataclass(frozen=True)
class InstitutionRow:
    acronym: str
    name: str
    country: str
    example: bool

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others: an acronym alone does not."""
        return self.acronym, self.country


@dataclass(frozen=True)
class EditionRow:
    """One line of the report; None, and an empty ``place``, is "not reported"."""

    title: str
    mode: Mode
    languages: tuple[str, ...]
    reporting_year: int
    starts: date | None
    ends: date | None
    participants: int | None
    women: int | None
    men: int | None
    institutions: int | None
    countries: int | None
    place: tuple[str, ...]
    capstone: Capstone | None


@dataclass(frozen=True)
class VideoconferenceRow:
    series: int
    title: str
    on: date
    organisations: tuple[str, ...]


def read_institutions(folder: Path = DATA) -> tuple[InstitutionRow, ...]:
    """The institutions of the network, then the invented ones, marked as examples."""
    rows: dict[tuple[str, str], InstitutionRow] = {}
    for file, example in (("institutions.csv", False), ("example-institutions.csv", True)):
        for line in _lines(folder, file, ("acronym", "name", "country")):
            row = InstitutionRow(
                line.text("acronym"), line.text("name"), line.country("country"), example
            )
            if row.key in rows:
                line.refuse(f"{row.acronym} in {row.country} is there twice")
            rows[row.key] = row
    return tuple(rows.values())


def read_editions(folder: Path = DATA) -> tuple[EditionRow, ...]:
    header = (
        "title,mode,languages,reporting_year,starts,ends,participants,women,men,"
        "institutions,countries,place,capstone"
    )
    return tuple(
        _edition(line) for line in _lines(folder, "course-editions.csv", header.split(","))
    )


def read_videoconferences(folder: Path = DATA) -> tuple[VideoconferenceRow, ...]:
    lines = _lines(folder, "videoconferences.csv", ("series", "title", "date", "organisations"))
    return tuple(
        VideoconferenceRow(
            series=line.year("series"),
            title=line.text("title"),
            on=line.needed("date", line.day),
            organisations=line.several("organisations", ";"),
        )
        for line in lines
    )


def _edition(line: "_Line") -> EditionRow:
    languages = line.several("languages", " ", LANGUAGES)
    starts, ends = line.day("starts"), line.day("ends")
    participants, women, men = (line.number(key) for key in ("participants", "women", "men"))
    if not languages:
        line.refuse("languages is empty")
    if (starts is None) != (ends is None):
        line.refuse("starts and ends are reported together or not at all")
    if starts and ends and starts > ends:
        line.refuse(f"it starts on {starts} and ends before, on {ends}")
    if (women or 0) + (men or 0) > (participants or 0):
        line.refuse("women and men are more than the participants")

    return EditionRow(
        title=line.text("title"),
        mode=Mode(line.one_of("mode", frozenset(Mode))),
        languages=languages,
        reporting_year=line.year("reporting_year"),
        starts=starts,
        ends=ends,
        participants=participants,
        women=women,
        men=men,
        institutions=line.number("institutions"),
        countries=line.number("countries"),
        place=line.several("place", " ", COUNTRIES),
        capstone=Capstone(line.one_of("capstone", frozenset(Capstone)))
        if line.cells["capstone"]
        else None,
    )


@dataclass(frozen=True)
class _Line:
    """A line of a file, with its cells by column, that knows how to read and to refuse them."""

    file: str
    number_in_file: int
    cells: dict[str, str]

    def refuse(self, reason: str) -> Never:
        raise BrokenSource(self.file, self.number_in_file, reason)

    def needed[T](self, column: str, read: Callable[[str], T | None]) -> T:
        found = read(column)
        if found is None:
            self.refuse(f"{column} is empty")
        return found

    def text(self, column: str) -> str:
        return self.needed(column, lambda key: self.cells[key] or None)

    def number(self, column: str) -> int | None:
        cell = self.cells[column]
        if cell and not re.fullmatch("[0-9]{1,9}", cell):
            self.refuse(f"{column} is not a whole number: {cell!r}")
        return int(cell) if cell else None

    def year(self, column: str) -> int:
        cell = self.text(column)
        if not re.fullmatch("[12][0-9]{3}", cell):
            self.refuse(f"{column} is not a year: {cell!r}")
        return int(cell)

    def day(self, column: str) -> date | None:
        cell = self.cells[column]
        if not cell:
            return None
        try:
            found = date.fromisoformat(cell)
        except ValueError:
            found = None
        if found is None or found.isoformat() != cell:  # Python also reads 20220406
            self.refuse(f"{column} is not a date such as 2022-04-06: {cell!r}")
        return found

    def one_of(self, column: str, known: frozenset[str]) -> str:
        cell = self.text(column)
        if cell not in known:
            self.refuse(f"{column} is none of {', '.join(sorted(known))}: {cell!r}")
        return cell

    def country(self, column: str) -> str:
        cell = self.text(column)
        if not re.fullmatch("[A-Z]{2}", cell):
            self.refuse(f"{column} is not a country code of two letters: {cell!r}")
        if cell not in COUNTRIES:
            self.refuse(f"{column} is not a country of the programme: {cell!r}")
        return cell

    def several(
        self, column: str, separator: str, known: frozenset[str] | None = None
    ) -> tuple[str, ...]:
        cell = self.cells[column]
        parts = tuple(part.strip() for part in cell.split(separator)) if cell else ()
        if len(set(parts)) < len(parts) or not all(parts):
            self.refuse(f"{column} says something twice, or nothing: {cell!r}")
        for part in parts:
            if known is not None and part not in known:
                self.refuse(f"{column} has a code that is not known: {part!r}")
        return parts


def _lines(folder: Path, file: str, header: Sequence[str]) -> Iterator[_Line]:
    """The lines below the header, each checked for its number of cells and for stray spaces."""
    numbered = _numbered(folder, file)
    found = next(numbered, (1, []))[1]
    if found != list(header):
        raise BrokenSource(file, 1, f"the header is not {','.join(header)}: {','.join(found)!r}")
    for number, cells in numbered:
        if not cells:
            raise BrokenSource(file, number, "the line is empty")
        if len(cells) != len(header):
            reason = f"{len(header)} cells are expected, {len(cells)} found"
            raise BrokenSource(file, number, reason)
        line = _Line(file, number, dict(zip(header, cells, strict=True)))
        for column, cell in line.cells.items():
            if cell != cell.strip():
                line.refuse(f"{column} begins or ends with a space: {cell!r}")
        yield line


def _numbered(folder: Path, file: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line on which it begins."""
    begins = 1
    try:
        with (folder / file).open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.reader(opened, strict=True)
            for cells in reader:
                yield begins, cells
                begins = reader.line_num + 1
    except FileNotFoundError:
        raise BrokenSource(file, None, "the file is missing") from None
    except UnicodeDecodeError:
        raise BrokenSource(file, None, "the file is not UTF-8") from None
    except csv.Error as error:
        raise BrokenSource(file, begins, f"it is not CSV: {error}") from None
