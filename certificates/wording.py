"""The sentences of a certificate, chosen from the design's texts and filled with the facts."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from certificates.facts import Facts

#: The day comes before the month in print, in English too.
LOCALES = {"es": "es", "pt": "pt_BR", "en": "en_GB", "fr": "fr"}
#: What people write, and CLDR does not know.
FIRST_OF_THE_MONTH = {"fr": "1er", "pt": "1º"}
#: Between French thousands, and not in the certificate's font.
NARROW_SPACE = "\u202f"


@dataclass(frozen=True)
class Wording:
    """The texts of one certificate, ready to print."""

    document: str
    subject: str
    heading: str
    did: str
    finished: str
    square_code: str
    #: What the block says, label and value, from top to bottom.
    block: tuple[tuple[str, str], ...]


def wording(facts: Facts, texts: Path) -> Wording:
    """What the certificate of ``facts`` says, by the design's file of ``texts``."""
    labels = _texts(texts)[facts.language]
    sentences = labels[facts.kind]
    place = _label_of_place(facts)
    return Wording(
        document=sentences["document"].format(code=facts.code),
        subject=sentences["subject"].format(course=facts.course),
        heading=sentences["heading"],
        did=sentences[_sentence_of_deed(facts)].format(
            institution=facts.institution, country=facts.country
        ),
        finished=_finished(facts, sentences[facts.mode]),
        square_code=labels["square_code"],
        block=(
            (labels["code"], facts.code),
            (labels["check_it_at"], facts.verify_at),
            (labels["given_on"], in_words(facts.issued_on, facts.language)),
            *([(labels[place], _place(facts))] if place else []),
        ),
    )


def in_words(day: date, language: str) -> str:
    """``day`` as people say it: 18 de marzo de 2022."""
    words = format_date(day, "long", LOCALES[language])
    if day.day == 1 and language in FIRST_OF_THE_MONTH:
        return words.replace("1", FIRST_OF_THE_MONTH[language], 1)
    return words


def _sentence_of_deed(facts: Facts) -> str:
    """A country alone is left to the block: before it, half the languages need an article."""
    if facts.institution and facts.country:
        return "did_from_both"
    return "did_from_institution" if facts.institution else "did"


def _label_of_place(facts: Facts) -> str:
    if facts.institution and facts.country:
        return "country_and_institution"
    if facts.institution:
        return "institution"
    return "country" if facts.country else ""


def _place(facts: Facts) -> str:
    return ", ".join(part for part in (facts.country, facts.institution) if part)


def _finished(facts: Facts, forms: dict[str, str]) -> str:
    locale = Locale.parse(LOCALES[facts.language])
    form = str(locale.plural_form(facts.hours)) if facts.hours else "zero"
    return forms[form].format(
        hours=format_decimal(facts.hours, locale=locale).replace(NARROW_SPACE, "\u00a0"),
        date=in_words(facts.finished_on, facts.language),
    )


@cache
def _texts(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
