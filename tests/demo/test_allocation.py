"""The invented programme has exactly the figures of the report, person by person."""

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import process_time

import pytest

from app.demo.allocation import REPORTED, Participation, Programme, plan
from app.demo.matching import ImpossiblePlan
from app.demo.people import Gender
from app.demo.sources import EditionRow, InstitutionRow, read_editions, read_institutions

#: Of the report's appendix: participants, women, men, not stated, institutions, countries.
APPENDIX = {
    "Big Data: fundamental concepts and their uses in vocational training": (41, 18, 23, 0, 14, 9),
    "Strengthening the institutional management of the Plurinational System for Skills "
    "Certification (SPCC)": (64, 24, 37, 3, 2, 1),
    "Big Data and skills gap": (36, 17, 19, 0, 16, 11),
    "Quality Apprenticeship in the Caribbean": (20, 13, 7, 0, 16, 5),
    "Assessment strategies in a skills-based approach": (19, 11, 8, 0, 8, 7),
    "Gender equity strategies through the development of STEAM skills": (34, 27, 7, 0, 13, 11),
    "Leadership for Industry 4.0": (52, 21, 31, 0, 15, 12),
    "MSEs and digitalization: context and policy design": (31, 15, 16, 0, 9, 6),
    "Big Data and Skills Gaps: Technical assistance MTSS Uruguay": (11, 6, 5, 0, 1, 1),
    "Curriculum Design in National Qualifications Frameworks": (47, 21, 20, 6, 17, 12),
    "Academic planning, methods and teaching strategies for the development of "
    "technology-assisted training": (40, 23, 17, 0, 1, 1),
}
TOTAL = (395, 196, 190, 9, 63, 22)
ADDRESSES = "b9f7add751bcc767a04d12328aecad6d10e430d3dec1c54f172e328540fdcba2"

UNSTATED = (Gender.PREFERS_NOT_TO_SAY, Gender.NOT_ANSWERED)


@pytest.fixture(scope="module")
def programme() -> Programme:
    return plan(read_editions(), read_institutions())


def counted(parts: Sequence[Participation]) -> tuple[int, ...]:
    genders = Counter(part.gender for part in parts)
    return (
        len(parts),
        genders[Gender.WOMAN],
        genders[Gender.MAN],
        sum(genders[gender] for gender in UNSTATED),
        len({part.institution for part in parts}),
        len({part.country for part in parts}),
    )


def called(programme: Programme, words: str) -> list[Participation]:
    return [part for part in programme.participations if words in part.title]


def digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_every_edition_has_the_figures_of_the_report(programme: Programme) -> None:
    by_title = defaultdict(list)
    for part in programme.participations:
        by_title[part.title].append(part)

    assert {title: counted(parts) for title, parts in by_title.items()} == APPENDIX


def test_the_year_has_the_totals_of_the_report(programme: Programme) -> None:
    assert counted(programme.participations) == TOTAL


def test_an_edition_is_found_by_its_place_among_the_rows(programme: Programme) -> None:
    for number, row in enumerate(read_editions()):
        assert {part.title for part in programme.of_edition(number)} <= {row.title}
        assert len(programme.of_edition(number)) == (row.participants or 0)


def test_people_come_from_the_places_that_are_named(programme: Programme) -> None:
    assert {p.country for p in called(programme, "Caribbean")} == {"BB", "BZ", "GY", "JM", "TT"}
    assert {p.institution for p in called(programme, "SPCC")} == {
        ("FAUTAPO", "BO"),
        ("INFOCAL", "BO"),
    }
    assert {p.institution for p in called(programme, "MTSS Uruguay")} == {("MTSS", "UY")}
    assert {p.institution for p in called(programme, "Academic planning")} == {("INFOCAL", "BO")}


def test_institutions_exist_and_are_in_the_country_of_those_they_send(
    programme: Programme,
) -> None:
    known = {row.key for row in read_institutions()}

    for part in programme.participations:
        assert part.institution in known
        assert part.country == part.institution[1] == part.person.country


def test_two_institutions_with_one_acronym_are_counted_as_two(programme: Programme) -> None:
    institutions = {part.institution for part in programme.participations}

    assert {("IEFP", "CV"), ("IEFP", "PT"), ("MTSS", "CU"), ("MTSS", "UY")} <= institutions


def test_nobody_is_in_an_edition_of_a_language_they_do_not_read(programme: Programme) -> None:
    for part in programme.participations:
        languages = read_editions()[part.edition].languages
        assert part.language in languages
        assert part.person.language in languages or (part.person.language, *languages) == (
            "pt",
            "es",
        )
    steam = called(programme, "STEAM")
    assert {part.language for part in steam} == {"es", "pt"}


def test_nobody_is_twice_in_an_edition(programme: Programme) -> None:
    places = Counter((part.person.email, part.edition) for part in programme.participations)

    assert set(places.values()) == {1}


def test_fourteen_people_come_back_and_two_of_them_from_elsewhere(programme: Programme) -> None:
    parts = defaultdict(list)
    for part in programme.participations:
        parts[part.person].append(part)
    returned = [both for both in parts.values() if len(both) > 1]
    moved = [both for both in returned if both[0].institution != both[1].institution]

    assert len(programme.people) == len(parts) == 381
    assert {len(both) for both in returned} == {2}
    assert (len(returned), len(moved)) == (14, 2)
    editions = read_editions()
    for earlier, later in returned:
        ends, starts = editions[earlier.edition].ends, editions[later.edition].starts
        assert ends is not None
        assert starts is not None
        assert ends < starts
        assert earlier.gender is later.gender is earlier.person.gender
        assert earlier.note == ""
        assert earlier.title in later.note
    for earlier, later in moved:
        assert earlier.institution[0] in later.note


def test_people_with_one_address_are_one_person(programme: Programme) -> None:
    assert len({person.email for person in programme.people}) == 381
    assert len({person.name for person in programme.people}) == 381


def test_some_were_never_asked_and_some_prefer_not_to_say(programme: Programme) -> None:
    genders = Counter(part.gender for part in programme.participations)

    assert (genders[Gender.PREFERS_NOT_TO_SAY], genders[Gender.NOT_ANSWERED]) == (5, 4)


def test_institutions_send_unequal_numbers(programme: Programme) -> None:
    sent = Counter(part.institution for part in called(programme, "Leadership"))

    assert max(sent.values()) >= 3 * min(sent.values())


def test_the_example_institutions_are_only_where_they_are_needed(programme: Programme) -> None:
    examples = {row.key for row in read_institutions() if row.example}
    there = {part.edition for part in programme.participations if part.institution in examples}

    assert there == {part.edition for part in called(programme, "Caribbean")}


def test_what_the_report_leaves_open_is_said(programme: Programme) -> None:
    assert (
        "Big Data and Skills Gaps: Technical assistance MTSS Uruguay: the number of institutions "
        "was not reported; chosen: 1 (MTSS)."
    ) in programme.choices
    assert any("395 participations are 381 people" in choice for choice in programme.choices)
    assert any("5 prefer not to say and 4 were never asked" in c for c in programme.choices)
    assert any(c.startswith("Of the 63 institutions 13 are examples") for c in programme.choices)


def test_the_plan_is_the_same_every_time(programme: Programme) -> None:
    begun = process_time()
    again = plan(read_editions(), read_institutions())

    assert process_time() - begun < 1
    assert again == programme


def test_the_addresses_are_the_same_on_every_machine(programme: Programme) -> None:
    assert digest(sorted(person.email for person in programme.people)) == ADDRESSES


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_plan_does_not_hang_on_how_python_hashes(programme: Programme, seed: str) -> None:
    code = (
        "from app.demo.allocation import plan;"
        "from app.demo.sources import read_editions, read_institutions;"
        "print(plan(read_editions(), read_institutions()), end='')"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    )

    assert elsewhere.stdout.decode() == str(programme)


@pytest.mark.parametrize(
    ("institutions", "countries"), [(47, 17), (50, 22), (63, 20), (63, 26), (75, 24), (81, 27)]
)
def test_other_totals_are_met_as_exactly(institutions: int, countries: int) -> None:
    totals = replace(REPORTED, institutions=institutions, countries=countries)

    programme = plan(read_editions(), read_institutions(), totals)

    assert counted(programme.participations)[4:] == (institutions, countries)


def test_an_edition_without_counts_gets_some_and_says_so() -> None:
    caribbean = one_row("Caribbean", institutions=None, countries=None, women=None, men=None)
    totals = replace(REPORTED, participants=20, women=0, men=0, institutions=5, countries=5)

    programme = plan(caribbean, read_institutions(), totals)

    assert counted(programme.participations) == (20, 0, 0, 20, 5, 5)
    assert [choice.split(": ", 1)[1] for choice in programme.choices[:3]] == [
        "the number of institutions was not reported; chosen: 5.",
        "the number of countries was not reported; chosen: 5.",
        "women and men were not both reported; the rest are not stated.",
    ]


def one_row(words: str, **changes: object) -> list[EditionRow]:
    (row,) = (row for row in read_editions() if words in row.title)
    return [replace(row, **changes)]  # type: ignore[arg-type]


def only(*countries: str) -> Callable[[InstitutionRow], bool]:
    return lambda row: row.country in countries


@pytest.mark.parametrize(
    ("words", "changes", "reason"),
    [
        ("STEAM", {"institutions": 35}, "34 participants cannot come from 35 institutions in 11"),
        ("STEAM", {"institutions": 10}, "34 participants cannot come from 10 institutions in 11"),
        ("STEAM", {"institutions": 0}, "34 participants cannot come from 0 institutions"),
        ("STEAM", {"participants": None}, "the number of participants was not reported"),
        ("STEAM", {"men": 8}, "women and men are more than the participants"),
        ("Caribbean", {"countries": 4}, "4 countries are reported and 5 are named"),
        ("Caribbean", {"institutions": 17}, "17 institutions are reported, and its countries have"),
        ("Caribbean", {"languages": ("en",), "place": ("BB", "JM", "TT", "GY", "XX")}, "no inst"),
        ("STEAM", {"languages": ("fr",)}, "11 countries are reported, and only 1 speak its lang"),
        ("SPCC", {"institutions": 3}, "3 institutions are reported, and its countries have only 2"),
        ("MTSS Uruguay", {"place": ("BO",)}, "cannot all be its institutions"),
    ],
)
def test_an_edition_that_cannot_be_is_refused_by_name(
    words: str, changes: dict[str, object], reason: str
) -> None:
    (row,) = one_row(words, **changes)
    totals = replace(
        REPORTED,
        participants=row.participants or 0,
        women=row.women or 0,
        men=row.men or 0,
        institutions=row.institutions or 1,
        countries=row.countries or 1,
    )

    with pytest.raises(ImpossiblePlan) as refused:
        plan([row], read_institutions(), totals)

    assert str(refused.value).startswith(f"{row.title}: ")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"participants": 396}, "have 395 participants, the total is 396"),
        ({"women": 195}, "have 196 women, the total is 195"),
        ({"men": 191}, "have 190 men, the total is 191"),
        ({"institutions": 16}, "which cannot be 16 different ones"),
        ({"institutions": 113}, "which cannot be 113 different ones"),
        ({"institutions": 86}, "86 institutions are reported, and only 83 are known"),
        ({"countries": 11}, "which cannot be 11 different ones"),
        ({"countries": 28}, "28 countries are reported, and only 27 are known"),
        ({"institutions": 25}, "no way was found for 25 institutions in 22 countries"),
    ],
)
def test_totals_that_cannot_be_are_refused(changes: dict[str, int], reason: str) -> None:
    totals = replace(REPORTED, **changes)

    with pytest.raises(ImpossiblePlan) as refused:
        plan(read_editions(), read_institutions(), totals)

    assert reason in str(refused.value)
