"""The rules of an edition's modules: written, put in order, hidden, copied and taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.core.db import Texts
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Activity, Module, OpeningRule
from app.queries.content import is_worked_in
from app.services.activities import copy_activity
from app.services.audit import GONE, MADE
from app.services.content import (
    activities_in_order,
    as_copy,
    begin_writing,
    files_within,
    hold_activities,
    module_in,
    modules_in_order,
    note,
    put_in_order,
    with_,
)
from app.services.uploads import let_go_unless_used

MOST_MODULES = 100


@dataclass(frozen=True, slots=True)
class ModuleWords:
    title: Texts
    summary: Texts
    is_hidden: bool = False


def add_module(session: Session, edition_id: UUID, words: ModuleWords, *, by: UUID) -> UUID:
    """Put a new module at the end."""
    begin_writing(session, edition_id)
    ids = modules_in_order(session, edition_id)
    _refuse_too_many(ids)
    module = Module(
        edition_id=edition_id,
        position=len(ids) + 1,
        title=words.title,
        summary=words.summary,
        is_hidden=words.is_hidden,
    )
    put_in_order(session, Module, ids)
    session.add(module)
    session.flush()
    note(session, edition_id, module.title, by=by, **MADE)
    return module.id


def _refuse_too_many(ids: list[UUID]) -> None:
    if len(ids) >= MOST_MODULES:
        raise RuleBroken(_("An edition has at most %(most)s modules.") % {"most": MOST_MODULES})


def change_module(
    session: Session, edition_id: UUID, module_id: UUID, words: ModuleWords, *, by: UUID
) -> None:
    begin_writing(session, edition_id)
    module = module_in(session, edition_id, module_id)
    before = {"title": module.title, "summary": module.summary, "hidden": module.is_hidden}
    module.title, module.summary, module.is_hidden = words.title, words.summary, words.is_hidden
    session.add(module)
    session.flush()
    after = {"title": module.title, "summary": module.summary, "hidden": module.is_hidden}
    note(session, edition_id, module.title, by=by, before=before, after=after)


def hide_module(
    session: Session, edition_id: UUID, module_id: UUID, *, hidden: bool, by: UUID
) -> Module:
    """Take a module away from all but those who write, or give it back."""
    begin_writing(session, edition_id)
    module = module_in(session, edition_id, module_id)
    before, module.is_hidden = module.is_hidden, hidden
    session.add(module)
    session.flush()
    note(
        session,
        edition_id,
        module.title,
        by=by,
        before={"hidden": before},
        after={"hidden": hidden},
    )
    return module


def step_module(
    session: Session, edition_id: UUID, module_id: UUID, *, up: bool, by: UUID
) -> Module:
    """Have a module change places with the one before or after it; at the ends nothing moves."""
    begin_writing(session, edition_id)
    ids = modules_in_order(session, edition_id)
    module = module_in(session, edition_id, module_id)
    at = ids.index(module_id)
    beside = at - 1 if up else at + 1
    if 0 <= beside < len(ids):
        ids[at], ids[beside] = ids[beside], ids[at]
    return _moved(session, module, ids, at, by)


def place_module(
    session: Session, edition_id: UUID, module_id: UUID, *, before: UUID | None, by: UUID
) -> Module:
    """Put a module in front of another, or at the end."""
    begin_writing(session, edition_id)
    module = module_in(session, edition_id, module_id)
    ids = modules_in_order(session, edition_id)
    return _moved(session, module, with_(ids, module_id, before), ids.index(module_id), by)


def _moved(session: Session, module: Module, ids: list[UUID], was: int, by: UUID) -> Module:
    put_in_order(session, Module, ids)
    now = {"place": ids.index(module.id) + 1}
    note(session, module.edition_id, module.title, by=by, before={"place": was + 1}, after=now)
    return module


def remove_module(session: Session, edition_id: UUID, module_id: UUID, *, by: UUID) -> None:
    """Delete a module with all that it holds, and the rules that wait for it."""
    begin_writing(session, edition_id)
    module = module_in(session, edition_id, module_id)
    held = hold_activities(session, activities_in_order(session, module_id))
    if is_worked_in(session, held):
        raise RuleBroken(worked_in())
    title, stored = module.title, files_within(session, held)
    session.delete(module)
    session.flush()
    let_go_unless_used(session, stored)
    put_in_order(session, Module, modules_in_order(session, edition_id))
    note(session, edition_id, title, by=by, **GONE)


def worked_in() -> str:
    return _("People have worked in this already, so it can't be deleted. Hide it instead.")


def duplicate_module(session: Session, edition_id: UUID, module_id: UUID, *, by: UUID) -> UUID:
    """A copy behind the original, hidden until somebody shows it, with copies of all in it."""
    begin_writing(session, edition_id)
    module = module_in(session, edition_id, module_id)
    ids = modules_in_order(session, edition_id)
    _refuse_too_many(ids)
    words = ModuleWords(as_copy(module.title), module.summary, is_hidden=True)
    copies = copy_module(session, module, edition_id, words)
    copy_rules(session, copies, edition_id)
    copy_id, after = copies[module_id], ids.index(module_id) + 1
    put_in_order(session, Module, [*ids[:after], copy_id, *ids[after:]])
    note(session, edition_id, words.title, by=by, **MADE)
    return copy_id


def copy_module(
    session: Session, module: Module, edition_id: UUID, words: ModuleWords
) -> dict[UUID, UUID]:
    """A copy at the end of an edition, without rules; say which copy is of what."""
    copy = Module(
        edition_id=edition_id,
        position=_last_place(session, edition_id) + 1,
        title=words.title,
        summary=words.summary,
        is_hidden=words.is_hidden,
        came_from_id=module.id,
    )
    session.add(copy)
    session.flush()
    copies = {module.id: copy.id}
    activities = session.exec(
        select(Activity).where(Activity.module_id == module.id).order_by(col(Activity.position))
    ).all()
    for place, activity in enumerate(activities, 1):
        copies[activity.id] = copy_activity(
            session, activity, copy, title=activity.title, position=place,
            is_hidden=activity.is_hidden,
        ).id  # fmt: skip
    return copies


def _last_place(session: Session, edition_id: UUID) -> int:
    highest = func.coalesce(func.max(Module.position), 0)
    return session.exec(select(highest).where(Module.edition_id == edition_id)).one()


def copy_rules(
    session: Session,
    copies: dict[UUID, UUID],
    edition_id: UUID,
    days: Mapping[UUID, date | None] = {},
) -> int:
    """Give each copy the rules of its original, about the copies of what they were about.

    In another edition there are no such teams, and nothing but the copies to wait for. ``days``
    on which the copies of rules open instead; None: not by a day. Says how many teams' rules
    stay behind.
    """
    rules = session.exec(
        select(OpeningRule).where(
            col(OpeningRule.module_id).in_(copies) | col(OpeningRule.activity_id).in_(copies)
        )
    ).all()
    names = ("module_id", "activity_id", "after_module_id", "after_activity_id")
    left = 0
    for rule in rules:
        values = rule.model_dump(exclude={"id", "created_at"}) | {"edition_id": edition_id}
        about = {values[name] for name in names if values[name]}
        if edition_id != rule.edition_id and (rule.team_id or not about <= copies.keys()):
            left += rule.team_id is not None
            continue
        if rule.id in days and (values := values | {"opens_on": days[rule.id]})["opens_on"] is None:
            continue
        for name in names:
            values[name] = copies.get(values[name], values[name])
        session.add(OpeningRule(**values))
    session.flush()
    return left
