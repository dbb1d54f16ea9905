"""The forums of an edition with what is new in them, and how people talk in each."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import Activity, ActivityKind
from app.policy import Action, Role
from app.queries.activities import activity_of
from app.queries.forums import (
    NewInForum,
    Reader,
    forum_of_activity,
    my_team,
    new_in_community,
    new_in_edition,
)
from app.services.forums import talk_by_team
from app.web.content import what_is_read
from app.web.edition_place import edition_place
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.writing_tabs import writing_address, writing_tabs

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}")

Member = Annotated[EditionVisit, guarded_by(edition_where(Action.READ_FORUM, with_standing=True))]
Author = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class TeamsForm(BaseModel):
    by_team: bool = False


@router.get("/forum", name="forums.index")
def index(request: Request, visit: Member) -> Response:
    """Those that are open to the person, and the community of the course."""
    lines = [line for line in what_is_read(visit).open_lines if line.kind is ActivityKind.FORUM]
    reader = _reader(visit)
    new = new_in_edition(visit.session, visit.edition.id, reader)
    return render(
        request,
        visit,
        "forums/index.html",
        **edition_place(visit),
        forums=[(line, new.get(line.id, NewInForum())) for line in lines],
        community=new_in_community(visit.session, visit.edition.course_id, reader),
        may_write_content=visit.may(Action.WRITE_CONTENT),
    )


def _reader(visit: EditionVisit) -> Reader:
    return Reader(
        visit.viewer.id,
        sees_all=visit.may_with_all(Action.READ_FORUM),
        tutors=Role.TUTOR in visit.roles,
        team_id=my_team(visit.session, visit.enrolment.id) if visit.enrolment else None,
        moderates=visit.may(Action.MODERATE_FORUM),
    )


@router.get("/content/activities/{activity}/forum", name="forums.settings")
def settings(request: Request, visit: Author, activity: UUID) -> Response:
    found = _forum(visit, activity)
    facts = forum_of_activity(visit.session, found.id, visit.viewer.id)
    typed = {"by_team": "true"} if facts.by_team else {}
    return _page(request, visit, found, Form(typed=typed))


@router.post("/content/activities/{activity}/forum", name="forums.change")
def change(
    request: Request,
    visit: Author,
    activity: UUID,
    form: Annotated[Form[TeamsForm], Depends(submitted(TeamsForm))],
) -> Response:
    found = _forum(visit, activity)
    if form.data is None:
        return _page(request, visit, found, form)
    try:
        talk_by_team(visit.session, found, by_team=form.data.by_team, by=visit.viewer.id)
    except RuleBroken as refusal:
        form.refuse("by_team", refusal.message)
        return _page(request, visit, found, form)
    return go_to(f"{writing_address(visit.edition.id, found.id)}/forum", say=_("Saved."))


def _forum(visit: EditionVisit, activity_id: UUID) -> Activity:
    found = activity_of(visit.session, visit.edition.id, activity_id)
    if found is None or found.kind is not ActivityKind.FORUM:
        raise NotFound(_("There is nothing at this address."))
    return found


def _page(
    request: Request, visit: EditionVisit, activity: Activity, form: Form[TeamsForm]
) -> Response:
    return render(
        request,
        visit,
        "forums/settings.html",
        status=422 if form.errors else 200,
        **edition_place(visit),
        activity=activity,
        activity_title=choose(activity.title),
        parts=writing_tabs(activity),
        form=form,
    )
