"""Words as they are looked for: without accents and endings, in each of our languages.

A word is kept by its stem (Porter's Snowball algorithms) with the language in front: ``esprogram``
stands for “programa” and “programas” in a Spanish text. One text can so be looked through in four
languages at once, and both databases find the same.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock

from snowballstemmer import stemmer

from app.core.text import folded

SPOKEN = {"es": "spanish", "pt": "portuguese", "en": "english", "fr": "french"}
#: More words, or longer ones, nobody looks for; they would only cost.
MOST_WORDS, MOST_LETTERS = 12, 40
#: Said in nearly every sentence, so that they find nothing.
_EVERYWHERE = frozenset(
    {
        *("a", "al", "and", "as", "au", "aux", "com", "con", "da", "das", "de"),
        *("del", "des", "di", "do", "dos", "du", "e", "el", "em", "en", "et"),
        *("for", "in", "la", "las", "le", "les", "los", "na", "no", "o", "of"),
        *("on", "os", "ou", "para", "por", "pour", "que", "the", "to", "um", "uma"),
        *("un", "una", "une", "y"),
    }
)
_WORD = re.compile(r"[^\W_]+")
_one_at_a_time = Lock()  # a stemmer keeps the word it works on


@cache
def _stemmer(language: str) -> object:
    return stemmer(SPOKEN[language])


@lru_cache(maxsize=100_000)
def stems(word: str, language: str) -> frozenset[str]:
    """What ``word`` is kept by: with its accents heeded, and as who leaves them out writes it."""
    lower = word.casefold()[:MOST_LETTERS]
    if language not in SPOKEN:
        return frozenset({folded(lower)})
    with _one_at_a_time:
        stem = _stemmer(language).stemWord  # type: ignore[attr-defined]
        return frozenset({folded(stem(lower)), stem(folded(lower))})


def indexed(text: str, language: str) -> str:
    """All words of ``text`` as they are kept, in their order."""
    return " ".join(
        f"{language}{stem}"
        for word in _WORD.findall(text)
        for stem in sorted(stems(word, language))
        if stem.isalnum()
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for; a text has it if it has each of ``words``, in any language."""

    words: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.words)

    def kept_as(self, word: str) -> Iterator[tuple[str, bool]]:
        """Under what ``word`` may be kept, and whether it may go on: the last is still typed."""
        is_last = word == self.words[-1]
        for language in SPOKEN:
            for stem in sorted(stems(word, language)):
                yield f"{language}{stem}", False
            if is_last and len(word) > 1:
                yield f"{language}{folded(word)}", True

    def is_in(self, word: str, language: str) -> bool:
        """Whether a word of a text is one that is looked for."""
        if not self.words:
            return False
        own, begins = stems(word, language), folded(self.words[-1])
        return (len(begins) > 1 and folded(word).startswith(begins)) or any(
            not own.isdisjoint(stems(wanted, spoken)) for wanted in self.words for spoken in SPOKEN
        )


def sought(typed: str) -> Sought:
    words = [word for word in _WORD.findall(typed) if folded(word).isalnum()]
    telling = [word for word in words if folded(word) not in _EVERYWHERE]
    return Sought(tuple(word[:MOST_LETTERS] for word in (telling or words)[:MOST_WORDS]))


def for_sqlite(looked_for: Sought) -> str:
    """A MATCH expression of FTS5 (https://sqlite.org/fts5.html, section 3)."""
    return _all_of(looked_for, "AND", "OR", '"{}"', '"{}"*')


def for_postgresql(looked_for: Sought) -> str:
    """A `tsquery` (https://www.postgresql.org/docs/current/datatype-textsearch.html)."""
    return _all_of(looked_for, "&", "|", "{}", "{}:*")


def _all_of(looked_for: Sought, every: str, some: str, whole: str, begun: str) -> str:
    def any_of(kept: Iterable[tuple[str, bool]]) -> str:
        words = dict.fromkeys((begun if goes_on else whole).format(stem) for stem, goes_on in kept)
        return f"({f' {some} '.join(words)})"

    return f" {every} ".join(any_of(looked_for.kept_as(word)) for word in looked_for.words)


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_sought: bool


#: Letters around the first word that was found.
BEFORE, AFTER = 80, 180


def passage(text: str, language: str, looked_for: Sought) -> list[Piece]:
    """The part of ``text`` where what is looked for is said first, its words apart."""
    first = next((w for w in _WORD.finditer(text) if looked_for.is_in(w[0], language)), None)
    at = first.start() if first else 0
    start, end = _at_a_word(text, at - BEFORE), min(len(text), at + AFTER)
    if end < len(text):
        end = max(at, text.rfind(" ", start, end)) if " " in text[at:end] else end
    pieces = [Piece("… ", is_sought=False)] if start else []
    here = start
    for word in _WORD.finditer(text, start, end):
        if looked_for.is_in(word[0], language):
            pieces += [
                Piece(text[here : word.start()], is_sought=False),
                Piece(word[0], is_sought=True),
            ]
            here = word.end()
    pieces.append(Piece(text[here:end] + (" …" if end < len(text) else ""), is_sought=False))
    return [piece for piece in pieces if piece.text]


def _at_a_word(text: str, at: int) -> int:
    if at <= 0:
        return 0
    space = text.find(" ", at)
    return space + 1 if space >= 0 else at
