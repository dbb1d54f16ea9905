"""What a file of institutions would do to the list, line by line, before anything is done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from app.core.i18n import gettext as _
from app.core.text import folded
from app.models import InstitutionKind
from app.queries.institutions import InstitutionSeen, same_as


class Fate(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RowRead:
    """A line of the file. What is empty is left as it is; ``trouble``: why it can't be read."""

    line: int
    acronym: str = ""
    name: str = ""
    country: str = ""
    kind: InstitutionKind | None = None
    aliases: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of a line."""

    read: RowRead
    fate: Fate
    trouble: str = ""
    known: InstitutionSeen | None = None  # the one that it speaks of
    name: str = ""  # the new name, if it changes
    kind: InstitutionKind | None = None
    aliases: tuple[str, ...] = ()  # to be added; none is ever taken away
    likely: tuple[InstitutionSeen, ...] = ()  # a new one may be one of these


@dataclass
class _Names:
    """Who is called what, in the list and by the lines read so far."""

    owners: dict[tuple[str, str], InstitutionSeen | int] = field(default_factory=dict)
    lines: dict[UUID, int] = field(default_factory=dict)  # by the institution they speak of
    merged: set[tuple[str, str]] = field(default_factory=set)


def plan(known: Sequence[InstitutionSeen], rows: Iterable[RowRead]) -> list[Planned]:
    """What each of ``rows`` would do. ``known``: all there are, with those that were merged."""
    names = _Names()
    for one in known:
        if one.merged_into_id:
            names.merged.add((one.country, one.acronym))
        else:
            names.owners |= {(one.country, folded(words)): one for words in one.written}
    there = [one for one in known if one.merged_into_id is None]
    return [_planned(names, there, row) for row in rows]


def fingerprint(planned: Iterable[Planned]) -> str:
    """Two plans with the same one do the same to the same: also what is replaced is as it was."""
    told = [
        (
            p.read.line,
            p.fate,
            p.known and (p.known.id, p.known.name, p.known.kind),
            p.name,
            p.kind,
            p.aliases,
        )
        for p in planned
    ]
    return sha256(repr(told).encode()).hexdigest()


def _planned(names: _Names, there: Sequence[InstitutionSeen], row: RowRead) -> Planned:
    if row.trouble:
        return Planned(row, Fate.WRONG, row.trouble)
    owner = _owner(names, row, row.acronym) or (row.name and _owner(names, row, row.name)) or None
    if isinstance(owner, int):
        return Planned(row, Fate.WRONG, _said_before(owner))
    if owner and owner.id in names.lines:
        return Planned(row, Fate.WRONG, _said_before(names.lines[owner.id]), owner)
    if trouble := _trouble(names, row, owner):
        return Planned(row, Fate.WRONG, trouble, owner)
    found = _change_of(names, row, owner) if owner else _new(there, row)
    for words in (row.acronym, row.name, *row.aliases):
        if words:
            names.owners.setdefault((row.country, folded(words)), owner or row.line)
    if owner:
        names.lines[owner.id] = row.line
    return found


def _owner(names: _Names, row: RowRead, words: str) -> InstitutionSeen | int | None:
    return names.owners.get((row.country, folded(words)))


def _said_before(line: int) -> str:
    return _("Line %(line)s speaks of the same institution.") % {"line": line}


def _trouble(names: _Names, row: RowRead, owner: InstitutionSeen | None) -> str:
    if owner is None and not row.name:
        return _("The name is missing.")
    if owner is None and (row.country, row.acronym) in names.merged:
        return _("This was the acronym of an institution that was merged.")
    for words in (row.name, *row.aliases):
        other = _owner(names, row, words) if words else None
        if isinstance(other, int):
            return _said_before(other)
        if other and (owner is None or other.id != owner.id):
            return _("“%(words)s” is a name of %(institution)s.") % {
                "words": words,
                "institution": other.label,
            }
    return ""


def _change_of(names: _Names, row: RowRead, owner: InstitutionSeen) -> Planned:
    name = row.name if row.name not in {"", owner.name} else ""
    kind = row.kind if row.kind not in {None, owner.kind} else None
    added: dict[str, str] = {}
    given_up = folded(owner.name) if name else ""  # else the file's own words would mean nobody
    for words in (row.acronym, *row.aliases):
        if folded(words) == given_up or not _owner(names, row, words):
            added.setdefault(folded(words), words)
    added.pop(folded(name), None)
    fate = Fate.CHANGED if name or kind or added else Fate.UNCHANGED
    return Planned(row, fate, "", owner, name, kind, tuple(added.values()))


def _new(there: Sequence[InstitutionSeen], row: RowRead) -> Planned:
    added: dict[str, str] = {}
    for words in row.aliases:
        if folded(words) not in {folded(row.acronym), folded(row.name)}:
            added.setdefault(folded(words), words)
    likely = tuple(same_as(row.acronym, row.name, there, country=row.country))
    return Planned(row, Fate.NEW, "", None, row.name, row.kind, tuple(added.values()), likely)
