"""The annual report as people read it: its lines, its notes, and its rows in files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.core.formats import date_range, number
from app.core.i18n import choose, ngettext
from app.core.i18n import gettext as _
from app.models import CapstoneKind, CapstoneStatus, Mode
from app.queries.figures import Dimension, EditionNamed, Group
from app.queries.reports import AnnualReport
from app.web.exports import Cell, Column, Sheet
from app.web.figures import (
    PARTS,
    Line,
    ShownTable,
    counting_words,
    name_of,
    not_for_publication,
    part_words,
    sheet_of,
    table_of,
)
from app.web.labels import label

NOBODY = Group((), 0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader of one line must know to understand its numbers."""

    edition: str
    words: str


@dataclass(frozen=True, slots=True)
class CapstoneLine:
    kind: str
    numbers: tuple[int, ...]  # by state, in the order of a capstone's life


def participants_of(report: AnnualReport, edition: EditionNamed) -> Group:
    return report.participants.get(edition.id, NOBODY)


def notes(report: AnnualReport) -> list[Note]:
    """Made by rule from the records, in the order of the lines."""
    found = []
    for reported in report.editions:
        sentences = _sentences(participants_of(report, reported.edition))
        if sentences:
            found.append(Note(choose(reported.edition.title), " ".join(sentences)))
    return found


def _sentences(group: Group) -> list[str]:
    sentences = []
    if group.not_stated:
        sentence = ngettext(
            "%(num)s participant did not state their gender.",
            "%(num)s participants did not state their gender.",
            group.not_stated,
        )
        sentences.append(sentence % {"num": group.not_stated})
    if group.total and group.institutions is None:
        sentences.append(_("Institutions were not recorded."))
    elif group.without_institution:
        sentence = ngettext(
            "The institution of %(num)s participant was not recorded.",
            "The institution of %(num)s participants was not recorded.",
            group.without_institution,
        )
        sentences.append(sentence % {"num": group.without_institution})
    return sentences


def edition_table(report: AnnualReport) -> ShownTable:
    """One line per edition in the order in which they began, also where nobody took part."""
    lines = []
    noted = 0
    for reported in report.editions:
        group = participants_of(report, reported.edition)
        name = name_of(reported.edition, Dimension.EDITION)
        if _sentences(group):
            noted += 1
            name = replace(
                name, note=_("%(dates)s; note %(number)s") % {"dates": name.note, "number": noted}
            )
        lines.append(Line((name,), group))
    whole = table_of(report.figures, report.figures.tables[0], "")
    words = ngettext("%(num)s edition", "%(num)s editions", len(lines)) % {"num": len(lines)}
    total = Line((replace(whole.total.names[0], text=words),), whole.total.group)
    return replace(whole, lines=lines, total=total, sort="")


def other_tables(report: AnnualReport) -> list[ShownTable]:
    """By country and by institution."""
    tables = [table_of(report.figures, table, "") for table in report.figures.tables[1:]]
    return [replace(table, sort="") for table in tables]


def capstone_lines(report: AnnualReport) -> list[CapstoneLine]:
    """Projects and roadmaps by how far they are; the last number of a line is their sum."""
    kinds: tuple[CapstoneKind | None, ...] = (*CapstoneKind, None)
    lines = []
    for kind in kinds:
        numbers = [report.capstones.get((kind, status), 0) for status in CapstoneStatus]
        if sum(numbers):
            words = label(kind) if kind else _("Not recorded")
            lines.append(CapstoneLine(words, (*numbers, sum(numbers))))
    return lines


def capstone_heads() -> list[str]:
    return [_("Capstones"), *(label(status) for status in CapstoneStatus), _("Total")]


def capstone_columns() -> list[dict[str, Any]]:
    kind, *numbers = capstone_heads()
    return [{"label": kind}, *({"label": head, "n": True} for head in numbers)]


def handed_in(report: AnnualReport) -> int:
    """Capstones that a tutor has been given to read, whatever came of it."""
    return sum(n for (_k, status), n in report.capstones.items() if status != CapstoneStatus.DRAFT)


def hours(report: AnnualReport) -> str:
    return number(round(report.minutes / 60, 1))


def mode_words(mode: Mode | None) -> str:
    if mode is None:
        return _("All courses, with and without a tutor.")
    if mode is Mode.TUTOR_LED:
        return _("Courses with a tutor, as the printed reports count them.")
    return _("Courses at one’s own pace.")


def in_one_line(report: AnnualReport, mode: Mode | None) -> str:
    """What is counted: the courses, the dates they cover, and who."""
    counted = _("Counted: people who took part, still at it or completed.")
    return " ".join([mode_words(mode), counted, _dates(report)]).strip()


def about(report: AnnualReport, mode: Mode | None) -> list[tuple[str, str]]:
    """What is counted, and what cannot be seen in the tables: for the second sheet."""
    found = [
        (_("What is counted"), _("Annual report %(year)s") % {"year": report.year}),
        *([(_("Take care"), not_for_publication())] if report.figures.show_small_groups else []),
        (_("Courses"), mode_words(mode)),
        (_("Counted"), _("People who took part, still at it or completed")),
        (_("How"), counting_words(report.figures.counting)),
        (_("Year"), _("Editions belong to the reporting year that is written in their settings.")),
        (_("As of"), _("Gender, country and institution are those on admission.")),
        (_("Live sessions"), number(report.sessions)),
        (_("Hours of live sessions"), hours(report)),
        (_("Capstones handed in"), number(handed_in(report))),
    ]
    return found + [(note.edition, note.words) for note in notes(report)]


def columns(*, live: bool) -> list[Column]:
    """The columns of the file, whose keys never change."""
    people = "{women}+{men}+{other}+{not_stated}" if live else ""
    return [
        Column("kind", _("Line"), 10),
        Column("title", _("Course"), 70),
        Column("starts", _("Starts"), 12),
        Column("ends", _("Ends"), 12),
        Column("participants", _("Participants"), formula=people, summed=live),
        *(Column(part, part_words(part), summed=live) for part in PARTS),
        Column("institutions", _("Institutions")),
        Column("countries", _("Countries")),
    ]


def rows(report: AnnualReport) -> Iterator[list[Cell]]:
    for reported in report.editions:
        edition = reported.edition
        group = participants_of(report, edition)
        dates = (edition.starts_on, edition.ends_on)
        yield ["edition", choose(edition.title), *dates, *_numbers(group)]


def total_row(report: AnnualReport) -> list[Cell]:
    return ["total", _("Total"), None, None, *_numbers(report.figures.total)]


def _numbers(group: Group) -> list[int | None]:
    parts = (group.women, group.men, group.other, group.not_stated)
    return [group.total, *parts, group.institutions, group.countries]


def sheets(report: AnnualReport) -> list[Sheet]:
    live = report.figures.are_whole
    editions = Sheet(_("Editions"), columns(live=live), rows(report), total_row(report))
    others = [sheet_of(table, report.figures) for table in other_tables(report)]
    heads = capstone_heads()
    capstones = Sheet(
        _("Capstones"),
        [Column(head, head, 16) for head in heads],
        [[line.kind, *line.numbers] for line in capstone_lines(report)],
    )
    return [editions, *others, capstones]


def _dates(report: AnnualReport) -> str:
    """From the first day of the first edition to the last day of the last."""
    days = [r.edition for r in report.editions if r.edition.starts_on]
    if not days:
        return ""
    starts = min(edition.starts_on for edition in days if edition.starts_on)
    ends = max((edition.ends_on for edition in days if edition.ends_on), default=None)
    return _("Dates of the editions: %(dates)s.") % {"dates": date_range(starts, ends)}
