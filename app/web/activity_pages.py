"""What an activity looks like, by its kind; a kind that says nothing looks like a page."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from app.core.i18n import gettext as _
from app.models import ActivityKind, FileRole, ProgressState
from app.policy import Action
from app.queries.activities import read_activity
from app.queries.addresses import lead_in
from app.web.content import Place
from app.web.elsewhere_page import frame, show_embed, show_link
from app.web.forum_page import show_forum
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.panorama_page import show_panorama
from app.web.place_page import Wanted, about_place
from app.web.quiz_page import show_quiz
from app.web.survey_page import show_survey

type Page = Callable[[Request, EditionVisit, Place, Wanted], Response]


def show_page(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    return render(
        request,
        visit,
        "activities/show.html",
        seen=read_activity(visit.session, where.activity, where.spoken),
        play=asked.play,
        FileRole=FileRole,
        leads=_leads_on(visit, where),
        **about_done(where),
        **about_place(visit, where),
    )


def _leads_on(visit: EditionVisit, where: Place) -> tuple[str, str] | None:
    """Address and words of where the activity is done, if that is not this page."""
    if where.activity.kind is ActivityKind.LIVE_SESSION:
        return f"{where.address}/sessions", _("See the live sessions")
    if where.activity.kind is not ActivityKind.CAPSTONE or visit.edition.capstone is None:
        return None
    if visit.may(Action.WRITE_CAPSTONE):
        return f"{where.address}/capstone", _("Open the work of your team")
    if visit.may(Action.READ_CAPSTONES):
        return f"{where.address}/capstones", _("See the works of the teams")
    return None


def about_done(where: Place) -> dict[str, Any]:
    """What the foot of an activity says of it being done."""
    how = where.standing.activities.get(where.activity.id)
    return {"is_done": how is ProgressState.DONE}


def show_video(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    """A video that lies here, or else one of another house."""
    lead = lead_in(visit.session, where.activity.id, where.spoken)
    if lead is not None:
        seen = read_activity(visit.session, where.activity, where.spoken)
        if not seen.offered(FileRole.VIDEO):
            return frame(request, visit, where, asked, lead, seen=seen)
    return show_page(request, visit, where, asked)


PAGES: dict[ActivityKind, Page] = {
    ActivityKind.EMBED: show_embed,
    ActivityKind.FORUM: show_forum,
    ActivityKind.LINK: show_link,
    ActivityKind.PANORAMA: show_panorama,
    ActivityKind.QUIZ: show_quiz,
    ActivityKind.SURVEY: show_survey,
    ActivityKind.VIDEO: show_video,
}


def show_activity(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    return PAGES.get(where.activity.kind, show_page)(request, visit, where, asked)
