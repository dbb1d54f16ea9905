"""The country that somebody means: by its code, or by its name in any of our languages."""

from collections import defaultdict
from functools import cache

from babel import Locale
from babel.core import get_global

from app.core.i18n import is_country
from app.core.text import folded, one_line

#: Wider than what we write: who fills in a table may use the habits of another country.
_LOCALES = ("es", "es_419", "es_MX", "pt", "pt_PT", "en", "en_GB", "fr", "fr_CA")
#: What people write beside the names that Babel knows.
_ALSO = {
    "eeuu": "US",
    "ee uu": "US",
    "usa": "US",
    "holanda": "NL",
    "inglaterra": "GB",
    "cape verde": "CV",
    "rep dominicana": "DO",
    "turquia": "TR",
    "st vincent and the grenadines": "VC",
    "saint vincent and the grenadines": "VC",
    "czech republic": "CZ",
}


def country_meant(words: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of the country, or None."""
    code = one_line(words).upper()
    return code if is_country(code) else _codes().get(_plain(words))


def _plain(words: str) -> str:
    letters = "".join(c if c.isalnum() else " " for c in folded(one_line(words)))
    return " ".join(letters.split())


def _spellings(name: str) -> set[str]:
    """As it is shortened, and in full: `St. Kitts & Nevis` is also Saint Kitts and Nevis."""
    joined = {name, name.replace("&", "and")}
    return joined | {one.replace("St. ", "Saint ") for one in joined}


@cache
def _codes() -> dict[str, str]:
    """Each name that belongs to one country only, and codes of three letters."""
    names: dict[str, set[str]] = defaultdict(set)
    for locale in _LOCALES:
        for code, name in Locale.parse(locale).territories.items():
            if is_country(code):
                for spelling in _spellings(str(name)):
                    names[_plain(spelling)].add(code)
    for alias, codes in get_global("territory_aliases").items():
        if len(alias) == len("COL") and alias.isalpha() and len(codes) == 1:
            names[_plain(alias)].add(codes[0])
    known = {name: next(iter(codes)) for name, codes in names.items() if len(codes) == 1}
    return known | _ALSO
