"""Which letters can be printed here."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from certificates import CannotDraw, Facts, draw, missing_glyphs

PRIVATE = "\U0010fffd"
ROOT = Path(__file__).parents[2]
ASK = "from certificates import missing_glyphs; print(ascii(missing_glyphs('Ñandú Ж')))"


def answer(**environment: str) -> str:
    """What a new process says of its fonts."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    asked = [sys.executable, "-c", ASK]
    return subprocess.run(
        asked, env=surroundings, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_letters_of_our_languages_are_all_there() -> None:
    assert missing_glyphs("ÁÉÍÓÚÜÑ áéíóúüñ ÀÂÃÇÊÕ àâãçêõ ŒÆËÎÏÔÙÛ ’–—«»“”ºª€") == set()


def test_a_letter_that_no_font_has_is_named() -> None:
    assert missing_glyphs(f"Ana {PRIVATE} Pérez") == {PRIVATE}


def test_what_is_never_printed_is_never_missing() -> None:
    assert missing_glyphs("A\u202e\u200d\ufe0f\x00\nn") == set()


def test_without_system_fonts_only_our_own_letters_are_there(tmp_path: Path) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>")

    assert answer(FONTCONFIG_FILE=str(nothing)) == "{'\\u0416'}"


def test_without_fontconfig_only_our_own_letters_are_there(tmp_path: Path) -> None:
    assert answer(PATH=str(tmp_path)) == "{'\\u0416'}"


@pytest.mark.parametrize("field", ["recipient", "course", "institution", "country", "verify_at"])
def test_a_certificate_with_a_missing_letter_is_refused_with_the_letter(
    facts: Facts, field: str
) -> None:
    with pytest.raises(CannotDraw, match=r"U\+10FFFD") as refusal:
        draw(replace(facts, **{field: f"A{PRIVATE}"}))  # type: ignore[arg-type]

    assert refusal.value.characters == {PRIVATE}
