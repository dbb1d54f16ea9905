"""One activity: reading it, saying that it is done, and taking its files along."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.activities import file_of
from app.services.progress import finish, undo, view
from app.web.activity_pages import show_activity
from app.web.content import place
from app.web.downloads import send_file
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render, wants_part
from app.web.place_page import Wanted

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/activities/{activity}")

Reader = Annotated[EditionVisit, guarded_by(edition_where(Action.VIEW_EDITION, with_standing=True))]
Taker = Annotated[
    EditionVisit, guarded_by(edition_where(Action.TAKE_ACTIVITIES, with_standing=True))
]

#: What a page shows or plays; everything else is for taking along.
SHOWN = ("image/", "video/", "audio/", "text/vtt")
#: More than anybody makes: what databases can count is more.
MOST_ATTEMPTS = 100_000


@router.get("", name="activities.show")
def show(  # noqa: PLR0913, PLR0917 -- query parameters
    request: Request,
    visit: Reader,
    activity: UUID,
    attempt: Annotated[int | None, Query(ge=1, le=MOST_ATTEMPTS)] = None,
    again: bool = False,  # noqa: FBT001, FBT002 -- a query parameter
    play: bool = False,  # noqa: FBT001, FBT002 -- a query parameter
    page: Annotated[int | None, Query(ge=1, le=1_000)] = None,
    summary: bool = False,  # noqa: FBT001, FBT002 -- a query parameter
) -> Response:
    asked = Wanted(attempt=attempt, again=again, play=play, page=page, summary=summary)
    return show_activity(request, visit, place(visit, activity), asked)


@router.post("/done", name="activities.finish")
def mark_done(visit: Taker, activity: UUID) -> Response:
    where = place(visit, activity)
    finish(visit.session, visit.enrolled.id, where.activity, now=clock.now())
    after = where.once_done()
    return go_to(f"{where.address}/activities/{after.id}" if after else where.address)


@router.post("/viewed", name="activities.view")
def mark_viewed(request: Request, visit: Taker, activity: UUID) -> Response:
    """Told by the page itself when it is opened, or by a button."""
    where = place(visit, activity)
    view(visit.session, visit.enrolled.id, where.activity, now=clock.now())
    if wants_part(request):
        return render(request, visit, "activities/_viewed.html", is_part=True)
    after = where.once_done()
    return go_to(f"{where.address}/activities/{after.id}" if after else where.address)


@router.post("/undone", name="activities.undo")
def mark_undone(visit: Taker, activity: UUID) -> Response:
    where = place(visit, activity)
    undo(visit.session, visit.enrolled.id, where.activity)
    return go_to(f"{where.address}/activities/{activity}", say=_("Marked as not done."))


@router.get("/files/{file}/{name}", name="activities.file")
def download(request: Request, visit: Reader, activity: UUID, file: UUID, name: str) -> Response:
    del name  # for the reader's eyes and the browser's file name only
    where = place(visit, activity)
    stored = file_of(visit.session, where.activity.id, file)
    if stored is None:
        raise NotFound(_("There is nothing at this address."))
    return send_file(request, stored, inline=stored.content_type.startswith(SHOWN))
