"""What the selects of a person's form offer: countries, time zones, languages, themes."""

from functools import cache

from babel.core import get_global

from app.core.collation import sort_key
from app.core.formats import is_zone, zone_city
from app.core.i18n import LANGUAGES, babel_locale, current_locale, is_country
from app.core.i18n import gettext as _
from app.core.zones import zones_in_words

Choices = tuple[tuple[str, str], ...]


def countries() -> Choices:
    """Every country by its name in the reader's language, in the order of that language."""
    return _countries(current_locale())


@cache
def _countries(locale: str) -> Choices:
    found = [
        (code, str(name))
        for code, name in babel_locale(locale).territories.items()
        if is_country(code)
    ]
    return tuple(sorted(found, key=lambda pair: sort_key(pair[1], locale)))


def languages() -> Choices:
    return tuple(LANGUAGES.items())


def themes() -> Choices:
    return (("", _("As this device does it")), ("light", _("Light")), ("dark", _("Dark")))


def zone_offered(zone: str) -> str:
    """The name under which we offer a zone: browsers still tell some by older ones."""
    today = str(get_global("zone_aliases").get(zone, zone))
    return "UTC" if today in {"Etc/GMT", "Etc/UTC"} else today


def zones_by_region(present: str = "") -> tuple[tuple[str, Choices], ...]:
    """Every zone that people live in, as in `Bogotá, Colombia`, under its part of the world.

    The ``present`` zone of a person is among them, however rare it is.
    """
    regions = {
        "America": _("The Americas"),
        "Europe": _("Europe"),
        "Africa": _("Africa"),
        "Asia": _("Asia"),
        "Atlantic": _("Atlantic islands"),
        "Pacific": _("Pacific islands"),
        "Australia": _("Australia"),
        "Indian": _("Indian Ocean islands"),
        "Antarctica": _("Antarctica"),
        "Arctic": _("The Arctic"),
        "UTC": _("Everywhere"),
    }
    zones: dict[str, list[tuple[str, str]]] = {region: [] for region in regions}
    listed = dict(zones_in_words())
    for zone, words in listed.items():
        zones[zone.partition("/")[0]].append((zone, words))
    if is_zone(present) and present not in listed:
        zones["UTC"].append((present, zone_city(present)))
    return tuple((regions[region], tuple(found)) for region, found in zones.items() if found)
