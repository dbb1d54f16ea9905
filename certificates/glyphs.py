"""Which letters can be printed, and how wide they are."""

import subprocess
import unicodedata
from functools import cache
from itertools import chain
from pathlib import Path

from fontTools.ttLib import TTFont

from certificates.facts import JOINERS, tidy

FONTS = Path(__file__).parent / "fonts"
REGULAR = 500
BOLD = 700

#: Where the system's fonts are asked for letters that the certificate's own font lacks.
FALLBACK = "Noto Serif"

#: They change their neighbours and are not printed themselves: joiners, variation selectors.
UNPRINTED = frozenset(JOINERS) | {"\u034f", *map(chr, range(0xFE00, 0xFE10))}

#: Widths of letters from other fonts, in ems, on the wide side.
SQUARE, CAPITAL, SMALL = 1.0, 0.85, 0.68
WIDEST = "MWЖШЩЮ"


def missing_glyphs(text: str) -> set[str]:
    """The characters of ``text`` that no font on this machine can print."""
    strange = _outside_our_font(text)
    return {c for c in strange if ord(c) not in _system_letters()} if strange else set()


def in_our_font(text: str) -> bool:
    """Whether the certificate's own font has every letter of ``text``."""
    return not _outside_our_font(text)


def width(text: str, weight: int) -> float:
    """The width of ``text`` in ems: measured in our own font, estimated in others."""
    measured = _widths(weight)
    return sum(measured.get(c) or _estimated(c) for c in text)


def _outside_our_font(text: str) -> set[str]:
    return set(tidy(text)) - UNPRINTED - _widths(REGULAR).keys()


def _estimated(letter: str) -> float:
    if letter in UNPRINTED or unicodedata.category(letter) in {"Mn", "Me"}:
        return 0
    if unicodedata.east_asian_width(letter) in "WF" or letter.upper() in WIDEST:
        return SQUARE
    return SMALL if letter.islower() else CAPITAL


@cache
def _widths(weight: int) -> dict[str, float]:
    """The advance of each letter of our own font, in ems."""
    with TTFont(FONTS / f"piazzolla-certificate-{weight}.ttf") as font:
        advances = font["hmtx"]
        em = font["head"].unitsPerEm
        return {chr(c): advances[glyph][0] / em for c, glyph in font.getBestCmap().items()}


@cache
def _system_letters() -> frozenset[int]:
    """The letters of all the fonts that fontconfig would turn to, none if it does not answer."""
    question = ["fc-match", "--sort", "--format", "%{charset} ", f"{FALLBACK}:scalable=true"]
    try:
        answer = subprocess.run(  # noqa: S603 -- a fixed question
            question, capture_output=True, check=True, text=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(chain.from_iterable(map(_range, answer.stdout.split())))


def _range(letters: str) -> range:
    """A part of fontconfig's list of letters: ``a0`` or ``20-7e``, in hexadecimal."""
    first, _, last = letters.partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)
