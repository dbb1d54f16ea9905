"""The annual report: the centre's own figures from records, person by person."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from app.demo.sources import DATA
from app.models import (
    CapstoneKind,
    CapstoneStatus,
    Gender,
    Mode,
    SessionStatus,
)
from app.queries.reports import AnnualReport, annual_report, has_editions
from tests.make import Make

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)

#: Title, first day, and participants, women, men, not stated.
Reported = tuple[str, date | None, tuple[int | None, ...]]


def lines(report: AnnualReport) -> list[Reported]:
    found: list[Reported] = []
    for reported in report.editions:
        edition = reported.edition
        group = report.participants.get(edition.id)
        numbers = (group.total, group.women, group.men, group.not_stated) if group else (0,) * 4
        found.append((edition.title["es"], edition.starts_on, numbers))
    return found


@pytest.fixture
def reported(make: Make) -> list[dict[str, str]]:
    """The lines of 2022 as the centre reported them, and a person for each that it counted."""
    with (DATA / "course-editions.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["reporting_year"] == "2022"]
    for row in reversed(rows):
        edition = make.edition(
            make.course(title={"es": row["title"]}, mode=Mode(row["mode"])),
            reporting_year=2022,
            starts_on=date.fromisoformat(row["starts"]),
            ends_on=date.fromisoformat(row["ends"]),
        )
        women, men = int(row["women"]), int(row["men"])
        make.crowd(edition, women, gender=Gender.WOMAN)
        make.crowd(edition, men, gender=Gender.MAN)
        silent = int(row["participants"]) - women - men
        make.crowd(edition, silent, gender=Gender.NOT_ANSWERED)
    return rows


@pytest.mark.usefixtures("session")
def test_the_report_of_2022_comes_out_as_it_was_printed(
    session: Session, reported: list[dict[str, str]]
) -> None:
    report = annual_report(session, 2022, mode=Mode.TUTOR_LED, now=NOW)

    assert lines(report) == [
        (
            row["title"],
            date.fromisoformat(row["starts"]),
            (
                int(row["participants"]),
                int(row["women"]),
                int(row["men"]),
                int(row["participants"]) - int(row["women"]) - int(row["men"]),
            ),
        )
        for row in reported
    ]
    total = report.figures.total
    assert (total.total, total.women, total.men, total.other, total.not_stated) == (
        395,
        196,
        190,
        0,
        9,
    )


def test_an_edition_is_in_the_report_of_one_year_only(session: Session, make: Make) -> None:
    """Its reporting year counts, not its dates."""
    edition = make.edition(
        reporting_year=2022, starts_on=date(2021, 10, 4), ends_on=date(2021, 11, 30)
    )
    make.crowd(edition, 2)

    assert annual_report(session, 2021, mode=None, now=NOW).editions == ()
    assert annual_report(session, 2022, mode=None, now=NOW).figures.total.total == 2
    assert (has_editions(session, 2021), has_editions(session, 2022)) == (False, True)


def test_an_edition_without_participants_has_its_line(session: Session, make: Make) -> None:
    make.edition(make.course(title={"es": "Vacío"}), reporting_year=2022)

    report = annual_report(session, 2022, mode=None, now=NOW)

    assert lines(report) == [("Vacío", date(2026, 4, 1), (0, 0, 0, 0))]


def test_courses_at_ones_own_pace_are_reported_when_asked_for(session: Session, make: Make) -> None:
    make.crowd(make.edition(make.course(mode=Mode.TUTOR_LED), reporting_year=2022), 2)
    alone = make.course(mode=Mode.SELF_ADMINISTERED)
    make.crowd(make.edition(alone, reporting_year=2022, starts_on=None, ends_on=None), 3)

    def participants(mode: Mode | None) -> int | None:
        return annual_report(session, 2022, mode=mode, now=NOW).figures.total.total

    assert participants(Mode.TUTOR_LED) == 2
    assert participants(Mode.SELF_ADMINISTERED) == 3
    assert participants(None) == 5


def test_meetings_that_were_cancelled_are_not_counted(session: Session, make: Make) -> None:
    one, other = make.edition(reporting_year=2022), make.edition(reporting_year=2022)
    make.live_session(one, NOW, minutes=90)
    make.live_session(other, NOW, minutes=60)
    make.live_session(other, NOW, minutes=120, status=SessionStatus.CANCELLED)
    make.live_session(make.edition(reporting_year=2021), NOW, minutes=45)

    report = annual_report(session, 2022, mode=None, now=NOW)

    assert (report.sessions, report.minutes) == (2, 150)


def test_capstones_are_counted_by_kind_and_state(session: Session, make: Make) -> None:
    projects = make.edition(reporting_year=2022, capstone=CapstoneKind.PROJECT)
    roadmaps = make.edition(reporting_year=2022, capstone=CapstoneKind.ROADMAP)
    for edition, status in (
        (projects, CapstoneStatus.ACCEPTED),
        (projects, CapstoneStatus.ACCEPTED),
        (projects, CapstoneStatus.DRAFT),
        (roadmaps, CapstoneStatus.SUBMITTED),
        (make.edition(reporting_year=2021), CapstoneStatus.ACCEPTED),
    ):
        make.capstone(make.team(edition), status=status)

    assert annual_report(session, 2022, mode=None, now=NOW).capstones == {
        (CapstoneKind.PROJECT, CapstoneStatus.ACCEPTED): 2,
        (CapstoneKind.PROJECT, CapstoneStatus.DRAFT): 1,
        (CapstoneKind.ROADMAP, CapstoneStatus.SUBMITTED): 1,
    }


def test_a_session_counts_once_it_has_begun(make: Make, session: Session) -> None:
    edition = make.edition()
    make.live_session(edition, NOW - timedelta(minutes=1), minutes=90)
    make.live_session(edition, NOW + timedelta(days=30), minutes=60)

    report = annual_report(session, 2026, mode=None, now=NOW)

    assert (report.sessions, report.minutes) == (1, 90)
