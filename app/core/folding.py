"""Looking for words however they are accented or capitalised, in Python and in the database."""

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
