"""The live sessions add up to those of the report, and lie where people could come."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from app.demo.allocation import Programme, plan
from app.demo.matching import ImpossiblePlan
from app.demo.sessions import PlannedSession, attendance, sessions
from app.demo.sources import read_editions, read_institutions

REPORTED_EDITIONS = range(11)


@pytest.fixture(scope="module")
def programme() -> Programme:
    return plan(read_editions(), read_institutions())


@pytest.fixture(scope="module")
def held() -> tuple[PlannedSession, ...]:
    return sessions(read_editions())


def test_there_are_111_sessions_of_more_than_180_hours(held: tuple[PlannedSession, ...]) -> None:
    assert len(held) == 111
    assert 180 < sum(session.minutes for session in held) / 60 < 183
    assert {session.minutes for session in held} == {60, 75, 90, 105, 120}


def test_every_edition_has_sessions_in_proportion_to_its_length(
    held: tuple[PlannedSession, ...],
) -> None:
    number = Counter(session.edition for session in held)
    editions = read_editions()

    assert set(number) == set(REPORTED_EDITIONS)
    assert min(number.values()) == 4
    for edition, count in number.items():
        starts, ends = editions[edition].starts, editions[edition].ends
        assert starts is not None
        assert ends is not None
        weeks = ((ends - starts).days + 1) / 7
        assert 1 <= count / weeks <= 1.6


def test_sessions_are_on_working_days_of_their_edition(held: tuple[PlannedSession, ...]) -> None:
    editions = read_editions()

    for session in held:
        starts, ends = editions[session.edition].starts, editions[session.edition].ends
        assert starts is not None
        assert ends is not None
        assert starts <= session.day <= ends
        assert session.day.isoweekday() <= 5


def test_sessions_are_in_office_hours_of_their_own_zone(held: tuple[PlannedSession, ...]) -> None:
    for session in held:
        assert session.at >= time(9)
        assert session.at.hour * 60 + session.at.minute + session.minutes <= 17 * 60
    zones = {session.edition: session.timezone for session in held}
    assert zones == dict.fromkeys(REPORTED_EDITIONS, "America/Montevideo") | {
        1: "America/La_Paz",
        3: "America/Barbados",
        10: "America/La_Paz",
    }


def test_no_two_sessions_of_an_edition_are_on_one_day(held: tuple[PlannedSession, ...]) -> None:
    days = defaultdict(list)
    for session in held:
        days[session.edition].append((session.number, session.day))

    for own in days.values():
        assert [number for number, _day in own] == list(range(1, len(own) + 1))
        assert [day for _number, day in own] == sorted({day for _number, day in own})


def test_a_session_knows_its_instant_and_the_hour_agreed() -> None:
    session = PlannedSession(
        edition=0,
        number=1,
        day=date(2022, 7, 1),
        at=time(10),
        timezone="Europe/Madrid",
        minutes=60,
    )

    assert session.starts_at == datetime(2022, 7, 1, 8, tzinfo=UTC)
    assert session.starts_at.tzinfo is UTC
    assert session.local_start == "2022-07-01T10:00"


def test_seven_to_nine_in_ten_come(programme: Programme, held: tuple[PlannedSession, ...]) -> None:
    for session in held:
        came = attendance(session, programme.participations)
        share = len(came) / len(programme.of_edition(session.edition))
        assert 0.7 <= share <= 0.9
        assert len({one.participation for one in came}) == len(came)
        assert {one.participation.edition for one in came} == {session.edition}
        assert all(0 < one.minutes <= session.minutes for one in came)


def test_some_stay_to_the_end_and_some_do_not(
    programme: Programme, held: tuple[PlannedSession, ...]
) -> None:
    stayed = Counter(
        one.minutes == session.minutes
        for session in held
        for one in attendance(session, programme.participations)
    )

    assert 0.5 < stayed[True] / stayed.total() < 0.7


def test_some_people_come_nearly_always_and_some_seldom(
    programme: Programme, held: tuple[PlannedSession, ...]
) -> None:
    longest = [session for session in held if session.edition == 2]
    came = Counter(
        one.participation
        for session in longest
        for one in attendance(session, programme.participations)
    )
    shares = sorted(came[part] / len(longest) for part in programme.of_edition(2))

    assert len(longest) == 19
    assert shares[4] < 0.65
    assert shares[-5] > 0.94


def test_sessions_and_attendance_are_the_same_every_time(
    programme: Programme, held: tuple[PlannedSession, ...]
) -> None:
    assert sessions(read_editions()) == held
    assert attendance(held[30], programme.participations) == attendance(
        held[30], programme.participations
    )


@pytest.mark.parametrize(
    ("number", "minutes", "reason"),
    [
        (40, 40 * 90, "40 sessions are too few"),
        (111, 111 * 121, "cannot last"),
        (111, 111 * 59, "cannot last"),
        (111, 10891, "cannot last"),
        (900, 900 * 90, "not enough working days for 900 sessions"),
    ],
)
def test_numbers_that_cannot_be_are_refused(number: int, minutes: int, reason: str) -> None:
    with pytest.raises(ImpossiblePlan, match=reason):
        sessions(read_editions(), number=number, minutes=minutes)


def test_a_full_calendar_still_has_one_session_a_day() -> None:
    held = sessions(read_editions(), number=450, minutes=450 * 90)

    assert len({(session.edition, session.day) for session in held}) == 450


def test_an_edition_without_dates_can_have_no_session() -> None:
    editions = [replace(row, starts=None, ends=None) for row in read_editions()]

    with pytest.raises(ImpossiblePlan, match="its dates were not reported"):
        sessions(editions)
