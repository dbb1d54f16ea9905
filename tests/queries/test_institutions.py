"""Which institution somebody means."""

import pytest
from sqlmodel import Session

from app.core.i18n import speaking
from app.queries.institutions import (
    InstitutionSeen,
    about,
    institutions,
    meant_by,
    near_to,
)
from tests.make import Make

NETWORK = [
    ("SENA", "CO", "National Training Service"),
    ("SENAI", "BR", "National Service for Industrial Training"),
    ("INA", "CR", "National Learning Institute"),
    ("IEFP", "CV", "Institute of Employment (Cabo Verde)"),
    ("IEFP", "PT", "Institute of Employment (Portugal)"),
    ("CETP/UTU", "UY", "Vocational Technical Education Board"),
]


@pytest.fixture
def network(session: Session, make: Make) -> list[InstitutionSeen]:
    for acronym, country, name in NETWORK:
        make.institution(acronym=acronym, country=country, name=name)
    return institutions(session)


@pytest.mark.parametrize(
    ("words", "country", "found"),
    [
        ("SENA, Colombia", "", "SENA, Colombia"),
        ("  sena,   colombia ", "", "SENA, Colombia"),
        ("sena", "", "SENA, Colombia"),
        ("sena", "BR", "SENA, Colombia"),
        ("IEFP, Portugal", "CV", "IEFP, Portugal"),
        ("IEFP", "CV", "IEFP, Cape Verde"),
        ("IEFP", "", None),
        ("IEFP", "CO", None),
        ("National Learning Institute", "", "INA, Costa Rica"),
        ("cetp/utu", "UY", "CETP/UTU, Uruguay"),
        ("SENNA", "", None),
        ("SEN", "", None),
        ("", "", None),
    ],
)
def test_an_institution_is_known_by_label_name_or_acronym(
    network: list[InstitutionSeen], words: str, country: str, found: str | None
) -> None:
    meant = meant_by(words, network, country=country)

    assert (meant.label if meant else None) == found


def test_its_label_is_known_in_the_readers_language(
    session: Session, network: list[InstitutionSeen]
) -> None:
    with speaking("fr"):
        meant = meant_by("sena, colombie", institutions(session))

    assert meant == next(one for one in network if one.acronym == "SENA")


@pytest.mark.parametrize(
    ("words", "country", "first"),
    [
        ("SENNA", "", "SENA, Colombia"),
        ("SENAY", "BR", "SENAI, Brazil"),
        ("IEFP", "PT", "IEFP, Portugal"),
        ("industrial training", "", "SENAI, Brazil"),
        ("utu", "", "CETP/UTU, Uruguay"),
        ("National Lerning Institut", "", "INA, Costa Rica"),
    ],
)
def test_a_slip_is_understood(
    network: list[InstitutionSeen], words: str, country: str, first: str
) -> None:
    assert near_to(words, network, country=country)[0].label == first


def test_nothing_is_suggested_for_something_else(network: list[InstitutionSeen]) -> None:
    assert near_to("Taller de Doña Rosa", network) == []


def test_words_are_looked_for_in_acronym_name_and_country(network: list[InstitutionSeen]) -> None:
    def found(words: str) -> list[str]:
        return [one.acronym for one in about(words, network)]

    assert found("TRAINING") == ["SENA", "SENAI"]
    assert found("costa rica") == ["INA"]
    assert found("") == [one.acronym for one in network]


def test_other_names_are_as_good_as_the_own_one(session: Session, make: Make) -> None:
    utu = make.institution(acronym="CETP/UTU", country="UY", name="Technical Board")
    make.alias(utu, "Universidad del Trabajo")
    make.alias(make.institution(acronym="UT", country="PE"), "Universidad del Trabajo")
    known = institutions(session)

    for words, country in (
        ("UNIVERSIDAD DEL TRABAJO", "UY"),
        ("Universidad del Trabajo, Uruguay", ""),
    ):
        meant = meant_by(words, known, country=country)
        assert meant is not None
        assert meant.id == utu.id
    assert meant_by("universidad del trabajo", known) is None
    assert near_to("Univercidad del Trabajo", known, country="UY")[0].id == utu.id
    assert [one.acronym for one in about("trabajo", known)] == ["CETP/UTU", "UT"]
