"""The order of an alphabet: letters, then accents, then capitals, as each language does it."""

from functools import lru_cache
from unicodedata import category, combining, normalize

from app.core.i18n import current_locale

type SortKey = tuple[tuple[tuple[int, str], ...], tuple[str, ...], tuple[bool, ...], str]

#: Letters that Unicode does not take apart, and the ones they stand among.
_AMONG = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th"}
#: Letters of their own, by language: in Spanish ñ comes after every n.
_OWN = {"es": {"ñ": "n\uffff"}}


def sort_key(words: str, locale: str | None = None) -> SortKey:
    """What ``words`` are sorted by in ``locale``, else in the reader's language."""
    return _key(words, locale or current_locale())


@lru_cache(maxsize=8192)
def _key(words: str, locale: str) -> SortKey:
    own = _OWN.get(locale, {})
    letters: list[tuple[int, str]] = []
    accents: list[str] = []
    capitals: list[bool] = []
    for written in normalize("NFC", words):
        small = written.casefold()
        if small in own:
            letters.append((_LETTER, own[small]))
            accents.append("")
        else:
            spread = normalize("NFKD", _AMONG.get(small, small))
            letters += [(_rank(c), c) for c in spread if not combining(c)]
            accents.append("".join(c for c in spread if combining(c)))
        capitals.append(written != small)
    return tuple(letters), tuple(accents), tuple(capitals), words


_SPACE, _MARK, _DIGIT, _LETTER = range(4)


def _rank(letter: str) -> int:
    kind = category(letter)[0]
    return {"Z": _SPACE, "N": _DIGIT, "L": _LETTER}.get(kind, _MARK)
