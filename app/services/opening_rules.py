"""Opening rules: given and taken back; what could never open is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import Activity, ActivityKind, Module, OpeningRule, RuleKind, Team
from app.queries.outlines import ContentRows, content_rows
from app.services.content import activity_in, begin_writing, module_in, note

#: Kinds in which there is a result to reach.
WITH_RESULT = frozenset({ActivityKind.QUIZ})


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule as it is asked for."""

    kind: RuleKind
    on: date | None = None
    before_id: UUID | None = None  # the activity or module that comes before
    percent: int | None = None
    team_ids: tuple[UUID, ...] = ()


def give_rule(session: Session, edition_id: UUID, thing_id: UUID, wish: Wish, *, by: UUID) -> None:
    """Have a module or activity open by one more rule; of days and of teams it has one each."""
    begin_writing(session, edition_id)
    thing = thing_in(session, edition_id, thing_id)
    rules = _rules(session, edition_id, thing, wish)
    rows = content_rows(session, edition_id)
    replaced = [rule for rule in rows.rules.get(thing_id, ()) if _replaces(wish, rule)]
    kept = [rule for rule in rows.rules.get(thing_id, ()) if rule not in replaced]
    _refuse_what_never_opens(rows, rules={**rows.rules, thing_id: [*kept, *rules]})
    for rule in replaced:
        session.delete(rule)
    session.flush()
    session.add_all(rules)
    session.flush()
    before = {"rules": len(kept) + len(replaced)}
    note(
        session,
        edition_id,
        thing.title,
        by=by,
        before=before,
        after={"rules": len(kept) + len(rules)},
    )


def take_rule(session: Session, edition_id: UUID, rule_id: UUID, *, by: UUID) -> Module | Activity:
    """Take a rule back; one about teams with those about the other teams of the thing."""
    begin_writing(session, edition_id)
    rule = session.exec(
        select(OpeningRule).where(OpeningRule.id == rule_id, OpeningRule.edition_id == edition_id)
    ).one_or_none()
    if rule is None:
        raise NotFound(_("This rule is not here any more."))
    thing = thing_in(session, edition_id, rule.thing_id)
    of_it = col(OpeningRule.module_id) == rule.module_id
    if rule.activity_id:
        of_it = col(OpeningRule.activity_id) == rule.activity_id
    own = session.exec(select(OpeningRule).where(of_it)).all()
    gone = [r for r in own if r.id == rule_id or (r.kind is rule.kind is RuleKind.TEAM)]
    for one in gone:
        session.delete(one)
    session.flush()
    before, after = {"rules": len(own)}, {"rules": len(own) - len(gone)}
    note(session, edition_id, thing.title, by=by, before=before, after=after)
    return thing


def thing_in(session: Session, edition_id: UUID, thing_id: UUID) -> Module | Activity:
    if session.get(Module, thing_id):
        return module_in(session, edition_id, thing_id)
    return activity_in(session, edition_id, thing_id)


def _replaces(wish: Wish, rule: OpeningRule) -> bool:
    """Whether the new rule takes the place of this one."""
    if rule.kind is not wish.kind:
        return False
    alone = wish.kind in {RuleKind.DATE, RuleKind.TEAM}
    return alone or wish.before_id in {rule.after_activity_id, rule.after_module_id}


def _rules(
    session: Session, edition_id: UUID, thing: Module | Activity, wish: Wish
) -> list[OpeningRule]:
    of = "module_id" if isinstance(thing, Module) else "activity_id"
    plain: dict[str, Any] = {"edition_id": edition_id, of: thing.id, "kind": wish.kind}
    if wish.kind is RuleKind.DATE:
        return [OpeningRule(**plain, opens_on=wish.on)]
    if wish.kind is RuleKind.TEAM:
        teams = session.exec(
            select(Team.id).where(Team.edition_id == edition_id, col(Team.id).in_(wish.team_ids))
        ).all()
        if not teams:
            raise RuleBroken(_("Choose a team of this edition."))
        return [OpeningRule(**plain, team_id=team_id) for team_id in teams]
    if wish.kind is RuleKind.AFTER_MODULE:
        before = module_in(session, edition_id, wish.before_id)
        return [OpeningRule(**plain, after_module_id=before.id)]
    activity = activity_in(session, edition_id, wish.before_id)
    if wish.kind is RuleKind.RESULT and activity.kind not in WITH_RESULT:
        raise RuleBroken(_("In this activity there is no result to reach. Choose a quiz."))
    return [OpeningRule(**plain, after_activity_id=activity.id, percent=wish.percent)]


def refuse_move(session: Session, activity: Activity, module_id: UUID) -> None:
    """An activity may not go where it could never open."""
    _refuse_what_never_opens(content_rows(session, activity.edition_id), {activity.id: module_id})


def _refuse_what_never_opens(
    rows: ContentRows,
    moved: Mapping[UUID, UUID] = {},
    *,
    rules: Mapping[UUID, list[OpeningRule]] | None = None,
) -> None:
    """``moved``: activities that would be in another module; ``rules``: those there would be."""
    own = rows.rules if rules is None else rules
    within = {
        activity.id: moved.get(activity.id, activity.module_id) for activity in rows.activities
    }
    try:
        TopologicalSorter(_what_waits(rows, within, own)).prepare()
    except CycleError:
        raise RuleBroken(
            _("This could never open: what it would wait for waits for it as well.")
        ) from None
    for activity_id, module_id in within.items():
        teams, of_module = _teams(own.get(activity_id, ())), _teams(own.get(module_id, ()))
        if teams and of_module and not teams & of_module:
            raise RuleBroken(_("Nobody could open this: the module is for other teams."))


def _teams(rules: Iterable[OpeningRule]) -> set[UUID]:
    return {rule.team_id for rule in rules if rule.team_id}


type Event = tuple[str, UUID]


def _what_waits(
    rows: ContentRows, within: Mapping[UUID, UUID], rules: Mapping[UUID, list[OpeningRule]]
) -> dict[Event, set[Event]]:
    """What comes before each thing opens, and before it is done."""
    graph: dict[Event, set[Event]] = {}
    for thing_id in (*(module.id for module in rows.modules), *within):
        before = [
            rule.after_activity_id or rule.after_module_id for rule in rules.get(thing_id, ())
        ]
        graph["open", thing_id] = {("done", one) for one in before if one}
        graph["done", thing_id] = {("open", thing_id)}
    for activity_id, module_id in within.items():
        graph["open", activity_id].add(("open", module_id))
        graph["done", module_id].add(("done", activity_id))
    return graph
