"""Dates, hours, numbers and sizes as the reader's language, country and zone have them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from app.core.i18n import babel_locale, current_locale
from app.core.i18n import gettext as _

_zone: ContextVar[str] = ContextVar("zone", default="UTC")
_country: ContextVar[str] = ContextVar("country", default="")

_DAY = {
    "es": "EEEE d 'de' MMMM",
    "pt": "EEEE, d 'de' MMMM",
    "en": "EEEE d MMMM",
    "fr": "EEEE d MMMM",
}
_LONG = {"es": "d 'de' MMMM 'de' y", "pt": "d 'de' MMMM 'de' y", "en": "d MMMM y", "fr": "d MMMM y"}
_COMMA = {"es": ",", "pt": ","}
_SHORT = {"es": "d MMM", "pt": "d MMM", "en": "d MMM", "fr": "d MMM"}
_MOMENT = {
    "es": "EEE d 'de' MMMM, HH:mm",
    "pt": "EEE, d 'de' MMMM, HH:mm",
    "en": "EEE d MMMM, HH:mm",
    "fr": "EEE d MMMM, HH:mm",
}


def current_zone() -> str:
    return _zone.get()


def current_habits() -> str:
    """The language and whose way of writing numbers and dates: ``es_UY``. What caches go by."""
    return _named(current_locale(), _country.get())


@lru_cache(maxsize=1024)
def _named(locale: str, country: str) -> str:
    """Pages ask for it once for each of their pieces, and Babel puts the name together anew."""
    return str(babel_locale(locale, country))


def _habits() -> Locale:
    return babel_locale(current_locale(), _country.get())


def live_in(zone: str, country: str = "") -> None:
    """From here on, in this request or job, hours are those of ``zone``.

    Numbers and dates are written as in ``country``; without one, as most do in the language.
    """
    _zone.set(zone if is_zone(zone) else "UTC")
    _country.set(country)


@contextmanager
def living_in(zone: str, country: str = "") -> Iterator[None]:
    """The same within the block: for a message to somebody else."""
    before, from_where = _zone.get(), _country.get()
    live_in(zone, country)
    try:
        yield
    finally:
        _zone.set(before)
        _country.set(from_where)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks through folders: once is enough


def is_zone(name: str) -> bool:
    return name in _zones()


def local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(_zone.get()))


def _date(day: date, pattern: str) -> str:
    if day.day == 1 and current_locale() == "fr":
        pattern = pattern.replace("d MMM", "d'er' MMM")  # CLDR leaves it out
    return str(format_date(day, pattern, locale=_habits()))


def day(value: date) -> str:
    """As in `Sunday 12 June`."""
    return _date(value, _DAY[current_locale()])


def long_day(value: date) -> str:
    """As in `12 June 2022`."""
    return _date(value, _LONG[current_locale()])


def full_day(value: date) -> str:
    """As in `Sunday 12 June 2022`."""
    return _date(value, f"EEEE{_COMMA.get(current_locale(), '')} {_LONG[current_locale()]}")


def short_day(value: date) -> str:
    """As in `12 Jun`."""
    return _date(value, _SHORT[current_locale()])


def near_day(value: date, today: date) -> str:
    """As in `Sunday 12 June`; of another year, with the year: `12 June 2022`."""
    return day(value) if value.year == today.year else long_day(value)


def date_range(start: date | None, end: date | None) -> str:
    """As in `6 Apr – 29 Jul 2022`; the year of the start only where it differs."""
    if start is None:
        return _("Any day")
    last = f"{_SHORT[current_locale()]} y"
    if end is None or start == end:
        return _date(start, last)
    first = _SHORT[current_locale()] if start.year == end.year else last
    return f"{_date(start, first)} – {_date(end, last)}"


def moment(value: datetime) -> str:
    """As in `Thu 9 June, 10:00`; in the reader's zone."""
    pattern = _MOMENT[current_locale()]
    return str(format_datetime(local(value), pattern, locale=_habits()))


def clock(value: datetime) -> str:
    return f"{local(value):%H:%M}"


def number(value: float) -> str:
    return str(format_decimal(value, locale=_habits()))


def percent(share: float) -> str:
    """A share of 1 as a whole percentage: 0.463 is "46%"."""
    return str(format_percent(share, locale=_habits()))


def size(weight: int) -> str:
    """Bytes as people say them, in powers of ten: "34 MB"."""
    byte = "o" if current_locale() == "fr" else "B"  # an octet
    for prefix, step in (("G", 10**9), ("M", 10**6), ("K", 10**3)):
        if weight >= step:
            amount = weight / step
            return f"{number(round(amount, 1 if amount < 10 else None))} {prefix}{byte}"  # noqa: PLR2004 -- one digit below ten
    return f"{number(weight)} {byte}"


def duration(seconds: int) -> str:
    """As in `2 min 37 s`."""
    minutes, rest = divmod(seconds, 60)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


def listing(items: list[str]) -> str:
    """As in `Spanish and English`. Spanish says `e` for `y` before the sound of an `i`."""
    said = str(format_list(items, locale=babel_locale(current_locale())))
    last = items[-1] if items else ""
    if current_locale() == "es" and re.match(r"h?[ií](?![aeo])", last, re.IGNORECASE):
        return f"{said.removesuffix(f' y {last}')} e {last}" if len(items) > 1 else said
    return said


def offset(zone: str, at: datetime) -> str:
    """How far a zone is from UTC at an instant, as in `UTC+5:30`."""
    minutes = int(
        (at.astimezone(ZoneInfo(zone)).utcoffset() or UTC.utcoffset(None)).total_seconds() // 60
    )
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def zone_city(zone: str) -> str:
    return "UTC" if zone == "UTC" else _city(zone, current_locale())


@lru_cache(maxsize=2048)
def _city(zone: str, locale: str) -> str:
    place = get_timezone_location(zone, locale=babel_locale(locale), return_city=True)
    return str(place).rpartition("/")[2]  # "Argentina/Buenos Aires" where it has no own name


def zone_name(zone: str, at: datetime) -> str:
    """As in `Bogotá time (UTC-5)`."""
    if zone == "UTC":
        return _("UTC")
    return _("%(city)s time (%(offset)s)") % {"city": zone_city(zone), "offset": offset(zone, at)}


TWO_NAMES = 2


def initials(name: str) -> str:
    """As in `M. R.` for María del Carmen Rojas: a given name and the first surname, roughly."""
    small = {"de", "del", "la", "las", "los", "da", "das", "do", "dos", "e", "y", "van", "von"}
    words = [word for word in name.split() if word.lower() not in small]
    surname = words[-2:-1] if len(words) > TWO_NAMES + 1 else words[1:][-1:]
    chosen = words[:1] + surname
    return " ".join(f"{word[0].upper()}." for word in chosen)
