"""When an activity is done, and what its result weighs: as those choose it who write."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.models import COMPLETIONS, Activity, Completion
from app.policy import Action
from app.queries.activities import activity_of
from app.queries.completion_rules import DoneWhen, Effect, effect_of, pass_percent
from app.services.completion_rules import RuleChanged, change_done_when
from app.web.completion_words import names, rule_choices
from app.web.content_forms import around_content
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.writing_tabs import writing_address, writing_tabs

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}"
)

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]
#: What goes with a number, and how large it may be.
NUMBERED = {Completion.RESULT: 100, Completion.POSTED: 1000, Completion.ATTENDED: 1000}


class DoneWhenForm(BaseModel):
    rule: Completion
    number: int | None = Field(default=None, ge=0, le=1000)
    weight: float = Field(default=1, ge=0, le=1000, allow_inf_nan=False)
    confirmed: bool = False
    take_back: bool = False
    reason: str = Field(default="", max_length=500)

    @property
    def wish(self) -> DoneWhen:
        return DoneWhen(self.rule, self.number if self.rule in NUMBERED else None)


@router.get("/done-when", name="completion_rules.show")
def show(request: Request, visit: Writer, activity: UUID) -> Response:
    return _page(request, visit, _activity(visit, activity))


@router.post("/done-when", name="completion_rules.save")
def save(
    request: Request,
    visit: Writer,
    activity: UUID,
    form: Annotated[Form[DoneWhenForm], Depends(submitted(DoneWhenForm))],
) -> Response:
    row = _activity(visit, activity)
    _check(form, row)
    wish = form.data
    if wish is None:
        return _page(request, visit, row, form)
    effect = effect_of(visit.session, row, wish.wish, now=clock.now())
    if not wish.confirmed and (effect.done or effect.not_any_more or effect.kept):
        return _page(request, visit, row, form, effect)
    changed = change_done_when(
        visit.session,
        visit.edition.id,
        activity,
        wish.wish,
        weight=wish.weight,
        taking_back=wish.reason if wish.take_back else "",
        by=visit.viewer.id,
        now=clock.now(),
    )
    return go_to(f"{writing_address(visit.edition.id, activity)}/done-when", say=_said(changed))


def _activity(visit: EditionVisit, activity_id: UUID) -> Activity:
    activity = activity_of(visit.session, visit.edition.id, activity_id)
    if activity is None:
        raise NotFound(_("This activity is not here any more."))
    return activity


def _check(form: Form[DoneWhenForm], activity: Activity) -> None:
    if form.data is None:
        return
    wish = form.data
    if wish.rule not in COMPLETIONS[activity.kind]:
        form.refuse("rule", _("Choose one of the options."))
    elif wish.wish.number is not None:
        least = 0 if wish.rule is Completion.RESULT else 1
        if not least <= wish.wish.number <= NUMBERED[wish.rule]:
            said = _("Write a number between %(least)s and %(most)s.")
            form.refuse("number", said % {"least": least, "most": NUMBERED[wish.rule]})
    if wish.take_back and not wish.reason.strip():
        form.refuse("reason", _("Write the reason."))


def _page(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    form: Form[DoneWhenForm] | None = None,
    effect: Effect | None = None,
) -> Response:
    """The form; or, before it is saved, whose state it would change."""
    asked_again = (
        form is not None and "confirmed" in form.typed and form.errors.keys() == {"reason"}
    )
    if asked_again and form is not None:
        typed = DoneWhenForm.model_validate(form.typed | {"take_back": True})
        effect = effect_of(visit.session, activity, typed.wish, now=clock.now())
    words = rule_choices(activity.kind)
    return render(
        request,
        visit,
        "completion_rules/preview.html" if effect else "completion_rules/show.html",
        status=422 if form and form.errors else 200,
        **around_content(visit),
        activity=activity,
        parts=writing_tabs(activity),
        thing_address=writing_address(visit.edition.id, activity.id),
        form=form or _typed(activity),
        rules=[(one.value, words[one]) for one in COMPLETIONS[activity.kind]],
        numbered=[one for one in COMPLETIONS[activity.kind] if one in NUMBERED],
        passes=pass_percent(visit.session, activity),
        Completion=Completion,
        **(about_effect(visit, effect) if effect else {}),
    )


def about_effect(visit: EditionVisit, effect: Effect) -> dict[str, Any]:
    """The names of those whom the reader may see; of others only how many there are."""
    return {"effect": effect, "names": lambda people: names(visit, people)}


def _typed(activity: Activity) -> Form[DoneWhenForm]:
    number = activity.completion_number
    return Form(
        typed={
            "rule": activity.done_when.value,
            "number": "" if number is None else str(number),
            "weight": f"{activity.weight:g}",
        }
    )


def _said(changed: RuleChanged) -> str:
    said = [_("The rule was saved.")]
    if changed.done:
        done = ngettext(
            "%(num)s person has done the activity with it.",
            "%(num)s people have done the activity with it.",
            changed.done,
        )
        said.append(done % {"num": changed.done})
    if changed.taken_back:
        back = ngettext(
            "%(num)s person has not done it any more.",
            "%(num)s people have not done it any more.",
            changed.taken_back,
        )
        said.append(back % {"num": changed.taken_back})
    return " ".join(said)
