"""An activity as those set it who write it: its title, what it asks for, where it stands."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.models import ActivityKind
from app.policy import Action
from app.queries.content import ActivityWritten, written
from app.services.activities import (
    ActivityFacts,
    add_activity,
    change_activity,
    duplicate_activity,
    hide_activity,
    place_activity,
    remove_activity,
    step_activity,
)
from app.services.activity_kinds import OFFERED
from app.web.content_forms import (
    ActivityForm,
    NewActivityForm,
    activity_typed,
    around_content,
    named,
    require_title,
    texts,
    to_content,
    writing_begins,
)
from app.web.content_page import activity_written, settings_page
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.merging import merge
from app.web.one_hop import OneHopRoute
from app.web.opening_page import Way
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/content")

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class ActivityMove(BaseModel):
    way: Way | None = None
    module: UUID | None = None
    before: UUID | None = None


class Visibility(BaseModel):
    hidden: bool = False


@router.get("/modules/{module}/activities/new", name="activity_settings.new")
def new(request: Request, visit: Writer, module: UUID) -> Response:
    form = Form[NewActivityForm](typed={"kind": ActivityKind.PAGE.value, "counts": "on"})
    return _new_page(request, visit, module, form)


@router.post("/modules/{module}/activities/new", name="activity_settings.add")
def add(
    request: Request,
    visit: Writer,
    module: UUID,
    form: Annotated[Form[NewActivityForm], Depends(submitted(NewActivityForm))],
) -> Response:
    require_title(form, visit.edition.languages)
    if form.data is not None and form.data.kind not in OFFERED:
        form.refuse("kind", _("Choose one of the options."))
    if form.data is None:
        return _new_page(request, visit, module, form)
    facts = _facts(visit, form.data, None)
    by, kind = visit.viewer.id, form.data.kind
    made = add_activity(visit.session, visit.edition.id, module, kind, facts, by=by)
    said = _("“%(title)s” was added.") % named(facts.title)
    return go_to(writing_begins(request, visit.edition.id, made.id), say=said)


@router.get("/activities/{activity}/settings", name="activity_settings.show")
def show(request: Request, visit: Writer, activity: UUID) -> Response:
    seen = activity_written(visit, activity)
    return settings_page(request, visit, seen, activity_typed(seen))


@router.post("/activities/{activity}/settings", name="activity_settings.save")
def save(
    request: Request,
    visit: Writer,
    activity: UUID,
    form: Annotated[Form[ActivityForm], Depends(submitted(ActivityForm))],
) -> Response:
    seen = activity_written(visit, activity)
    merge(form, activity_typed(seen).typed, ActivityForm)
    require_title(form, visit.edition.languages)
    if form.data is None:
        return settings_page(request, visit, seen, form)
    facts = _facts(visit, form.data, seen)
    change_activity(visit.session, visit.edition.id, activity, facts, by=visit.viewer.id)
    return to_content(visit, _("“%(title)s” was saved.") % named(facts.title), activity)


@router.post("/activities/{activity}/place", name="activity_settings.move")
def move(
    visit: Writer,
    activity: UUID,
    form: Annotated[Form[ActivityMove], Depends(submitted(ActivityMove))],
) -> Response:
    wish, session, here, by = form.data, visit.session, visit.edition.id, visit.viewer.id
    if wish and wish.module:
        to, before = wish.module, wish.before
        moved = place_activity(session, here, activity, module_id=to, before=before, by=by)
    else:
        up = wish is not None and wish.way is Way.UP
        moved = step_activity(session, here, activity, up=up, by=by)
    said = _("“%(title)s” is in place %(place)s of its module now.")
    told = named(moved.title) | {"place": moved.position}
    return to_content(visit, said % told, activity, (wish and wish.way) or "")


@router.post("/activities/{activity}/visibility", name="activity_settings.hide")
def hide(
    visit: Writer, activity: UUID, form: Annotated[Form[Visibility], Depends(submitted(Visibility))]
) -> Response:
    hidden = form.data is not None and form.data.hidden
    here, by = visit.edition.id, visit.viewer.id
    seen = hide_activity(visit.session, here, activity, hidden=hidden, by=by)
    said = _("“%(title)s” is hidden now.") if hidden else _("“%(title)s” is shown now.")
    return to_content(visit, said % named(seen.title), activity)


@router.post("/activities/{activity}/duplicate", name="activity_settings.duplicate")
def duplicate(visit: Writer, activity: UUID) -> Response:
    made = duplicate_activity(visit.session, visit.edition.id, activity, by=visit.viewer.id)
    return to_content(visit, _("There is a copy now. It is hidden until you show it."), made.id)


@router.post("/activities/{activity}/removal", name="activity_settings.remove")
def remove(visit: Writer, activity: UUID) -> Response:
    remove_activity(visit.session, visit.edition.id, activity, by=visit.viewer.id)
    return to_content(visit, _("The activity was deleted."))


def _facts(visit: EditionVisit, data: ActivityForm, seen: ActivityWritten | None) -> ActivityFacts:
    title = texts(data, "title", visit.edition.languages, seen.title if seen else {})
    return ActivityFacts(title, data.minutes, data.counts, data.is_hidden)


def _new_page(
    request: Request, visit: EditionVisit, module: UUID, form: Form[NewActivityForm]
) -> Response:
    modules = written(visit.session, visit.edition.id, visit.edition.languages)
    seen = next((one for one in modules if one.id == module), None)
    if seen is None:
        raise NotFound(_("This module is not here any more."))
    return render(
        request,
        visit,
        "content/new_activity.html",
        status=422 if form.errors else 200,
        **around_content(visit),
        module=seen,
        form=form,
    )
