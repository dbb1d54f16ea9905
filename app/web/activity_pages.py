"""What an activity looks like, by its kind; a kind that says nothing looks like a page."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from app.models import ActivityKind, FileRole, ProgressState
from app.queries.activities import read_activity
from app.web.content import Place
from app.web.forum_page import show_forum
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.place_page import Wanted, about_place
from app.web.quiz_page import show_quiz

type Page = Callable[[Request, EditionVisit, Place, Wanted], Response]


def show_page(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    return render(
        request,
        visit,
        "activities/show.html",
        seen=read_activity(visit.session, where.activity, where.spoken),
        play=asked.play,
        FileRole=FileRole,
        **about_done(where),
        **about_place(visit, where),
    )


def about_done(where: Place) -> dict[str, Any]:
    """What the foot of an activity says of it being done."""
    how = where.standing.activities.get(where.activity.id)
    return {"is_done": how is ProgressState.DONE}


PAGES: dict[ActivityKind, Page] = {
    ActivityKind.QUIZ: show_quiz,
    ActivityKind.FORUM: show_forum,
}


def show_activity(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    return PAGES.get(where.activity.kind, show_page)(request, visit, where, asked)
