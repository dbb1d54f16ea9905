"""Invented people have names of their country, addresses that go nowhere, and never change."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from app.demo.chance import Chance
from app.demo.people import Gender, Person, address, countries, free_address, invent
from app.demo.sources import COUNTRIES, LANGUAGES


def invented(country: str, count: int = 200, gender: Gender = Gender.WOMAN) -> Sequence[Person]:
    return invent(country, gender, count, chance=Chance(f"test {country}"), taken=set())


def share(people: Sequence[Person], pattern: str) -> float:
    return sum(bool(re.search(pattern, person.name)) for person in people) / len(people)


def test_people_of_every_country_can_be_invented() -> None:
    assert set(countries()) == COUNTRIES
    for country in countries().values():
        assert country.language in LANGUAGES
        assert ZoneInfo(country.timezone).key == country.timezone
        assert len(set(country.positions)) >= 8


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_country_has_enough_names(country: str) -> None:
    traditions = countries()[country].traditions

    assert len({name for t in traditions for name in t.women}) >= 25
    assert len({name for t in traditions for name in t.men}) >= 25
    assert len({name for t in traditions for name in t.surnames}) >= 40


def test_four_hundred_people_of_a_country_are_all_different() -> None:
    women = invented("BO", 200)
    taken = {person.email for person in women}
    men = invent("BO", Gender.MAN, 200, chance=Chance("test men"), taken=taken)

    assert len({person.name for person in (*women, *men)}) == 400
    assert taken == {person.email for person in (*women, *men)}
    assert len(taken) == 400


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_addresses_are_plain_and_go_nowhere(country: str) -> None:
    people = invented(country)

    assert len({person.email for person in people}) == len(people)
    for person in people:
        assert re.fullmatch(r"[a-z-]+(\.[a-z-]+){1,2}[0-9]*@example\.org", person.email)


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_even_the_longest_name_fits_on_a_certificate(country: str) -> None:
    traditions = countries()[country].traditions
    given = [name for t in traditions for name in (*t.women, *t.men)]
    surname = max((name for t in traditions for name in t.surnames), key=len)
    two = " ".join(sorted((name for name in given if not re.search("[ -]", name)), key=len)[-2:])

    assert len(f"{max(two, *given, key=len)} {surname} {surname}") <= 55


@pytest.mark.parametrize(
    ("given", "surnames", "plain"),
    [
        ("María", ["de la Cruz", "Quispe"], "maria.delacruz.quispe"),
        ("María José", ["Núñez", "Peña"], "mariajose.nunez.pena"),
        ("João", ["da Conceição"], "joao.daconceicao"),
        ("Marie-Ange", ["Francœur"], "marie-ange.francoeur"),
        ("Shelly-Ann", ["O'Connor"], "shelly-ann.oconnor"),
        ("Zoë", ["St. Hill"], "zoe.sthill"),
        ("Núria", ["Domènech", "Sabaté"], "nuria.domenech.sabate"),
    ],
)
def test_the_address_is_made_of_the_name(given: str, surnames: list[str], plain: str) -> None:
    assert address(given, surnames) == f"{plain}@example.org"


def test_a_taken_address_gets_a_number() -> None:
    taken = {"ana.diaz@example.org", "ana.diaz2@example.org"}

    assert free_address("Ana", ["Díaz"], taken) == "ana.diaz3@example.org"
    assert free_address("Aná", ["Soto"], taken) == "ana.soto@example.org"


@pytest.mark.parametrize(
    ("country", "pattern", "least"),
    [
        ("BO", "Mamani|Quispe|Condori|Choque", 0.03),
        ("CO", r" (de la|del|de) ", 0.02),
        ("MX", "[áéíóúñ]", 0.5),
        ("BR", r" (da|de|do|dos) ", 0.15),
        ("CV", r"Évora|Tavares|Semedo|da Veiga", 0.05),
        ("PT", r" \S+ \S+", 0.5),
        ("HT", r"\w-[A-Z]", 0.1),
        ("JM", r"\bMc[A-Z]|\bO'[A-Z]", 0.03),
        ("JM", r"[a-z]-[A-Z]", 0.05),
        ("TT", "Maharaj|Persad|Mohammed|Ramdeen|Singh|Rampersad", 0.03),
        ("GY", "Persaud|Narine|Singh|Khan", 0.03),
        ("ES", "Etxeberria|Goikoetxea|Mendizabal|Puig|Domènech|Seoane|Outeiral", 0.03),
    ],
)
def test_names_are_those_of_the_country(country: str, pattern: str, least: float) -> None:
    assert share(invented(country, 300), pattern) >= least


def test_spanish_speakers_have_two_surnames() -> None:
    two = [p for p in invented("PY") if len(re.split(r" (?=[A-ZÁÉÍÓÚÑ])", p.surnames)) == 2]

    assert len(two) >= 150


def test_women_and_men_have_given_names_of_their_own() -> None:
    women = {p.given for p in invented("CL", 300)}
    men = {p.given for p in invented("CL", 300, Gender.MAN)}

    assert "Carolina" in women
    assert "Ricardo" in men
    assert women.isdisjoint(men)


def test_who_does_not_state_a_gender_may_have_any_name() -> None:
    given = {p.given.split()[0] for p in invented("CL", 300, Gender.NOT_ANSWERED)}

    assert {"Carolina", "Ricardo"} <= given


def test_a_person_speaks_the_language_of_their_country_and_lives_by_its_clock() -> None:
    (person,) = invented("CV", 1)

    assert (person.language, person.timezone) == ("pt", "Atlantic/Cape_Verde")
    assert person.country == "CV"
    assert person.gender is Gender.WOMAN
    assert person.position in countries()["CV"].positions
    assert person.name == f"{person.given} {person.surnames}"


def test_the_same_words_invent_the_same_people() -> None:
    for gender in Gender:
        assert invented("AR", 50, gender) == invented("AR", 50, gender)


def test_chance_never_changes() -> None:
    chance = Chance("taller")

    assert [chance.whole(1, 6) for _ in range(8)] == [1, 6, 5, 6, 5, 4, 1, 6]
    assert "".join(chance.shuffled("abcdef")) == "baedcf"
    assert "".join(chance.weighted("xyz", (1, 2, 7)) for _ in range(6)) == "yzzzzz"
