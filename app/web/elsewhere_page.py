"""What participants see of other houses: links, and frames that are loaded only after a click."""

from typing import Any

from fastapi import Request, Response

from app.core.embeds import host_of, may_be_embedded
from app.models import ProgressState
from app.queries.activities import ActivitySeen, read_activity
from app.queries.addresses import Lead, lead_in
from app.web.content import Place
from app.web.guards import EditionVisit
from app.web.headers import content_security_policy
from app.web.pages import render
from app.web.place_page import Wanted, about_place


def show_link(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    del asked
    lead = lead_in(visit.session, where.activity.id, where.spoken)
    return _show(request, visit, where, "activities/link.html", lead)


def show_embed(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    lead = lead_in(visit.session, where.activity.id, where.spoken)
    return frame(request, visit, where, asked, lead)


def frame(
    request: Request,
    visit: EditionVisit,
    where: Place,
    asked: Wanted,
    lead: Lead | None,
    *,
    seen: ActivitySeen | None = None,
) -> Response:
    """The frame itself only where it was asked for, and only on this answer may it be loaded."""
    may_frame = lead is not None and may_be_embedded(lead.url)
    response = _show(
        request,
        visit,
        where,
        "activities/embed.html",
        lead,
        seen=seen,
        may_frame=may_frame,
        play=asked.play,
    )
    if lead and may_frame and asked.play:
        source = f"https://{host_of(lead.url)}"
        response.headers["Content-Security-Policy"] = content_security_policy(frame_src=source)
    return response


def _show(
    request: Request,
    visit: EditionVisit,
    where: Place,
    page: str,
    lead: Lead | None,
    *,
    seen: ActivitySeen | None = None,
    **given: Any,
) -> Response:
    how = where.standing.activities.get(where.activity.id)
    return render(
        request,
        visit,
        page,
        seen=seen or read_activity(visit.session, where.activity, where.spoken),
        lead=lead,
        host=host_of(lead.url) if lead else "",
        is_done=how is ProgressState.DONE,
        **given,
        **about_place(visit, where),
    )
