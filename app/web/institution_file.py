"""A file of institutions: which column is which, in every language, and what its lines say."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cache

from app.core.csv_files import Line, read_csv
from app.core.errors import RuleBroken
from app.core.i18n import LANGUAGES, babel_locale, is_country, speaking
from app.core.i18n import gettext as _
from app.core.text import folded
from app.models import InstitutionKind
from app.queries.institution_imports import RowRead
from app.web.institutions import BETWEEN_NAMES, columns
from app.web.labels import label

MOST_LINES = 2_000
MOST_BYTES = 300_000
NEEDED = ("acronym", "country")
#: What each column holds at most.
_LONGEST = {"acronym": 40, "name": 200, "aliases": 200}


def rows_of(content: bytes) -> list[RowRead]:
    """The institutions that the file speaks of; a file that is none is refused in words."""
    if len(content) > MOST_BYTES:
        raise RuleBroken(_("The file is too large. Divide it into files of at most 300 KB."))
    head, *lines = read_csv(content, most_lines=MOST_LINES)
    places = _places(head)
    if lines and _places(lines[0], strictly=True) == places:  # the row of keys below the header
        lines = lines[1:]
    return [_row(line, places) for line in lines]


def _places(head: Line, *, strictly: bool = False) -> dict[str, int]:
    """Where each column stands; columns of another name are not read."""
    names = {column.key: column.key for column in columns()} if strictly else _names()
    places: dict[str, int] = {}
    for place, words in enumerate(head.cells):
        key = names.get(words if strictly else folded(words))
        if key:
            places.setdefault(key, place)
    missing = [
        column.label for column in columns() if column.key in NEEDED and column.key not in places
    ]
    if missing and not strictly:
        raise RuleBroken(
            _("The first line of the file must name the columns. Missing: %(columns)s.")
            % {"columns": ", ".join(missing)}
        )
    return places


#: How people call the columns in files of their own.
_ALSO = {
    "acronym": "siglas|acrónimo|acronimo|acronyme|abbreviation|abreviatura",
    "name": "institution|institución|instituição|nombre de la institución|nome da instituição|"
    "nom de l'institution|denominación|denominação",
    "kind": "type|tipo de institución|tipo de instituição",
}


@cache
def _names() -> dict[str, str]:
    """The key of a column by what it is called in any of our languages."""
    names = {folded(words): key for key, several in _ALSO.items() for words in several.split("|")}
    for language in LANGUAGES:
        with speaking(language):
            for column in columns():
                names[folded(column.label)] = names[folded(column.key)] = column.key
    return names


@cache
def _countries() -> dict[str, str]:
    """The code of a country by its name in any of our languages."""
    return {
        folded(str(name)): code
        for language in LANGUAGES
        for code, name in babel_locale(language).territories.items()
        if is_country(code)
    }


@cache
def _kinds() -> dict[str, InstitutionKind]:
    kinds = {kind.value: kind for kind in InstitutionKind}
    for language in LANGUAGES:
        with speaking(language):
            kinds |= {folded(label(kind)): kind for kind in InstitutionKind}
    return kinds


def _row(line: Line, places: dict[str, int]) -> RowRead:
    def cell(key: str) -> str:
        place = places.get(key, len(line.cells))
        return line.cells[place] if place < len(line.cells) else ""

    aliases = tuple(
        dict.fromkeys(w for w in map(str.strip, cell("aliases").split(BETWEEN_NAMES)) if w)
    )
    country = cell("country")
    code = country.upper() if is_country(country.upper()) else _countries().get(folded(country), "")
    kind = _kinds().get(folded(cell("kind")))
    return RowRead(
        line=line.number,
        acronym=cell("acronym"),
        name=cell("name"),
        country=code,
        kind=kind,
        aliases=aliases,
        trouble=_trouble(
            {"acronym": (cell("acronym"),), "name": (cell("name"),), "aliases": aliases},
            country="" if code else country or " ",
            kind="" if kind else cell("kind"),
        ),
    )


def _trouble(words: dict[str, Sequence[str]], *, country: str, kind: str) -> str:
    """What is wrong with a line, in a sentence; ``country`` and ``kind``: those not understood."""
    if not words["acronym"][0]:
        return _("The acronym is missing.")
    if country:
        return (
            _("“%(words)s” is no country. Write its name or its code of two letters.")
            % {"words": country}
            if country.strip()
            else _("The country is missing.")
        )
    if kind:
        return _("“%(words)s” is no kind of institution that we know.") % {"words": kind}
    for key, written in words.items():
        if any(len(one) > _LONGEST[key] for one in written):
            named = next(column.label for column in columns() if column.key == key)
            return _("%(column)s: write at most %(most)s characters.") % {
                "column": named,
                "most": _LONGEST[key],
            }
    return ""


def packed(content: bytes) -> str:
    """The file as a field of a form, to be sent once more when it is applied."""
    return b64encode(content).decode()


def unpacked(field: str) -> bytes:
    try:
        return b64decode(field, validate=True)
    except ValueError as error:
        raise RuleBroken(_("The file got lost on the way. Choose it once more.")) from error
