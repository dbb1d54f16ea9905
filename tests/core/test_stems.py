"""Words are found however they are accented or end, in each of our languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.stems import AFTER, BEFORE, indexed, passage, sought


def found(typed: str, text: str, language: str) -> bool:
    looked_for = sought(typed)
    kept = set(indexed(text, language).split())
    return all(
        any(
            stem in kept or (goes_on and any(word.startswith(stem) for word in kept))
            for stem, goes_on in looked_for.kept_as(word)
        )
        for word in looked_for.words
    )


@pytest.mark.parametrize(
    ("typed", "text", "language"),
    [
        ("formacion", "La formación profesional", "es"),
        ("formaciones", "La formación profesional", "es"),
        ("FORMACIÓN", "una formacion corta", "es"),
        ("programa", "Dos programas nacionales", "es"),
        ("avaliação", "Duas avaliações", "pt"),
        ("instituicao", "A instituição", "pt"),
        ("evaluation", "Les évaluations des compétences", "fr"),
        ("apprenticeship", "Quality apprenticeships", "en"),
        ("appren", "Quality apprenticeships", "en"),  # while it is still typed
        ("la formación de los docentes", "formación y docentes", "es"),
        ("industria 4.0", "Liderazgo para la industria 4.0", "es"),
        ("2022", "El programa de 2022", "es"),
    ],
)
def test_a_word_is_found_in_another_form(typed: str, text: str, language: str) -> None:
    assert found(typed, text, language)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("cocina", "La formación profesional"),
        ("formación cocina", "La formación"),
        ("fr", "azufre"),
    ],
)
def test_what_is_not_there_is_not_found(typed: str, text: str) -> None:
    assert not found(typed, text, "es")


def test_only_words_that_are_everywhere_are_looked_for_after_all() -> None:
    assert sought("de la").words == ("de", "la")
    assert sought("la formación").words == ("formación",)
    assert not sought(" .,;- '\" ( * ")


def test_a_passage_shows_the_words_where_they_are_said_first() -> None:
    text = "Palabra " * 100 + "La formación técnica importa. " + "Otra cosa " * 100
    pieces = passage(text, "es", sought("formaciones"))

    assert [piece.text for piece in pieces if piece.is_sought] == ["formación"]
    assert pieces[0].text == "… "
    assert pieces[-1].text.endswith(" …")
    assert sum(len(piece.text) for piece in pieces) <= BEFORE + AFTER + 20


@given(st.text(max_size=400), st.text(max_size=60), st.sampled_from(["es", "pt", "en", "fr", "de"]))
def test_a_passage_is_a_part_of_its_text(text: str, typed: str, language: str) -> None:
    pieces = passage(text, language, sought(typed))
    whole = "".join(piece.text for piece in pieces)

    assert whole.removeprefix("… ").removesuffix(" …") in text
    indexed(text, language)
