"""Figures as people read them: the tables of a page, and the same lines as rows of a file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.collation import sort_key
from app.core.formats import date_range
from app.core.i18n import choose, chosen_language, country_name, ngettext
from app.core.i18n import gettext as _
from app.queries.figures import (
    Counting,
    CourseNamed,
    Dimension,
    EditionNamed,
    Figures,
    Group,
    InstitutionNamed,
    Key,
    Part,
    Table,
)
from app.web.exports import Cell, Column, Sheet, plain

#: Pages and reports show the first lines of a very long table; CSV and XLSX hold all of them.
MOST_LINES_SHOWN = 200

PARTS = tuple(Part)
#: The numbers of a line by their stable keys, in the order in which files have them.
MEASURES = (*PARTS, "total", "women_percent", "institutions", "countries")


@dataclass(frozen=True, slots=True)
class Name:
    """What a line is called: a text, a note below it, and where it leads."""

    text: str
    note: str = ""
    address: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    names: tuple[Name, ...]
    group: Group

    def number(self, measure: str) -> int | None:
        if measure == "women_percent":
            return self.group.percent(self.group.women)
        found: int | None = getattr(self.group, measure)
        return found

    @property
    def is_withheld(self) -> bool:
        """Whether there are people here whose split by gender is not shown."""
        return self.group.women is None


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with its lines in order."""

    id: str
    title: str
    caption: str
    by: tuple[Dimension, ...]
    measures: tuple[str, ...]
    lines: Sequence[Line]
    total: Line
    sort: str  # empty: the order is fixed
    other_is_not_stated: bool = False

    @property
    def has_bars(self) -> bool:
        return self.by == (Dimension.COUNTRY,)

    @property
    def largest(self) -> int:
        return max((line.group.total or 0 for line in self.lines), default=0)

    @property
    def shown(self) -> Sequence[Line]:
        return self.lines[:MOST_LINES_SHOWN]

    def words(self, measure: str) -> str:
        return measure_words(measure, other_is_not_stated=self.other_is_not_stated)

    def heads(self, *, screen: bool) -> list[dict[str, Any]]:
        """The columns as the macro for tables takes them; screens have bars and can be sorted."""
        first, *more = self.by
        names: list[dict[str, Any]] = [{"label": dimension_words(first), "sort": "name"}]
        names += [{"label": dimension_words(dimension)} for dimension in more]
        bar = [{"label": _("Bar"), "hidden": True, "bar": True}] if self.has_bars else []
        numbers = [{"label": self.words(m), "n": True, "sort": m} for m in self.measures]
        heads = names + bar + numbers if screen else names + numbers
        return heads if screen and self.sort else [head | {"sort": None} for head in heads]


def dimension_words(dimension: Dimension) -> str:
    return {
        Dimension.EDITION: _("Edition"),
        Dimension.COURSE: _("Course"),
        Dimension.COUNTRY: _("Country"),
        Dimension.INSTITUTION: _("Institution"),
        Dimension.GENDER: _("Gender"),
        Dimension.YEAR: _("Reporting year"),
    }[dimension]


def part_words(part: Part) -> str:
    return {
        Part.WOMEN: _("Women"),
        Part.MEN: _("Men"),
        Part.OTHER: _("Other"),
        Part.NOT_STATED: _("Not stated"),
    }[part]


def measure_words(measure: str, *, other_is_not_stated: bool = False) -> str:
    if other_is_not_stated and measure == Part.NOT_STATED:
        return _("Other or not stated")
    if measure in PARTS:
        return part_words(Part(measure))
    return {
        "total": _("Total"),
        "women_percent": _("% women"),
        "institutions": _("Institutions"),
        "countries": _("Countries"),
    }[measure]


def institution_words(institution: InstitutionNamed) -> str:
    """Acronyms repeat, so the country stands beside them; and what became of it since."""
    words = {
        "institution": institution.acronym,
        "country": country_name(institution.country),
        "successor": institution.successor,
    }
    if institution.successor:
        return _("%(institution)s, %(country)s (merged into %(successor)s)") % words
    return _("%(institution)s, %(country)s") % words


def edition_words(title: dict[str, str], starts_on: date | None, ends_on: date | None) -> str:
    return f"{choose(title)} ({date_range(starts_on, ends_on)})"


def not_for_publication() -> str:
    """What stands beside figures that hold small groups, wherever staff take them along."""
    return _(
        "Exact figures: some groups are so small that a person could be recognised. "
        "For work only, not for publication."
    )


def table_of(figures: Figures, table: Table, sort: str) -> ShownTable:
    """A table of the figures, its lines ordered by ``sort``."""
    lines = [Line(_names(group, table.by), group) for group in table.groups]
    order = sort if sort.removeprefix("-") in {"name", *MEASURES} else _usual_order(table.by)
    return ShownTable(
        id="by-" + "-".join(table.by),
        title=_title(table.by),
        caption=counting_words(figures.counting),
        by=table.by,
        measures=_measures_shown(table.by, figures),
        lines=_in_order(lines, table, order),
        total=Line((Name(_total_words(table)),), figures.total),
        sort=order,
        other_is_not_stated=figures.other_is_not_stated,
    )


def _usual_order(by: tuple[Dimension, ...]) -> str:
    """The largest first, unless the lines have an order of their own."""
    alone = len(by) == 1 and by[0] not in {Dimension.GENDER, Dimension.YEAR}
    return "-total" if alone else "name"


def _title(by: tuple[Dimension, ...]) -> str:
    usual: dict[tuple[Dimension, ...], str] = {
        (Dimension.EDITION,): _("By course edition"),
        (Dimension.COURSE,): _("By course"),
        (Dimension.COUNTRY,): _("By country and gender"),
        (Dimension.INSTITUTION,): _("By institution"),
        (Dimension.GENDER,): _("By gender"),
        (Dimension.YEAR,): _("By reporting year"),
    }
    return usual.get(by) or " × ".join(dimension_words(dimension) for dimension in by)


def _total_words(table: Table) -> str:
    number = sum(group.joined or 1 for group in table.groups)
    if table.by == (Dimension.EDITION,):
        return ngettext("%(num)s edition", "%(num)s editions", number) % {"num": number}
    if table.by == (Dimension.COUNTRY,):
        return ngettext("%(num)s country", "%(num)s countries", number) % {"num": number}
    return _("Total")


def _measures_shown(by: tuple[Dimension, ...], figures: Figures) -> tuple[str, ...]:
    """Columns that would only repeat the line's own name are left out on pages."""
    repeated: set[str] = {Part.OTHER} if figures.other_is_not_stated else set()
    if Dimension.GENDER in by:
        repeated |= {*PARTS, "women_percent"}
    if Dimension.COUNTRY in by:
        repeated |= {"countries"}
    if Dimension.INSTITUTION in by:
        repeated |= {"institutions"}
    if by == (Dimension.INSTITUTION,):
        repeated |= {"countries"}  # as good as always its own
    if by == (Dimension.COUNTRY,):
        repeated |= {"women_percent"}  # the bar takes its place
    return tuple(measure for measure in MEASURES if measure not in repeated)


def counting_words(counting: Counting) -> str:
    if counting is Counting.PEOPLE:
        return _(
            "People are counted: once in each line, with what they said when they were last "
            "admitted in it, and once in the total. So lines can add up to more than the total."
        )
    return _("Enrolments are counted: a person in two editions is counted in each.")


def _names(group: Group, by: tuple[Dimension, ...]) -> tuple[Name, ...]:
    if group.joined:
        words = ngettext(
            "%(num)s group with few people", "%(num)s groups with few people", group.joined
        )
        return (Name(words % {"num": group.joined}), *(Name("") for _other in by[1:]))
    return tuple(name_of(key, dimension) for key, dimension in zip(group.keys, by, strict=True))


def name_of(key: Key, dimension: Dimension) -> Name:
    return Name(_("Not recorded")) if key is None else _NAMES[dimension](key)


def _edition_name(edition: EditionNamed) -> Name:
    return Name(
        choose(edition.title),
        date_range(edition.starts_on, edition.ends_on),
        f"/editions/{edition.id}",
        chosen_language(edition.title),
    )


_NAMES: dict[Dimension, Callable[[Any], Name]] = {
    Dimension.EDITION: _edition_name,
    Dimension.COURSE: lambda it: Name(choose(it.title), lang=chosen_language(it.title)),
    Dimension.COUNTRY: lambda code: Name(country_name(code)),
    Dimension.INSTITUTION: lambda it: Name(institution_words(it), it.name),
    Dimension.GENDER: lambda part: Name(part_words(part)),
    Dimension.YEAR: lambda year: Name(str(year)),
}


def _in_order(lines: list[Line], table: Table, sort: str) -> list[Line]:
    """By the names from left to right, or by a number; groups added together come last."""
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    lines = sorted(lines, key=lambda line: _by_names(line, table.by))
    if key == "name":
        lines = lines[::-1] if descending else lines
    else:
        sign = -1 if descending else 1
        lines.sort(key=lambda line: sign * (line.number(key) or 0))
    return sorted(lines, key=lambda line: bool(line.group.joined))


def _by_names(line: Line, by: tuple[Dimension, ...]) -> tuple[Any, ...]:
    return tuple(
        (key is None, _by_name(key, name))
        for key, name, _d in zip(line.group.keys, line.names, by, strict=True)
    )


def _by_name(key: Key, name: Name) -> tuple[Any, ...]:
    """Genders and years in their own order, all the rest by the alphabet."""
    if isinstance(key, Part):
        return (PARTS.index(key),)
    if isinstance(key, int):
        return (key,)
    starts = key.starts_on if isinstance(key, EditionNamed) else None
    return (sort_key(name.text), starts or date.min)


def columns_of(table: ShownTable, *, live: bool) -> list[Column]:
    """The columns of a file: what a line is about, then its numbers; ``live``: with formulas."""
    women, stated = "{women}", "({women}+{men}+{other})"
    formulas = {
        "total": "{women}+{men}+{other}+{not_stated}",
        "women_percent": f'IF({stated}=0,"",ROUND(100*{women}/{stated},0))',
    }
    return [
        Column("kind", _("Line"), 16),
        *(column for dimension in table.by for column in _columns_of(dimension)),
        *(
            Column(
                measure,
                table.words(measure),
                formula=formulas.get(measure, "") if live else "",
                summed=live and measure in {*PARTS, "total"},
            )
            for measure in MEASURES
        ),
    ]


def _columns_of(dimension: Dimension) -> tuple[Column, ...]:
    return {
        Dimension.EDITION: (
            Column("edition", _("Edition"), 60),
            Column("starts", _("Starts"), 12),
            Column("ends", _("Ends"), 12),
        ),
        Dimension.COURSE: (Column("course", _("Course"), 60),),
        Dimension.COUNTRY: (
            Column("country_name", _("Country"), 24),
            Column("country", _("Country code"), 9),
        ),
        Dimension.INSTITUTION: (
            Column("institution", _("Institution"), 16),
            Column("institution_country", _("Country of the institution"), 14),
            Column("institution_name", _("Name of the institution"), 50),
            Column("institution_merged_into", _("Merged into"), 16),
        ),
        Dimension.GENDER: (
            Column("gender_name", _("Gender"), 14),
            Column("gender", _("Gender code"), 12),
        ),
        Dimension.YEAR: (Column("year", _("Reporting year"), 10),),
    }[dimension]


_CELLS: dict[Dimension, Callable[[Any], tuple[Cell, ...]]] = {
    Dimension.EDITION: lambda it: (choose(it.title), it.starts_on, it.ends_on),
    Dimension.COURSE: lambda it: (choose(it.title),),
    Dimension.COUNTRY: lambda code: (country_name(code), code),
    Dimension.INSTITUTION: lambda it: (it.acronym, it.country, it.name, it.successor),
    Dimension.GENDER: lambda part: (part_words(part), part.value),
    Dimension.YEAR: lambda year: (year,),
}


def _cells_of(key: Key, dimension: Dimension) -> tuple[Cell, ...]:
    return (None,) * len(_columns_of(dimension)) if key is None else _CELLS[dimension](key)


def rows_of(table: ShownTable) -> Iterator[list[Cell]]:
    """The lines of a table as a file has them, without the total."""
    kind = "+".join(table.by)
    for line in table.lines:
        names: list[Cell] = [
            cell
            for key, dimension in zip(line.group.keys, table.by, strict=True)
            for cell in _cells_of(key, dimension)
        ]
        if line.group.joined:
            names[0] = line.names[0].text
        yield [kind, *names, *(line.number(measure) for measure in MEASURES)]


def total_row(table: ShownTable) -> list[Cell]:
    names: list[Cell] = [None] * sum(len(_columns_of(dimension)) for dimension in table.by)
    names[0] = _("Total")
    return ["total", *names, *(table.total.number(measure) for measure in MEASURES)]


def sheet_of(table: ShownTable, figures: Figures) -> Sheet:
    """The table as a sheet, calculating where its lines do add up to its total."""
    live = figures.counting is Counting.ENROLMENTS and figures.are_whole
    return Sheet(table.title, columns_of(table, live=live), rows_of(table), total_row(table))


def json_row(line: Line, by: Sequence[Dimension]) -> dict[str, str | int | float | None]:
    """A line for programs: ids beside names, and whether its split is withheld."""
    row: dict[str, str | int | float | None] = {}
    for key, dimension in zip(line.group.keys, by, strict=bool(by)):
        if isinstance(key, EditionNamed | CourseNamed | InstitutionNamed):
            row[f"{dimension}_id"] = str(key.id)
        cells = _cells_of(key, dimension)
        for column, cell in zip(_columns_of(dimension), cells, strict=True):
            row[column.key] = plain(cell)
    numbers = {measure: line.number(measure) for measure in MEASURES}
    return row | numbers | {"withheld": line.is_withheld, "groups_together": line.group.joined}
