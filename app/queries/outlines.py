"""The outline of an edition: its modules and activities, the same for everybody who reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.i18n import choose, chosen_language
from app.models import Activity, ActivityKind, Edition, Module, ProgressState, reading_order


@dataclass(frozen=True, slots=True, eq=False)
class ActivityLine:
    id: UUID
    number: str  # "3.4"
    title: str
    language: str
    kind: ActivityKind
    minutes: int
    counts: bool


@dataclass(frozen=True, slots=True, eq=False)
class ModuleLine:
    """A module in one language. Compared by identity: what was rendered of it is kept by it."""

    id: UUID
    number: int
    title: str
    summary: str
    language: str
    opens_on: date | None
    after_previous: bool
    activities: tuple[ActivityLine, ...]

    def holds(self, activity_id: UUID) -> bool:
        return any(activity.id == activity_id for activity in self.activities)


@dataclass(frozen=True, slots=True)
class Outline:
    """An edition's modules in one language; ``version`` is the edition's when this was read."""

    edition_id: UUID
    version: int
    language: str
    modules: tuple[ModuleLine, ...]

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
    """Outlines this process has read, by edition, version and language."""

    def __init__(self, most: int = 512) -> None:
        self.most = most
        self.kept: dict[tuple[UUID, int, str], Outline] = {}

    def get(self, session: Session, edition_id: UUID, version: int, language: str) -> Outline:
        key = (edition_id, version, language)
        if key not in self.kept:
            if len(self.kept) >= self.most:
                self.kept.pop(next(iter(self.kept)), None)
            self.kept[key] = read_outline(session, edition_id, version, language)
        return self.kept[key]


_outlines = Outlines()


def outline(session: Session, edition_id: UUID, version: int, language: str) -> Outline:
    """The outline in ``language``, where it is missing in another; read once per version."""
    return _outlines.get(session, edition_id, version, language)


def read_outline(session: Session, edition_id: UUID, version: int, language: str) -> Outline:
    modules = session.exec(
        select(Module, Edition.languages, Edition.fallback_language)
        .join(Edition, col(Edition.id) == col(Module.edition_id))
        .where(Module.edition_id == edition_id)
        .order_by(col(Module.position))
    ).all()
    activities = session.exec(
        select(Activity).where(Activity.edition_id == edition_id).order_by(col(Activity.position))
    ).all()
    lines = []
    for number, (module, languages, fallback) in enumerate(modules, 1):
        order = reading_order(languages, fallback, language)
        own = [activity for activity in activities if activity.module_id == module.id]
        lines.append(
            ModuleLine(
                id=module.id,
                number=number,
                title=choose(module.title, *order),
                summary=choose(module.summary, *order),
                language=chosen_language(module.title, *order),
                opens_on=module.opens_on,
                after_previous=module.after_previous,
                activities=tuple(
                    _line(f"{number}.{n}", activity, order) for n, activity in enumerate(own, 1)
                ),
            )
        )
    return Outline(edition_id, version, language, tuple(lines))


def _line(number: str, activity: Activity, order: Sequence[str]) -> ActivityLine:
    return ActivityLine(
        id=activity.id,
        number=number,
        title=choose(activity.title, *order),
        language=chosen_language(activity.title, *order),
        kind=activity.kind,
        minutes=activity.minutes,
        counts=activity.counts,
    )


@dataclass(frozen=True, slots=True)
class ModuleState:
    """How one person is with one module."""

    module: ModuleLine
    states: tuple[ProgressState | None, ...]
    is_open: bool

    @property
    def is_done(self) -> bool:
        return bool(self.states) and all(s is ProgressState.DONE for s in self.states)


def module_states(
    outline: Outline, progress: dict[UUID, ProgressState], *, on: date, all_open: bool = False
) -> list[ModuleState]:
    """The modules with this person's states; a module opens on its date or after the one before."""
    found: list[ModuleState] = []
    for module in outline.modules:
        states = tuple(progress.get(activity.id) for activity in module.activities)
        before_done = not module.after_previous or not found or found[-1].is_done
        day_come = module.opens_on is None or module.opens_on <= on
        is_open = all_open or (day_come and before_done)
        found.append(ModuleState(module, states, is_open))
    return found


def next_activity(states: list[ModuleState]) -> ActivityLine | None:
    """The first activity of an open module that is not done yet."""
    for state in states:
        if not state.is_open:
            continue
        for activity, how in zip(state.module.activities, state.states, strict=True):
            if how is not ProgressState.DONE:
                return activity
    return None
