"""Everybody is in a team of three to six, with people of their country or of near ones."""

from collections import Counter
from dataclasses import replace

import pytest

from app.demo.allocation import Participation, Programme, plan
from app.demo.people import countries
from app.demo.sources import COUNTRIES, read_editions, read_institutions
from app.demo.teams import JOURNEY, PlannedTeam, teams


@pytest.fixture(scope="module")
def programme() -> Programme:
    return plan(read_editions(), read_institutions())


@pytest.fixture(scope="module")
def made(programme: Programme) -> list[PlannedTeam]:
    return [team for n in range(len(read_editions())) for team in teams(programme.of_edition(n))]


def some(programme: Programme, **numbers: int) -> list[Participation]:
    """So many people of each country, as if they were in one edition."""
    return [
        replace(part, edition=0)
        for country, number in numbers.items()
        for part in [p for p in programme.participations if p.country == country][:number]
    ]


def sizes(people: list[Participation]) -> dict[str, int]:
    return {team.name: len(team.members) for team in teams(people)}


def test_everybody_is_in_one_team_of_their_edition(
    programme: Programme, made: list[PlannedTeam]
) -> None:
    seated = Counter((team.edition, part) for team in made for part in team.members)

    assert seated == Counter((part.edition, part) for part in programme.participations)


def test_teams_have_three_to_six_people(made: list[PlannedTeam]) -> None:
    assert {len(team.members) for team in made} <= {3, 4, 5, 6}


def test_there_are_more_than_a_hundred_teams(made: list[PlannedTeam]) -> None:
    assert 100 < len(made) < 115


def test_a_team_has_one_name_in_its_edition_and_no_long_one(made: list[PlannedTeam]) -> None:
    assert set(Counter((team.edition, team.name) for team in made).values()) == {1}
    assert max(len(team.name) for team in made) <= 80


def test_a_team_is_called_by_all_its_countries(made: list[PlannedTeam]) -> None:
    for team in made:
        names = {countries()[part.country].name for part in team.members}
        institutions = {part.institution[0] for part in team.members}
        assert names == {n.rstrip(" 0123456789") for n in team.name.split(" – ")} or (
            institutions == {team.name.rstrip(" 0123456789")}
        )


def test_a_large_country_has_several_teams(programme: Programme) -> None:
    assert sizes(some(programme, BR=11)) == {"Brasil 1": 4, "Brasil 2": 4, "Brasil 3": 3}


def test_a_country_with_few_people_joins_its_neighbours(programme: Programme) -> None:
    assert sizes(some(programme, AR=2, CO=3, UY=2)) == {"Colombia": 3, "Argentina – Uruguay": 4}


def test_who_is_left_over_joins_the_nearest_team_with_room(programme: Programme) -> None:
    assert sizes(some(programme, MX=5, CO=4, EC=1)) == {"México": 5, "Colombia – Ecuador": 5}
    assert sizes(some(programme, MX=4, CO=5, EC=2)) == {"México – Ecuador": 6, "Colombia": 5}


def test_people_of_one_institution_are_split_evenly_under_its_name(programme: Programme) -> None:
    infocal = programme.of_edition(10)

    made = teams(infocal)

    assert [team.name for team in made] == [f"INFOCAL {n}" for n in range(1, 12)]
    assert {len(team.members) for team in made} == {3, 4}


def test_the_order_of_the_people_changes_nothing(programme: Programme) -> None:
    people = programme.of_edition(6)

    assert teams(people) == teams(people[::-1])


def test_one_or_two_people_are_a_team_of_their_own(programme: Programme) -> None:
    assert sizes(some(programme, CL=1, PE=1)) == {"Perú – Chile": 2}
    assert teams([]) == ()


def test_a_team_is_never_of_two_editions(programme: Programme) -> None:
    with pytest.raises(ValueError, match="within one edition"):
        teams(programme.participations)


def test_the_journey_stops_once_in_every_country() -> None:
    assert sorted(JOURNEY) == sorted(COUNTRIES)
