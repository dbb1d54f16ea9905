"""Tidy letters."""

import pytest

from app.core.text import folded, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana   María \t Pérez\n", "Ana María Pérez"),
        ("Ana \u202egnp.exe", "Ana gnp.exe"),
        ("\u2066Ana\u2069 \u200eP\u200f\u061c", "Ana P"),
        ("A\u200bn\ufeffa\u00ad", "Ana"),
        ("Ana\u2028Pérez\u00a0Ruiz", "Ana Pérez Ruiz"),
        ("Jose\u0301", "José"),
        ("\u0645\u06cc\u200c\u062e\u0645", "\u0645\u06cc\u200c\u062e\u0645"),
        ("\u200d\u202e\u200c", ""),
        ("\x07\x1b[31mAna", "[31mAna"),
        ("Zoë O’Neill-Ávila", "Zoë O’Neill-Ávila"),
    ],
)
def test_a_line_holds_visible_letters_only(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


def test_accents_and_capitals_do_not_matter_when_comparing() -> None:
    assert folded("ÁVILA, São Tomé") == folded("avila, sao tome")
    assert folded("Straße") == folded("STRASSE")
