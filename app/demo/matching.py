"""Chooses which institutions take part in which edition, so that every reported count is met."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import sqrt

from app.demo.chance import Chance
from app.demo.people import countries
from app.demo.sources import InstitutionRow

ATTEMPTS = 300

type InstitutionKey = tuple[str, str]
type Network = Mapping[str, Sequence[InstitutionRow]]  # institutions by country
type Shares = Mapping[int, Mapping[str, int]]  # edition -> country -> how many institutions

#: In whose courses people feel at home, besides their own language.
ALSO_READS = {"pt": "es"}

#: The large training institutions, which send more people than others.
LARGE = frozenset(
    {
        *("CETP/UTU", "CONALEP", "CPS", "HEART/NSTA Trust", "INA", "INADEH", "INATEC", "INCES"),
        *("INEFOP", "INFOCAL", "INFOP", "INFOTEP", "INSAFORP", "INTECAP", "SECAP", "SENA"),
        *("SENAC", "SENAI", "SENAR", "SENATI", "SENCE", "SNPP", "TKNIKA"),
    }
)


class ImpossiblePlan(Exception):
    """No programme of invented people can have these figures, and why."""


class _DeadEnd(Exception):
    """An attempt led nowhere; another may not."""


@dataclass(frozen=True)
class Totals:
    """What a report counts over all its editions: institutions and countries once each."""

    year: int
    participants: int
    women: int
    men: int
    institutions: int
    countries: int


@dataclass(frozen=True)
class Demand:
    """What one edition asks for; ``place`` is empty where its countries are not known."""

    edition: int
    title: str
    languages: tuple[str, ...]
    people: int
    institutions: int
    countries: int
    place: tuple[str, ...]
    named: tuple[InstitutionKey, ...]

    def can_have(self, country: str) -> bool:
        language = countries()[country].language
        if self.place:
            return country in self.place
        return language in self.languages or ALSO_READS.get(language) in self.languages


def size(institution: InstitutionRow) -> float:
    return 4 if institution.acronym in LARGE else 1


def match(
    demands: Sequence[Demand], institutions: Sequence[InstitutionRow], totals: Totals
) -> dict[int, tuple[InstitutionRow, ...]]:
    """For each edition its institutions, with exactly the total number of different ones.

    Each attempt builds the whole by chance and gives up at the first thing that does not fit;
    the attempts are always the same, so the answer is too.
    """
    for demand in demands:
        _refuse_impossible_demand(demand, institutions)
    _refuse_impossible_totals(demands, institutions, totals)

    for attempt in range(ATTEMPTS):
        with suppress(_DeadEnd):
            return _arrangement(demands, institutions, totals, Chance(f"matching {attempt}"))
    raise ImpossiblePlan(
        f"no way was found for {totals.institutions} institutions in {totals.countries} countries "
        f"to fill the {len(demands)} editions of {totals.year}"
    )


def _refuse_impossible_demand(demand: Demand, institutions: Sequence[InstitutionRow]) -> None:
    possible = Counter(row.country for row in institutions if demand.can_have(row.country))
    widest = sum(number for _country, number in possible.most_common(demand.countries))
    if not 1 <= demand.countries <= demand.institutions <= demand.people:
        raise ImpossiblePlan(
            f"{demand.title}: {demand.people} participants cannot come from "
            f"{demand.institutions} institutions in {demand.countries} countries"
        )
    if demand.place and demand.countries != len(demand.place):
        raise ImpossiblePlan(
            f"{demand.title}: {demand.countries} countries are reported "
            f"and {len(demand.place)} are named"
        )
    for country in demand.place:
        if country not in possible:
            raise ImpossiblePlan(f"{demand.title}: no institution is known in {country}")
    if len(possible) < demand.countries:
        raise ImpossiblePlan(
            f"{demand.title}: {demand.countries} countries are reported, "
            f"and only {len(possible)} speak its languages"
        )
    if widest < demand.institutions:
        raise ImpossiblePlan(
            f"{demand.title}: {demand.institutions} institutions are reported, "
            f"and its countries have only {widest}"
        )
    known = {row.key for row in institutions if demand.can_have(row.country)}
    if not known.issuperset(demand.named) or len(demand.named) > demand.institutions:
        raise ImpossiblePlan(f"{demand.title}: {demand.named} cannot all be its institutions")


def _refuse_impossible_totals(
    demands: Sequence[Demand], institutions: Sequence[InstitutionRow], totals: Totals
) -> None:
    useful = [row for row in institutions if any(d.can_have(row.country) for d in demands)]
    for words, total, asked, available in (
        ("institutions", totals.institutions, [d.institutions for d in demands], len(useful)),
        (
            "countries",
            totals.countries,
            [d.countries for d in demands],
            len({row.country for row in useful}),
        ),
    ):
        if not max(asked, default=0) <= total <= sum(asked):
            raise ImpossiblePlan(
                f"the editions of {totals.year} ask for {asked} {words}, "
                f"which cannot be {total} different ones"
            )
        if available < total:
            raise ImpossiblePlan(f"{total} {words} are reported, and only {available} are known")


def _arrangement(
    demands: Sequence[Demand],
    institutions: Sequence[InstitutionRow],
    totals: Totals,
    chance: Chance,
) -> dict[int, tuple[InstitutionRow, ...]]:
    placed = {d.edition: _in_place(d, institutions, chance) for d in demands if d.place}
    settled = tuple(dict.fromkeys(row for rows in placed.values() for row in rows))
    rest = [demand for demand in demands if not demand.place]
    network = _network(rest, institutions, settled, totals, chance)
    owed = {
        country: [row for row in rows if row not in settled] for country, rows in network.items()
    }
    shares = _widened(rest, _dealt_countries(rest, network, owed, chance), network, owed, chance)
    return placed | _picked(shares, network, owed, chance)


def _in_place(
    demand: Demand, institutions: Sequence[InstitutionRow], chance: Chance
) -> tuple[InstitutionRow, ...]:
    """The institutions of an edition whose countries are known, at least one in each."""
    possible = [row for row in institutions if row.country in demand.place]
    chosen = [row for row in possible if row.key in demand.named]
    for country in demand.place:
        if not any(row.country == country for row in chosen):
            chosen += _drawn([row for row in possible if row.country == country], 1, chance)
    left = [row for row in possible if row not in chosen]
    return (*chosen, *_drawn(left, demand.institutions - len(chosen), chance))


def _network(
    rest: Sequence[Demand],
    institutions: Sequence[InstitutionRow],
    settled: Sequence[InstitutionRow],
    totals: Totals,
    chance: Chance,
) -> Network:
    """All that take part: what is settled, and others up to the totals."""
    possible = [row for row in institutions if any(d.can_have(row.country) for d in rest)]
    taking_part = list(dict.fromkeys(row.country for row in settled))
    ranked = _ranked_countries(possible)
    taking_part += [c for c in ranked if c not in taking_part][
        : max(0, totals.countries - len(taking_part))
    ]
    chosen = list(settled)
    for country in taking_part:
        if not any(row.country == country for row in chosen):
            chosen += _drawn([row for row in possible if row.country == country], 1, chance)
    left = [row for row in possible if row.country in taking_part and row not in chosen]
    chosen += _drawn(left, totals.institutions - len(chosen), chance)
    if len({row.country for row in chosen}) != totals.countries:
        raise _DeadEnd
    return {
        country: [row for row in institutions if row in chosen and row.country == country]
        for country in sorted(taking_part)
    }


def _ranked_countries(institutions: Sequence[InstitutionRow]) -> list[str]:
    """Countries with many institutions first; then those that share an acronym with another.

    IEFP and MTSS each exist in two countries: a programme that has both shows that they are two.
    """
    number = Counter(row.country for row in institutions)
    acronyms = Counter(row.acronym for row in institutions)
    shared = {row.country for row in institutions if acronyms[row.acronym] > 1}
    return sorted(number, key=lambda country: (-number[country], country not in shared, country))


def _dealt_countries(
    rest: Sequence[Demand], network: Network, owed: Network, chance: Chance
) -> Mapping[int, Collection[str]]:
    """The countries of each edition; each country that is owed a place gets one."""
    dealt: dict[int, dict[str, None]] = {demand.edition: {} for demand in rest}
    editions_for = {c: [d for d in rest if d.can_have(c)] for c in network}
    for country in sorted(network, key=lambda c: (len(editions_for[c]), -len(owed[c]))):
        open_ones = [d for d in editions_for[country] if len(dealt[d.edition]) < d.countries]
        if not owed[country]:
            continue
        if not open_ones:
            raise _DeadEnd
        most = max(_at_home(country, demand) for demand in open_ones)
        best = [demand for demand in open_ones if _at_home(country, demand) == most]
        dealt[chance.pick(best).edition][country] = None

    for demand in rest:
        own = dealt[demand.edition]
        while len(own) < demand.countries:
            left = [c for c in network if demand.can_have(c) and c not in own]
            if not left:
                raise _DeadEnd
            weights = [sqrt(len(network[c])) * _at_home(c, demand) for c in left]
            own[chance.weighted(left, weights)] = None
    return dealt


def _at_home(country: str, demand: Demand) -> float:
    """How readily people join in these languages; a second language is there for its speakers."""
    language = countries()[country].language
    if language not in demand.languages:
        return 0.4
    return 1 if language == demand.languages[0] else 3


def _widened(
    rest: Sequence[Demand],
    dealt: Mapping[int, Collection[str]],
    network: Network,
    owed: Network,
    chance: Chance,
) -> Shares:
    """How many institutions each country sends to each edition: enough for all that are owed."""
    shares = {edition: dict.fromkeys(own, 1) for edition, own in dealt.items()}
    spare = {demand.edition: demand.institutions - demand.countries for demand in rest}

    def open_for(edition: int) -> list[str]:
        return [c for c, n in shares[edition].items() if spare[edition] and n < len(network[c])]

    for country in chance.shuffled(network):
        while sum(own.get(country, 0) for own in shares.values()) < len(owed[country]):
            possible = [edition for edition in shares if country in open_for(edition)]
            if not possible:
                raise _DeadEnd
            edition = chance.weighted(possible, [spare[e] for e in possible])
            shares[edition][country] += 1
            spare[edition] -= 1
    for edition, own in shares.items():
        while spare[edition]:
            left = open_for(edition)
            if not left:
                raise _DeadEnd
            own[chance.weighted(left, [len(network[c]) for c in left])] += 1
            spare[edition] -= 1
    return shares


def _picked(
    shares: Shares, network: Network, owed: Network, chance: Chance
) -> dict[int, tuple[InstitutionRow, ...]]:
    """The institutions of each edition: those that are still owed a place come first."""
    unseen = {country: chance.shuffled(rows) for country, rows in owed.items()}
    picked: dict[int, tuple[InstitutionRow, ...]] = {}
    for edition, own in shares.items():
        chosen: list[InstitutionRow] = []
        for country, number in own.items():
            first = unseen[country][:number]
            del unseen[country][:number]
            left = [row for row in network[country] if row not in first]
            chosen += [*first, *_drawn(left, number - len(first), chance)]
        picked[edition] = tuple(chosen)
    return picked


def _drawn(rows: Sequence[InstitutionRow], number: int, chance: Chance) -> list[InstitutionRow]:
    """``number`` different ones, large institutions more often."""
    left = list(rows)
    if number > len(left) or number < 0:
        raise _DeadEnd
    drawn = []
    for _ in range(number):
        drawn.append(chance.weighted(left, map(size, left)))
        left.remove(drawn[-1])
    return drawn
