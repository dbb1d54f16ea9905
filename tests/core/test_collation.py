"""The order of words in each language."""

import pytest

from app.core.collation import sort_key


@pytest.mark.parametrize(
    ("language", "in_order"),
    [
        ("es", ["nube", "nuez", "ñandú", "Ñuble", "oasis"]),
        ("pt", ["ñandú", "nube", "nuez"]),  # as everywhere else, ñ is an n with a mark
        ("es", ["Perú", "Perú, Lima", "perua"]),
        ("fr", ["cote", "coté", "côte", "côté", "coter"]),
        ("fr", ["œdème", "Oedipe", "Œuvre", "of"]),
        ("pt", ["Áustria", "Azerbaijão", "Bélgica"]),
        ("en", ["Åland Islands", "Albania", "Côte d’Ivoire", "Croatia"]),
        ("en", ["CFP 401", "CFP 402", "CFPA"]),
        ("en", ["sena", "SENA", "séna", "SENA, Colombia"]),
    ],
)
def test_words_stand_where_readers_look_for_them(language: str, in_order: list[str]) -> None:
    mixed = [*in_order[1::2], *in_order[::2]]

    assert sorted(mixed, key=lambda word: sort_key(word, language)) == in_order
