"""Words in the reader's language: the catalogues, and which of them speaks now."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

#: The languages of the product, each by the name it gives itself.
LANGUAGES = {"es": "Español", "pt": "Português", "en": "English", "fr": "Français"}
DEFAULT = "en"
CATALOGUES = Path(__file__).parents[1] / "locale"

_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT)


def current_locale() -> str:
    return _locale.get()


def speak(locale: str) -> None:
    """From here on, in this request or job, words are in ``locale``."""
    _locale.set(locale if locale in LANGUAGES else DEFAULT)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Within the block, words are in ``locale``: for a message to somebody else."""
    token = _locale.set(locale if locale in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _locale.reset(token)


@lru_cache(maxsize=1024)
def preferred(accept_language: str) -> str:
    """The best of our languages for a browser's ``Accept-Language`` header."""
    wanted = []
    for part in accept_language.split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((float(quality or 1), tag))
        except ValueError:
            continue
    ranked = [tag for _, tag in sorted(wanted, key=lambda pair: -pair[0])]
    return negotiate_locale(ranked, list(LANGUAGES), sep="-") or DEFAULT


@cache
def translations(locale: str) -> NullTranslations:
    """The catalogue of ``locale``: the compiled file, or the text one where it is newer."""
    folder = CATALOGUES / locale / "LC_MESSAGES"
    text, compiled = folder / "messages.po", folder / "messages.mo"
    if not text.exists():
        return NullTranslations()
    if compiled.exists() and compiled.stat().st_mtime >= text.stat().st_mtime:
        with compiled.open("rb") as file:
            return Translations(file)
    with text.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    buffer.seek(0)
    return Translations(buffer)


def N_(message: str) -> str:  # noqa: N802 -- the mark by which translators' tools find a message
    return message


def gettext(message: str) -> str:
    return str(translations(_locale.get()).gettext(message))


def ngettext(one: str, many: str, n: int) -> str:
    return str(translations(_locale.get()).ngettext(one, many, n))


def pgettext(context: str, message: str) -> str:
    return str(translations(_locale.get()).pgettext(context, message))


def npgettext(context: str, one: str, many: str, n: int) -> str:
    return str(translations(_locale.get()).npgettext(context, one, many, n))


_ = gettext


#: Languages in which numbers and dates are written differently from country to country.
_BY_COUNTRY = {"es", "pt"}


@cache
def babel_locale(locale: str, country: str = "") -> Locale:
    """The Babel locale whose habits we follow: those of ``country``, where it has its own.

    Else ``es`` is Latin American and ``pt`` Brazilian.
    """
    if country and locale in _BY_COUNTRY:
        with suppress(UnknownLocaleError):
            return Locale.parse(f"{locale}_{country}")
    return Locale.parse({"es": "es_419", "pt": "pt_BR", "en": "en_GB", "fr": "fr_FR"}[locale])


def country_name(code: str, locale: str | None = None) -> str:
    """The name of an ISO 3166-1 alpha-2 country in ``locale``."""
    return str(babel_locale(locale or _locale.get()).territories.get(code, code))


#: Where somebody is of whom it is not known any more (CLDR: “Unknown Region”).
UNKNOWN_COUNTRY = "ZZ"

#: Known to Babel as territories, but no countries: groups, reserves and trial codes.
_NO_COUNTRIES = {
    *("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC"),
    *("QO", "TA", "UN", "XA", "XB", "ZZ"),
}


def is_country(code: str) -> bool:
    """Whether ``code`` is a country's or territory's in ISO 3166-1 alpha-2, or is used like one."""
    is_code = len(code) == len("CO") and code.isalpha()
    return is_code and code not in _NO_COUNTRIES and code in babel_locale(DEFAULT).territories


def language_name(code: str, locale: str | None = None) -> str:
    return str(babel_locale(locale or _locale.get()).languages.get(code, code))


def choose(texts: Mapping[str, str], *wanted: str) -> str:
    """The text in the first of ``wanted`` that exists, else in the reader's, else in any."""
    return texts.get(chosen_language(texts, *wanted), "")


def chosen_language(texts: Mapping[str, str], *wanted: str) -> str:
    """Which language `choose` speaks, for the ``lang`` attribute of what it says."""
    for locale in (*wanted, _locale.get(), "es", "en"):
        if texts.get(locale):
            return locale
    return next((locale for locale, text in texts.items() if text), "")
