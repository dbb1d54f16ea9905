"""Plans who takes part in which edition, so that the figures of the report come out of people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from math import ceil

from app.demo.chance import Chance
from app.demo.matching import Demand, ImpossiblePlan, InstitutionKey, Totals, match, size
from app.demo.people import Gender, Person, invent
from app.demo.sources import EditionRow, InstitutionRow, Mode

#: The centre's own totals for November 2021 to November 2022.
REPORTED = Totals(year=2022, participants=395, women=196, men=190, institutions=63, countries=22)

#: Whom an edition was for, where the report says so in its prose and not in its table.
NAMED: Mapping[str, tuple[InstitutionKey, ...]] = {
    "Academic planning, methods and teaching strategies for the development "
    "of technology-assisted training": (("INFOCAL", "BO"),),
    "Big Data and Skills Gaps: Technical assistance MTSS Uruguay": (("MTSS", "UY"),),
}

STAYED = 12  # people who come back from the same institution
MOVED = 2  # people who come back from another
MOST_RETURNS = 2  # between the same two editions


@dataclass(frozen=True)
class Participation:
    """A person in an edition, as they were on admission."""

    person: Person
    edition: int
    title: str
    gender: Gender
    country: str
    institution: InstitutionKey
    language: str
    note: str


@dataclass(frozen=True)
class Programme:
    participations: tuple[Participation, ...]
    choices: tuple[str, ...]
    totals: Totals

    @property
    def people(self) -> tuple[Person, ...]:
        """Each person once, in the order of their first participation."""
        return tuple(dict.fromkeys(part.person for part in self.participations))

    def of_edition(self, edition: int) -> tuple[Participation, ...]:
        return tuple(part for part in self.participations if part.edition == edition)


@dataclass(frozen=True)
class _Seat:
    number: int
    edition: int
    institution: InstitutionRow
    gender: Gender


@dataclass(frozen=True)
class _Return:
    """The same person in an earlier and a later seat."""

    earlier: _Seat
    later: _Seat


def plan(
    editions: Sequence[EditionRow],
    institutions: Sequence[InstitutionRow],
    totals: Totals = REPORTED,
) -> Programme:
    """The tutor-led editions of the totals' year, filled with invented people.

    ``Participation.edition`` is the position in ``editions``. The same rows give the same people.
    """
    reported = {
        number: row
        for number, row in enumerate(editions)
        if row.reporting_year == totals.year and row.mode is Mode.TUTOR_LED
    }
    _refuse_other_sums(reported, totals)
    demands = [_demand(number, row) for number, row in reported.items()]
    seats = _seats(reported, match(demands, institutions, totals))
    returns = _returns(seats, reported)
    return Programme(
        participations=_filled(seats, returns, reported),
        choices=_choices(reported, demands, seats, returns),
        totals=totals,
    )


def _refuse_other_sums(reported: Mapping[int, EditionRow], totals: Totals) -> None:
    for row in reported.values():
        if row.participants is None:
            raise ImpossiblePlan(f"{row.title}: the number of participants was not reported")
        if _not_stated(row) < 0:
            raise ImpossiblePlan(f"{row.title}: women and men are more than the participants")
    for words, total, summed in (
        ("participants", totals.participants, sum(r.participants or 0 for r in reported.values())),
        ("women", totals.women, sum(r.women or 0 for r in reported.values())),
        ("men", totals.men, sum(r.men or 0 for r in reported.values())),
    ):
        if total != summed:
            raise ImpossiblePlan(
                f"the editions of {totals.year} have {summed} {words}, the total is {total}"
            )


def _not_stated(row: EditionRow) -> int:
    return (row.participants or 0) - (row.women or 0) - (row.men or 0)


def _demand(number: int, row: EditionRow) -> Demand:
    """What the edition asks for; what was not reported is as small as what is known allows."""
    named = NAMED.get(row.title, ())
    countries, institutions = row.countries, row.institutions
    if countries is None:
        known = len(row.place) or len({country for _acronym, country in named})
        countries = known or ceil((institutions or 1) / 2)
    if institutions is None:
        institutions = max(len(named), countries)
    return Demand(
        edition=number,
        title=row.title,
        languages=row.languages,
        people=row.participants or 0,
        institutions=institutions,
        countries=countries,
        place=row.place,
        named=named,
    )


def _seats(
    reported: Mapping[int, EditionRow], matched: Mapping[int, Sequence[InstitutionRow]]
) -> list[_Seat]:
    """A seat for each participation, with its institution and gender."""
    numbers = count()
    unstated = cycle((Gender.PREFERS_NOT_TO_SAY, Gender.NOT_ANSWERED))
    seats: list[_Seat] = []
    for edition, row in reported.items():
        genders = Chance(f"genders of {row.title}").shuffled(
            [Gender.WOMAN] * (row.women or 0)
            + [Gender.MAN] * (row.men or 0)
            + [next(unstated) for _ in range(_not_stated(row))]
        )
        senders = _senders(matched[edition], len(genders), Chance(f"seats of {row.title}"))
        seats += [
            _Seat(next(numbers), edition, sender, gender)
            for sender, gender in zip(senders, genders, strict=True)
        ]
    return seats


def _senders(
    institutions: Sequence[InstitutionRow], people: int, chance: Chance
) -> list[InstitutionRow]:
    """For each of ``people`` who sends them: everybody sends one, the large ones most."""
    weights = [size(row) * chance.between(0.4, 1.6) for row in institutions]
    more = people - len(institutions)
    sent = Counter(chance.weighted(institutions, weights) for _ in range(more))
    return [row for row in institutions for _ in range(1 + sent[row])]


def _returns(seats: Sequence[_Seat], reported: Mapping[int, EditionRow]) -> list[_Return]:
    """Who comes back later: some from another institution of their country."""
    possible = Chance("returns").shuffled(
        _Return(earlier, later)
        for earlier in seats
        for later in seats
        if earlier.gender is later.gender
        and earlier.gender in (Gender.WOMAN, Gender.MAN)
        and earlier.institution.country == later.institution.country
        and _ended_before(reported[earlier.edition], reported[later.edition])
    )
    moved = [r for r in possible if r.earlier.institution != r.later.institution]
    stayed = [r for r in possible if r.earlier.institution == r.later.institution]
    found: list[_Return] = []
    for candidates, wanted in ((moved, MOVED), (stayed, MOVED + STAYED)):
        for candidate in candidates:
            if len(found) < wanted and _joins(candidate, found):
                found.append(candidate)
    return found


def _ended_before(earlier: EditionRow, later: EditionRow) -> bool:
    return earlier.ends is not None and later.starts is not None and earlier.ends < later.starts


def _joins(candidate: _Return, found: Sequence[_Return]) -> bool:
    """Nobody comes a third time, and no two editions share more than a few people."""
    busy = {seat.number for other in found for seat in (other.earlier, other.later)}
    editions = (candidate.earlier.edition, candidate.later.edition)
    alike = [r for r in found if (r.earlier.edition, r.later.edition) == editions]
    return (
        candidate.earlier.number not in busy
        and candidate.later.number not in busy
        and len(alike) < MOST_RETURNS
    )


def _filled(
    seats: Sequence[_Seat], returns: Sequence[_Return], reported: Mapping[int, EditionRow]
) -> tuple[Participation, ...]:
    first = {back.later.number: back.earlier for back in returns}
    people: dict[int, Person] = {}
    taken: set[str] = set()
    chance = Chance("people")
    participations = []
    for seat in seats:
        country = seat.institution.country
        earlier = first.get(seat.number)
        known_as = earlier.number if earlier else seat.number
        if known_as not in people:
            (people[known_as],) = invent(country, seat.gender, 1, chance=chance, taken=taken)
        person, row = people[known_as], reported[seat.edition]
        participations.append(
            Participation(
                person=person,
                edition=seat.edition,
                title=row.title,
                gender=seat.gender,
                country=country,
                institution=seat.institution.key,
                language=person.language if person.language in row.languages else row.languages[0],
                note=_note(seat, earlier, reported) if earlier else "",
            )
        )
    return tuple(participations)


def _note(seat: _Seat, earlier: _Seat, reported: Mapping[int, EditionRow]) -> str:
    title = reported[earlier.edition].title
    if earlier.institution == seat.institution:
        return f"Took part before, in {title}."
    return f"Took part before, from {earlier.institution.acronym}, in {title}."


def _choices(
    reported: Mapping[int, EditionRow],
    demands: Sequence[Demand],
    seats: Sequence[_Seat],
    returns: Sequence[_Return],
) -> tuple[str, ...]:
    """What the report leaves open and this programme had to settle, a sentence each."""
    genders = Counter(seat.gender for seat in seats)
    institutions = {seat.institution for seat in seats}
    moved = sum(r.earlier.institution != r.later.institution for r in returns)
    unnamed = sum(not demand.place for demand in demands)
    return (
        *(said for demand in demands for said in _filled_in(demand, reported[demand.edition])),
        (
            f"The countries of {unnamed} editions were not named; altogether these take part: "
            f"{' '.join(sorted({row.country for row in institutions}))}."
        ),
        (
            f"Of the {len(institutions)} institutions {sum(row.example for row in institutions)} "
            "are examples, because too few are known in the countries of their edition."
        ),
        (
            f"Of those whose gender is not stated, {genders[Gender.PREFERS_NOT_TO_SAY]} prefer not "
            f"to say and {genders[Gender.NOT_ANSWERED]} were never asked; "
            "the report has one figure."
        ),
        (
            f"{len(returns)} people take part in two editions, {moved} of them from another "
            f"institution the second time: {len(seats)} participations are "
            f"{len(seats) - len(returns)} people."
        ),
    )


def _filled_in(demand: Demand, row: EditionRow) -> Iterator[str]:
    """The cells of an edition's line that were empty."""
    if row.institutions is None:
        named = ", ".join(acronym for acronym, _country in demand.named)
        chosen = f"{demand.institutions} ({named})" if named else str(demand.institutions)
        yield f"{row.title}: the number of institutions was not reported; chosen: {chosen}."
    if row.countries is None:
        yield (
            f"{row.title}: the number of countries was not reported; chosen: {demand.countries}."
        )
    if row.women is None or row.men is None:
        yield f"{row.title}: women and men were not both reported; the rest are not stated."
