"""Choosing sizes of type, so that the longest name and title keep to their place on one page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from certificates.facts import CannotDraw
from certificates.glyphs import BOLD, REGULAR, width

ANY_NUMBER = 99

#: How many lines each size, in millimetres, may fill; the last size takes what comes.
NAME_STEPS = (
    *((14.0, 1), (12.0, 2), (10.5, 2), (9.0, 3), (8.0, 3), (7.0, 4), (6.0, 5), (5.0, 6)),
    (4.2, ANY_NUMBER),
)
COURSE_STEPS = ((8.4, 2), (7.4, 2), (6.6, 3), (5.8, 3), (5.2, 4), (4.6, 5), (4.0, ANY_NUMBER))
SENTENCE_STEPS = ((4.6, 2), (4.0, 3), (3.6, 3), (3.2, ANY_NUMBER))

#: Room for kerning and for letters of other fonts.
MARGIN_OF_ERROR = 1.03


@dataclass(frozen=True)
class Sizes:
    """Type sizes of the flowing text, in millimetres."""

    name: float
    course: float
    sentence: float


def sizes(name: str, course: str, sentence: str, measure: float) -> Iterator[Sizes]:
    """Sizes to try for lines of ``measure`` millimetres: the right ones first, then smaller."""
    at_name = _first_step(name, NAME_STEPS, measure, BOLD)
    at_course = _first_step(course, COURSE_STEPS, measure, BOLD)
    at_sentence = _first_step(sentence, SENTENCE_STEPS, measure, REGULAR)
    for smaller in range(len(NAME_STEPS)):
        yield Sizes(
            name=_step(NAME_STEPS, at_name + smaller),
            course=_step(COURSE_STEPS, at_course + smaller),
            sentence=_step(SENTENCE_STEPS, at_sentence + smaller),
        )


def largest(
    texts: Sequence[str], steps: Sequence[float], *, measure: float, height: float, leading: float
) -> float:
    """The first size at which the bold ``texts``, one below the other, keep to their box."""
    for size in steps:
        count = sum(lines(text, size, measure, BOLD) for text in texts)
        if count * size * leading <= height:
            return size
    raise CannotDraw(f"There is no room for “{texts[0]}”.")


def balanced(text: str, size: float, measure: float) -> float:
    """The narrowest measure, in whole millimetres, that breaks the bold ``text`` no oftener."""
    longest_word = max(width(word, BOLD) for word in text.split(" ")) * size * MARGIN_OF_ERROR
    needed = lines(text, size, measure, BOLD)
    if needed == 1 or longest_word > measure:
        return measure
    narrower = range(ceil(longest_word), int(measure))
    return next((m for m in narrower if lines(text, size, m, BOLD) == needed), measure)


def lines(text: str, size: float, measure: float, weight: int) -> int:
    """How many lines ``text`` fills; a word longer than a line is broken anywhere."""
    em = size * MARGIN_OF_ERROR
    space = width(" ", weight) * em
    full, used = 0, 0.0
    for word in text.split(" "):
        long = width(word, weight) * em
        if used and used + space + long <= measure:
            used += space + long
            continue
        full += bool(used)
        full, used = full + int(long // measure), long % measure
    return full + bool(used)


def _first_step(text: str, steps: Sequence[tuple[float, int]], measure: float, weight: int) -> int:
    fitting = (
        i for i, (size, most) in enumerate(steps) if lines(text, size, measure, weight) <= most
    )
    return next(fitting)


def _step(steps: Sequence[tuple[float, int]], at: int) -> float:
    return steps[min(at, len(steps) - 1)][0]
