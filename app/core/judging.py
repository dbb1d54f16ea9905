"""What an answer is worth: from what a question holds and what was given, and nothing else.

Every share lies between 0 and 1; ``None`` waits for a person.

- Choices: of R right ones, r chosen, and w wrong ones chosen at a penalty of p percent, the share
  is ``(r - w * p / 100) / R``, never below 0. Where options say their own percents, these are
  added. ``whole``: exactly the right ones, or nothing.
- Short answers and numbers: the best accepted answer that fits.
- Matching and gaps: each left side and each gap counts the same.
- Ordering: of all pairs of items, those in the right order less those that are not, by their
  number, never below 0. So the right order is worth 1, and an order by chance nothing on average.
"""

import re
from collections.abc import Iterable, Sequence
from functools import singledispatch
from itertools import combinations
from unicodedata import combining, normalize

from app.core.question_content import (
    Accepted,
    Amount,
    Choosing,
    Content,
    Essay,
    Gap,
    Gaps,
    Given,
    Matching,
    Numerical,
    Ordering,
    Short,
    Texts,
)

#: Percents that come from thirds and sixths add up to a little less than the whole.
NEARLY_ALL = 0.9999


def is_empty(given: Given) -> bool:
    """Whether nothing was answered: nothing chosen, and only blanks typed."""
    for value in given.values():
        parts = value.values() if isinstance(value, dict) else value
        if isinstance(parts, str):
            parts = [parts]
        if any(str(part).strip() for part in parts):
            return False
    return True


def share_of(content: Content, given: Given) -> float | None:
    """What part of a question's points an answer earns."""
    if is_empty(given):
        return 0.0
    share = _share(content, given)
    if share is None:
        return None
    return 1.0 if share >= NEARLY_ALL else max(0.0, round(share, 6))


def points_of(share: float | None, out_of: float, *, wrong_costs: int, empty: bool) -> float | None:
    """What it adds to the result. A wrong answer, unlike none, may cost a part of its points."""
    if share is None:
        return None
    if share == 0 and not empty:
        return round(-out_of * wrong_costs / 100, 4) + 0.0
    return round(out_of * share, 4)


def result(points: Iterable[float]) -> float:
    """The sum, never below nothing."""
    return max(0.0, round(sum(points), 4))


@singledispatch
def _share(_content: Content, _given: Given) -> float | None:
    raise NotImplementedError


@_share.register
def _(content: Choosing, given: Given) -> float | None:
    chosen = set(given.get("chosen", ()))
    right = {option.key for option in content.options if option.right}
    if content.whole:
        return float(chosen == right)
    if any(option.share is not None for option in content.options):
        return sum((o.share or 0) for o in content.options if o.key in chosen) / 100
    known = {option.key for option in content.options} & chosen
    return (len(known & right) - len(known - right) * content.penalty / 100) / max(1, len(right))


@_share.register
def _(content: Short, given: Given) -> float | None:
    found = accepted_as(content, str(given.get("text", "")))
    return found.share / 100 if found else 0


@_share.register
def _(content: Numerical, given: Given) -> float | None:
    found = amount_met(content, str(given.get("text", "")))
    return found.share / 100 if found else 0


@_share.register
def _(content: Matching, given: Given) -> float | None:
    matched = given.get("matched", {})
    rights = {pair.right_key: pair.right for pair in content.pairs}
    asked = [pair for pair in content.pairs if pair.left]
    met = [p for p in asked if _same(rights.get(matched.get(p.left_key, ""), {}), p.right)]
    return len(met) / max(1, len(asked))


@_share.register
def _(content: Ordering, given: Given) -> float | None:
    places = {key: int(place) for key, place in given.get("places", {}).items() if place}
    order = [places.get(item.key) for item in content.items]
    pairs = list(combinations(order, 2))
    right = sum(a is not None and b is not None and a < b for a, b in pairs)
    if content.whole or not pairs:
        return float(right == len(pairs))
    return (2 * right - len(pairs)) / len(pairs)


@_share.register
def _(content: Gaps, given: Given) -> float | None:
    filled = given.get("gaps", {})
    shares = [gap_share(content, gap, str(filled.get(gap.key, ""))) for gap in content.gaps]
    return sum(shares) / max(1, len(shares))


@_share.register
def _(_content: Essay, _given: Given) -> float | None:
    return None


def gap_share(content: Gaps, gap: Gap, filled: str) -> float:
    if gap.options:
        return float(any(option.right and option.key == filled for option in gap.options))
    found = best_fit(gap.accepted, filled, content.mind_case, content.mind_accents)
    return found.share / 100 if found else 0.0


def accepted_as(content: Short, typed: str) -> Accepted | None:
    return best_fit(content.accepted, typed, content.mind_case, content.mind_accents)


def best_fit(
    accepted: Sequence[Accepted],
    typed: str,
    mind_case: bool,  # noqa: FBT001 -- as the question says
    mind_accents: bool,  # noqa: FBT001
) -> Accepted | None:
    """The accepted answer of the highest share that ``typed`` fits."""
    words = _plain(typed, mind_case, mind_accents)
    fits = (one for one in accepted if _fits(_plain(one.pattern, mind_case, mind_accents), words))
    return max(fits, key=lambda one: one.share, default=None) if words else None


def _plain(words: str, mind_case: bool, mind_accents: bool) -> str:  # noqa: FBT001
    tidy = " ".join(normalize("NFC", words).split())
    if not mind_case:
        tidy = tidy.casefold()
    if mind_accents:
        return tidy
    return "".join(letter for letter in normalize("NFKD", tidy) if not combining(letter))


_STAR = "\ue001"  # a private letter for a star that stands for itself


def _fits(pattern: str, words: str) -> bool:
    """Whether ``words`` are the parts of ``pattern`` in their order. It never looks back."""
    parts = [p.replace(_STAR, "*") for p in pattern.replace("\\*", _STAR).split("*")]
    if len(parts) == 1:
        return words == parts[0]
    first, *middle, last = parts
    if len(words) < len(first) + len(last):
        return False
    if not (words.startswith(first) and words.endswith(last)):
        return False
    at, end = len(first), len(words) - len(last)
    for part in middle:
        found = words.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


#: A number with marks between its digits, an exponent perhaps, and whatever follows as its unit.
_NUMBER = re.compile(
    r"\s*([+\-−]?)\s*(\d[\d.,'’\s]*|[.,]\d+)(?:\s*[eE]([+\-−]?\d{1,3}))?\s*(.*?)\s*", re.DOTALL
)
LONGEST_NUMBER = 60


def number_and_unit(typed: str) -> tuple[float, str] | None:
    """Read ``3,5 kg`` and ``3.5 kg`` as the same.

    Of two kinds of marks the last one is the decimal; one that comes twice parts thousands.
    """
    met = _NUMBER.fullmatch(typed) if len(typed) <= LONGEST_NUMBER else None
    if met is None:
        return None
    sign, digits, exponent, unit = met.groups()
    digits = re.sub(r"[\s'’]", "", digits).rstrip(".,")
    marks = [mark for mark in digits if mark in ".,"]
    decimal = marks[-1] if marks and (len(marks) == 1 or marks[-1] != marks[0]) else ""
    if marks.count(decimal) > 1 or (not decimal and len(set(marks)) > 1):
        return None
    whole, _mark, part = digits.rpartition(decimal) if decimal else (digits, "", "")
    plain = f"{re.sub(r'[.,]', '', whole) or '0'}.{part or '0'}"
    value = float(f"{plain}e{(exponent or '0').replace('−', '-')}")
    return (-value if sign in {"-", "−"} else value), unit


def amount_met(content: Numerical, typed: str) -> Amount | None:
    """The amount of the highest share that what was typed lies within."""
    read = number_and_unit(typed)
    if read is None:
        return None
    value, unit = read
    factors = {one.name: one.factor for one in content.units}
    if (unit and unit not in factors) or (not unit and content.needs_unit):
        return None
    value *= factors.get(unit, 1)
    met = (one for one in content.amounts if _within(one, value))
    return max(met, key=lambda one: one.share, default=None)


def _within(amount: Amount, value: float) -> bool:
    margin = amount.tolerance
    if amount.relative:
        margin = abs(amount.value) * amount.tolerance / 100
    slack = 1e-9 * max(1.0, abs(amount.value))  # what binary fractions cost
    return abs(value - amount.value) <= margin + slack


def _same(one: Texts, other: Texts) -> bool:
    """Whether two right sides say the same: then either is right."""
    return bool(one) and one == other
