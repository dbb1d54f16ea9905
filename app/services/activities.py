"""The rules of a module's activities: added, set, put in order, hidden, copied and taken away."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.db import Texts
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Activity, ActivityKind, Module, OpeningRule
from app.queries.content import is_worked_in
from app.services.activity_kinds import begin, carry_over
from app.services.audit import GONE, MADE
from app.services.content import (
    ASIDE,
    activities_in_order,
    activity_in,
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
from app.services.opening_rules import refuse_move
from app.services.uploads import let_go_unless_used

MOST_ACTIVITIES = 100


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    title: Texts
    minutes: int = 0
    counts: bool = True
    is_hidden: bool = False


def add_activity(
    session: Session,
    edition_id: UUID,
    module_id: UUID,
    kind: ActivityKind,
    facts: ActivityFacts,
    *,
    by: UUID,
) -> Activity:
    """Put a new activity at the end of a module, with what its kind needs from the start."""
    begin_writing(session, edition_id)
    module_in(session, edition_id, module_id)
    ids = activities_in_order(session, module_id)
    _refuse_too_many(ids)
    put_in_order(session, Activity, ids)
    activity = Activity(
        edition_id=edition_id,
        module_id=module_id,
        position=len(ids) + 1,
        kind=kind,
        **asdict(facts),
    )
    session.add(activity)
    session.flush()
    begin(session, activity)
    note(session, edition_id, activity.title, by=by, **MADE)
    return activity


def _refuse_too_many(ids: list[UUID]) -> None:
    if len(ids) >= MOST_ACTIVITIES:
        most = {"most": MOST_ACTIVITIES}
        raise RuleBroken(_("A module has at most %(most)s activities.") % most)


def change_activity(
    session: Session, edition_id: UUID, activity_id: UUID, facts: ActivityFacts, *, by: UUID
) -> None:
    begin_writing(session, edition_id)
    activity = activity_in(session, edition_id, activity_id)
    wanted: dict[str, Any] = asdict(facts)
    before = {name: getattr(activity, name) for name in wanted}
    for name, value in wanted.items():
        setattr(activity, name, value)
    session.add(activity)
    session.flush()
    changed = [name for name in wanted if before[name] != wanted[name]]
    was = {name: before[name] for name in changed}
    note(
        session,
        edition_id,
        activity.title,
        by=by,
        before=was,
        after={n: wanted[n] for n in changed},
    )


def hide_activity(
    session: Session, edition_id: UUID, activity_id: UUID, *, hidden: bool, by: UUID
) -> Activity:
    """Take an activity away from all but those who write, or give it back."""
    begin_writing(session, edition_id)
    activity = activity_in(session, edition_id, activity_id)
    before, activity.is_hidden = activity.is_hidden, hidden
    session.add(activity)
    session.flush()
    note(
        session,
        edition_id,
        activity.title,
        by=by,
        before={"hidden": before},
        after={"hidden": hidden},
    )
    return activity


def step_activity(
    session: Session, edition_id: UUID, activity_id: UUID, *, up: bool, by: UUID
) -> Activity:
    """Move an activity by one place; from the end of its module into the one beside it."""
    begin_writing(session, edition_id)
    activity = activity_in(session, edition_id, activity_id)
    ids = activities_in_order(session, activity.module_id)
    at = ids.index(activity_id)
    beside = at - 1 if up else at + 1
    if 0 <= beside < len(ids):
        ids[at], ids[beside] = ids[beside], ids[at]
        return _moved(session, activity, activity.module_id, ids, by)
    modules = modules_in_order(session, edition_id)
    other = modules.index(activity.module_id) + (-1 if up else 1)
    if not 0 <= other < len(modules):
        return activity
    there = activities_in_order(session, modules[other])
    ids = [*there, activity_id] if up else [activity_id, *there]
    return _moved(session, activity, modules[other], ids, by)


def place_activity(
    session: Session,
    edition_id: UUID,
    activity_id: UUID,
    *,
    module_id: UUID,
    before: UUID | None,
    by: UUID,
) -> Activity:
    """Put an activity in front of another of a module, or at the end of it."""
    begin_writing(session, edition_id)
    activity = activity_in(session, edition_id, activity_id)
    module_in(session, edition_id, module_id)
    ids = with_(activities_in_order(session, module_id), activity_id, before)
    return _moved(session, activity, module_id, ids, by)


def _moved(
    session: Session, activity: Activity, module_id: UUID, ids: list[UUID], by: UUID
) -> Activity:
    edition_id, source = activity.edition_id, activity.module_id
    was = activities_in_order(session, source).index(activity.id) + 1
    if source != module_id:
        _refuse_too_many(ids[1:])
        refuse_move(session, activity, module_id)
        activity.module_id, activity.position = module_id, ASIDE
        session.add(activity)
        session.flush()
        put_in_order(session, Activity, activities_in_order(session, source))
    put_in_order(session, Activity, ids)
    before = {"module": str(source), "place": was}
    after = {"module": str(module_id), "place": ids.index(activity.id) + 1}
    note(session, edition_id, activity.title, by=by, before=before, after=after)
    return activity


def remove_activity(session: Session, edition_id: UUID, activity_id: UUID, *, by: UUID) -> None:
    """Delete an activity with what it says and offers, and the rules that wait for it."""
    begin_writing(session, edition_id)
    activity = activity_in(session, edition_id, activity_id)
    module_id = activity.module_id
    if is_worked_in(session, hold_activities(session, [activity_id])):
        raise RuleBroken(
            _("People have worked in this already, so it can't be deleted. Hide it instead.")
        )
    title, stored = activity.title, files_within(session, [activity_id])
    session.delete(activity)
    session.flush()
    let_go_unless_used(session, stored)
    put_in_order(session, Activity, activities_in_order(session, module_id))
    note(session, edition_id, title, by=by, **GONE)


def duplicate_activity(
    session: Session, edition_id: UUID, activity_id: UUID, *, by: UUID
) -> Activity:
    """A copy behind the original, hidden until somebody shows it."""
    begin_writing(session, edition_id)
    activity = activity_in(session, edition_id, activity_id)
    module = module_in(session, edition_id, activity.module_id)
    ids = activities_in_order(session, module.id)
    _refuse_too_many(ids)
    title = as_copy(activity.title)
    copy = copy_activity(session, activity, module, title=title, position=ASIDE, is_hidden=True)
    _copy_own_rules(session, activity, copy)
    after = ids.index(activity_id) + 1
    put_in_order(session, Activity, [*ids[:after], copy.id, *ids[after:]])
    note(session, edition_id, copy.title, by=by, **MADE)
    return copy


def _copy_own_rules(session: Session, activity: Activity, copy: Activity) -> None:
    rules = session.exec(select(OpeningRule).where(col(OpeningRule.activity_id) == activity.id))
    for rule in rules.all():
        values = rule.model_dump(exclude={"id", "created_at"}) | {"activity_id": copy.id}
        session.add(OpeningRule(**values))
    session.flush()


def copy_activity(
    session: Session,
    activity: Activity,
    module: Module,
    *,
    title: Texts,
    position: int,
    is_hidden: bool,
) -> Activity:
    """A copy in ``module``, with all that the original says and offers; without its rules."""
    copy = Activity(
        edition_id=module.edition_id,
        module_id=module.id,
        position=position,
        kind=activity.kind,
        title=title,
        minutes=activity.minutes,
        counts=activity.counts,
        completion=activity.completion,
        completion_number=activity.completion_number,
        weight=activity.weight,
        is_hidden=is_hidden,
        came_from_id=activity.id,
    )
    session.add(copy)
    session.flush()
    carry_over(session, activity, copy)
    return copy
