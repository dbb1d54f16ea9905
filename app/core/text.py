"""Letters as people type them: made tidy for keeping, made plain for comparing and sorting."""

from unicodedata import category, combining, normalize

#: Marks without a shape that turn the direction of what follows, or hide between letters.
#: The two joiners stay: Persian and Indian names are spelt with them.
SHAPELESS = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}


def one_line(typed: str) -> str:
    """``typed`` as one line of visible letters, each written in one way, single spaces between."""
    spaced = " ".join(normalize("NFC", typed).split())
    kept = "".join(c for c in spaced if category(c) not in SHAPELESS or c in _JOINERS)
    return " ".join(kept.strip("".join(_JOINERS)).split())


def folded(words: str) -> str:
    """For comparing and sorting: no accents, no capitals; ``Ávila`` is the same as ``avila``."""
    letters = normalize("NFKD", words.casefold())
    return "".join(letter for letter in letters if not combining(letter))
