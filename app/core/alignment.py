"""What two sequences have in common, in order: quick for long texts, also for unlike ones."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

#: ``(i, j, n)``: from ``i`` in one and from ``j`` in the other, ``n`` things are the same.
type Match = tuple[int, int, int]

#: How many things in a row must occur once in both to be a fixed point, from sure to daring.
_IN_A_ROW = (6, 3, 1, 1)
#: Up to this many pairs, every pair is looked at.
_FEW = 900


def matches(a: Sequence[str], b: Sequence[str]) -> list[Match]:
    """The common stretches of ``a`` and ``b``, each as long as it can be.

    Fixed points (what occurs once in each) cut long sequences into short ones, which are compared
    in full. Where there is no fixed point, a long stretch counts as replaced.
    """
    joined: list[Match] = []
    for i, j, length in _between(a, b, (0, len(a), 0, len(b)), _IN_A_ROW):
        if joined:
            before_i, before_j, before = joined[-1]
            if (before_i + before, before_j + before) == (i, j):
                joined[-1] = before_i, before_j, before + length
                continue
        joined.append((i, j, length))
    return joined


type _Span = tuple[int, int, int, int]


def _between(
    a: Sequence[str], b: Sequence[str], span: _Span, in_a_row: tuple[int, ...]
) -> Iterator[Match]:
    i, end_i, j, end_j = span
    head, tail = _same_ends(a, b, span)
    if head:
        yield i, j, head
    i, j, end_i, end_j = i + head, j + head, end_i - tail, end_j - tail
    if (end_i - i) * (end_j - j) <= _FEW:
        yield from _in_full(a, b, (i, end_i, j, end_j))
    elif in_a_row:
        points = _fixed_points(a, b, (i, end_i, j, end_j), in_a_row[0])
        for next_i, next_j in [*points, (end_i, end_j)]:
            yield from _between(a, b, (i, next_i, j, next_j), in_a_row[1:])
            i, j = next_i, next_j
    if tail:
        yield end_i, end_j, tail


def _same_ends(a: Sequence[str], b: Sequence[str], span: _Span) -> tuple[int, int]:
    """How many things are the same at the beginning, and how many at the end."""
    i, end_i, j, end_j = span
    most = min(end_i - i, end_j - j)
    head = tail = 0
    while head < most and a[i + head] == b[j + head]:
        head += 1
    while tail < most - head and a[end_i - tail - 1] == b[end_j - tail - 1]:
        tail += 1
    return head, tail


def _in_full(a: Sequence[str], b: Sequence[str], span: _Span) -> Iterator[Match]:
    i, end_i, j, end_j = span
    if i == end_i or j == end_j:
        return
    for match in SequenceMatcher(None, a[i:end_i], b[j:end_j], False).get_matching_blocks():  # noqa: FBT003 -- "autojunk" is no better by name
        if match.size:
            yield match.a + i, match.b + j, match.size


def _fixed_points(
    a: Sequence[str], b: Sequence[str], span: _Span, in_a_row: int
) -> list[tuple[int, int]]:
    """Where the same ``in_a_row`` things stand once in each; the longest chain of such places."""
    i, end_i, j, end_j = span
    in_a, in_b = _once(a, i, end_i, in_a_row), _once(b, j, end_j, in_a_row)
    return _chain(sorted((place, in_b[key]) for key, place in in_a.items() if key in in_b))


def _once(things: Sequence[str], begin: int, end: int, in_a_row: int) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    repeated: set[tuple[str, ...]] = set()
    for place in range(begin, end - in_a_row + 1):
        key = tuple(things[place : place + in_a_row])
        if key in places:
            repeated.add(key)
        places[key] = place
    return {key: place for key, place in places.items() if key not in repeated}


def _chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain of ``pairs`` that goes forward in both sequences (patience sorting)."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(ends[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        ends[pile : pile + 1] = [index]
    chain = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]
