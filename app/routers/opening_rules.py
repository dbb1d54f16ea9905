"""When a module or an activity opens, as those say who write it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Module, RuleKind
from app.policy import Action
from app.services.opening_rules import Wish, give_rule, take_rule
from app.web.content_forms import activity_typed, module_typed
from app.web.content_page import activity_written, module_page, module_written, settings_page
from app.web.days import Day
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/content")

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class RuleForm(BaseModel):
    kind: RuleKind
    opens_on: Day | None = None
    after_module: UUID | None = None
    after_activity: UUID | None = None
    quiz: UUID | None = None
    percent: int | None = Field(default=None, ge=1, le=100)
    teams: list[UUID] = []


#: What each kind of rule needs to know.
NEEDS = {
    RuleKind.DATE: ("opens_on",),
    RuleKind.AFTER_MODULE: ("after_module",),
    RuleKind.AFTER_ACTIVITY: ("after_activity",),
    RuleKind.RESULT: ("quiz", "percent"),
    RuleKind.TEAM: ("teams",),
}

Typed = Annotated[Form[RuleForm], Depends(submitted(RuleForm))]


@router.post("/modules/{module}/rules", name="opening_rules.of_module")
def give_to_module(request: Request, visit: Writer, module: UUID, form: Typed) -> Response:
    seen = module_written(visit, module)
    if not _given(visit, module, form):
        return module_page(request, visit, seen, module_typed(seen), form)
    return _back(visit, f"modules/{module}", _("The rule was added."))


@router.post("/activities/{activity}/rules", name="opening_rules.of_activity")
def give_to_activity(request: Request, visit: Writer, activity: UUID, form: Typed) -> Response:
    seen = activity_written(visit, activity)
    if not _given(visit, activity, form):
        return settings_page(request, visit, seen, activity_typed(seen), form)
    return _back(visit, f"activities/{activity}/settings", _("The rule was added."))


@router.post("/rules/{rule}/removal", name="opening_rules.remove")
def remove(visit: Writer, rule: UUID) -> Response:
    thing = take_rule(visit.session, visit.edition.id, rule, by=visit.viewer.id)
    of_module = isinstance(thing, Module)
    page = f"modules/{thing.id}" if of_module else f"activities/{thing.id}/settings"
    return _back(visit, page, _("The rule was removed."))


def _given(visit: EditionVisit, thing_id: UUID, form: Form[RuleForm]) -> bool:
    """Give the rule that was asked for; else the form says what is wrong with it."""
    if form.data is None:
        return False
    needed = NEEDS[form.data.kind]
    for name in needed:
        if not getattr(form.data, name):
            form.errors[name] = _("Fill this in.")
    if form.errors:
        return False
    try:
        give_rule(visit.session, visit.edition.id, thing_id, _wish(form.data), by=visit.viewer.id)
    except RuleBroken as broken:
        form.refuse(needed[0], broken.message)
    return not form.errors


def _wish(data: RuleForm) -> Wish:
    before = {
        RuleKind.AFTER_MODULE: data.after_module,
        RuleKind.AFTER_ACTIVITY: data.after_activity,
        RuleKind.RESULT: data.quiz,
    }
    return Wish(
        data.kind,
        on=data.opens_on,
        before_id=before.get(data.kind),
        percent=data.percent if data.kind is RuleKind.RESULT else None,
        team_ids=tuple(data.teams),
    )


def _back(visit: EditionVisit, page: str, say: str) -> Response:
    return go_to(f"/editions/{visit.edition.id}/content/{page}#opening", say=say)
