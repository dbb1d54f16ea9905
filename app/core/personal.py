"""What is kept of people: beside each column stands why, for how long, and who sees it.

Docs, the page on one's data, the download of everything and deletion all read these declarations.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Table

from app.core.i18n import N_

DECLARED = "personal"
ACCOUNTS, FILES = "account", "stored_file"
#: Columns that need no declaration: every table has them, and they say nothing by themselves.
PLAIN = {"id", "created_at"}


class Why(StrEnum):
    """Purposes, in words that the catalogues translate."""

    SIGN_IN = N_("To sign you in and to protect your account")
    KNOWN = N_("So that the people of a course know each other")
    ADMISSION = N_("To decide who gets a place")
    LEARNING = N_("To take courses and to see what is next")
    WRITING = N_("To write courses together")
    TEAM_WORK = N_("To write, hand in and review the work of a team")
    CERTIFICATES = N_("To give certificates and to have them checked")
    FIGURES = N_("To report in figures whom courses reach")
    MESSAGES = N_("To tell you what concerns you")
    SETTINGS = N_("To show pages and hours as you want them")
    ACCOUNTABILITY = N_("To know who did what that only staff may do")
    RIGHTS = N_("To give you your data and to delete your account")


class Kept(StrEnum):
    """For how long; what is timed goes by itself, row by row."""

    QUARTER_HOUR = N_("A quarter of an hour")
    UNTIL_IT_ENDS = N_("Until it ends")  # the table says when, in `expires_at`
    HOUR = N_("An hour")
    DAY = N_("A day")
    MONTH = N_("A month")
    YEAR = N_("A year")
    ACCOUNT = N_("As long as the account")
    FILE = N_("As long as what the file belongs to")
    COURSE = N_("As long as the course that it is part of")
    TEAM_WORK = N_("As long as the work of the team")
    CERTIFICATE = N_("As long as the certificate can be checked")
    FIGURES = N_("For good, without saying whose it was: figures stay true")
    RECORD = N_("For good, by number and not by name: the record of what was done")

    @property
    def outlasts_the_account(self) -> bool:
        return self in _LASTING


_LASTING = {Kept.COURSE, Kept.TEAM_WORK, Kept.CERTIFICATE, Kept.FIGURES, Kept.RECORD, Kept.FILE}

#: How old a row may become; `UNTIL_IT_ENDS` is said by the row itself.
AGES: dict[Kept, timedelta] = {
    Kept.QUARTER_HOUR: timedelta(minutes=15),
    Kept.HOUR: timedelta(hours=1),
    Kept.DAY: timedelta(days=1),
    Kept.MONTH: timedelta(days=30),
    Kept.YEAR: timedelta(days=365),
}


class Seen(StrEnum):
    """By whom; a coordinator of one institution sees the people of that institution only."""

    NOBODY = N_("Nobody: programs alone")
    PERSON = N_("You alone")
    TEAM = N_("Your team, the staff of the course and coordinators")
    COURSE = N_("Everybody in the course")
    STAFF = N_("You and the staff of the course")
    COORDINATORS = N_("You and coordinators")
    ADMINISTRATORS = N_("You and administrators")
    PUBLIC = N_("Whoever has the code of the certificate")


@dataclass(frozen=True)
class Personal:
    why: Why
    kept: Kept
    seen: Seen
    secret: bool = False
    finds: bool = False
    of_others: bool = False


class Role(StrEnum):
    """What a key says of the row it stands in."""

    ABOUT = "about"  # the row is about the person
    ACTING = "acting"  # the person did something to it


#: What `impersonal()` declares.
NOTHING = "nothing"


def personal(
    *,
    why: Why,
    kept: Kept,
    seen: Seen,
    secret: bool = False,
    finds: bool = False,
    of_others: bool = False,
    **column: Any,
) -> dict[str, Any]:
    """For ``Field(sa_column_kwargs=…)`` of a column that says something of a person.

    ``secret``: named in the person's download, and not contained. ``finds``: an e-mail address by
    which a row is somebody's that no key leads to. ``of_others``: it speaks of people whom no key
    names, so that it is in nobody's download. Whatever else the column takes is handed on.
    """
    said = Personal(why, kept, seen, secret, finds, of_others)
    return column | {"info": {DECLARED: said}}


def impersonal(**column: Any) -> dict[str, Any]:
    """For the other columns of a table that is about people."""
    return column | {"info": {DECLARED: NOTHING}}


def about(**column: Any) -> dict[str, Any]:
    """For a key by which a row is about a person, although it is not called `account_id`.

    It may be an account's id without being a foreign key.
    """
    return column | {"info": {DECLARED: Role.ABOUT}}


def acting(**column: Any) -> dict[str, Any]:
    """For a key that says who did it, although it is called `account_id` or is no foreign key."""
    return column | {"info": {DECLARED: Role.ACTING}}


def declaration(column: Column[Any]) -> Personal | None:
    said = column.info.get(DECLARED)
    return said if isinstance(said, Personal) else None


def is_declared(column: Column[Any]) -> bool:
    return DECLARED in column.info


def declared(table: Table) -> Iterator[tuple[Column[Any], Personal]]:
    """The personal columns of a table."""
    for column in table.columns:
        if said := declaration(column):
            yield column, said


def lasts(table: Table) -> bool:
    """Whether rows of it stay when the account they are about is deleted."""
    return any(said.kept.outlasts_the_account for _column, said in declared(table))
