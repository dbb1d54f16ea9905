"""What an answer is worth, by the formulas that are written down."""

from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.judging import is_empty, number_and_unit, points_of, result, share_of
from app.core.question_content import (
    Accepted,
    Amount,
    Choosing,
    Content,
    Essay,
    Gap,
    Gaps,
    Item,
    Matching,
    Numerical,
    Option,
    Ordering,
    Pair,
    QuestionKind,
    Short,
    Unit,
    arranged,
    tidied,
)

words = st.text(max_size=40)


def choosing(right: int, wrong: int, **given: Any) -> Choosing:
    return Choosing(
        options=[
            Option(key=f"k{n}", text={"en": str(n)}, right=n < right) for n in range(right + wrong)
        ],
        **given,
    )


@given(
    right=st.integers(1, 6), wrong=st.integers(0, 6), penalty=st.integers(0, 100), data=st.data()
)
def test_choices_are_worth_their_formula_and_never_less_than_nothing(
    right: int, wrong: int, penalty: int, data: st.DataObject
) -> None:
    content = choosing(right, wrong, penalty=penalty)
    keys = [option.key for option in content.options]
    chosen = data.draw(st.lists(st.sampled_from(keys), unique=True, min_size=1))
    r = sum(key in keys[:right] for key in chosen)

    share = share_of(content, {"chosen": chosen})

    expected = max(0, (r - (len(chosen) - r) * penalty / 100) / right)
    assert share == pytest.approx(expected, abs=1e-4)
    assert share is not None
    assert 0 <= share <= 1


@given(right=st.integers(1, 5), wrong=st.integers(0, 5), data=st.data())
def test_the_whole_or_nothing(right: int, wrong: int, data: st.DataObject) -> None:
    content = choosing(right, wrong, whole=True)
    keys = [option.key for option in content.options]
    chosen = data.draw(st.sets(st.sampled_from(keys), min_size=1))

    assert share_of(content, {"chosen": list(chosen)}) == float(chosen == set(keys[:right]))


def test_percents_of_options_that_are_thirds_make_a_whole() -> None:
    options = [
        Option(key=f"k{n}", text={}, share=share)
        for n, share in enumerate((33.33333, 33.33333, 33.33333, -50))
    ]
    content = Choosing(options=options)

    assert share_of(content, {"chosen": ["k0", "k1", "k2"]}) == 1
    assert share_of(content, {"chosen": ["k0", "k3"]}) == 0


@pytest.mark.parametrize(
    ("pattern", "typed", "fits"),
    [
        ("Bogotá", " bogota ", True),
        ("Bogotá", "Bogotá D.C.", False),
        ("Bogotá*", "BOGOTÁ D.C.", True),
        ("*horno*gas*", "un horno industrial a gas", True),
        ("*horno*gas*", "gas para el horno", False),
        ("a*a", "a", False),
        ("5\\*3", "5*3", True),
        ("5\\*3", "5x3", False),
        ("*", "anything", True),
        ("*", "  ", False),
    ],
)
def test_patterns_of_short_answers(pattern: str, typed: str, *, fits: bool) -> None:
    content = Short(accepted=[Accepted(pattern=pattern)])

    assert share_of(content, {"text": typed}) == float(fits)


def test_case_and_accents_count_where_a_question_minds_them() -> None:
    accepted = [Accepted(pattern="Perú"), Accepted(pattern="Peru", share=50)]

    assert share_of(Short(accepted=accepted, mind_accents=True), {"text": "peru"}) == 0.5
    assert share_of(Short(accepted=accepted, mind_case=True), {"text": "perú"}) == 0
    assert share_of(Short(accepted=accepted), {"text": "PERU"}) == 1


@given(pattern=st.text("ab*", min_size=1, max_size=300), typed=st.text("ab", max_size=1000))
def test_no_pattern_takes_long(pattern: str, typed: str) -> None:
    share_of(Short(accepted=[Accepted(pattern=pattern)]), {"text": typed})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3.5", (3.5, "")),
        ("3,5 kg", (3.5, "kg")),
        ("-0,25", (-0.25, "")),
        ("−2", (-2, "")),
        ("1.234,5", (1234.5, "")),
        ("1,234.5 m", (1234.5, "m")),
        ("1 234 567", (1234567, "")),
        ("1.234.567", (1234567, "")),
        ("2e3", (2000, "")),
        ("1,5E-3 m", (0.0015, "m")),
        (".5", (0.5, "")),
        ("3.5.", (3.5, "")),
        ("9e999", (float("inf"), "")),
        ("", None),
        ("kg", None),
        ("1.2,3.4", None),
        ("9" * 61, None),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, read: tuple[float, str] | None) -> None:
    assert number_and_unit(typed) == read


def test_tolerance_units_and_their_factors() -> None:
    content = Numerical(
        amounts=[
            Amount(value=2, tolerance=0.1),
            Amount(value=2, tolerance=10, relative=True, share=50),
        ],
        units=[Unit(name="m"), Unit(name="cm", factor=0.01)],
    )  # fmt: skip

    assert share_of(content, {"text": "2,1"}) == 1
    assert share_of(content, {"text": "210 cm"}) == 1
    assert share_of(content, {"text": "2.2 m"}) == 0.5
    assert share_of(content, {"text": "2.3"}) == 0
    assert share_of(content, {"text": "2 kg"}) == 0
    assert share_of(content.model_copy(update={"needs_unit": True}), {"text": "2"}) == 0


def test_each_left_side_counts_the_same_and_equal_right_sides_are_one() -> None:
    pairs = [
        Pair(left_key=f"l{n}", right_key=f"r{n}", left={"en": str(n)}, right={"en": right})
        for n, right in enumerate(("x", "y", "x"))
    ] + [Pair(left_key="l9", right_key="r9", right={"en": "z"})]
    content = Matching(pairs=pairs)

    assert share_of(content, {"matched": {"l0": "r2", "l1": "r1", "l2": "r0"}}) == 1
    assert share_of(content, {"matched": {"l0": "r1", "l1": "r1"}}) == pytest.approx(
        1 / 3, abs=1e-5
    )
    assert share_of(content, {"matched": {"l0": "r9", "l1": "nothing"}}) == 0


@given(st.integers(2, 5))
def test_an_order_by_chance_is_worth_nothing_on_average_before_the_floor(n: int) -> None:
    content = Ordering(items=[Item(key=f"k{i}", text={}) for i in range(n)])
    shares = [
        share_of(content, {"places": {f"k{i}": place for i, place in enumerate(order)}})
        for order in permutations(range(1, n + 1))
    ]

    assert shares[0] == 1
    assert all(share is not None and 0 <= share <= 1 for share in shares)
    assert shares.count(1) == 1
    assert shares[-1] == 0  # the other way round


def test_gaps_are_typed_or_chosen_and_count_the_same() -> None:
    content = Gaps(
        gaps=[
            Gap(key="1", accepted=[Accepted(pattern="lima*")]),
            Gap(key="2", options=[Option(key="a", text={}, right=True), Option(key="b", text={})]),
        ]
    )

    assert share_of(content, {"gaps": {"1": "Lima Metropolitana", "2": "a"}}) == 1
    assert share_of(content, {"gaps": {"1": "Quito", "2": "a"}}) == 0.5
    assert share_of(content, {"gaps": {"2": "b"}}) == 0


def test_an_essay_waits_unless_there_is_none() -> None:
    assert share_of(Essay(), {"text": "I think"}) is None
    assert share_of(Essay(), {"text": "  "}) == 0


def test_a_wrong_answer_may_cost_and_none_never_does() -> None:
    assert points_of(0, 4, wrong_costs=25, empty=False) == -1
    assert points_of(0, 4, wrong_costs=25, empty=True) == 0
    assert points_of(0.5, 4, wrong_costs=25, empty=False) == 2
    assert result([-1, -1, 1]) == 0


CONTENTS: dict[QuestionKind, Content] = {
    QuestionKind.MULTIPLE: choosing(2, 2),
    QuestionKind.SHORT: Short(accepted=[Accepted(pattern="a*")]),
    QuestionKind.NUMERICAL: Numerical(amounts=[Amount(value=1)]),
    QuestionKind.MATCHING: Matching(
        pairs=[Pair(left_key="l", right_key="r", left={"en": "a"}, right={"en": "b"})]
    ),
    QuestionKind.ORDERING: Ordering(items=[Item(key=k, text={}) for k in "abc"]),
    QuestionKind.GAPS: Gaps(gaps=[Gap(key="1", accepted=[Accepted(pattern="x")])]),
    QuestionKind.ESSAY: Essay(),
}


@given(
    kind=st.sampled_from(list(CONTENTS)),
    sent=st.fixed_dictionaries({
        "chosen": st.lists(words), "text": words,
        "matched": st.dictionaries(words, words), "places": st.dictionaries(words, words),
        "gaps": st.dictionaries(words, words),
    }),
)  # fmt: skip
def test_whatever_is_sent_is_judged_between_nothing_and_all(
    kind: QuestionKind, sent: dict[str, Any]
) -> None:
    given = tidied(kind, CONTENTS[kind], sent)
    share = share_of(CONTENTS[kind], given)

    assert share is None or 0 <= share <= 1
    assert tidied(kind, CONTENTS[kind], given) == given
    if is_empty(given):
        assert share == 0


def test_the_first_place_on_the_page_tells_nothing_of_the_right_one() -> None:
    """Of many arrangements each part comes first about as often as any other."""
    content, chance = choosing(1, 3), Random(7)  # noqa: S311 -- of a test
    firsts = [arranged(content, chance, shuffle=True)["options"][0] for _ in range(2000)]

    for option in content.options:
        assert 400 < firsts.count(option.key) < 600
