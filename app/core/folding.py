"""Looking for words however they are accented or capitalised, in Python and in the database."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.core.text import folded


def finds(words: str, *texts: str) -> bool:
    """Whether each of ``words`` is somewhere in ``texts``."""
    everything = folded("\n".join(texts))
    return all(word in everything for word in folded(words).split())


def passage(text: str, words: str, *, most: int = 240) -> list[tuple[str, bool]]:
    """What stands around the first of ``words`` in ``text``, in pieces: whether each was found."""
    letters = [(folded(letter), at) for at, letter in enumerate(text)]
    plain = "".join(letter for letter, _at in letters)
    places = [at for letter, at in letters for _ in letter] + [len(text)]
    found = sorted(
        (places[at], places[at + len(word) - 1] + 1)
        for word in set(folded(words).split())
        for at in _everywhere(plain, word)
    )
    start = max(0, (found[0][0] if found else 0) - most // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + most)
    pieces, at = [("… " if start else "", False)], start
    for first, last in found:
        if at <= first and last <= end:
            pieces += [(text[at:first], False), (text[first:last], True)]
            at = last
    pieces += [(text[at:end], False), (" …" if end < len(text) else "", False)]
    return [piece for piece in pieces if piece[0]]


def _everywhere(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


class Folded(FunctionElement[str]):
    """A column as `folded` would have it; SQLite asks Python, PostgreSQL knows our alphabets."""

    type = String()
    inherit_cache = True


@compiles(Folded, "sqlite")
def _on_sqlite(element: Folded, compiler: SQLCompiler, **given: Any) -> str:
    return f"folded({compiler.process(element.clauses, **given)})"


@compiles(Folded, "postgresql")
def _on_postgresql(element: Folded, compiler: SQLCompiler, **given: Any) -> str:
    text = compiler.process(element.clauses, **given)
    accented, plain = _alphabets()
    return f"translate(lower({text}), '{accented}', '{plain}')"


@cache
def _alphabets() -> tuple[str, str]:
    """Accented Latin letters, and the plain ones they fold to; marks at the end have none."""
    letters = {chr(code): folded(chr(code)) for code in range(0xC0, 0x180)}
    single = {one: plain for one, plain in letters.items() if len(plain) == 1 and plain != one}
    marks = "".join(map(chr, range(0x300, 0x330)))
    return "".join(single) + marks, "".join(single.values())
