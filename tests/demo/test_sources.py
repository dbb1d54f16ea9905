"""The centre's files are read whole, and a broken one is refused with its file, line and reason."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from app.demo.sources import (
    COUNTRIES,
    DATA,
    BrokenSource,
    Capstone,
    EditionRow,
    InstitutionRow,
    Mode,
    VideoconferenceRow,
    read_editions,
    read_institutions,
    read_videoconferences,
)

BIG_DATA = "Big Data and skills gap,tutor_led,es,2022,2022-04-06,2022-07-29,36,17,19,16,11,,project"
CARIBBEAN = "BB BZ GY JM TT"
SENA = "SENA,National Learning Service,CO"
MATURITY = "2022,Digital maturity in vocational training,2022-09-20,SENAI; TKNIKA"

#: A row of each file, and its line; below, what is broken in it.
WHOLE = {
    "course-editions.csv": (4, BIG_DATA),
    "institutions.csv": (54, SENA),
    "videoconferences.csv": (20, MATURITY),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data to break."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def read_everything(folder: Path) -> None:
    read_institutions(folder)
    read_editions(folder)
    read_videoconferences(folder)


def test_an_edition_is_read_cell_by_cell() -> None:
    caribbean = next(row for row in read_editions() if row.place == tuple(CARIBBEAN.split()))

    assert caribbean == EditionRow(
        title="Quality Apprenticeship in the Caribbean",
        mode=Mode.TUTOR_LED,
        languages=("en",),
        reporting_year=2022,
        starts=date(2022, 4, 11),
        ends=date(2022, 5, 20),
        participants=20,
        women=13,
        men=7,
        institutions=16,
        countries=5,
        place=("BB", "BZ", "GY", "JM", "TT"),
        capstone=Capstone.ROADMAP,
    )


def test_what_was_not_reported_is_none_and_not_zero() -> None:
    green_jobs = next(row for row in read_editions() if "green jobs" in row.title)

    assert green_jobs == EditionRow(
        title="Vocational training and green jobs",
        mode=Mode.SELF_ADMINISTERED,
        languages=("es",),
        reporting_year=2020,
        starts=None,
        ends=None,
        participants=None,
        women=None,
        men=None,
        institutions=None,
        countries=None,
        place=(),
        capstone=None,
    )


def test_every_row_of_every_file_is_read() -> None:
    assert len(read_editions()) == 16
    assert len(read_videoconferences()) == 25
    assert Counter(row.example for row in read_institutions()) == {False: 72, True: 13}


def test_an_acronym_may_be_in_two_countries() -> None:
    iefp = [row for row in read_institutions() if row.acronym == "IEFP"]

    name = "Instituto do Emprego e Formação Profissional"
    assert iefp == [
        InstitutionRow("IEFP", name, "CV", example=False),
        InstitutionRow("IEFP", name, "PT", example=False),
    ]
    assert [row.key for row in iefp] == [("IEFP", "CV"), ("IEFP", "PT")]


def test_the_caribbean_has_its_sixteen_institutions_with_the_examples() -> None:
    there = [row for row in read_institutions() if row.country in CARIBBEAN.split()]

    assert len(there) == 16
    assert {row.country for row in there if not row.example} == {"BB", "JM", "TT"}
    assert all(row.name.startswith("Example ") for row in there if row.example)


def test_the_countries_known_are_those_of_the_institutions() -> None:
    assert {row.country for row in read_institutions()} == COUNTRIES


def test_the_organisations_of_a_videoconference_are_several() -> None:
    assert (
        VideoconferenceRow(
            series=2022,
            title="Digital maturity in vocational training",
            on=date(2022, 9, 20),
            organisations=("SENAI", "TKNIKA"),
        )
        in read_videoconferences()
    )
    assert read_videoconferences()[0].organisations == ()


BROKEN = {
    "course-editions.csv": [
        ("36,17,19", "36,x,19", "women is not a whole number: 'x'"),
        ("36,17,19", "36,17,-1", "men is not a whole number: '-1'"),
        ("36,17,19", "3.6,1,1", "participants is not a whole number: '3.6'"),
        ("19,16,11", "19,1e1,11", "institutions is not a whole number: '1e1'"),
        ("19,16,11", "19,16,¹", "countries is not a whole number: '¹'"),
        ("36,17,19", "36,18,19", "women and men are more than the participants"),
        ("36,17,19", ",17,19", "women and men are more than the participants"),
        ("2022-04-06", "06/04/2022", "starts is not a date such as 2022-04-06: '06/04/2022'"),
        ("2022-04-06", "20220406", "starts is not a date such as 2022-04-06: '20220406'"),
        ("2022-07-29", "2022-02-30", "ends is not a date such as 2022-04-06: '2022-02-30'"),
        ("2022-07-29", "2022-04-05", "it starts on 2022-04-06 and ends before, on 2022-04-05"),
        ("2022-07-29", "", "starts and ends are reported together or not at all"),
        (",es,2022,", ",de,2022,", "languages has a code that is not known: 'de'"),
        (",es,2022,", ",,2022,", "languages is empty"),
        (",es,2022,", ",es es,2022,", "languages says something twice, or nothing: 'es es'"),
        (",es,2022,", ",es,22,", "reporting_year is not a year: '22'"),
        (",es,2022,", ",es,,", "reporting_year is empty"),
        ("tutor_led", "led", "mode is none of self_administered, tutor_led: 'led'"),
        ("tutor_led", "tutor_led ", "mode begins or ends with a space: 'tutor_led '"),
        ("Big Data and skills gap", "", "title is empty"),
        (",,project", ",XX,project", "place has a code that is not known: 'XX'"),
        (",,project", ",,essay", "capstone is none of project, roadmap: 'essay'"),
        (",,project", ",project", "13 cells are expected, 12 found"),
        (",,project", ",,project,", "13 cells are expected, 14 found"),
    ],
    "institutions.csv": [
        (",CO", ",co", "country is not a country code of two letters: 'co'"),
        (",CO", ",COL", "country is not a country code of two letters: 'COL'"),
        (",CO", ",XX", "country is not a country of the programme: 'XX'"),
        (",CO", ",", "country is empty"),
        ("SENA,", ",", "acronym is empty"),
        ("National Learning Service", "", "name is empty"),
        ("SENA,National Learning Service,CO", "", "the line is empty"),
        ("National Learning Service", '"National" Learning', "it is not CSV: "),
    ],
    "videoconferences.csv": [
        ("2022-09-20", "2022-9-20", "date is not a date such as 2022-04-06: '2022-9-20'"),
        ("2022-09-20", "", "date is empty"),
        ("2022,D", "two,D", "series is not a year: 'two'"),
        ("Digital maturity in vocational training", "", "title is empty"),
        ("SENAI; T", "SENAI;; T", "organisations says something twice, or nothing: 'SENAI;; TK"),
    ],
}


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [(file, *row) for file, rows in BROKEN.items() for row in rows],
)
def test_a_broken_row_is_refused_with_its_line(
    folder: Path, file: str, old: str, new: str, reason: str
) -> None:
    line, row = WHOLE[file]
    assert row.count(old) == 1
    rewrite(folder / file, f"\n{row}\n", f"\n{row.replace(old, new)}\n")

    with pytest.raises(BrokenSource) as broken:
        read_everything(folder)

    assert str(broken.value).startswith(f"{file}, line {line}: {reason}")
    assert (broken.value.file, broken.value.line) == (file, line)


def test_an_institution_is_there_once_in_a_country(folder: Path) -> None:
    rewrite(folder / "institutions.csv", SENA, f"{SENA}\nSENA,Another name,CO")

    with pytest.raises(BrokenSource, match=r"^institutions\.csv, line 55: SENA in CO is there twi"):
        read_everything(folder)


@pytest.mark.parametrize(
    "file",
    [
        "course-editions.csv",
        "institutions.csv",
        "example-institutions.csv",
        "videoconferences.csv",
    ],
)
def test_a_file_with_another_header_is_refused(folder: Path, file: str) -> None:
    header, rest = (folder / file).read_text(encoding="utf-8").split("\n", 1)
    (folder / file).write_text(f"{header},more\n{rest}", encoding="utf-8")

    with pytest.raises(BrokenSource, match=f"^{file}, line 1: the header is not {header}:"):
        read_everything(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "videoconferences.csv").unlink()

    with pytest.raises(BrokenSource, match=r"^videoconferences\.csv: the file is missing$"):
        read_everything(folder)


def test_a_file_in_another_encoding_is_refused(folder: Path) -> None:
    file = folder / "institutions.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("utf-16"))

    with pytest.raises(BrokenSource, match=r"^institutions\.csv: the file is not UTF-8$"):
        read_everything(folder)


def test_an_example_may_not_take_the_place_of_an_institution(folder: Path) -> None:
    rewrite(folder / "example-institutions.csv", "EXTSF,", "NTA,")

    with pytest.raises(BrokenSource, match=r"^example-institutions\.csv, line 14: NTA in TT is"):
        read_everything(folder)


def test_the_line_told_is_where_the_record_begins(folder: Path) -> None:
    rewrite(folder / "institutions.csv", "Centro Paula Souza", '"Centro\nPaula\nSouza"')
    rewrite(folder / "institutions.csv", SENA, 'SENA,"National\nLearning Service",XX')

    with pytest.raises(BrokenSource, match=r"^institutions\.csv, line 56: country"):
        read_everything(folder)
