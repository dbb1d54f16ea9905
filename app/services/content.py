"""What every change of an edition's content does: one at a time, seen by all, and recorded."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, update
from sqlmodel import Session, col, select

from app.core.db import Texts
from app.core.errors import NotFound
from app.core.i18n import LANGUAGES, choose, speaking
from app.core.i18n import gettext as _
from app.models import Activity, ActivityFile, Edition, Module
from app.services.audit import record
from app.services.waiting_lists import lock

#: Out of the way while others take their places.
ASIDE = -1_000_000


def begin_writing(session: Session, edition_id: UUID) -> Edition:
    """The edition, whose content nobody else changes meanwhile; what was kept of it is old now."""
    edition = lock(session, edition_id)
    edition.version += 1
    session.add(edition)
    session.flush()
    return edition


def note(
    session: Session,
    edition_id: UUID,
    title: Texts,
    *,
    by: UUID,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    record(
        session,
        by,
        "change content",
        "edition",
        edition_id,
        before=before,
        after=after,
        thing=choose(title),
    )


def module_in(session: Session, edition_id: UUID, module_id: UUID | None) -> Module:
    module = session.exec(
        select(Module)
        .where(Module.id == module_id, Module.edition_id == edition_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if module is None:
        raise NotFound(_("This module is not here any more."))
    return module


def activity_in(session: Session, edition_id: UUID, activity_id: UUID | None) -> Activity:
    activity = session.exec(
        select(Activity)
        .where(Activity.id == activity_id, Activity.edition_id == edition_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if activity is None:
        raise NotFound(_("This activity is not here any more."))
    return activity


def modules_in_order(session: Session, edition_id: UUID) -> list[UUID]:
    return list(
        session.exec(
            select(Module.id).where(Module.edition_id == edition_id).order_by(col(Module.position))
        )
    )


def activities_in_order(session: Session, module_id: UUID) -> list[UUID]:
    return list(
        session.exec(
            select(Activity.id)
            .where(Activity.module_id == module_id)
            .order_by(col(Activity.position))
        )
    )


def hold_activities(session: Session, ids: Sequence[UUID]) -> Sequence[UUID]:
    """These, in which nobody begins anything until this transaction ends."""
    return session.exec(
        select(Activity.id)
        .where(col(Activity.id).in_(ids))
        .order_by(col(Activity.id))
        .with_for_update()
    ).all()


def files_within(session: Session, activity_ids: Sequence[UUID]) -> Sequence[UUID]:
    """What is stored for these, which goes with the last that offers it."""
    return session.exec(
        select(ActivityFile.file_id).where(col(ActivityFile.activity_id).in_(activity_ids))
    ).all()


def put_in_order(session: Session, kind: type[Module | Activity], ids: Sequence[UUID]) -> None:
    """Number them from 1 on. Two never have the same number, not even on the way."""
    session.flush()
    for places in (lambda n: ASIDE + n, lambda n: n):
        _number(session, kind, ids, places)
    session.expire_all()


def _number(
    session: Session,
    kind: type[Module | Activity],
    ids: Sequence[UUID],
    place: Callable[[int], int],
) -> None:
    if not ids:
        return
    places = {one: place(n) for n, one in enumerate(ids, 1)}
    session.execute(
        update(kind)
        .where(col(kind.id).in_(ids))
        .values(position=case(places, value=col(kind.id)))
        .execution_options(synchronize_session=False)
    )


def with_(ids: Sequence[UUID], moved: UUID, before: UUID | None) -> list[UUID]:
    """The order with ``moved`` in front of ``before``; last, if that is not among them."""
    others = [one for one in ids if one != moved]
    place = others.index(before) if before in others else len(others)
    return [*others[:place], moved, *others[place:]]


def as_copy(title: Texts) -> Texts:
    """The title of a copy, in each of its languages."""
    found = {}
    for language, words in title.items():
        with speaking(language if language in LANGUAGES else "en"):
            found[language] = _("%(title)s (copy)") % {"title": words} if words else ""
    return found
