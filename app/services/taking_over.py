"""Taking over what changed in an earlier edition, piece by piece; nothing of this one is lost."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.models import Activity, ActivityKind, CarriedPiece, Edition, Module
from app.queries.activity_texts import NO_TEXT, Words, current_texts
from app.queries.changes import GONE, WHOLE, Change, What, changes
from app.queries.content import is_worked_in
from app.queries.says import FACTS, KIND, OF_ACTIVITY, SUMMARY, TEXT, TITLE, Piece, pieces
from app.services.activities import copy_activity
from app.services.activity_kinds import take_over as take_rest_over
from app.services.activity_texts import Place, save_text
from app.services.audit import record
from app.services.content import (
    activities_in_order,
    activity_in,
    begin_writing,
    hold_activities,
    module_in,
    modules_in_order,
    put_in_order,
)
from app.services.modules import ModuleWords, copy_module
from app.services.next_editions import carried


@dataclass
class Taken:
    """What came of it."""

    pieces: int = 0
    beside: int = 0  # of which a hidden copy was put beside this edition's own
    hidden: int = 0  # that are gone there, and hidden here


def take_over(
    session: Session, edition_id: UUID, chosen: Collection[UUID], *, by: UUID, now: datetime
) -> Taken:
    """Have the pieces here say what they say there now. ``chosen``: their ids there."""
    edition = begin_writing(session, edition_id)
    taken = Taken()
    told: list[str] = []
    wanted = _chosen(session, edition_id, chosen)
    # All at once: each text that is saved is recorded, and after that nothing more is locked.
    hold_activities(session, [one.here.id for one in wanted if one.here])
    for change in wanted:
        if change.what is What.ADDED:
            _add(session, edition_id, change)
        elif change.what is What.REMOVED:
            _hide(session, edition_id, change)
            taken.hidden += 1
        else:
            taken.beside += _change(session, edition, change, by=by, now=now)
        taken.pieces += 1
        told.append(str(change.source_id))
    if told:
        _note(session, edition_id, "take over content", told, by)
    return taken


def leave(session: Session, edition_id: UUID, chosen: Collection[UUID], *, by: UUID) -> int:
    """Leave pieces as they are here, until they change there again."""
    begin_writing(session, edition_id)
    told = []
    for change in _chosen(session, edition_id, chosen):
        row = _row(session, edition_id, change.source_id)
        row.left = change.seen
        session.add(row)
        told.append(str(change.source_id))
    session.flush()
    if told:
        _note(session, edition_id, "leave content", told, by)
    return len(told)


def _chosen(session: Session, edition_id: UUID, chosen: Collection[UUID]) -> list[Change]:
    """Those that are still to be decided; what somebody else decided meanwhile is not there."""
    return [one for one in changes(session, edition_id) if one.source_id in chosen]


def _note(session: Session, edition_id: UUID, action: str, told: list[str], by: UUID) -> None:
    record(
        session,
        by,
        action,
        "edition",
        edition_id,
        before={"pieces": []},
        after={"pieces": told},
    )


def _row(session: Session, edition_id: UUID, source_id: UUID) -> CarriedPiece:
    row = session.exec(
        select(CarriedPiece).where(
            CarriedPiece.edition_id == edition_id, CarriedPiece.source_id == source_id
        )
    ).one_or_none()
    return row or CarriedPiece(edition_id=edition_id, source_id=source_id)


def _keep(session: Session, edition_id: UUID, piece: Piece, copy_id: UUID | None = None) -> None:
    """Remember what the piece said there when it was taken over, and what it is here."""
    row = _row(session, edition_id, piece.id)
    row.seen, row.left = piece.prints, {}
    if copy_id is not None:
        told = carried(edition_id, piece, copy_id)
        row.module_id, row.activity_id = told.module_id, told.activity_id
    session.add(row)
    session.flush()


# What is new there


def _add(session: Session, edition_id: UUID, change: Change) -> None:
    """A copy at the end, hidden until somebody has looked at it."""
    piece = change.there
    assert piece is not None  # noqa: S101 -- what was added is there
    if piece.module_id is None:
        _add_module(session, edition_id, piece)
        return
    into = _row(session, edition_id, piece.module_id).module_id
    original = _still_there(session, piece.id)
    module = module_in(session, edition_id, into)
    _keep(session, edition_id, piece, _copy_at_end(session, original, module).id)


def _still_there(session: Session, activity_id: UUID) -> Activity:
    """What somebody takes away there at this moment is not taken over."""
    original = session.get(Activity, activity_id, populate_existing=True)
    if original is None:
        raise NotFound(_("This activity is not here any more."))
    return original


def _copy_at_end(session: Session, original: Activity, module: Module) -> Activity:
    ids = activities_in_order(session, module.id)
    put_in_order(session, Activity, ids)
    return copy_activity(
        session, original, module, title=original.title, position=len(ids) + 1, is_hidden=True
    )


def _add_module(session: Session, edition_id: UUID, piece: Piece) -> None:
    module = session.get(Module, piece.id, populate_existing=True)
    if module is None:
        raise NotFound(_("This module is not here any more."))
    put_in_order(session, Module, modules_in_order(session, edition_id))
    words = ModuleWords(module.title, module.summary, is_hidden=True)
    source = _pieces_of(session, module)
    for original_id, copy_id in copy_module(session, module, edition_id, words).items():
        if original_id in source:
            _keep(session, edition_id, source[original_id], copy_id)


def _pieces_of(session: Session, module: Module) -> dict[UUID, Piece]:
    there = pieces(session, module.edition_id)
    return {one.id: one for one in there.values() if module.id in {one.id, one.module_id}}


# What is gone there


def _hide(session: Session, edition_id: UUID, change: Change) -> None:
    """What people worked in stays; so nothing is deleted, only hidden."""
    own = change.here
    assert own is not None  # noqa: S101 -- what is gone there was here
    find = activity_in if own.module_id else module_in
    thing = find(session, edition_id, own.id)
    thing.is_hidden = True
    row = _row(session, edition_id, change.source_id)
    row.left = dict(GONE)
    session.add_all([thing, row])
    session.flush()


# What says something else there


def _change(session: Session, edition: Edition, change: Change, *, by: UUID, now: datetime) -> bool:
    """Whether a copy was put beside this edition's own, so that nothing of it is written over."""
    piece, own = change.there, change.here
    assert piece is not None  # noqa: S101
    assert own is not None  # noqa: S101 -- what was changed is here and there
    if own.module_id is None:
        module = module_in(session, edition.id, own.id)
        _set(module, change)
        session.add(module)
        _keep(session, edition.id, piece)
        return False
    activity = _held(session, edition.id, own.id)
    original = _still_there(session, piece.id)
    beside = _rest_is_kept(session, activity, change)
    if beside:
        module = module_in(session, edition.id, activity.module_id)
        _copy_at_end(session, original, module)
        activity = activity_in(session, edition.id, own.id)
    elif any(part.name in WHOLE for part in change.parts):
        take_rest_over(session, original, activity)
    _set(activity, change)
    session.add(activity)
    session.flush()
    _take_texts(session, edition, activity.id, change, by=by, now=now)
    _keep(session, edition.id, piece)
    return beside


def _held(session: Session, edition_id: UUID, activity_id: UUID) -> Activity:
    hold_activities(session, [activity_id])
    return activity_in(session, edition_id, activity_id)


def _rest_is_kept(session: Session, activity: Activity, change: Change) -> bool:
    """Files and the like that were changed here too stay; so does what people try or answer."""
    if change.would_write_over:
        return True
    names = {part.name for part in change.parts}
    asks = activity.kind in {ActivityKind.QUIZ, ActivityKind.SURVEY} and KIND in names
    return asks and is_worked_in(session, [activity.id])


def _set(thing: Module | Activity, change: Change) -> None:
    for part in change.parts:
        if part.name == TITLE:
            thing.title = part.there
        elif part.name == SUMMARY and isinstance(thing, Module):
            thing.summary = part.there
        elif part.name == FACTS and isinstance(thing, Activity):
            said: dict[str, Any] = part.there
            for name in OF_ACTIVITY:
                setattr(thing, name, said[name])


def _take_texts(
    session: Session,
    edition: Edition,
    activity_id: UUID,
    change: Change,
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Each as a new version, behind which the own one stands in the history."""
    for part in change.parts:
        language = part.name.removeprefix(TEXT)
        if not part.name.startswith(TEXT) or language not in edition.languages:
            continue
        said = part.there or {"body": "", "transcript": ""}
        there = current_texts(session, activity_id).get(language, NO_TEXT)
        save_text(
            session,
            Place(edition.id, activity_id, language),
            Words(said["body"], said["transcript"]),
            number=there.number,
            by=by,
            now=now,
            note=_("From an earlier edition"),
        )
