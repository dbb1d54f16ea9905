"""The next edition of a course, from the last one: checked on one page, made in one go."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.core import clock
from app.core.errors import RuleBroken
from app.core.i18n import choose, ngettext
from app.core.i18n import gettext as _
from app.policy import Action
from app.services.next_editions import Made, open_next_edition
from app.web.asked import asked
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.next_edition_page import (
    NextAsked,
    NextForm,
    dates_typed,
    next_page,
    plan_of,
    suggested,
    wanted_of,
)
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/next")

Opener = Annotated[EditionVisit, guarded_by(edition_where(Action.OPEN_NEXT_EDITION))]


@router.get("", name="next_editions.new")
def new(
    request: Request, visit: Opener, form: Annotated[Form[NextAsked], Depends(asked(NextAsked))]
) -> Response:
    plan = plan_of(visit, form.data.starts_on if form.data else None)
    return next_page(request, visit, plan, suggested(plan), form if form.errors else None)


@router.post("", name="next_editions.add")
def add(
    request: Request, visit: Opener, form: Annotated[Form[NextForm], Depends(submitted(NextForm))]
) -> Response:
    plan = plan_of(visit, form.data.starts_on if form.data else None)
    dates = dates_typed(form, plan)
    if form.data is None:
        return next_page(request, visit, plan, form)
    wanted = wanted_of(form.data, dates, visit)
    try:
        made = open_next_edition(
            visit.session, visit.edition.id, wanted, by=visit.viewer.id, now=clock.now()
        )
    except RuleBroken as broken:
        form.refuse("slug", broken.message)
        return next_page(request, visit, plan, form)
    return go_to(f"/editions/{made.edition_id}/content", say=_said(visit, made))


def _said(visit: EditionVisit, made: Made) -> str:
    title = {"title": choose(visit.edition.title)}
    if not made.is_new:
        return _("The next edition of “%(title)s” was made already. This is it.") % title
    carried = ngettext("%(num)s activity", "%(num)s activities", made.activities)
    moved = ngettext("%(num)s date moved", "%(num)s dates moved", made.dates)
    told = title | {
        "edition": visit.edition.slug,
        "activities": carried % {"num": made.activities},
        "dates": moved % {"num": made.dates},
    }
    said = [_("Made from “%(title)s” (%(edition)s): %(activities)s, %(dates)s.") % told]
    if made.teams:
        left = ngettext(
            "%(num)s rule about teams stays behind: the new edition has no teams yet.",
            "%(num)s rules about teams stay behind: the new edition has no teams yet.",
            made.teams,
        )
        said.append(left % {"num": made.teams})
    return " ".join(said)
