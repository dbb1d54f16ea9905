"""What figures are made of, and the one place where they are made fit for whoever sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.core.db import Texts
from app.models import Gender


class Part(StrEnum):
    """The answers as reports print them. The four always add up to the total."""

    WOMEN = "women"
    MEN = "men"
    OTHER = "other"
    NOT_STATED = "not_stated"


PART_OF = {
    Gender.WOMAN: Part.WOMEN,
    Gender.MAN: Part.MEN,
    Gender.ANOTHER: Part.OTHER,
    Gender.PREFERS_NOT_TO_SAY: Part.NOT_STATED,
    Gender.NOT_ANSWERED: Part.NOT_STATED,
}


class Dimension(StrEnum):
    """What the lines of a table can be."""

    EDITION = "edition"
    COURSE = "course"
    COUNTRY = "country"
    INSTITUTION = "institution"
    GENDER = "gender"
    YEAR = "year"


class Counting(StrEnum):
    ENROLMENTS = "enrolments"  # a person in two editions counts twice
    PEOPLE = "people"  # once in each line, and once in the total


@dataclass(frozen=True, slots=True)
class EditionNamed:
    id: UUID
    title: Texts
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class CourseNamed:
    id: UUID
    title: Texts


@dataclass(frozen=True, slots=True)
class InstitutionNamed:
    id: UUID
    acronym: str
    name: str
    country: str
    successor: str | None = None  # the acronym of the one that it was merged into since


#: What a line is about: a country is its code, a year its number, no institution is None.
Key = EditionNamed | CourseNamed | InstitutionNamed | Part | str | int | None


@dataclass(frozen=True, slots=True)
class Group:
    """How many are alike in ``keys``.

    Parts that are None are withheld; institutions that are None were not recorded.
    """

    keys: tuple[Key, ...]
    total: int | None
    women: int | None
    men: int | None
    other: int | None
    not_stated: int | None
    institutions: int | None
    countries: int | None
    without_institution: int | None = 0
    joined: int = 0  # how many groups too small to be shown are added together in this one

    @property
    def stated(self) -> int | None:
        """Those who said their gender: what percentages are of."""
        if self.women is None or self.men is None:
            return None
        return self.women + self.men + (self.other or 0)

    def percent(self, number: int | None) -> int | None:
        """``number`` as a whole percentage of those who stated their gender."""
        stated = self.stated
        return (200 * number + stated) // (2 * stated) if number is not None and stated else None


@dataclass(frozen=True, slots=True)
class Table:
    by: tuple[Dimension, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Tables of the same people, crossed differently, and their common total."""

    counting: Counting
    total: Group
    editions: int
    tables: tuple[Table, ...]
    other_is_not_stated: bool = False  # the two are added together, so that nobody stands out

    @property
    def are_whole(self) -> bool:
        """Whether every number is there."""
        groups = [self.total, *(group for table in self.tables for group in table.groups)]
        return all(group.stated is not None for group in groups)

    @property
    def show_small_groups(self) -> bool:
        """Whether a number here could point to a person: only those who see the people get it."""
        groups = [self.total, *(group for table in self.tables for group in table.groups)]
        return any(group.women is not None and _could_point_to_one(group) for group in groups)


def with_every_part(groups: tuple[Group, ...], by: tuple[Dimension, ...]) -> tuple[Group, ...]:
    """With a line for each answer to the question of gender, also where nobody gave it."""
    place = by.index(Dimension.GENDER)
    given: dict[tuple[object, ...], dict[object, Group]] = {}
    for group in groups:
        others = [*group.keys[:place], *group.keys[place + 1 :]]
        alike = tuple(getattr(key, "id", key) for key in others)
        given.setdefault(alike, {})[group.keys[place]] = group
    missing = [
        Group(
            (*any_of_them.keys[:place], part, *any_of_them.keys[place + 1 :]), 0, 0, 0, 0, 0, 0, 0
        )
        for parts in given.values()
        for any_of_them in list(parts.values())[:1]
        for part in Part
        if part not in parts
    ]
    return (*groups, *missing)


class Audience(StrEnum):
    STAFF = "staff"  # those who may see the people themselves: exact figures
    PUBLIC = "public"  # anybody else


#: Groups of fewer people are added together.
FEWEST_IN_A_GROUP = 5
#: Groups of fewer people are not split by gender; nor are those with fewer women or men.
FEWEST_IN_A_SPLIT = 10
FEWEST_IN_A_PART = 5
#: How far apart the numbers must be that a withheld one could be, for all that is shown.
LEAST_DOUBT = 3


def published(figures: Figures, audience: Audience) -> Figures:
    """The figures as ``audience`` may see them: every page, file and answer takes them from here.

    For the public, what could point to a person is withheld, together with whatever would give it
    away by subtraction. All tables of one call are looked at together; figures of the same people
    that are published apart, or with other filters, must not be compared with them.
    """
    if audience is Audience.STAFF:
        return figures
    total = _with_other_among_not_stated(figures.total)
    if 0 < (total.total or 0) < FEWEST_IN_A_GROUP:
        nothing = tuple(replace(table, groups=()) for table in figures.tables)
        unsaid = replace(_unsplit(total), total=None)
        return replace(figures, total=unsaid, tables=nothing, other_is_not_stated=True)
    tables = [
        replace(table, groups=_small_ones_joined(table.groups, len(table.by)))
        for table in figures.tables
    ]
    splits = [_withheld(table.groups) for table in tables]
    if _is_small(total) or any(withheld is None for withheld in splits):
        total = _unsplit(total)
        splits = [set(range(len(table.groups))) for table in tables]
    return replace(
        figures,
        total=total,
        tables=tuple(
            replace(table, groups=_without(table.groups, withheld or set()))
            for table, withheld in zip(tables, splits, strict=True)
        ),
        other_is_not_stated=True,
    )


def _with_other_among_not_stated(group: Group) -> Group:
    return replace(group, other=None, not_stated=(group.other or 0) + (group.not_stated or 0))


def _unsplit(group: Group) -> Group:
    return replace(group, women=None, men=None, other=None, not_stated=None)


def _is_small(group: Group) -> bool:
    """Whether a split of this group could point to a person. Nobody at all points to nobody."""
    if not group.total:
        return False
    parts = (group.women or 0, group.men or 0)
    return group.total < FEWEST_IN_A_SPLIT or min(parts) < FEWEST_IN_A_PART


def _could_point_to_one(group: Group) -> bool:
    return _is_small(group) or 0 < (group.other or 0) < FEWEST_IN_A_PART


def _small_ones_joined(groups: Sequence[Group], dimensions: int) -> tuple[Group, ...]:
    """Groups of very few people added together: never one alone, and never few in the sum."""
    groups = [_with_other_among_not_stated(group) for group in groups if group.total]
    ascending = sorted(groups, key=lambda group: group.total or 0)
    together: list[Group] = []
    for group in ascending:
        enough = len(together) > 1 and _people_in(together) >= FEWEST_IN_A_GROUP
        if (group.total or 0) >= FEWEST_IN_A_GROUP and (enough or not together):
            break
        together.append(group)
    if not together:
        return tuple(groups)
    rest = Group(
        keys=(None,) * dimensions,
        total=_people_in(together),
        women=sum(group.women or 0 for group in together),
        men=sum(group.men or 0 for group in together),
        other=None,
        not_stated=sum(group.not_stated or 0 for group in together),
        institutions=None,
        countries=None,
        without_institution=None,
        joined=len(together),
    )
    return (*(group for group in groups if group not in together), rest)


def _people_in(groups: Sequence[Group]) -> int:
    return sum(group.total or 0 for group in groups)


def _withheld(groups: Sequence[Group]) -> set[int] | None:
    """Which groups' splits are withheld; None where only withholding the total's is safe.

    To the small ones others are added, the smallest first, until nothing follows by subtraction.
    """
    found = {place for place, group in enumerate(groups) if _is_small(group)}
    others = sorted(
        (place for place in range(len(groups)) if place not in found),
        key=lambda place: groups[place].total or 0,
    )
    while _can_be_worked_out([groups[place] for place in found]):
        if not others:
            return None
        found.add(others.pop(0))
    return found


def _can_be_worked_out(block: Sequence[Group]) -> bool:
    """Whether the margins of the withheld splits leave too little doubt about a number in them.

    A reader knows each line's total, and by subtraction each column's sum over the block. With
    these a number lies between ``line + column - all`` and the smaller of line and column.
    """
    everybody = _people_in(block)
    for column in (
        sum(group.women or 0 for group in block),
        sum(group.men or 0 for group in block),
    ):
        for group in block:
            line = group.total or 0
            if min(line, column) - max(0, line + column - everybody) < LEAST_DOUBT:
                return True
    return False


def _without(groups: Sequence[Group], withheld: set[int]) -> tuple[Group, ...]:
    return tuple(
        _unsplit(group) if place in withheld else group for place, group in enumerate(groups)
    )


# --- What people answered, told apart by one thing


type _Line = tuple[tuple[int, ...], list[int]]

#: Fewer answers than these are not told apart any further.
FEWEST_IN_A_CELL = LEAST_DOUBT


@dataclass(frozen=True, slots=True)
class Split:
    """Who answered what: groups of people by groups of choices; some are added together."""

    groups: tuple[tuple[str, ...], ...]
    people: tuple[int, ...]  # in each group
    choices: tuple[tuple[int, ...], ...]
    cells: tuple[tuple[int, ...], ...]  # a line for each of the choices, a number for each group

    @property
    def is_whole(self) -> bool:
        """Whether no choices are added together, so that averages tell nothing new."""
        return all(len(choice) == 1 for choice in self.choices)


def published_split(counts: Mapping[str, Mapping[int, int]], *, in_order: bool) -> Split | None:
    """Answers by groups as anybody may see them; None where they can't be told apart at all.

    Whoever reads it knows how many chose what, and how many people each group has. So groups of
    few are added together, and choices as well until each number is of several people and there is
    something else that others of their group chose: of nobody it follows what they chose.
    ``in_order``: choices are added to their neighbours only. Only one split of the same answers is
    safe: two of them could be compared.
    """
    people = {group: sum(of.values()) for group, of in counts.items()}
    groups = _groups_joined(people)
    while len(groups) > 1:
        lines = _lines_joined(counts, groups, in_order=in_order)
        if len(lines) > 1:
            return Split(
                tuple(groups),
                tuple(sum(people[g] for g in group) for group in groups),
                tuple(choice for choice, _cells in lines),
                tuple(tuple(cells) for _choice, cells in lines),
            )
        groups = _fewer_groups(groups, people)
    return None


def _groups_joined(people: Mapping[str, int]) -> list[tuple[str, ...]]:
    """Groups of very few added together: never one alone, and never few in the sum."""
    together: list[str] = []
    for group in sorted((group for group in people if people[group]), key=lambda g: people[g]):
        enough = len(together) > 1 and sum(people[g] for g in together) >= FEWEST_IN_A_GROUP
        if people[group] >= FEWEST_IN_A_GROUP and (enough or not together):
            break
        together.append(group)
    alone = [(group,) for group in people if people[group] and group not in together]
    return [*alone, *([tuple(together)] if together else [])]


def _fewer_groups(
    groups: list[tuple[str, ...]], people: Mapping[str, int]
) -> list[tuple[str, ...]]:
    """The two groups of the fewest people as one."""
    by_size = sorted(groups, key=lambda group: sum(people[g] for g in group))
    first, second = by_size[:2]
    rest = [group for group in groups if group not in {first, second}]
    return [*rest, (*first, *second)]


def _lines_joined(
    counts: Mapping[str, Mapping[int, int]], groups: Sequence[tuple[str, ...]], *, in_order: bool
) -> list[_Line]:
    """Choices with what each group chose of them; added together until no number is small."""
    chosen = sorted({choice for of in counts.values() for choice, n in of.items() if n})
    lines: list[_Line] = [
        ((choice,), [sum(counts[g].get(choice, 0) for g in group) for group in groups])
        for choice in chosen
    ]
    while len(lines) > 1 and min(min(cells) for _choice, cells in lines) < FEWEST_IN_A_CELL:
        lines = _fewer_lines(lines, in_order=in_order)
    return lines


def _fewer_lines(lines: list[_Line], *, in_order: bool) -> list[_Line]:
    """The line with the smallest number, added to its smaller neighbour or to the smallest."""
    at = min(range(len(lines)), key=lambda place: (min(lines[place][1]), sum(lines[place][1])))
    near = [p for p in (at - 1, at + 1) if 0 <= p < len(lines)]
    others = near if in_order else [p for p in range(len(lines)) if p != at]
    other = min(others, key=lambda place: sum(lines[place][1]))
    first, second = sorted((at, other))
    joined = (
        (*lines[first][0], *lines[second][0]),
        [a + b for a, b in zip(lines[first][1], lines[second][1], strict=True)],
    )
    rest = [line for place, line in enumerate(lines) if place not in {first, second}]
    return sorted([*rest, joined], key=lambda line: line[0])
