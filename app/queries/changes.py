"""What changed in the edition that this one was made from, since it was made from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.models import CarriedPiece, Edition
from app.queries.says import FILES, KIND, Piece, pieces

#: How it is remembered that a piece was left here though it is gone there.
GONE = {"": "gone"}
#: Parts that have no history of their own: what was changed in them here is never written over.
WHOLE = frozenset({FILES, KIND})


class What(StrEnum):
    """What happened to a piece there."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class PartChanged:
    """One part of a piece: what it says here and there, and whether it was changed here as well."""

    name: str
    here: Any  # None: nothing
    there: Any
    here_too: bool


@dataclass(frozen=True, slots=True)
class Change:
    """Something that can be taken over, or left."""

    source_id: UUID
    what: What
    there: Piece | None
    here: Piece | None
    parts: tuple[PartChanged, ...] = ()
    prints: tuple[tuple[str, str], ...] = ()  # what it says there now

    @property
    def seen(self) -> dict[str, str]:
        return dict(self.prints)

    @property
    def here_too(self) -> bool:
        return any(part.here_too for part in self.parts)

    @property
    def would_write_over(self) -> bool:
        """Whether something of this edition that has no history would be lost in its place."""
        return any(part.here_too and part.name in WHOLE for part in self.parts)


def changes(session: Session, edition_id: UUID) -> list[Change]:
    """In the order of the earlier edition; what is gone there comes last."""
    source_id = session.exec(select(Edition.came_from_id).where(Edition.id == edition_id)).one()
    if source_id is None:
        return []
    there, here = pieces(session, source_id), pieces(session, edition_id)
    known = {
        row.source_id: row
        for row in session.exec(select(CarriedPiece).where(CarriedPiece.edition_id == edition_id))
    }
    found = [*_still_there(there, here, known), *_gone(there, here, known)]
    return [one for one in found if one is not None]


def _still_there(
    there: Mapping[UUID, Piece], here: Mapping[UUID, Piece], known: Mapping[UUID, CarriedPiece]
) -> Iterable[Change | None]:
    for piece in there.values():
        row = known.get(piece.id)
        own = _own(row, here)
        if own is not None and row is not None:
            yield _changed(piece, own, row)
        elif _is_news(piece, row) and _has_a_place(piece, known, here):
            yield _told(piece.id, What.ADDED, piece, None)


def _own(row: CarriedPiece | None, here: Mapping[UUID, Piece]) -> Piece | None:
    own_id = row and (row.activity_id or row.module_id)
    return here.get(own_id) if own_id else None


def _is_news(piece: Piece, row: CarriedPiece | None) -> bool:
    """What was taken away here is none; what was left is, once it says something else."""
    return row is None or row.left not in ({}, piece.prints)


def _has_a_place(
    piece: Piece, known: Mapping[UUID, CarriedPiece], here: Mapping[UUID, Piece]
) -> bool:
    """An activity comes with its module, unless that is here already."""
    return piece.module_id is None or _own(known.get(piece.module_id), here) is not None


def _changed(piece: Piece, own: Piece, row: CarriedPiece) -> Change | None:
    prints, here = piece.prints, own.prints
    if prints in (row.seen, row.left):
        return None
    names = sorted(
        name
        for name in prints.keys() | row.seen.keys()
        if prints.get(name) != row.seen.get(name) and prints.get(name) != here.get(name)
    )
    parts = tuple(
        PartChanged(
            name,
            own.parts.get(name),
            piece.parts.get(name),
            here_too=here.get(name) != row.seen.get(name),
        )
        for name in names
    )
    return _told(piece.id, What.CHANGED, piece, own, parts) if parts else None


def _gone(
    there: Mapping[UUID, Piece], here: Mapping[UUID, Piece], known: Mapping[UUID, CarriedPiece]
) -> Iterable[Change]:
    for row in known.values():
        own = _own(row, here)
        if row.source_id not in there and own is not None and row.left != GONE:
            yield _told(row.source_id, What.REMOVED, None, own)


def _told(
    source_id: UUID,
    what: What,
    there: Piece | None,
    here: Piece | None,
    parts: tuple[PartChanged, ...] = (),
) -> Change:
    prints = tuple((there.prints if there else GONE).items())
    return Change(source_id, what, there, here, parts, prints)
