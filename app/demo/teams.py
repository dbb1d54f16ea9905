"""Splits the people of an edition into teams of their country, or of neighbouring ones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from app.demo.allocation import Participation
from app.demo.people import countries

SMALLEST, LARGEST = 3, 6
USUAL = 3.6  # people in a team: more than a hundred projects came from 395 participants

#: The countries on a journey on which each next one is near.
JOURNEY = (
    *("PT", "ES", "CV", "BS", "CU", "JM", "HT", "DO", "BB", "TT", "GY"),
    *("MX", "BZ", "GT", "SV", "HN", "NI", "CR", "PA"),
    *("VE", "CO", "EC", "PE", "BO", "BR", "PY", "AR", "UY", "CL"),
)

type People = list[Participation]


@dataclass(frozen=True)
class PlannedTeam:
    edition: int
    name: str
    members: tuple[Participation, ...]


def teams(participations: Sequence[Participation]) -> tuple[PlannedTeam, ...]:
    """Everybody of one edition in a team; those of one institution sit together.

    Teams have three to six people; only an edition of one or two people has a smaller one.
    """
    if len({part.edition for part in participations}) > 1:
        raise ValueError("Teams are made within one edition.")

    institutions = {part.institution for part in participations}
    if len(institutions) == 1:
        ((acronym, _country),) = institutions
        return tuple(_split(acronym, participations))
    groups, left_over = _groups(participations)
    made = [team for group in groups for team in _split(_names(group), group)]
    return tuple(_joined(made, left_over) if left_over else made)


def _groups(participations: Sequence[Participation]) -> tuple[list[People], People]:
    """The countries that can fill a team each alone, the small ones joined along the journey.

    At its end one or two people may be left over.
    """
    people = defaultdict(list)
    for part in participations:
        people[part.country].append(part)

    groups: list[People] = []
    waiting: People = []
    for country in sorted(people, key=JOURNEY.index):
        if len(people[country]) >= SMALLEST:
            groups.append(people[country])
            continue
        waiting = waiting + people[country]
        if len(waiting) >= SMALLEST:
            groups.append(waiting)
            waiting = []
    return groups, waiting


def _split(name: str, people: Sequence[Participation]) -> list[PlannedTeam]:
    """Teams of nearly the same size, numbered where there are several."""
    seated = sorted(
        people, key=lambda part: (JOURNEY.index(part.country), part.institution, part.person.email)
    )
    number = max(1, min(len(seated) // SMALLEST, round(len(seated) / USUAL)))
    size, one_larger = divmod(len(seated), number)
    ends = accumulate((size + (n < one_larger) for n in range(number)), initial=0)
    return [
        PlannedTeam(
            edition=seated[begin].edition,
            name=f"{name} {n}" if number > 1 else name,
            members=tuple(seated[begin:end]),
        )
        for n, (begin, end) in enumerate(pairwise(ends), 1)
    ]


def _joined(made: list[PlannedTeam], left_over: People) -> list[PlannedTeam]:
    """The people left over go to the team that is nearest on the journey and has room."""
    roomy = [team for team in made if len(team.members) + len(left_over) <= LARGEST]
    if not roomy:
        return made + _split(_names(left_over), left_over)

    def distance(team: PlannedTeam) -> tuple[int, int]:
        stops = (
            abs(JOURNEY.index(a.country) - JOURNEY.index(b.country))
            for a in team.members
            for b in left_over
        )
        return min(stops), len(team.members)

    nearest = min(roomy, key=distance)
    larger = replace(
        nearest,
        name=f"{nearest.name} – {_names(left_over)}",
        members=(*nearest.members, *left_over),
    )
    return [larger if team is nearest else team for team in made]


def _names(people: Sequence[Participation]) -> str:
    """The countries of ``people``, each in its own language."""
    codes = sorted({part.country for part in people}, key=JOURNEY.index)
    return " – ".join(countries()[code].name for code in codes)
