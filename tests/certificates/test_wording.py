"""What a certificate says in each language."""

import tomllib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from certificates import LANGUAGES, MODES, Facts, Kind
from certificates.glyphs import in_our_font
from certificates.page import DESIGNS, designs
from certificates.wording import in_words, wording

CLASSIC = DESIGNS / "classic" / "texts.toml"


def keys_of(texts: dict[str, Any]) -> dict[str, Any]:
    return {key: keys_of(text) if isinstance(text, dict) else "" for key, text in texts.items()}


@pytest.mark.parametrize("design", designs())
def test_every_language_says_the_same_things(design: str) -> None:
    texts = tomllib.loads((DESIGNS / design / "texts.toml").read_text("utf-8"))

    assert set(texts) == set(LANGUAGES)
    for language in LANGUAGES:
        assert keys_of(texts[language]) == keys_of(texts["en"])
        assert {*Kind} <= set(texts[language])


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "de la institución SENA, Colombia, completó y aprobó el curso"),
        ("pt", "da instituição SENA, Colombia, concluiu com aprovação o curso"),
        ("en", "of SENA, Colombia, completed and passed the course"),
        ("fr", "de l’institution SENA, Colombia, a suivi et réussi le cours"),
    ],
)
def test_the_deed_is_told_with_institution_and_country(
    facts: Facts, language: str, sentence: str
) -> None:
    assert wording(replace(facts, language=language), CLASSIC).did == sentence


@pytest.mark.parametrize(
    ("language", "with_institution", "with_neither"),
    [
        (
            "es",
            "de la institución SENA, completó y aprobó el curso",
            "completó y aprobó el curso",
        ),
        (
            "pt",
            "da instituição SENA, concluiu com aprovação o curso",
            "concluiu com aprovação o curso",
        ),
        ("en", "of SENA, completed and passed the course", "completed and passed the course"),
        (
            "fr",
            "de l’institution SENA, a suivi et réussi le cours",
            "a suivi et réussi le cours",
        ),
    ],
)
def test_the_deed_reads_well_without_country_or_institution(
    facts: Facts, language: str, with_institution: str, with_neither: str
) -> None:
    no_country = replace(facts, language=language, country="")
    no_institution = replace(facts, language=language, institution="")

    assert wording(no_country, CLASSIC).did == with_institution
    assert wording(no_institution, CLASSIC).did == with_neither
    assert wording(replace(no_institution, country=""), CLASSIC).did == with_neither


def test_the_block_names_what_is_known_of_the_place(facts: Facts) -> None:
    both = wording(facts, CLASSIC).block
    country = wording(replace(facts, institution=""), CLASSIC).block
    institution = wording(replace(facts, country=""), CLASSIC).block
    neither = wording(replace(facts, country="", institution=""), CLASSIC).block

    assert both[-1] == ("Participant country and institution", "Colombia, SENA")
    assert country[-1] == ("Participant country", "Colombia")
    assert institution[-1] == ("Participant institution", "SENA")
    assert neither[-1] == ("Given on", "21 March 2022")


@pytest.mark.parametrize(
    ("language", "mode", "hours", "sentence"),
    [
        ("es", "tutor_led", 1, "Curso de 1 hora con tutoría, finalizado el 18 de marzo de 2022."),
        (
            "es",
            "self_administered",
            10,
            "Curso de 10 horas, a su propio ritmo, finalizado el 18 de marzo de 2022.",
        ),
        ("pt", "tutor_led", 40, "Curso de 40 horas com tutoria, concluído em 18 de março de 2022."),
        (
            "pt",
            "self_administered",
            0,
            "Curso no seu próprio ritmo, concluído em 18 de março de 2022.",
        ),
        ("en", "tutor_led", 1, "1 hour with a tutor, finished on 18 March 2022."),
        (
            "en",
            "self_administered",
            1200,
            "1,200 hours, at their own pace, finished on 18 March 2022.",
        ),
        (
            "fr",
            "tutor_led",
            1200,
            "Cours de 1\u00a0200 heures avec tutorat, achevé le 18 mars 2022.",
        ),
        (
            "fr",
            "self_administered",
            1,
            "Cours de 1 heure, suivi à son propre rythme, achevé le 18 mars 2022.",
        ),
    ],
)
def test_hours_and_mode_are_told_in_one_sentence(
    facts: Facts, language: str, mode: str, hours: int, sentence: str
) -> None:
    told = replace(facts, language=language, mode=mode, hours=hours)

    assert wording(told, CLASSIC).finished == sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", MODES)
def test_every_number_of_hours_has_its_sentence(facts: Facts, language: str, mode: str) -> None:
    for hours in (0, 1, 2, 11, 21, 100, 1000, 10_000):
        said = wording(replace(facts, language=language, mode=mode, hours=hours), CLASSIC)

        assert in_our_font(said.finished)


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("es", date(2022, 3, 18), "18 de marzo de 2022"),
        ("pt", date(2022, 3, 1), "1º de março de 2022"),
        ("en", date(2022, 3, 1), "1 March 2022"),
        ("fr", date(2022, 4, 1), "1er avril 2022"),
        ("fr", date(2021, 11, 11), "11 novembre 2021"),
    ],
)
def test_dates_are_words(language: str, day: date, words: str) -> None:
    assert in_words(day, language) == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_words_are_all_in_our_own_font(facts: Facts, language: str) -> None:
    said = wording(replace(facts, language=language), CLASSIC)

    assert in_our_font(said.heading + said.did + "".join(label for label, _ in said.block))


def test_braces_in_a_name_are_only_braces(facts: Facts) -> None:
    said = wording(replace(facts, institution="{country} {0} {{x}}", course="{code}"), CLASSIC)

    assert said.did == "of {country} {0} {{x}}, Colombia, completed and passed the course"
    assert said.subject == "Certificate of completion of the course: {code}"
