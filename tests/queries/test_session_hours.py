"""What hour a session is for whom."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from app.models import EnrolmentStatus
from app.queries.session_hours import HourKind, HourTable, hour_table, kind_of, people_by_zone
from tests.make import Make

JUNE = datetime(2026, 6, 9, 15, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 9, 15, 0, tzinfo=UTC)


def shown(table: HourTable) -> list[tuple[str, str, tuple[str, ...], int]]:
    return [(f"{ln.begins:%H:%M}", ln.offset, ln.countries, ln.people) for ln in table.lines]


def test_countries_with_the_same_hour_stand_on_one_line(make: Make, session: Session) -> None:
    edition = make.edition()
    for country, zone in [
        ("CR", "America/Costa_Rica"),
        ("CO", "America/Bogota"),
        ("PE", "America/Lima"),
        ("PE", "America/Lima"),
        ("MX", "America/Mexico_City"),
        ("CL", "America/Santiago"),
        ("AR", "America/Argentina/Buenos_Aires"),
        ("CV", "Atlantic/Cape_Verde"),
        ("ES", "Europe/Madrid"),
    ]:
        make.participant(edition, country=country, timezone=zone)

    people = people_by_zone(session, edition.id)
    in_june = hour_table(people, JUNE, 90)

    assert shown(in_june) == [
        ("09:00", "UTC−6", ("CR", "MX"), 2),
        ("10:00", "UTC−5", ("CO", "PE"), 3),
        ("11:00", "UTC−4", ("CL",), 1),
        ("12:00", "UTC−3", ("AR",), 1),
        ("14:00", "UTC−1", ("CV",), 1),
        ("17:00", "UTC+2", ("ES",), 1),
    ]
    assert (in_june.countries, in_june.people, in_june.outside) == (8, 9, 0)
    # In December Chile is with Argentina, and Spain one hour nearer.
    assert [line[:3] for line in shown(hour_table(people, DECEMBER, 90))[2:]] == [
        ("12:00", "UTC−3", ("AR", "CL")),
        ("14:00", "UTC−1", ("CV",)),
        ("16:00", "UTC+1", ("ES",)),
    ]


def test_who_never_told_a_zone_is_taken_to_live_where_most_of_the_country_do(
    make: Make, session: Session
) -> None:
    edition = make.edition()
    make.participant(edition, country="BR", timezone="UTC")
    make.participant(edition, country="BR", timezone="America/Manaus")
    make.participant(edition, country="BR", timezone="No/Such_Zone")

    table = hour_table(people_by_zone(session, edition.id), JUNE, 60)

    assert shown(table) == [("11:00", "UTC−4", ("BR",), 1), ("12:00", "UTC−3", ("BR",), 2)]
    assert table.countries == 1


def test_only_participants_are_counted_and_for_a_focal_coordinator_only_the_own(
    make: Make, session: Session
) -> None:
    edition = make.edition()
    sena, inet = make.institution(), make.institution()
    make.participant(edition, institution_id=sena.id)
    make.participant(edition, institution_id=inet.id)
    make.participant(make.edition(), institution_id=sena.id)
    for status in (EnrolmentStatus.APPLIED, EnrolmentStatus.WITHDRAWN, EnrolmentStatus.REJECTED):
        make.enrolment(make.account(institution_id=sena.id), edition, status=status)
    make.enrolment(make.account(institution_id=sena.id), edition, status=EnrolmentStatus.COMPLETED)

    everybody = people_by_zone(session, edition.id)
    own = people_by_zone(session, edition.id, only_institution=sena.id)

    assert sum(group.number for group in everybody) == 3
    assert sum(group.number for group in own) == 2


@pytest.mark.parametrize(
    ("begins", "minutes", "kind"),
    [
        ("06:59", 60, HourKind.OUTSIDE),
        ("07:00", 60, HourKind.MORNING),
        ("11:59", 60, HourKind.MORNING),
        ("12:00", 60, HourKind.LUNCH),
        ("13:59", 60, HourKind.LUNCH),
        ("14:00", 60, HourKind.AFTERNOON),
        ("18:00", 60, HourKind.EVENING),
        ("20:00", 60, HourKind.EVENING),
        ("20:00", 61, HourKind.OUTSIDE),
        ("21:00", 5, HourKind.OUTSIDE),
        ("23:30", 60, HourKind.OUTSIDE),
        ("00:30", 60, HourKind.OUTSIDE),
    ],
)
def test_the_part_of_the_day(begins: str, minutes: int, kind: HourKind) -> None:
    assert kind_of(datetime.fromisoformat(f"2026-06-09T{begins}"), minutes) is kind


def test_a_meeting_on_another_day_there_is_outside(make: Make, session: Session) -> None:
    edition = make.edition()
    make.participant(edition, country="NZ", timezone="Pacific/Auckland")

    line = hour_table(people_by_zone(session, edition.id), JUNE, 90).lines[0]

    assert line.begins == datetime(2026, 6, 10, 3, 0)  # noqa: DTZ001 -- as clocks show it there
    assert line.kind is HourKind.OUTSIDE
