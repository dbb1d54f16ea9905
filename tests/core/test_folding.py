"""Finding words however they are accented or capitalised, in Python and in the database alike."""

import pytest
from sqlalchemy import String, cast, literal, select
from sqlmodel import Session

from app.core.folding import Folded, finds
from app.core.text import folded

NAMES = ["María Núñez", "ÁLVARO Gutiérrez", "João Gonçalves", "Françoise Lœwe", "Zoë Čapek", "Ada"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("formacion", True),
        ("FORMACIÓN verdes", True),
        ("verdes formacion", True),
        ("formacion rojos", False),
        ("", True),
    ],
)
def test_each_word_is_looked_for_without_accents_and_capitals(words: str, *, found: bool) -> None:
    assert finds(words, "Formación profesional", "empleos VERDES") is found


@pytest.mark.parametrize("name", [*NAMES, "Nu\u0301n\u0303ez"])
def test_the_database_folds_as_python_does(session: Session, name: str) -> None:
    assert session.scalar(select(Folded(literal(name)))) == folded(name)


def test_names_are_ordered_as_if_they_had_no_accents() -> None:
    assert sorted(["Zoë", "Álvaro", "bea"], key=folded) == ["Álvaro", "bea", "Zoë"]


def test_nothing_folds_to_nothing(session: Session) -> None:
    assert session.scalar(select(Folded(cast(None, String)))) is None
