"""Time zones: which a country lives in, and which instant a local hour is."""

from collections import defaultdict
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from app.core.collation import sort_key
from app.core.formats import zone_city
from app.core.i18n import country_name, current_locale

#: Of the countries with several zones, the one most of their people live in.
_MAIN = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
#: Not a country's own: research stations, uninhabited islands, zones by number.
_NOBODYS = {"AQ", "UM", "ZZ", "001"}


@cache
def _zones_by_country() -> dict[str, list[str]]:
    known = available_timezones()
    found: dict[str, list[str]] = defaultdict(list)
    for zone, country in get_global("zone_territories").items():
        if country not in _NOBODYS and zone in known:
            found[country].append(zone)
    return dict(found)


def zones_of(country: str) -> list[str]:
    """The zones of a country, the main one first."""
    zones = _zones_by_country().get(country, [])
    main = _MAIN.get(country)
    return sorted(zones, key=lambda zone: (zone != main, zone))


def main_zone(country: str) -> str:
    """Where nothing more is known of a person than the country: the zone most live in."""
    return next(iter(zones_of(country)), "UTC")


def zones_in_words() -> tuple[tuple[str, str], ...]:
    """Every zone that people live in, as in `Bogotá, Colombia`, in the order of the words."""
    return _zones_in_words(current_locale())


@cache
def _zones_in_words(locale: str) -> tuple[tuple[str, str], ...]:
    del locale  # a part of the key: the words come from the reader's catalogue
    found = [
        (zone, zone_in_words(zone, country))
        for country, zones in _zones_by_country().items()
        for zone in zones
    ]
    return (*sorted(found, key=lambda pair: sort_key(pair[1])), ("UTC", "UTC"))


def zone_in_words(zone: str, country: str) -> str:
    """As in `Bogotá, Colombia`; only the one where city and country have the same name."""
    city, name = zone_city(zone), country_name(country)
    return name if city == name else f"{city}, {name}"


class NoSuchHour(Exception):
    """The clocks jump over that hour; ``instead`` is what they show in its place."""

    def __init__(self, instead: datetime) -> None:
        super().__init__()
        self.instead = instead


class Hour(NamedTuple):
    """The instant that a local hour is; ``twice`` when the clocks show that hour twice."""

    instant: datetime
    twice: bool


def instant_of(local: datetime, zone: str) -> Hour:
    """The instant (UTC) at which clocks in ``zone`` show ``local``: the first, if it is twice."""
    first = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    second = first.replace(fold=1)
    shown = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    if shown != local:
        raise NoSuchHour(shown)
    return Hour(first.astimezone(UTC), first.utcoffset() != second.utcoffset())
