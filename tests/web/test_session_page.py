"""Which two weeks somebody who runs the programme looks at."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.core.formats import living_in
from app.web.session_page import two_weeks


@pytest.fixture(params=["Pacific/Auckland", "America/Bogota"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    with living_in(request.param):
        yield request.param


def test_a_week_begins_on_monday_where_the_reader_is(zone: str) -> None:
    sunday_night = datetime(2026, 6, 14, 13, 0, tzinfo=UTC)  # in New Zealand it is Monday, 01:00

    weeks = two_weeks(sunday_night)

    mondays = {
        "Pacific/Auckland": ["2026-06-14T12:00", "2026-06-21T12:00", "2026-06-28T12:00"],
        "America/Bogota": ["2026-06-08T05:00", "2026-06-15T05:00", "2026-06-22T05:00"],
    }
    found = [weeks.begin, weeks.middle, weeks.end]
    assert [f"{moment:%Y-%m-%dT%H:%M}" for moment in found] == mondays[zone]
    assert all(moment.tzinfo is UTC for moment in found)
