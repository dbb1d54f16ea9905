"""Understanding the rows of a list of people: who is meant, and what is wrong with each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session

from app.core.countries import country_meant
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.tables import lines_of
from app.core.text import folded, one_line
from app.models import EnrolmentStatus, Gender, normalized_email
from app.queries.institutions import InstitutionSeen, institutions, meant_by, near_to
from app.queries.list_words import (
    KEYS,
    NEEDED,
    column_meant,
    gender_meant,
    language_meant,
    plain,
    status_meant,
)

MOST_ROWS = 10_000
#: Headings stand among the first lines, below a title perhaps.
HEADINGS_WITHIN = 10
#: Looking for what was meant by a word takes time: not for every row of a spoilt column.
MOST_SUGGESTED = 200
#: What somebody new in an edition can be.
POSSIBLE_FOR_NEW = frozenset(
    {EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED, EnrolmentStatus.ACTIVE}
)
MOST_LETTERS = {"email": 254, "name": 250}

Trouble = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A row as it is understood; ``told`` are the keys of its columns that were not empty."""

    number: int
    email: str = ""
    name: str = ""
    country: str = ""
    institution_id: UUID | None = None
    gender: Gender = Gender.NOT_ANSWERED
    language: str = ""
    status: EnrolmentStatus | None = None
    troubles: list[Trouble] = field(default_factory=list)

    def refuse(self, key: str, **about: Any) -> None:
        self.troubles.append({"key": key, **about})


def rows_of(file: BinaryIO) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the headings, each by the keys of its columns."""
    lines = lines_of(file, lambda cell: column_meant(cell) is not None)
    columns = _columns(lines)
    for row, (number, cells) in enumerate(lines, 1):
        if row > MOST_ROWS + 1:
            raise RuleBroken(
                _("The list has more than %(most)s rows. Split it.") % {"most": MOST_ROWS}
            )
        if row == 1 and _is_keys(cells, columns):
            continue
        found = {key: cells[place] for place, key in columns.items() if place < len(cells)}
        if any(found.values()):
            yield number, found


def _columns(lines: Iterator[tuple[int, list[str]]]) -> dict[int, str]:
    """Which column holds what, by the first line that names the needed ones."""
    for _number, cells in islice(lines, HEADINGS_WITHIN):
        named: dict[int, str] = {}
        for place, cell in enumerate(cells):
            key = column_meant(cell)
            if key and key not in named.values():
                named[place] = key
        if set(NEEDED) <= set(named.values()):
            return named
    raise RuleBroken(
        _("No column is called E-mail. Name the columns as in the template, in the first line.")
    )


def _is_keys(cells: list[str], columns: dict[int, str]) -> bool:
    """Whether this line repeats the headings as keys, as our own files do for scripts."""
    return all(place < len(cells) and cells[place] == key for place, key in columns.items())


def trouble_with_list(file: BinaryIO) -> str | None:
    """Why the file is no list of people, as far as its beginning tells."""
    try:
        next(rows_of(file))
    except StopIteration:
        return _("The list has no rows.")
    except RuleBroken as error:
        return error.message
    return None


class Reader:
    """Understands rows by what the house knows: its institutions, and the list as a whole."""

    def __init__(self, session: Session, letters: set[str], languages: list[str]) -> None:
        self.known = institutions(session)
        self.letters = letters
        self.languages = languages
        self.seen: dict[str, int] = {}
        self.suggested = 0
        self.institution = cache(self._institution)
        self.near = cache(self._near)

    def draft(self, number: int, cells: dict[str, str]) -> Draft:
        draft = Draft(number)
        given = {key: one_line(_bare(cells.get(key, ""))) for key in KEYS}
        self._read_email(draft, given["email"])
        draft.name = " ".join(filter(None, [given["name"], given["surname"]]))
        if len(draft.name) > MOST_LETTERS["name"]:
            draft.refuse("long_name")
            draft.name = draft.name[: MOST_LETTERS["name"]]
        if given["country"]:
            draft.country = country_meant(given["country"]) or ""
            if not draft.country:
                draft.refuse("unknown_country", value=given["country"][:80])
        self._read_gender(draft, given["gender"])
        self._read_language(draft, given["language"])
        self._read_status(draft, given["status"])
        if given["institution"]:
            self._read_institution(draft, given["institution"])
        return draft

    def _read_email(self, draft: Draft, typed: str) -> None:
        draft.email = normalized_email(typed.removeprefix("mailto:"))[: MOST_LETTERS["email"]]
        if not draft.email:
            draft.refuse("no_email")
            return
        try:
            validate_email(draft.email, check_deliverability=False)
        except EmailNotValidError:
            draft.refuse("bad_email", value=draft.email[:80])
            return
        first = self.seen.setdefault(draft.email, draft.number)
        if first != draft.number:
            draft.refuse("duplicate", line=first)

    def _read_gender(self, draft: Draft, typed: str) -> None:
        meant = gender_meant(typed, self.letters)
        if meant is None:
            unclear = plain(typed) == "m"
            draft.refuse("unclear_gender" if unclear else "unknown_gender", value=typed[:80])
            return
        draft.gender = meant

    def _read_language(self, draft: Draft, typed: str) -> None:
        draft.language = language_meant(typed) or "" if typed else self.languages[0]
        if not draft.language:
            draft.refuse("unknown_language", value=typed[:80])

    def _read_status(self, draft: Draft, typed: str) -> None:
        if not typed:
            return
        draft.status = status_meant(typed)
        if draft.status is None:
            draft.refuse("unknown_status", value=typed[:80])

    def _read_institution(self, draft: Draft, typed: str) -> None:
        found = self.institution(typed, draft.country)
        if found:
            draft.institution_id = found.id
            return
        many, labels = self.near(typed, draft.country)
        key = "ambiguous_institution" if many else "unknown_institution"
        draft.refuse(key, value=typed[:80], near=labels)

    def _institution(self, typed: str, country: str) -> InstitutionSeen | None:
        """By any of its names; with ``, Country`` behind its acronym in any language."""
        found = meant_by(typed, self.known, country=country)
        if found:
            return found
        for sign in (",", "("):
            acronym, parted, place = typed.rpartition(sign)
            code = country_meant(place.strip(" )")) if parted else None
            if code:
                there = [one for one in self.known if one.country == code]
                return meant_by(acronym, there, country=code)
        return None

    def _near(self, typed: str, country: str) -> tuple[bool, list[str]]:
        """Whether several have this acronym, and those that may be meant."""
        same = [one for one in self.known if folded(one.acronym) == folded(typed)]
        if same:
            return len(same) > 1, [one.label for one in same[:5]]
        self.suggested += 1
        if self.suggested > MOST_SUGGESTED:
            return False, []
        return False, [one.label for one in near_to(typed, self.known, country=country)]


def _bare(cell: str) -> str:
    """Without the apostrophe by which a formula was defused."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in set("=+-@") else cell


def single_letters(rows: list[tuple[int, dict[str, str]]]) -> set[str]:
    """The single letters in the column of gender, by which an ``M`` is understood."""
    found = {plain(cells.get("gender", "")) for _number, cells in rows}
    return {letter for letter in found if len(letter) == 1}
