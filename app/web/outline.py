"""The modules of an edition as HTML. People in the same state see the same, rendered once."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from markupsafe import Markup

from app.core.formats import current_habits, day
from app.core.i18n import gettext as _
from app.models import ProgressState
from app.queries.outlines import ActivityLine, ModuleLine, ModuleState
from app.web.pages import environment

#: The kind of status (macros/status.html) that stands for each state.
KINDS = {ProgressState.DONE: "ok", ProgressState.STARTED: "half", None: ""}


@dataclass(frozen=True)
class Step:
    """One activity with one person's state, as the templates show it."""

    line: ActivityLine
    address: str
    state: str

    @property
    def key(self) -> UUID:
        return self.line.id

    @property
    def title(self) -> str:
        return self.line.title


def outline_entry(state: ModuleState, address: str, current: UUID | None) -> Markup:
    """The module in the course outline; what is done or not open is folded into a word."""
    here = current if current and state.module.holds(current) else None
    return _rendered(
        "editions/_outline_entry.html",
        state.module,
        state.states,
        state.is_open,
        here,
        address,
        current_habits(),
    )


def module_section(state: ModuleState, address: str, *, folded: bool, personal: bool) -> Markup:
    """The module with its activities: open on the page, or folded under its title."""
    name = "editions/_module_folded.html" if folded else "editions/_module.html"
    if not personal:
        name = "editions/_module_for_staff.html"
    return _rendered(
        name,
        state.module,
        state.states,
        state.is_open,
        None,
        address,
        current_habits(),
    )


@lru_cache(maxsize=4096)
def _rendered(
    template: str,
    module: ModuleLine,
    states: tuple[ProgressState | None, ...],
    is_open: bool,  # noqa: FBT001 -- a part of the key
    current: UUID | None,
    address: str,
    habits: str,
) -> Markup:
    del habits  # a part of the key: words and days come from the reader's own
    steps = [
        Step(line, f"{address}/activities/{line.id}", KINDS[state] if is_open else "lock")
        for line, state in zip(module.activities, states, strict=True)
    ]
    is_done = bool(states) and all(s is ProgressState.DONE for s in states)
    html = environment.get_template(template).render(
        module=module,
        steps=steps,
        is_open=is_open,
        is_done=is_done,
        opens=None if is_open else opening_words(module),
        current=current,
    )
    return Markup(html)  # noqa: S704 -- our own template, autoescaped


def opening_words(module: ModuleLine) -> str:
    """When a module that is not open yet will open."""
    if module.opens_on is not None:
        return _("Opens on %(day)s") % {"day": day(module.opens_on)}
    return _("Opens when you finish module %(number)s") % {"number": module.number - 1}
