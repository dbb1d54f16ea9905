"""What was answered to a survey, in words: for its page, and as rows of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.formats import number
from app.core.i18n import choose, country_name
from app.core.i18n import gettext as _
from app.models import SplitBy, Survey, SurveyKind, SurveyQuestion
from app.queries.figures import Part, Split
from app.queries.surveys import Named, Result, Results
from app.web.exports import Cell, Column
from app.web.figures import part_words

COLUMNS = ("number", "question", "what", "answer", "group", "value")


def columns() -> list[Column]:
    labels = (_("Number"), _("Question"), _("Figure"), _("Answer"), _("Group"), _("Value"))
    widths = (8, 50, 16, 40, 30, 10)
    return [Column(*of) for of in zip(COLUMNS, labels, widths, strict=True)]


def choice_words(question: SurveyQuestion, value: int, language: str) -> str:
    """A choice by its words; a point of a scale by its number, and its ends by words too."""
    if question.kind is not SurveyKind.SCALE:
        return choose(question.options[value], language)
    end = {1: question.low, question.points: question.high}.get(value)
    words = choose(end, language) if end else ""
    return _("%(name)s: %(words)s") % {"name": value, "words": words} if words else str(value)


def choices_words(question: SurveyQuestion, values: Sequence[int], language: str) -> str:
    """Choices that were added together."""
    if question.kind is SurveyKind.SCALE and len(values) > 1:
        return _("%(first)s to %(last)s") % {"first": min(values), "last": max(values)}
    return " + ".join(choice_words(question, value, language) for value in values)


def named_words(question: SurveyQuestion, one: Named, language: str) -> str:
    """What somebody answered with their name."""
    return one.words or ", ".join(choice_words(question, n, language) for n in one.chosen)


def group_words(split_by: SplitBy, groups: Sequence[str]) -> str:
    each = [country_name(g) if split_by is SplitBy.COUNTRY else part_words(Part(g)) for g in groups]
    return " + ".join(sorted(each))


@dataclass(frozen=True, slots=True)
class SplitLine:
    words: str
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SplitTable:
    groups: tuple[str, ...]
    people: tuple[int, ...]
    lines: tuple[SplitLine, ...]
    means: tuple[tuple[float, float], ...] = ()

    @property
    def heads(self) -> list[dict[str, object]]:
        return [
            {"label": f"{group} (n = {people})", "n": True}
            for group, people in zip(self.groups, self.people, strict=True)
        ]


def split_tables(result: Result, language: str) -> list[SplitTable]:
    """One table; or, where choices don't exclude each other, one of those that can be told."""
    question = result.question
    if not result.splits:
        return []
    if question.kind is SurveyKind.SEVERAL:
        first = result.splits[0][1]
        lines = [
            SplitLine(choice_words(question, value, language), _chosen(split))
            for value, split in result.splits
            if value is not None
        ]
        return [SplitTable(_groups(question, first), first.people, tuple(lines))]
    split = result.splits[0][1]
    lines = [
        SplitLine(choices_words(question, choice, language), cells)
        for choice, cells in zip(split.choices, split.cells, strict=True)
    ]
    means = result.group_means(split) or []
    return [SplitTable(_groups(question, split), split.people, tuple(lines), tuple(means))]


def _chosen(split: Split) -> tuple[int, ...]:
    return next(c for choice, c in zip(split.choices, split.cells, strict=True) if choice == (1,))


def _groups(question: SurveyQuestion, split: Split) -> tuple[str, ...]:
    return tuple(group_words(question.split_by, group) for group in split.groups)


def rows_of(found: Results, language: str) -> list[list[Cell]]:
    """A row for each figure and each text; what is withheld says so."""
    rows: list[list[Cell]] = []
    for place, result in enumerate(found.questions, 1):
        words = choose(result.question.text, language)
        rows += [[place, words, *cells] for cells in _rows(result, language)]
    return rows


def _rows(result: Result, language: str) -> Iterator[list[Cell]]:
    question = result.question
    if result.withheld:
        yield [_("Withheld"), None, None, None]
        return
    yield [_("Answers"), None, None, result.n]
    if result.named:
        for one in result.named:
            kind = _("Text") if one.words else _("Chosen")
            yield [kind, named_words(question, one, language), one.name, None]
    for text in result.texts:
        yield [_("Text"), text, None, None]
    for value, times in result.totals.items():
        yield [_("Chosen"), choice_words(question, value, language), None, times]
    if question.kind is SurveyKind.SCALE and result.mean is not None:
        yield [_("Mean"), None, None, round(result.mean, 2)]
        yield [_("Median"), None, None, result.median]
    yield from _split_rows(result, language)
    if result.unsplit:
        yield [_("Withheld"), None, split_words(question.split_by), None]


def _split_rows(result: Result, language: str) -> Iterator[list[Cell]]:
    for table in split_tables(result, language):
        for group, people in zip(table.groups, table.people, strict=True):
            yield [_("Answers"), None, group, people]
        for line in table.lines:
            for group, times in zip(table.groups, line.cells, strict=True):
                yield [_("Chosen"), line.words, group, times]
        for group, (mean, median) in zip(table.groups, table.means, strict=bool(table.means)):
            yield [_("Mean"), None, group, round(mean, 2)]
            yield [_("Median"), None, group, median]


def split_words(split_by: SplitBy) -> str:
    return {
        SplitBy.NOTHING: "",
        SplitBy.GENDER: _("By gender"),
        SplitBy.COUNTRY: _("By country"),
    }[split_by]


def about(survey: Survey, found: Results) -> list[tuple[str, str]]:
    """What goes into a file in words."""
    kind = _("anonymous") if survey.anonymous else _("with names")
    said = [
        (_("What is counted"), _("Answers to a survey, %(kind)s") % {"kind": kind}),
        (_("People who answered"), number(found.answered)),
        (_("Small groups"), small_groups_words()),
    ]
    if found.waits or found.too_few:
        said.append((_("Withheld"), waits_words(found)))
    return said


def waits_words(found: Results) -> str:
    if found.waits:
        return _(
            "What was answered is shown when the survey is closed, so that no answer can be told "
            "by when it came."
        )
    return _(
        "Fewer than five people answered. What they said is not shown, so that nobody can be "
        "recognised."
    )


def small_groups_words() -> str:
    return _(
        "Groups of fewer than five people and answers of fewer than three are added to others; "
        "where that leaves nothing to compare, the comparison is withheld."
    )
