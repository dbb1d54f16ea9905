"""What changed between two texts, word by word, as clean HTML with ``<ins>`` and ``<del>``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape

from app.core.markdown import to_html

#: Control characters: typed by nobody, left alone by Markdown, and at the end turned into tags.
_INS, _END_INS, _DEL, _END_DEL = "\x01", "\x02", "\x03", "\x04"
_TAGS = {_INS: "<ins>", _END_INS: "</ins>", _DEL: "<del>", _END_DEL: "</del>"}

_TOKEN = re.compile(
    r"""
    (?P<line>^[ \t]*(?:```.*|\|?(?=[^\n]*---)[ \t:|-]+)$)          # a fence, a rule of a table
  | (?P<prefix>^[ \t]*(?:[-*+]|\d{1,9}[.)]|\#{1,6}|>)(?=[ \t]))  # what makes a list or a heading
  | (?P<syntax>\]\([^)\s]*\)|!\[|\\[^\w\s]|[*_`~|\[\]#])           # Markdown within a line
  | (?P<word>https?://[^\s)]+|&\w+;|[^\W_]+(?:[.,'’/-][^\W_]+)*|[^\w\s])
    """,
    re.VERBOSE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A text with its changes marked; templates print it as it is."""

    html: str
    changed: bool

    def __html__(self) -> str:
        return self.html


def texts(old: str, new: str) -> Difference:
    """The Markdown text ``new``, with what is new in it and what was taken out of ``old``."""
    merged, changed = _merged(_tokens(old), _tokens(new))
    return Difference(_with_tags(to_html(merged)), changed)


def words(old: str, new: str) -> Difference:
    """The same for a line of plain text."""
    merged, changed = _merged(_tokens(old, plain=True), _tokens(new, plain=True))
    return Difference(_with_tags(escape(merged)), changed)


def _with_tags(html: str) -> str:
    """Each changed word becomes a tag's content; words side by side share one."""
    html = re.sub(r"\x02(\s*)\x01", r"\1", html)
    html = re.sub(r"\x04(\s*)\x03", r"\1", html)
    return re.sub(r"[\x01-\x04]", lambda found: _TAGS[found.group()], html)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    space: str  # what follows it
    kind: str

    @property
    def ends_line(self) -> bool:
        return "\n" in self.space


def _tokens(text: str, *, plain: bool = False) -> list[_Token]:
    text = re.sub(r"[\x00-\x08]", "", text).strip()
    found = list(_TOKEN.finditer(text))
    ends = [token.start() for token in found[1:]] + [len(text)]
    return [
        _Token(
            token.group().strip(),
            text[token.end() : end],
            "word" if plain else str(token.lastgroup),
        )
        for token, end in zip(found, ends, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Run:
    """Tokens that both texts have, or those of one text that stand where the other has others."""

    same: bool
    old: list[_Token]
    new: list[_Token]
    begins_line: bool  # in the old text


def _merged(old: list[_Token], new: list[_Token]) -> tuple[str, bool]:
    out: list[str] = []
    space = ""  # held back: what was taken out may belong before it
    runs = list(_readable(list(_runs(old, new))))
    for run in runs:
        if run.same:
            for token in run.new:
                out += [space, token.text]
                space = token.space
            continue
        whole_lines = run.begins_line and bool(run.old) and _ends_line(run.old[-1], old[-1])
        if whole_lines and (not out or "\n" in space):
            out += [space, *_taken_out_lines(run.old)]
            space = "\n\n"
            removed: list[str] = []
        else:
            removed = _taken_out(run.old)
        if removed and not run.begins_line:
            out += [" " if out else "", *removed]
            removed = []
        for token in run.new:
            out.append(space)
            space = token.space
            if removed and token.kind != "prefix":
                out += [*removed, " "]
                removed = []
            out.append(_marked(token, _INS, _END_INS))
        out += [space or " ", *removed] if removed else []
        space = " " if removed else space
    return "".join(out), not all(run.same for run in runs)


def _ends_line(token: _Token, last: _Token) -> bool:
    return token.ends_line or token is last


def _taken_out(tokens: list[_Token]) -> list[str]:
    """Removed words in the middle of a line: without the Markdown that stood around them."""
    words = [token for token in tokens if token.kind == "word"]
    return [
        _marked(token, _DEL, _END_DEL) + (" " if token.space and token is not words[-1] else "")
        for token in words
    ]


def _taken_out_lines(tokens: list[_Token]) -> list[str]:
    """Removed lines, as lines of their own: a list stays a list."""
    return [
        _marked(token, _DEL, _END_DEL) + (token.space if token is not tokens[-1] else "")
        for token in tokens
    ]


def _marked(token: _Token, begin: str, end: str) -> str:
    return f"{begin}{token.text}{end}" if token.kind == "word" else token.text


def _runs(old: list[_Token], new: list[_Token]) -> Iterator[_Run]:
    a, b = [token.text for token in old], [token.text for token in new]
    i = j = 0
    for start_a, start_b, length in [*_matches(a, b), (len(a), len(b), 0)]:
        if i < start_a or j < start_b:
            begins_line = i == 0 or old[i - 1].ends_line
            yield _Run(False, old[i:start_a], new[j:start_b], begins_line)
        i, j = start_a + length, start_b + length
        if length:
            yield _Run(True, old[start_a:i], new[start_b:j], start_a == 0)


MOST_ISLAND = 2


def _readable(runs: list[_Run]) -> Iterator[_Run]:
    """Join changes with only a word or two between them: a rewritten sentence reads as one."""
    held: _Run | None = None
    for place, run in enumerate(runs):
        if held is not None and (not run.same or _is_island(held, run, runs[place + 1 :])):
            held = _Run(False, held.old + run.old, held.new + run.new, held.begins_line)
            continue
        if held is not None:
            yield held
        held = None if run.same else run
        if run.same:
            yield run
    if held is not None:
        yield held


def _is_island(before: _Run, run: _Run, rest: list[_Run]) -> bool:
    if not rest or len(run.new) > MOST_ISLAND or any(t.ends_line for t in run.new):
        return False
    letters = sum(len(token.text) for token in run.new)
    return all(
        letters < max(sum(len(t.text) for t in side) for side in (change.old, change.new))
        for change in (before, rest[0])
    )


type _Match = tuple[int, int, int]

#: How many words in a row must occur once in both texts to be a fixed point, from sure to daring.
ANCHORS = (6, 3, 1, 1)
#: Below this many pairs of words every pair is looked at.
SMALL = 900


def _matches(a: Sequence[str], b: Sequence[str]) -> list[_Match]:
    """What the texts have in common, in order. Never quadratic in the length of the texts."""
    found = list(_between(a, b, (0, len(a), 0, len(b)), ANCHORS))
    joined: list[_Match] = []
    for i, j, length in found:
        if joined and (joined[-1][0] + joined[-1][2], joined[-1][1] + joined[-1][2]) == (i, j):
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + length)
        else:
            joined.append((i, j, length))
    return joined


def _between(
    a: Sequence[str], b: Sequence[str], span: tuple[int, int, int, int], anchors: tuple[int, ...]
) -> Iterator[_Match]:
    i, end_i, j, end_j = span
    head = i
    while i < end_i and j < end_j and a[i] == b[j]:
        i, j = i + 1, j + 1
    if i > head:
        yield head, j - (i - head), i - head
    tail = end_i
    while end_i > i and end_j > j and a[end_i - 1] == b[end_j - 1]:
        end_i, end_j = end_i - 1, end_j - 1
    if (end_i - i) * (end_j - j) <= SMALL:
        matcher = SequenceMatcher(None, a[i:end_i], b[j:end_j], autojunk=False)
        for match in matcher.get_matching_blocks()[:-1]:
            yield match.a + i, match.b + j, match.size
    elif anchors:
        for place_i, place_j in [
            *_fixed_points(a, b, (i, end_i, j, end_j), anchors[0]),
            (end_i, end_j),
        ]:
            yield from _between(a, b, (i, place_i, j, place_j), anchors[1:])
            i, j = place_i, place_j
    if tail > end_i:
        yield end_i, end_j, tail - end_i


def _fixed_points(
    a: Sequence[str], b: Sequence[str], span: tuple[int, int, int, int], length: int
) -> list[tuple[int, int]]:
    """Where the same ``length`` words stand once in each text; the longest chain of these."""
    i, end_i, j, end_j = span
    in_a, in_b = _only_once(a, i, end_i, length), _only_once(b, j, end_j, length)
    pairs = sorted((place, in_b[words]) for words, place in in_a.items() if words in in_b)
    return _longest_chain(pairs)


def _only_once(
    words: Sequence[str], begin: int, end: int, length: int
) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    repeated: set[tuple[str, ...]] = set()
    for place in range(begin, end - length + 1):
        key = tuple(words[place : place + length])
        if key in places:
            repeated.add(key)
        places[key] = place
    return {key: place for key, place in places.items() if key not in repeated}


def _longest_chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest sequence of ``pairs`` that goes forward in both texts (patience sorting)."""
    from bisect import bisect_left

    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(ends[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(j)
            ends.append(index)
        else:
            tops[pile], ends[pile] = j, index
    chain = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]
