"""Reading the content of an edition as those who write it see it, with all that is missing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, func, select
from sqlmodel import Session, SQLModel, col

from app.core.db import Texts
from app.core.i18n import choose
from app.models import (
    Activity,
    ActivityKind,
    ActivityText,
    OpeningRule,
    Progress,
    RuleKind,
    Team,
)
from app.queries.outlines import ContentRows, Opening, content_rows, numbered
from app.queries.own_data import keys, keys_about, tables


@dataclass(frozen=True, slots=True)
class RuleWritten:
    """A rule as its writers see it; ``waits_for_nothing``: nobody can do what it is about now."""

    id: UUID
    opening: Opening
    waits_for_nothing: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing in a language."""

    language: str
    title: bool = False
    text: bool = False


@dataclass(frozen=True, slots=True)
class ActivityWritten:
    id: UUID
    module_id: UUID
    kind: ActivityKind
    title: Texts
    minutes: int
    counts: bool
    is_hidden: bool
    rules: tuple[RuleWritten, ...]
    gaps: tuple[Gap, ...]
    people: int  # who have begun it


@dataclass(frozen=True, slots=True)
class ModuleWritten:
    id: UUID
    number: int | None  # as those who take the edition see it
    title: Texts
    summary: Texts
    is_hidden: bool
    rules: tuple[RuleWritten, ...]
    gaps: tuple[Gap, ...]
    activities: tuple[ActivityWritten, ...]

    @property
    def all_gaps(self) -> list[Gap]:
        return [*self.gaps, *(gap for activity in self.activities for gap in activity.gaps)]

    @property
    def people_in_it(self) -> bool:
        return any(activity.people for activity in self.activities)


def written(session: Session, edition_id: UUID, languages: list[str]) -> list[ModuleWritten]:
    """Everything there is, hidden or not, in its order."""
    rows = content_rows(session, edition_id)
    texts = _texts(session, edition_id)
    people = _people(session, edition_id)
    numbers = numbered(rows.modules)
    found = []
    for module in rows.modules:
        activities = tuple(
            ActivityWritten(
                id=activity.id,
                module_id=module.id,
                kind=activity.kind,
                title=activity.title,
                minutes=activity.minutes,
                counts=activity.counts,
                is_hidden=activity.is_hidden,
                rules=_rules(rows, activity.id),
                gaps=_gaps(activity, texts.get(activity.id, set()), languages),
                people=people.get(activity.id, 0),
            )
            for activity in rows.activities
            if activity.module_id == module.id
        )
        gaps = tuple(Gap(lang, title=True) for lang in languages if not module.title.get(lang))
        found.append(
            ModuleWritten(
                id=module.id,
                number=numbers.get(module.id),
                title=module.title,
                summary=module.summary,
                is_hidden=module.is_hidden,
                rules=_rules(rows, module.id),
                gaps=gaps,
                activities=activities,
            )
        )
    return found


def _texts(session: Session, edition_id: UUID) -> dict[UUID, set[str]]:
    """The languages in which there is a text, by activity."""
    found: dict[UUID, set[str]] = {}
    for activity_id, language in session.execute(
        select(col(ActivityText.activity_id), col(ActivityText.language))
        .join(Activity, col(Activity.id) == col(ActivityText.activity_id))
        .where(col(Activity.edition_id) == edition_id, col(ActivityText.body) != "")
    ):
        found.setdefault(activity_id, set()).add(language)
    return found


def _people(session: Session, edition_id: UUID) -> dict[UUID, int]:
    """How many people have begun each activity."""
    rows = session.execute(
        select(col(Progress.activity_id), func.count())
        .join(Activity, col(Activity.id) == col(Progress.activity_id))
        .where(col(Activity.edition_id) == edition_id)
        .group_by(col(Progress.activity_id))
    ).all()
    return dict(tuple(row) for row in rows)


def _gaps(activity: Activity, texts: set[str], languages: list[str]) -> tuple[Gap, ...]:
    """A page needs its text; of other activities it is missing where other languages have one."""
    needs_text = activity.kind is ActivityKind.PAGE or bool(texts)
    gaps = (
        Gap(lang, not activity.title.get(lang), needs_text and lang not in texts)
        for lang in languages
    )
    return tuple(gap for gap in gaps if gap.title or gap.text)


def _rules(rows: ContentRows, thing_id: UUID) -> tuple[RuleWritten, ...]:
    own = rows.rules.get(thing_id, [])
    found = [_rule(rows, rule) for rule in own if rule.kind is not RuleKind.TEAM]
    for_teams = [rule for rule in own if rule.team_id]
    if for_teams:
        names = tuple(sorted(rows.teams[rule.team_id] for rule in for_teams if rule.team_id))
        teams = frozenset(rule.team_id for rule in for_teams if rule.team_id)
        opening = Opening(RuleKind.TEAM, teams=teams, names=names)
        found.append(RuleWritten(for_teams[0].id, opening, waits_for_nothing=False))
    return tuple(found)


def _rule(rows: ContentRows, rule: OpeningRule) -> RuleWritten:
    numbers = numbered(rows.modules)
    hidden_modules = {module.id for module in rows.modules if module.is_hidden}
    shown = [a for a in rows.activities if not (a.is_hidden or a.module_id in hidden_modules)]
    before = rule.after_activity_id or rule.after_module_id
    can_be_done = {one.id for one in shown} | {one.module_id for one in shown}
    titles = {module.id: module.title for module in rows.modules}
    titles |= {activity.id: activity.title for activity in rows.activities}
    opening = Opening(
        rule.kind,
        on=rule.opens_on,
        of=before,
        number=numbers.get(rule.after_module_id) if rule.after_module_id else None,
        title=choose(titles[before]) if before else "",
        percent=rule.percent or 0,
    )
    return RuleWritten(rule.id, opening, bool(before) and before not in can_be_done)


def teams_in(session: Session, edition_id: UUID) -> list[tuple[UUID, str]]:
    rows = session.execute(
        select(col(Team.id), col(Team.name))
        .where(col(Team.edition_id) == edition_id)
        .order_by(col(Team.name))
    ).all()
    return [(team_id, name) for team_id, name in rows]


def rules_about(modules: list[ModuleWritten], gone: Collection[UUID]) -> list[str]:
    """The titles of what waits for something that is to go, and stays itself."""
    found: list[str] = []
    for module in modules:
        if module.id not in gone and _is_about(module.rules, gone):
            found.append(choose(module.title))
        found += [
            choose(activity.title)
            for activity in module.activities
            if activity.id not in gone and _is_about(activity.rules, gone)
        ]
    return found


def _is_about(rules: tuple[RuleWritten, ...], gone: Collection[UUID]) -> bool:
    return any(rule.opening.of in gone for rule in rules)


# --- What people did


def is_worked_in(session: Session, activity_ids: Collection[UUID]) -> bool:
    """Whether anything of somebody's hangs on one of the activities."""
    activity = SQLModel.metadata.tables["activity"].c.id
    return any(
        session.execute(select(path[0]).where(_hangs_on(path, activity_ids)).limit(1)).first()
        for path in _paths(activity)
    )


type Path = tuple[Column[Any], ...]


@cache
def _paths(target: Column[Any]) -> tuple[Path, ...]:
    """By which keys rows about people are parts of a row, be it through others."""
    return tuple(_paths_to(target, ()))


def _paths_to(target: Column[Any], rest: Path) -> Iterator[Path]:
    for table in tables():
        for key in keys(table):
            if key.target is not target or not key.is_part:
                continue
            path = (key.column, *rest)
            if keys_about(table):
                yield path
            elif "id" in table.columns and table not in [column.table for column in rest]:
                yield from _paths_to(table.columns["id"], path)


def _hangs_on(path: Path, ids: Collection[UUID]) -> Any:
    first, *rest = path
    if not rest:
        return first.in_(ids)
    nearer: Table = rest[0].table
    return first.in_(select(nearer.columns["id"]).where(_hangs_on(tuple(rest), ids)))
