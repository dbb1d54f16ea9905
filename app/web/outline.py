"""The modules of an edition as HTML. People in the same state see the same, rendered once."""

from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from markupsafe import Markup

from app.core.formats import current_habits, day, listing, percent
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.models import ProgressState, RuleKind
from app.queries.outlines import ActivityLine, ModuleLine, ModuleState, Opening
from app.web.pages import environment

#: The kind of status (macros/status.html) that stands for each state.
KINDS = {ProgressState.DONE: "ok", ProgressState.STARTED: "half", None: ""}


@dataclass(frozen=True)
class Step:
    """One activity with one person's state, as the templates show it."""

    line: ActivityLine
    address: str
    state: str
    opens: str = ""  # when, in words, if it is closed by a rule of its own
    rules: str = ""  # all of its own, for those who accompany the edition

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
        state.waits,
        state.within,
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
        state.waits,
        state.within,
        None,
        address,
        current_habits(),
    )


@lru_cache(maxsize=4096)
def _rendered(  # noqa: PLR0913, PLR0917 -- all of the key
    template: str,
    module: ModuleLine,
    states: tuple[ProgressState | None, ...],
    waits: tuple[Opening, ...],
    within: tuple[tuple[Opening, ...], ...],
    current: UUID | None,
    address: str,
    habits: str,
) -> Markup:
    del habits  # a part of the key: words and days come from the reader's own
    state = ModuleState(module, states, waits, within)
    steps = [_step(state, line, f"{address}/activities/{line.id}") for line in module.activities]
    for_staff = template.endswith("_for_staff.html")
    if for_staff:
        steps = [replace(step, rules=opening_words(step.line.rules)) for step in steps]
    html = environment.get_template(template).render(
        module=module,
        steps=steps,
        is_open=state.is_open,
        is_done=state.is_done,
        opens=opening_words(waits) if waits else None,
        current=current,
        rules=opening_words(module.rules) if for_staff else "",
    )
    return Markup(html)  # noqa: S704 -- our own template, autoescaped


def _step(state: ModuleState, line: ActivityLine, address: str) -> Step:
    n = state.module.activities.index(line)
    own = state.within[n] if state.within else ()
    if state.waits or own:
        return Step(line, address, "lock", opening_words(own))
    return Step(line, address, KINDS[state.states[n]])


def opening_words(rules: tuple[Opening, ...]) -> str:
    """When something that is not open yet will open."""
    return " · ".join(rule_words(rule) for rule in rules)


def rule_words(rule: Opening) -> str:
    if rule.kind is RuleKind.DATE and rule.on:
        return _("Opens on %(day)s") % {"day": day(rule.on)}
    if rule.kind is RuleKind.AFTER_MODULE and rule.number:
        return _("Opens when you finish module %(number)s") % {"number": rule.number}
    if rule.kind is RuleKind.AFTER_MODULE:
        return _("Opens when you finish “%(title)s”") % {"title": rule.title}
    if rule.kind is RuleKind.RESULT:
        told = {"percent": percent(rule.percent / 100), "title": rule.title}
        return _("Opens with %(percent)s or more in “%(title)s”") % told
    if rule.kind is RuleKind.TEAM:
        teams = ngettext(
            "For the team %(teams)s only", "For the teams %(teams)s only", len(rule.names)
        )
        return teams % {"teams": listing(list(rule.names))}
    return _("Opens when you have done “%(title)s”") % {"title": rule.title}
