"""What a page offers for saying when a module or an activity opens."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import RuleKind
from app.queries.content import ActivityWritten, ModuleWritten, rules_about, teams_in, written
from app.services.opening_rules import WITH_RESULT
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.outline import rule_words


class Way(StrEnum):
    UP = "up"
    DOWN = "down"


def rule_choices(
    visit: EditionVisit,
    thing: ModuleWritten | ActivityWritten | None,
    form: Form[Any] | None = None,
) -> dict[str, Any]:
    """The rules there are, and all that one more could be about."""
    if thing is None:
        return {"rules": [], "rule_form": Form(), "RuleKind": RuleKind}
    modules = written(visit.session, visit.edition.id, visit.edition.languages)
    gone = _own(thing)
    others = [a for m in modules for a in m.activities if a.id not in gone]
    return {
        "rules": thing.rules,
        "rule_words": rule_words,
        "rule_form": form or Form(),
        "RuleKind": RuleKind,
        "before_modules": [(m.id, _module(m)) for m in modules if m.id not in gone],
        "before_activities": [
            (_module(m), [(a.id, choose(a.title)) for a in m.activities if a.id not in gone])
            for m in modules
        ],
        "with_result": [(a.id, choose(a.title)) for a in others if a.kind in WITH_RESULT],
        "teams": teams_in(visit.session, visit.edition.id),
        "chosen_teams": {team for rule in thing.rules for team in rule.opening.teams},
        "waits_for_it": rules_about(modules, gone),
    }


def _own(thing: ModuleWritten | ActivityWritten) -> set[UUID]:
    within = thing.activities if isinstance(thing, ModuleWritten) else ()
    return {thing.id, *(activity.id for activity in within)}


def _module(module: ModuleWritten) -> str:
    title = choose(module.title)
    if module.number is None:
        return _("%(title)s (hidden)") % {"title": title}
    return f"{module.number}. {title}"
