"""The outline of an edition: its modules and activities, the same for everybody who reads it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.i18n import choose, chosen_language
from app.models import (
    Activity,
    ActivityKind,
    Edition,
    Module,
    OpeningRule,
    ProgressState,
    RuleKind,
    Team,
    reading_order,
)
from app.queries.progress import Standing


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A rule of when something opens, in one language; those about teams are one."""

    kind: RuleKind
    on: date | None = None
    of: UUID | None = None  # the activity or the module that comes before
    number: int | None = None  # of the module
    title: str = ""  # of the activity, or of the module
    percent: int = 0
    teams: frozenset[UUID] = frozenset()
    names: tuple[str, ...] = ()  # of the teams


@dataclass(frozen=True, slots=True, eq=False)
class ActivityLine:
    id: UUID
    number: str  # "3.4"; of what is hidden none
    title: str
    language: str
    kind: ActivityKind
    minutes: int
    counts: bool
    is_hidden: bool = False
    rules: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ModuleLine:
    """A module in one language. Compared by identity: what was rendered of it is kept by it."""

    id: UUID
    place: int  # among all that are shown
    number: int | None  # of what is hidden none
    title: str
    summary: str
    language: str
    is_hidden: bool
    rules: tuple[Opening, ...]
    activities: tuple[ActivityLine, ...]
    has_rules_within: bool

    def holds(self, activity_id: UUID) -> bool:
        return any(activity.id == activity_id for activity in self.activities)


@dataclass(frozen=True, slots=True)
class Outline:
    """An edition's modules in one language; ``version`` is the edition's when this was read.

    ``only`` has, of each activity that is not for all, the teams that it is for.
    """

    edition_id: UUID
    version: int
    language: str
    modules: tuple[ModuleLine, ...]
    only: Mapping[UUID, frozenset[UUID]]

    def is_for(self, activity_id: UUID, team_id: UUID | None) -> bool:
        return activity_id not in self.only or team_id in self.only[activity_id]

    @property
    def activities(self) -> tuple[ActivityLine, ...]:
        return tuple(activity for module in self.modules for activity in module.activities)

    def place_of(self, activity_id: UUID) -> tuple[ModuleLine, ActivityLine] | None:
        for module in self.modules:
            for activity in module.activities:
                if activity.id == activity_id:
                    return module, activity
        return None


class Outlines:
    """Outlines this process has read, by edition, version, language and whether all is in them."""

    def __init__(self, most: int = 512) -> None:
        self.most = most
        self.kept: dict[tuple[UUID, int, str, bool], Outline] = {}

    def get(
        self, session: Session, edition_id: UUID, version: int, language: str, *, hidden: bool
    ) -> Outline:
        key = (edition_id, version, language, hidden)
        if key not in self.kept:
            if len(self.kept) >= self.most:
                self.kept.pop(next(iter(self.kept)), None)
            self.kept[key] = read_outline(session, edition_id, version, language, hidden=hidden)
        return self.kept[key]


_outlines = Outlines()


def outline(
    session: Session, edition_id: UUID, version: int, language: str, *, hidden: bool = False
) -> Outline:
    """The outline in ``language``, where it is missing in another; read once per version.

    What is ``hidden`` stands in it only for those who write.
    """
    return _outlines.get(session, edition_id, version, language, hidden=hidden)


def read_outline(
    session: Session, edition_id: UUID, version: int, language: str, *, hidden: bool
) -> Outline:
    rows = content_rows(session, edition_id)
    spoken, fallback = session.exec(
        select(Edition.languages, Edition.fallback_language).where(Edition.id == edition_id)
    ).one()
    order = reading_order(spoken, fallback, language)
    return _Reading(edition_id, rows, language, order).outline(version, hidden=hidden)


@dataclass(frozen=True, slots=True)
class ContentRows:
    """All rows of an edition's content, in its order; rules by what opens, teams by id."""

    modules: tuple[Module, ...]
    activities: tuple[Activity, ...]
    rules: dict[UUID, list[OpeningRule]]
    teams: dict[UUID, str]


def content_rows(session: Session, edition_id: UUID) -> ContentRows:
    rules: dict[UUID, list[OpeningRule]] = {}
    teams: dict[UUID, str] = {}

    def read[T: (Module, Activity)](kind: type[T], of: Any) -> tuple[T, ...]:
        """With the rules of each, and the names of the teams in them."""
        rows = session.execute(
            select(kind, OpeningRule, col(Team.name))
            .join(OpeningRule, of == col(kind.id), isouter=True)
            .join(Team, col(Team.id) == col(OpeningRule.team_id), isouter=True)
            .where(kind.edition_id == edition_id)
            .order_by(col(kind.position), col(OpeningRule.id))
        ).all()
        for thing, rule, name in rows:
            if rule is not None:
                rules.setdefault(thing.id, []).append(rule)
            if name is not None:
                teams[rule.team_id] = name
        return tuple({thing.id: thing for thing, _rule, _name in rows}.values())

    modules = read(Module, col(OpeningRule.module_id))
    activities = read(Activity, col(OpeningRule.activity_id))
    return ContentRows(modules, activities, rules, teams)


def numbered(modules: Iterable[Module]) -> dict[UUID, int]:
    """The numbers of the modules that are shown, as people count them."""
    shown = (module.id for module in modules if not module.is_hidden)
    return {module_id: number for number, module_id in enumerate(shown, 1)}


class _Reading:
    """The rows of an edition on their way into an outline."""

    def __init__(
        self, edition_id: UUID, rows: ContentRows, language: str, order: Sequence[str]
    ) -> None:
        self.edition_id = edition_id
        self.language = language
        self.order = order  # the languages in which it is read, the wanted one first
        self.modules, self.rules, self.teams = rows.modules, rows.rules, rows.teams
        self.activities = {activity.id: activity for activity in rows.activities}
        self.within: dict[UUID, list[Activity]] = {module.id: [] for module in rows.modules}
        for activity in rows.activities:
            self.within[activity.module_id].append(activity)
        self.numbers = numbered(rows.modules)

    def outline(self, version: int, *, hidden: bool) -> Outline:
        shown = [m for m in self.modules if hidden or not m.is_hidden]
        lines = tuple(self._module(m, place, hidden) for place, m in enumerate(shown, 1))
        only = {
            activity.id: _both(_teams(line.rules), _teams(activity.rules))
            for line in lines
            for activity in line.activities
            if _teams(line.rules) is not None or _teams(activity.rules) is not None
        }
        return Outline(self.edition_id, version, self.language, lines, only)

    def _module(self, module: Module, place: int, hidden: bool) -> ModuleLine:  # noqa: FBT001 -- passed on
        number = self.numbers.get(module.id)
        activities = tuple(self._activities(module, number, hidden=hidden))
        return ModuleLine(
            id=module.id,
            place=place,
            number=number,
            title=choose(module.title, *self.order),
            summary=choose(module.summary, *self.order),
            language=chosen_language(module.title, *self.order),
            is_hidden=module.is_hidden,
            rules=self._openings(module.id),
            activities=activities,
            has_rules_within=any(activity.rules for activity in activities),
        )

    def _activities(
        self, module: Module, number: int | None, *, hidden: bool
    ) -> Iterator[ActivityLine]:
        n = 0
        for activity in self.within[module.id]:
            if activity.is_hidden and not hidden:
                continue
            n += not activity.is_hidden
            yield ActivityLine(
                id=activity.id,
                number=f"{number}.{n}" if number and not activity.is_hidden else "",
                title=choose(activity.title, *self.order),
                language=chosen_language(activity.title, *self.order),
                kind=activity.kind,
                minutes=activity.minutes,
                counts=activity.counts,
                is_hidden=activity.is_hidden,
                rules=self._openings(activity.id),
            )

    def _openings(self, thing_id: UUID) -> tuple[Opening, ...]:
        asked = {rule.id: rule for rule in self._asked(thing_id, frozenset())}
        own = [rule for rule in self.rules.get(thing_id, ()) if rule.kind is RuleKind.TEAM]
        found = [self._opening(rule) for rule in asked.values()]
        if own:
            teams = [rule.team_id for rule in own if rule.team_id]
            names = tuple(sorted(self.teams[team_id] for team_id in teams))
            found.append(Opening(RuleKind.TEAM, teams=frozenset(teams), names=names))
        return tuple(found)

    def _asked(self, thing_id: UUID, seen: frozenset[UUID]) -> Iterator[OpeningRule]:
        """The rules that can be fulfilled: what nobody can do passes on what it waits for itself.

        That is what is hidden, and a module in which there is nothing to do.
        """
        if thing_id in seen:
            return
        for rule in self.rules.get(thing_id, ()):
            before = rule.after_activity_id or rule.after_module_id
            if rule.kind is RuleKind.TEAM:
                continue
            if before is None or self._can_be_done(before):
                yield rule
                continue
            yield from self._asked(before, seen | {thing_id})
            if before in self.activities:
                module_id = self.activities[before].module_id
                yield from self._asked(module_id, seen | {thing_id})

    def _can_be_done(self, thing_id: UUID) -> bool:
        if thing_id in self.activities:
            activity = self.activities[thing_id]
            return not activity.is_hidden and activity.module_id in self.numbers
        return thing_id in self.numbers and not all(a.is_hidden for a in self.within[thing_id])

    def _opening(self, rule: OpeningRule) -> Opening:
        opening = Opening(rule.kind, on=rule.opens_on, percent=rule.percent or 0)
        if rule.after_module_id:
            number = self.numbers[rule.after_module_id]
            return replace(opening, of=rule.after_module_id, number=number)
        if rule.after_activity_id:
            title = choose(self.activities[rule.after_activity_id].title, *self.order)
            return replace(opening, of=rule.after_activity_id, title=title)
        return opening


def _teams(rules: Iterable[Opening]) -> frozenset[UUID] | None:
    """Whom a thing is for; None: for all."""
    return next((rule.teams for rule in rules if rule.kind is RuleKind.TEAM), None)


def _both(one: frozenset[UUID] | None, other: frozenset[UUID] | None) -> frozenset[UUID]:
    if one is None or other is None:
        return one or other or frozenset()
    return one & other


@dataclass(frozen=True, slots=True)
class ModuleState:
    """How one person is with one module: what is done, and what keeps it or a part of it closed."""

    module: ModuleLine
    states: tuple[ProgressState | None, ...]
    waits: tuple[Opening, ...] = ()  # the rules of the module that do not hold
    within: tuple[tuple[Opening, ...], ...] = ()  # of each activity; empty where none has any

    @property
    def is_open(self) -> bool:
        return not self.waits

    @property
    def is_done(self) -> bool:
        own = self.own
        return bool(own) and all(how is ProgressState.DONE for _line, how in own)

    @property
    def own(self) -> list[tuple[ActivityLine, ProgressState | None]]:
        """What is there for this person, each with how far they are: nothing for other teams."""
        pairs = list(zip(self.module.activities, self.states, strict=True))
        if _is_for_others(self.waits):
            return []
        if not self.within:
            return pairs
        closed = zip(pairs, self.within, strict=True)
        return [pair for pair, rules in closed if not _is_for_others(rules)]

    @property
    def open_now(self) -> list[ActivityLine]:
        if self.waits:
            return []
        if not self.within:
            return list(self.module.activities)
        closed = zip(self.module.activities, self.within, strict=True)
        return [line for line, rules in closed if not rules]

    def keeps_closed(self, line: ActivityLine) -> tuple[Opening, ...]:
        """The rules that keep an activity of the module from opening; the module's come first."""
        within = self.within[self.module.activities.index(line)] if self.within else ()
        return self.waits + within


def _is_for_others(rules: Iterable[Opening]) -> bool:
    return any(rule.kind is RuleKind.TEAM for rule in rules)


def module_states(
    outline: Outline, stands: Standing, *, on: date, all_open: bool = False
) -> list[ModuleState]:
    """The modules with this person's states; what has rules opens once all of them hold."""
    progress, holds = stands.activities, _Holding(outline, stands, on)
    found: list[ModuleState] = []
    for module in outline.modules:
        states = tuple(progress.get(activity.id) for activity in module.activities)
        if all_open:
            found.append(ModuleState(module, states))
            continue
        waits = holds.not_yet(module.rules) if module.rules else ()
        within: tuple[tuple[Opening, ...], ...] = ()
        if module.has_rules_within:
            within = tuple(holds.not_yet(activity.rules) for activity in module.activities)
        found.append(ModuleState(module, states, waits, within))
    return found


class _Holding:
    """Which rules hold for one person."""

    def __init__(self, outline: Outline, stands: Standing, on: date) -> None:
        self.outline = outline
        self.stands = stands
        self.on = on

    def not_yet(self, rules: tuple[Opening, ...]) -> tuple[Opening, ...]:
        return tuple(rule for rule in rules if not self.holds(rule))

    def holds(self, rule: Opening) -> bool:
        if rule.kind is RuleKind.DATE:
            return rule.on is None or rule.on <= self.on
        if rule.kind is RuleKind.TEAM:
            return self.stands.team_id in rule.teams
        if rule.kind is RuleKind.AFTER_MODULE:
            module = next(module for module in self.outline.modules if module.id == rule.of)
            return all(self._is_done(activity.id) for activity in module.activities)
        assert rule.of is not None  # noqa: S101 -- the rules that are left name an activity
        if rule.kind is RuleKind.AFTER_ACTIVITY:
            return self._is_done(rule.of)
        if not self.outline.is_for(rule.of, self.stands.team_id):
            return True
        return self.stands.results.get(rule.of, -1) >= rule.percent

    def _is_done(self, activity_id: UUID) -> bool:
        """What is for other teams keeps nobody waiting."""
        if self.stands.activities.get(activity_id) is ProgressState.DONE:
            return True
        return not self.outline.is_for(activity_id, self.stands.team_id)


def next_activity(states: list[ModuleState]) -> ActivityLine | None:
    """The first activity that is open and not done yet."""
    for state in states:
        done = dict(zip(state.module.activities, state.states, strict=True))
        for line in state.open_now:
            if done[line] is not ProgressState.DONE:
                return line
    return None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many activities there are for somebody, and how many of them are done."""

    total: int
    done: int


def counted(states: Iterable[ModuleState]) -> Counted:
    found = [how for state in states for _line, how in state.own]
    return Counted(len(found), sum(how is ProgressState.DONE for how in found))
