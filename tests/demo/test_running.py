"""Whatever the day of the load, the demonstration's editions are under way."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.demo.accounts import add_sign_ins, add_tutors
from app.demo.catalogue import add_catalogue
from app.demo.materials import Materials, gather
from app.demo.rows import Rows
from app.demo.running import add_running
from app.demo.shelf import Shelf
from app.demo.stage import Stage
from app.models import (
    Attempt,
    Capstone,
    CapstoneStatus,
    CapstoneVersion,
    Edition,
    LiveSession,
    Module,
    OpeningRule,
    Progress,
    Team,
)

SUNDAY = date(2026, 11, 22)
#: Both ends of a week, a leap day, and the turn of a year.
DAYS = [SUNDAY, date(2026, 11, 23), date(2026, 11, 28), date(2028, 2, 29), date(2027, 1, 1)]


@pytest.fixture(scope="module")
def materials() -> Materials:
    return gather()


def running(materials: Materials, today: date, at: time) -> tuple[Rows, datetime]:
    now = datetime.combine(today, at, tzinfo=UTC)
    rows = Rows()
    add_catalogue(rows, materials)
    add_sign_ins(rows)
    tutors = add_tutors(rows, materials.programme)
    add_running(Stage(rows, Shelf(), materials, today, now), tutors)
    return rows, now


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_running_editions_are_under_way(
    database: str, materials: Materials, today: date
) -> None:
    del database
    rows, now = running(materials, today, time(3))
    meetings = defaultdict(list)
    for session in rows.of(LiveSession):
        meetings[session.edition_id].append(session)

    for edition in rows.of(Edition):
        assert edition.starts_on
        assert edition.ends_on
        assert edition.starts_on < today < edition.ends_on
        assert edition.reporting_year == edition.ends_on.year
        held = [m for m in meetings[edition.id] if m.starts_at < now]
        to_come = [m for m in meetings[edition.id] if m.starts_at >= now]
        assert min(m.starts_at for m in to_come).date() == today + timedelta(days=1)
        assert {bool(m.recording_url) for m in held} == {True}
        assert {bool(m.recording_url) for m in to_come} == {False}
        assert all(m.starts_at.date() >= edition.starts_on for m in held)
        assert {m.starts_at.weekday() < 5 for m in held} == {True}


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_nothing_happened_in_the_future(database: str, materials: Materials, today: date) -> None:
    del database
    rows, now = running(materials, today, time(3))

    assert max(version.submitted_at for version in rows.of(CapstoneVersion)) <= now
    assert max(v.decided_at for v in rows.of(CapstoneVersion) if v.decided_at) <= now
    assert max(a.submitted_at for a in rows.of(Attempt) if a.submitted_at) <= now
    assert max(progress.changed_at for progress in rows.of(Progress)) <= now
    assert min(rule.opens_on for rule in rows.of(OpeningRule) if rule.opens_on) <= today


def test_the_same_things_have_the_same_addresses_on_another_day(
    database: str, materials: Materials
) -> None:
    del database
    one, _now = running(materials, SUNDAY, time(9))
    other, _now = running(materials, date(2027, 5, 4), time(9))

    for model in (Edition, Team, Capstone, Module):
        assert [row.id for row in one.of(model)] == [row.id for row in other.of(model)]


def test_the_works_under_way_are_in_every_state(database: str, materials: Materials) -> None:
    del database
    rows, now = running(materials, SUNDAY, time(9))
    waiting = [
        version.submitted_at
        for version in rows.of(CapstoneVersion)
        if version.status is CapstoneStatus.SUBMITTED
    ]

    assert {work.status for work in rows.of(Capstone)} == set(CapstoneStatus)
    assert all(now - at < timedelta(days=7) for at in waiting)  # "answers within seven days"
