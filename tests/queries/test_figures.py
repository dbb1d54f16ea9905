"""What the public may see of figures: never what points to a person, not even by subtraction."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queries.figures import (
    FEWEST_IN_A_GROUP,
    FEWEST_IN_A_PART,
    FEWEST_IN_A_SPLIT,
    LEAST_DOUBT,
    Audience,
    Counting,
    Dimension,
    Figures,
    Group,
    Table,
    published,
)

#: Women, men, others, and those who did not say.
People = tuple[int, int, int, int]
COUNTRIES = ("AR", "BO", "BR", "CL", "CO", "CR", "CU", "DO")


def group(key: str | int | None, *peoples: People) -> Group:
    women, men, other, silent = (sum(column) for column in zip(*peoples, strict=True))
    keys = () if key is None else (key,)
    return Group(keys, women + men + other + silent, women, men, other, silent, 1, 1)


def figures(*cells: tuple[str, int, People]) -> Figures:
    """The same people by country and by year."""
    by_country = {country: [p for c, _y, p in cells if c == country] for country, _y, _p in cells}
    by_year = {year: [p for _c, y, p in cells if y == year] for _c, year, _p in cells}
    return Figures(
        Counting.ENROLMENTS,
        group(None, *(people for _c, _y, people in cells)),
        1,
        (
            Table((Dimension.COUNTRY,), tuple(group(k, *p) for k, p in by_country.items())),
            Table((Dimension.YEAR,), tuple(group(k, *p) for k, p in by_year.items())),
        ),
    )


numbers = st.integers(0, 30)
peoples = st.tuples(numbers, numbers, st.integers(0, 3), st.integers(0, 5))
populations = st.lists(
    st.tuples(st.sampled_from(COUNTRIES), st.integers(2019, 2022), peoples), min_size=1, max_size=16
).map(lambda cells: figures(*cells))


def groups(seen: Figures) -> Iterable[Group]:
    return (group for table in seen.tables for group in table.groups)


@given(populations)
def test_those_who_may_see_the_people_see_every_number(exact: Figures) -> None:
    assert published(exact, Audience.STAFF) == exact


@given(populations)
def test_the_public_sees_no_group_of_few_and_no_split_of_a_small_one(exact: Figures) -> None:
    seen = published(exact, Audience.PUBLIC)

    for group in groups(seen):
        assert group.total is not None
        assert group.total >= FEWEST_IN_A_GROUP
        assert group.joined != 1
        assert group.other is None
    for group in [seen.total, *groups(seen)]:
        if group.total and group.women is not None:
            assert group.total >= FEWEST_IN_A_SPLIT
            assert min(group.women, group.men or 0) >= FEWEST_IN_A_PART


@given(populations)
def test_what_the_public_sees_still_adds_up(exact: Figures) -> None:
    seen = published(exact, Audience.PUBLIC)

    if seen.total.total is None:
        assert list(groups(seen)) == []
        return
    for table in seen.tables:
        assert sum(group.total or 0 for group in table.groups) == exact.total.total
    for group in groups(seen):
        if group.women is not None:
            assert group.women + (group.men or 0) + (group.not_stated or 0) == group.total


@given(populations)
def test_nobody_can_work_out_a_withheld_number_by_subtraction(exact: Figures) -> None:
    """Other people, who would be published in the same way, have quite another number there."""
    seen = published(exact, Audience.PUBLIC)
    if seen.total.women is None:
        assert all(group.women is None for group in groups(seen))
        return

    for before, after in zip(exact.tables, seen.tables, strict=True):
        block = [truth(group, before) for group in after.groups if group.women is None]
        for line in range(len(block)):
            for column in (0, 1):
                least, most = extremes(block, line, column)
                assert most - least >= LEAST_DOUBT


def truth(shown: Group, exact: Table) -> list[int]:
    """The real women, men and rest of a group; of those added together, of all of them."""
    found = [group for group in exact.groups if group.keys == shown.keys]
    if shown.joined:
        real = sorted((g for g in exact.groups if g.total), key=lambda group: group.total or 0)
        found = real[: shown.joined]
    parts = [(g.women or 0, g.men or 0, (g.other or 0) + (g.not_stated or 0)) for g in found]
    return [sum(column) for column in zip(*parts, strict=True)]


def extremes(block: list[list[int]], line: int, column: int) -> tuple[int, int]:
    """The smallest and largest number that exchanging people between the lines can give a cell.

    Two people of different lines who exchange their genders change no margin.
    """
    reached = []
    for wanted in (-1, 1):
        people = [list(row) for row in block]
        while exchange(people, line, column, wanted):
            pass
        reached.append(people[line][column])
    return reached[0], reached[1]


def exchange(people: list[list[int]], line: int, column: int, wanted: int) -> bool:
    """One exchange that changes the cell by ``wanted``, if there is one."""
    for other_line in set(range(len(people))) - {line}:
        for other in {0, 1, 2} - {column}:
            near = (people[line], column), (people[other_line], other)
            far = (people[line], other), (people[other_line], column)
            gains, losses = (near, far) if wanted > 0 else (far, near)
            if all(row[place] > 0 for row, place in losses):
                for row, place in gains:
                    row[place] += 1
                for row, place in losses:
                    row[place] -= 1
                return True
    return False


def test_one_small_group_takes_another_with_it() -> None:
    """The total less the others would give away the one that is withheld."""
    seen = published(
        figures(
            ("AR", 2022, (40, 40, 0, 0)),
            ("BO", 2022, (20, 20, 0, 0)),
            ("CL", 2022, (4, 4, 0, 0)),
        ),
        Audience.PUBLIC,
    )

    shown = {group.keys[0]: group.women for group in seen.tables[0].groups}
    assert shown == {"AR": 40, "BO": None, "CL": None}
    assert (seen.total.women, seen.total.men) == (64, 64)


def test_very_small_groups_are_added_together_and_not_named() -> None:
    seen = published(
        figures(
            ("AR", 2022, (40, 40, 0, 0)),
            ("BO", 2022, (20, 20, 0, 0)),
            ("CL", 2022, (3, 1, 0, 0)),
            ("CU", 2022, (1, 1, 0, 0)),
        ),
        Audience.PUBLIC,
    )

    last = seen.tables[0].groups[-1]
    assert (last.keys, last.joined, last.total, last.institutions) == ((None,), 2, 6, None)
    assert "CL" not in str(seen)


def test_where_all_are_of_one_gender_the_public_is_not_told_which() -> None:
    seen = published(figures(("AR", 2022, (30, 0, 0, 0))), Audience.PUBLIC)

    assert (seen.total.total, seen.total.women, seen.total.men) == (30, None, None)
    assert seen.tables[0].groups[0].women is None


def test_of_very_few_people_the_public_is_told_nothing() -> None:
    seen = published(figures(("AR", 2022, (2, 1, 0, 0))), Audience.PUBLIC)

    assert seen.total.total is None
    assert list(groups(seen)) == []


def test_other_genders_are_never_shown_apart() -> None:
    seen = published(figures(("AR", 2022, (30, 30, 1, 4))), Audience.PUBLIC)

    assert seen.other_is_not_stated
    assert (seen.total.other, seen.total.not_stated) == (None, 5)


@pytest.mark.parametrize(
    ("women", "men", "percent"), [(96, 114, 46), (1, 1, 50), (1, 7, 13), (0, 3, 0), (3, 0, 100)]
)
def test_percentages_are_of_those_who_stated_their_gender(
    women: int, men: int, percent: int
) -> None:
    stated = group(None, (women, men, 0, 0))
    with_silent_ones = replace(stated, not_stated=50, total=women + men + 50)

    assert stated.percent(women) == with_silent_ones.percent(women) == percent


def test_where_nobody_stated_a_gender_there_is_no_percentage() -> None:
    assert group(None, (0, 0, 0, 7)).percent(0) is None
