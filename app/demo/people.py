"""Invents people for the demonstration: names as they are in each country, and an address."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from app.demo.chance import Chance

NAMES = Path(__file__).parent / "names"
REDRAWS = 200


class Gender(StrEnum):
    WOMAN = "woman"
    MAN = "man"
    PREFERS_NOT_TO_SAY = "prefers_not_to_say"
    NOT_ANSWERED = "not_answered"


@dataclass(frozen=True)
class Person:
    given: str
    surnames: str
    email: str
    gender: Gender
    country: str
    language: str
    timezone: str
    position: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.surnames}"


@dataclass(frozen=True)
class Tradition:
    """Names that go together."""

    women: Sequence[str]
    men: Sequence[str]
    surnames: Sequence[str]


@dataclass(frozen=True)
class Country:
    """A country in its own words, and how its people are named."""

    code: str
    name: str
    language: str
    timezone: str
    positions: Sequence[str]
    common: Tradition
    traditions: Sequence[Tradition]
    weights: Sequence[float]
    two_given_names: float
    two_surnames: float
    joins_surnames: str


@cache
def countries() -> Mapping[str, Country]:
    """Every country whose people can be invented, by its code."""
    found: dict[str, Country] = {}
    for file in sorted(NAMES.glob("*.toml")):
        area = tomllib.loads(file.read_text(encoding="utf-8"))
        traditions = {
            name: _tradition(lists, area["traditions"][area["common"]])
            for name, lists in area["traditions"].items()
        }
        for code, own in area["countries"].items():
            words = area | own
            found[code] = Country(
                code=code,
                name=words["name"],
                language=words["language"],
                timezone=words["time_zone"],
                positions=words["positions"],
                common=traditions[words["common"]],
                traditions=[traditions[name] for name in own["traditions"]],
                weights=list(own["traditions"].values()),
                two_given_names=words["two_given_names"],
                two_surnames=words["two_surnames"],
                joins_surnames=words["joins_surnames"],
            )
    return found


def invent(
    country: str, gender: Gender, count: int, *, chance: Chance, taken: set[str]
) -> tuple[Person, ...]:
    """``count`` people of ``country``, none with an address in ``taken``, which grows by theirs.

    The address is made from the whole name, so as long as it needs no number, names differ too.
    """
    return tuple(_person(countries()[country], gender, chance, taken) for _ in range(count))


def _person(home: Country, gender: Gender, chance: Chance, taken: set[str]) -> Person:
    given, surnames = _name(home, gender, chance)
    for _ in range(REDRAWS):
        if address(given, surnames) not in taken:
            break
        given, surnames = _name(home, gender, chance)
    email = free_address(given, surnames, taken)
    taken.add(email)
    return Person(
        given=given,
        surnames=home.joins_surnames.join(surnames),
        email=email,
        gender=gender,
        country=home.code,
        language=home.language,
        timezone=home.timezone,
        position=chance.pick(home.positions),
    )


def _name(home: Country, gender: Gender, chance: Chance) -> tuple[str, list[str]]:
    tradition = chance.weighted(home.traditions, home.weights)
    own = _given_names(tradition, gender, chance)
    given = chance.pick(own)
    if chance.happens(home.two_given_names) and not re.search("[ -]", given):
        second = chance.pick(own)
        given = given if second == given or re.search("[ -]", second) else f"{given} {second}"
    surnames = [chance.pick(tradition.surnames)]
    if chance.happens(home.two_surnames):
        second = chance.pick(chance.pick([tradition, home.common]).surnames)
        joined = home.joins_surnames == "-" and "-" in surnames[0] + second
        surnames += [] if joined or second in surnames else [second]
    return given, surnames


def _given_names(tradition: Tradition, gender: Gender, chance: Chance) -> Sequence[str]:
    """Whoever does not state a gender may have any given name."""
    if gender is Gender.WOMAN:
        return tradition.women
    if gender is Gender.MAN:
        return tradition.men
    return chance.pick([tradition.women, tradition.men])


def free_address(given: str, surnames: Sequence[str], taken: set[str]) -> str:
    plain = address(given, surnames)
    account, _at, domain = plain.partition("@")
    number = 1
    while plain in taken:
        number += 1
        plain = f"{account}{number}@{domain}"
    return plain


def address(given: str, surnames: Sequence[str]) -> str:
    return ".".join(_ascii(part) for part in (given, *surnames)) + "@example.org"


def _ascii(name: str) -> str:
    """``name`` in the letters of an address: "de la Peña" is "delapena"."""
    spelled = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe"))
    return re.sub("[^a-z-]", "", spelled)


def _tradition(own: Mapping[str, Any], common: Mapping[str, Any]) -> Tradition:
    """A tradition of its own keeps to its given names; the others add theirs to the common ones."""
    shared = {} if own is common or own.get("keeps_to_itself") else common
    return Tradition(
        women=[*own.get("women", ()), *shared.get("women", ())],
        men=[*own.get("men", ()), *shared.get("men", ())],
        surnames=own["surnames"],
    )
