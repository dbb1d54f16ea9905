"""What changed between two texts, word by word, as clean HTML with ``<ins>`` and ``<del>``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from app.core.alignment import matches
from app.core.markdown import to_html


@dataclass(frozen=True, slots=True)
class Difference:
    """A text with its changes marked; templates print it as it is."""

    html: str
    changed: bool

    def __html__(self) -> str:
        return self.html


def texts(old: str, new: str) -> Difference:
    """The Markdown text ``new``: what is new in it, and what was taken out of ``old``."""
    pairs = list(_paired(_lines(old), _lines(new)))
    changed = any(a is None or b is None or a.text != b.text for a, b in pairs)
    return Difference(_with_tags(to_html("".join(_merged_lines(pairs)))), changed)


def words(old: str, new: str) -> Difference:
    """The same for a line of plain text."""
    a, b = _tokens(old, plain=True), _tokens(new, plain=True)
    changed = [token.text for token in a] != [token.text for token in b]
    return Difference(_with_tags(escape(_merged(a, b))), changed)


#: Control characters: typed by nobody, left alone by Markdown, and at the end turned into tags.
_INS, _END_INS, _DEL, _END_DEL = "\x01", "\x02", "\x03", "\x04"
_TAGS = {_INS: "<ins>", _END_INS: "</ins>", _DEL: "<del>", _END_DEL: "</del>"}


def _with_tags(html: str) -> str:
    """Each changed word becomes a tag's content, so that tags never cross; neighbours share one."""
    html = re.sub(r"\x02(\s*)\x01", r"\1", html)
    html = re.sub(r"\x04(\s*)\x03", r"\1", html)
    return re.sub(r"[\x01-\x04]", lambda found: _TAGS[found.group()], html)


def _clean(text: str) -> str:
    return re.sub(r"[\x00-\x08]", "", text).strip()


# ── Lines ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    gap: str  # the ends of line that follow


type _Pair = tuple[_Line | None, _Line | None]

#: Lines with this much in common are one line that was changed, not one removed and one added.
_ALIKE = 0.4
#: Up to this many pairs of lines, every pair is looked at.
_FEW = 2500


def _lines(text: str) -> list[_Line]:
    found = re.finditer(r"([^\n]+)(\n\s*?(?=[^\n])|\n*$|\n+)", _clean(text))
    return [_Line(line.group(1).rstrip(), line.group(2)) for line in found if line.group(1).strip()]


def _paired(old: list[_Line], new: list[_Line]) -> Iterator[_Pair]:
    """Each line beside what became of it."""
    i = j = 0
    same = matches([line.text for line in old], [line.text for line in new])
    for start_i, start_j, length in [*same, (len(old), len(new), 0)]:
        yield from _most_alike(old[i:start_i], new[j:start_j])
        i, j = start_i + length, start_j + length
        yield from zip(old[start_i:i], new[start_j:j], strict=True)


def _most_alike(old: list[_Line], new: list[_Line]) -> Iterator[_Pair]:
    """Pair, in order, the lines that have most in common."""
    i = j = 0
    for next_i, next_j in [*_alike(old, new), (len(old), len(new))]:
        yield from ((line, None) for line in old[i:next_i])
        yield from ((None, line) for line in new[j:next_j])
        if next_i < len(old):
            yield old[next_i], new[next_j]
        i, j = next_i + 1, next_j + 1


def _alike(old: list[_Line], new: list[_Line]) -> list[tuple[int, int]]:
    if len(old) * len(new) > _FEW:
        return [(n, n) for n in range(min(len(old), len(new)))]
    a, b = [_words_of(line) for line in old], [_words_of(line) for line in new]
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            together = _likeness(a[i], b[j])
            best[i][j] = max(
                best[i + 1][j],
                best[i][j + 1],
                together + best[i + 1][j + 1] if together >= _ALIKE else 0,
            )
    return list(_walk(best, len(a), len(b)))


def _walk(best: list[list[float]], end_i: int, end_j: int) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < end_i and j < end_j:
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            yield i, j
            i, j = i + 1, j + 1


def _words_of(line: _Line) -> frozenset[str]:
    without_links = re.sub(r"\]\([^()\s]*\)|https?://\S+", " ", line.text.casefold())
    return frozenset(re.findall(r"\w+", without_links))


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b) or 1)


def _merged_lines(pairs: list[_Pair]) -> Iterator[str]:
    for place, (old, new) in enumerate(pairs):
        following = pairs[place + 1] if place + 1 < len(pairs) else None
        yield _merged(_tokens(old.text if old else ""), _tokens(new.text if new else ""))
        yield _gap(new or old, following, is_gone=new is None)


_ITEM = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])\s|\|)")  # of a list, or a row of a table


def _gap(line: _Line | None, following: _Pair | None, *, is_gone: bool) -> str:
    """What keeps a line from the next one, which may come from the other text."""
    after = following and (following[1] or following[0])
    if not line or not after:
        return ""
    if is_gone or (following and following[1] is None):
        both_items = _ITEM.match(line.text) and _ITEM.match(after.text)
        return "\n" if both_items else "\n\n"
    return line.gap


# ── Words ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    space: str  # what follows it
    is_word: bool  # rather than Markdown around words


_TOKEN = re.compile(
    r"""
    (?P<markdown>
        ^\s*(?:```.*|\|?(?=.*---)[ |:-]+)$              # a fence, or the rule of a table
      | ^\s*(?:[-*+]|\d{1,9}[.)]|\#{1,6}|>)(?=\s)      # a list, a heading, a quotation
      | \[!(?:NOTE|TIP|IMPORTANT|WARNING)\]           # what makes a quotation a note
      | ^\s+                                          # what belongs to the line before
      | \]\([^()\s]*\) | !\[ | [|\[\]]                 # a link, a table
      | [*`~]+ | \\[^\w\s] | (?<!\w)_+ | _+(?!\w)      # emphasis, code, an escape
    )
  | (?P<word>https?://[^\s)]+ | &\w+; | [^\W_]+(?:[.,'’/_-]+[^\W_]+)* | [^\w\s])
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"\w+(?:[.,'’/-]\w+)*|[^\w\s]")


def _tokens(text: str, *, plain: bool = False) -> list[_Token]:
    text = _clean(text) if plain else text
    found = list((_WORD if plain else _TOKEN).finditer(text))
    ends = [token.start() for token in found[1:]] + [len(text)]
    return [
        _token(token, space=text[token.end() : end], is_word=plain or token.lastgroup == "word")
        for token, end in zip(found, ends[: len(found)], strict=True)
    ]


def _token(found: re.Match[str], *, space: str, is_word: bool) -> _Token:
    # Beside a mark, Markdown would take underscores for letters; stars mean the same.
    text = found.group() if is_word else found.group().replace("_", "*")
    return _Token(text, space, is_word)


type _Run = tuple[bool, Sequence[_Token], Sequence[_Token]]


def _merged(old: list[_Token], new: list[_Token]) -> str:
    """One line with both: what both have, and around it what was removed and what was added."""
    if not new:
        return _marked(old, _DEL, _END_DEL)
    out: list[str] = []
    for same, removed, added in _readable(list(_runs(old, new))):
        if same:
            out += [token.text + token.space for token in added]
            out += ["" if added[-1].space else removed[-1].space]
            continue
        opening = [token for token in added[:1] if not out and not token.is_word]
        rest = added[len(opening) :]
        out += [token.text + token.space for token in opening]
        gone = _marked(_only_words(removed), _DEL, _END_DEL)
        out += [gone, " " if gone and rest and not gone[-1].isspace() else ""]
        out.append(_marked(rest, _INS, _END_INS))
    return "".join(out)


def _only_words(tokens: Sequence[_Token]) -> list[_Token]:
    """Removed words go without the Markdown around them, which would have no counterpart."""
    kept: list[_Token] = []
    for token in tokens:
        if token.is_word:
            kept.append(token)
        elif kept and token.space:
            kept[-1] = replace(kept[-1], space=token.space)
    return kept


def _marked(tokens: Sequence[_Token], begin: str, end: str) -> str:
    return "".join(
        (f"{begin}{token.text}{end}" if token.is_word else token.text) + token.space
        for token in tokens
    )


def _runs(old: list[_Token], new: list[_Token]) -> Iterator[_Run]:
    i = j = 0
    same = matches([token.text for token in old], [token.text for token in new])
    for start_i, start_j, length in [*same, (len(old), len(new), 0)]:
        if i < start_i or j < start_j:
            yield False, old[i:start_i], new[j:start_j]
        i, j = start_i + length, start_j + length
        if length:
            yield True, old[start_i:i], new[start_j:j]


#: Up to this many words that stayed between two longer changes are read as part of these.
_ISLAND = 2


def _readable(runs: list[_Run]) -> Iterator[_Run]:
    """Join changes with only a word or two between them: a rewritten sentence reads as one."""
    held: _Run | None = None
    for place, run in enumerate(runs):
        same, removed, added = run
        if held and (not same or _is_island(held, run, runs[place + 1 :])):
            held = (False, [*held[1], *removed], [*held[2], *added])
            continue
        if held:
            yield held
        held = None if same else run
        if same:
            yield run
    if held:
        yield held


def _is_island(before: _Run, run: _Run, rest: list[_Run]) -> bool:
    if not rest or len(run[2]) > _ISLAND or not all(token.is_word for token in run[2]):
        return False
    letters = _letters(run[2])
    return all(
        letters < max(_letters(removed), _letters(added)) for _, removed, added in (before, rest[0])
    )


def _letters(tokens: Sequence[_Token]) -> int:
    return sum(len(token.text) for token in tokens)
