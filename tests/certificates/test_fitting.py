"""Sizes of type that keep to their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import CannotDraw
from certificates.fitting import COURSE_STEPS, NAME_STEPS, balanced, largest, lines, sizes
from certificates.glyphs import BOLD, REGULAR, width

MEASURE = 176
words = st.lists(st.text("aeinrstÑW", min_size=1, max_size=30), min_size=1, max_size=12)


def first_sizes(name: str, course: str = "A course") -> tuple[float, float]:
    first = next(sizes(name, course, "completed and passed the course", MEASURE))
    return first.name, first.course


def test_bold_letters_take_more_room_and_accents_none() -> None:
    assert width("Ñandú", BOLD) == width("Nandu", BOLD) > width("Ñandú", REGULAR) > 0


def test_marks_take_no_room_and_letters_of_other_fonts_some() -> None:
    assert width("\u0301", BOLD) == 0
    assert 0.6 < width("ж", BOLD) <= 1
    assert width("王", BOLD) == 1


def test_a_short_name_is_large() -> None:
    assert first_sizes("Ana Pérez") == (NAME_STEPS[0][0], COURSE_STEPS[0][0])


def test_a_longer_name_is_never_larger() -> None:
    steps = [first_sizes("María Pérez " * repeated)[0] for repeated in range(1, 21)]

    assert steps == sorted(steps, reverse=True)
    assert steps[0] > steps[-1]


def test_each_try_is_smaller_down_to_the_smallest() -> None:
    tries = list(sizes("Ana Pérez", "A course", "completed", MEASURE))

    assert [t.name for t in tries] == [size for size, _ in NAME_STEPS]
    assert tries[-1].course == COURSE_STEPS[-1][0]


@given(words)
def test_balancing_adds_no_line(typed: list[str]) -> None:
    text = " ".join(typed)
    narrow = balanced(text, 8, MEASURE)

    assert narrow <= MEASURE
    assert lines(text, 8, narrow, BOLD) == lines(text, 8, MEASURE, BOLD)


def test_a_word_longer_than_the_line_is_counted_in_pieces() -> None:
    assert lines("W" * 80, 14, MEASURE, BOLD) > lines("W" * 40, 14, MEASURE, BOLD) > 1


def test_what_has_no_room_at_the_smallest_size_is_refused() -> None:
    with pytest.raises(CannotDraw, match="no room for"):
        largest(["W" * 80], (4, 3), measure=20, height=10, leading=1.2)
