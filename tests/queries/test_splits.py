"""What people answered, told apart by groups: from what is shown nobody's answer follows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

import pytest

from app.queries.figures import FEWEST_IN_A_CELL, FEWEST_IN_A_GROUP, Split, published_split

type Answers = Mapping[str, Mapping[int, int]]

#: So many swaps, one after the other, lead to each number that a hidden cell could have.
MOST_SWAPS = 400


def a_population(chance: Random) -> Answers:
    """A small course: groups of 0 to 14 people who choose among a few, unevenly."""
    choices = range(chance.randint(2, 5))
    weights = [chance.random() ** 2 + 0.01 for _ in choices]
    return {
        group: dict(Counter(chance.choices(list(choices), weights, k=chance.randint(0, 14))))
        for group in "abcdef"[: chance.randint(2, 6)]
    }


def blocks(split: Split) -> tuple[dict[str, int], dict[int, int]]:
    """In which shown column and line each group and each choice is."""
    columns = {group: place for place, column in enumerate(split.groups) for group in column}
    lines = {choice: place for place, line in enumerate(split.choices) for choice in line}
    return columns, lines


def moves(answers: Answers, split: Split) -> Iterator[tuple[str, int, str, int]]:
    """Pairs of people whose answers could be swapped without a shown number changing.

    Whoever reads knows how many of each group answered, how many chose what, and the cells.
    """
    columns, lines = blocks(split)
    for one, other in product(columns, columns):
        for mine, theirs in product(lines, lines):
            alike = columns[one] == columns[other] or lines[mine] == lines[theirs]
            has = answers[one].get(mine, 0) and answers[other].get(theirs, 0)
            if one != other and mine != theirs and alike and has:
                yield one, mine, other, theirs


def recovered(answers: Answers, split: Split) -> set[tuple[str, int]]:
    """The cells that are not shown and can have but the one number that they have."""
    columns, lines = blocks(split)
    hidden = {
        (group, choice)
        for group, choice in product(columns, lines)
        if len(split.groups[columns[group]]) > 1 or len(split.choices[lines[choice]]) > 1
    }
    chance = Random(1)  # noqa: S311 -- nothing secret
    now = {group: Counter(of) for group, of in answers.items()}
    for _ in range(MOST_SWAPS):
        swaps = list(moves(now, split)) if hidden else []
        if not swaps:
            break
        one, mine, other, theirs = chance.choice(swaps)
        now[one] += Counter({theirs: 1})
        now[other] += Counter({mine: 1})
        now[one][mine] -= 1
        now[other][theirs] -= 1
        hidden -= {(g, c) for g, c in hidden if now[g][c] != answers[g].get(c, 0)}
    return hidden


@pytest.mark.parametrize("in_order", [True, False])
def test_no_hidden_cell_follows_from_what_is_shown(*, in_order: bool) -> None:
    chance, shown, told = Random(20261128), 0, 0  # noqa: S311 -- the same ones each time
    for _ in range(800):
        answers = a_population(chance)
        split = published_split(answers, in_order=in_order)
        if split is None:
            continue
        shown += 1
        told += not split.is_whole
        assert recovered(answers, split) == set(), (answers, split)
    assert shown > 150
    assert told > 80


def test_what_is_shown_is_of_several_and_says_nothing_for_certain() -> None:
    chance = Random(7)  # noqa: S311 -- as above
    for _ in range(3_000):
        answers = a_population(chance)
        split = published_split(answers, in_order=True)
        if split is None:
            continue
        assert all(cell >= FEWEST_IN_A_CELL for line in split.cells for cell in line)
        assert len(split.cells) > 1  # so that each group has others who chose something else
        assert all(people >= FEWEST_IN_A_GROUP for people in split.people)
        everybody = sum(n for of in answers.values() for n in of.values())
        assert sum(split.people) == everybody == sum(map(sum, split.cells))


def test_the_attack_finds_what_a_careless_table_gives_away() -> None:
    """Without the rule, one man among women is found."""
    answers = {"women": {1: 6, 2: 4}, "men": {1: 0, 2: 1}}
    careless = Split((("men", "women"),), (11,), ((1,), (2,)), ((6,), (5,)))
    assert recovered(answers, careless) == set()
    by_gender = Split((("women",), ("men", "none")), (10, 1), ((1,), (2,)), ((6, 0), (4, 1)))
    assert ("men", 2) in recovered(answers | {"none": {}}, by_gender)
    assert published_split(answers, in_order=True) is None


def test_points_of_a_scale_are_added_to_their_neighbours() -> None:
    answers = {"women": {1: 1, 2: 3, 4: 6, 5: 5}, "men": {2: 1, 3: 2, 4: 4, 5: 6}}
    split = published_split(answers, in_order=True)
    assert split is not None
    assert all(list(line) == sorted(line) for line in split.choices)
    assert split.choices[0][0] == 1
    assert split.choices[-1] == (5,)


def test_where_all_of_a_group_chose_alike_nothing_is_told_apart() -> None:
    assert published_split({"women": {5: 20}, "men": {4: 10, 5: 10}}, in_order=True) is None


def test_small_groups_are_added_to_others_and_never_one_alone() -> None:
    five = {1: 4, 2: 4}
    answers = {"BO": five, "CL": five, "UY": {1: 1}, "PE": {2: 1}}
    split = published_split(answers, in_order=False)
    assert split is not None
    assert ("PE",) not in split.groups
    assert ("UY",) not in split.groups
    assert sum(split.people) == 18
