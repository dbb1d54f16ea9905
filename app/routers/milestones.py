"""The milestones of a team's work: added, changed, moved and removed by its members."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import Conflict, RuleBroken
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.capstones import milestones
from app.services.capstones import (
    MilestoneFacts,
    add_milestone,
    change_milestone,
    move_milestone,
    remove_milestone,
)
from app.web.capstone_page import NEW_MILESTONE, own_team, show_work
from app.web.days import Day
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to
from app.web.person_form import Tidy

router = APIRouter(route_class=OneHopRoute)

Member = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CAPSTONE))]


class MilestoneForm(BaseModel):
    title: Tidy = Field(max_length=200)
    responsible: Tidy = Field(default="", max_length=120)
    due_on: Day | None = None
    indicator: str = Field(default="", max_length=300)
    resources: str = Field(default="", max_length=300)
    was: str = ""  # the mark of what the person had before them

    @property
    def facts(self) -> MilestoneFacts:
        return MilestoneFacts(**self.model_dump(exclude={"was"}))


class MoveForm(BaseModel):
    to: Literal["up", "down"]


@router.post("/editions/{edition}/capstone/milestones", name="milestones.add")
def add(
    request: Request,
    visit: Member,
    form: Annotated[Form[MilestoneForm], Depends(submitted(MilestoneForm))],
) -> Response:
    team = own_team(visit)
    if form.data is None:
        return show_work(request, visit, team, editing=NEW_MILESTONE, form=form, status=422)
    given, by = form.data.facts, visit.viewer.id
    try:
        add_milestone(visit.session, team.team_id, given, by=by, now=clock.now())
    except RuleBroken as refusal:
        form.refuse("title", refusal.message)
        return show_work(
            request, visit, own_team(visit), editing=NEW_MILESTONE, form=form, status=422
        )
    return _back(visit, _("The milestone was added."))


@router.post("/editions/{edition}/capstone/milestones/{milestone}", name="milestones.change")
def change(
    request: Request,
    visit: Member,
    milestone: UUID,
    form: Annotated[Form[MilestoneForm], Depends(submitted(MilestoneForm))],
) -> Response:
    team = own_team(visit)
    if form.data is None:
        return show_work(request, visit, team, editing=str(milestone), form=form, status=422)
    try:
        change_milestone(
            visit.session,
            team.team_id,
            milestone,
            form.data.facts,
            was=form.data.was,
            by=visit.viewer.id,
            now=clock.now(),
        )
    except (Conflict, RuleBroken) as refusal:
        form.refuse("title", refusal.message)
        return _not_changed(request, visit, milestone, form, refusal.status)
    return _back(visit, _("The milestone was saved."))


def _not_changed(
    request: Request,
    visit: EditionVisit,
    milestone: UUID,
    form: Form[MilestoneForm],
    status: int,
) -> Response:
    """What was typed stays, below what is there now; one that is gone can be added anew."""
    team = own_team(visit)
    theirs = next((m for m in milestones(visit.session, team.id) if m.id == milestone), None)
    form.typed["was"] = theirs.mark if theirs else ""
    editing = str(milestone) if theirs else NEW_MILESTONE
    return show_work(request, visit, team, editing=editing, form=form, status=status)


@router.post("/editions/{edition}/capstone/milestones/{milestone}/remove", name="milestones.remove")
def remove(visit: Member, milestone: UUID) -> Response:
    team = own_team(visit)
    remove_milestone(visit.session, team.team_id, milestone, by=visit.viewer.id, now=clock.now())
    return _back(visit, _("The milestone was removed."))


@router.post("/editions/{edition}/capstone/milestones/{milestone}/move", name="milestones.move")
def move(
    visit: Member, milestone: UUID, form: Annotated[Form[MoveForm], Depends(submitted(MoveForm))]
) -> Response:
    team = own_team(visit)
    up = form.data is None or form.data.to == "up"
    move_milestone(
        visit.session, team.team_id, milestone, up=up, by=visit.viewer.id, now=clock.now()
    )
    return _back(visit, "")


def _back(visit: EditionVisit, say: str) -> Response:
    return go_to(f"/editions/{visit.edition.id}/capstone#milestones", say=say)
