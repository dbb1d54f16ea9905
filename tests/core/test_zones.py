"""Local hours and the instants they are, where clocks change, no longer change, or jumped a day."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import i18n
from app.core.zones import (
    NoSuchHour,
    instant_of,
    main_zone,
    zone_in_words,
    zones_in_words,
    zones_of,
)


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2026-06-09T10:00", "America/Bogota", "2026-06-09T15:00"),
        ("2026-06-09T10:00", "Europe/Madrid", "2026-06-09T08:00"),
        ("2026-12-09T10:00", "Europe/Madrid", "2026-12-09T09:00"),
        ("2026-06-09T10:00", "America/Santiago", "2026-06-09T14:00"),
        ("2026-12-09T10:00", "America/Santiago", "2026-12-09T13:00"),
        # Mexico changed its clocks until 2022, and does so no more.
        ("2022-06-09T10:00", "America/Mexico_City", "2022-06-09T15:00"),
        ("2026-06-09T10:00", "America/Mexico_City", "2026-06-09T16:00"),
        ("2026-06-09T10:00", "Atlantic/Cape_Verde", "2026-06-09T11:00"),
        ("2026-06-09T10:00", "Asia/Kolkata", "2026-06-09T04:30"),
    ],
)
def test_an_hour_is_the_instant_its_zone_says(local: str, zone: str, instant: str) -> None:
    found = instant_of(datetime.fromisoformat(local), zone)

    assert found.instant == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert found.twice is False


@pytest.mark.parametrize(
    ("local", "zone", "instead"),
    [
        ("2026-03-29T02:30", "Europe/Madrid", "2026-03-29T03:30"),
        ("2026-09-06T00:00", "America/Santiago", "2026-09-06T01:00"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-31T12:00"),
    ],
)
def test_an_hour_the_clocks_jump_over_is_none(local: str, zone: str, instead: str) -> None:
    with pytest.raises(NoSuchHour) as refused:
        instant_of(datetime.fromisoformat(local), zone)

    assert refused.value.instead == datetime.fromisoformat(instead)


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    found = instant_of(datetime.fromisoformat("2026-10-25T02:30"), "Europe/Madrid")

    assert found == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 -- local by nature
    st.sampled_from([zone for zone, _ in zones_in_words()]),
)
def test_clocks_show_the_hour_that_was_agreed(local: datetime, zone: str) -> None:
    local = local.replace(fold=0)
    with suppress(NoSuchHour):
        found = instant_of(local, zone)
        assert found.instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == local


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("CO", "America/Bogota"),
        ("BR", "America/Sao_Paulo"),
        ("CV", "Atlantic/Cape_Verde"),
        ("ES", "Europe/Madrid"),
        ("XX", "UTC"),
    ],
)
def test_a_country_has_a_zone_most_of_its_people_live_in(country: str, zone: str) -> None:
    assert main_zone(country) == zone


def test_every_country_with_several_zones_has_a_main_one_of_its_own() -> None:
    from app.core.zones import _MAIN, _zones_by_country  # noqa: PLC0415 -- their agreement is the promise

    several = {country for country, zones in _zones_by_country().items() if len(zones) > 1}

    assert set(_MAIN) == several
    assert all(zones_of(country)[0] == zone for country, zone in _MAIN.items())


def test_zones_are_named_in_the_readers_language_and_in_its_order() -> None:
    i18n.speak("es")
    spanish = zones_in_words()
    i18n.speak("en")

    assert ("Europe/Amsterdam", "Ámsterdam, Países Bajos") in spanish
    assert [words for _, words in spanish][-1] == "UTC"
    assert [words for _, words in spanish].index("Ámsterdam, Países Bajos") < 20
    assert zone_in_words("America/Argentina/Buenos_Aires", "AR") == "Buenos Aires, Argentina"
    assert zone_in_words("America/Panama", "PA") == "Panama"
