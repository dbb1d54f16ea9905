"""Recording and slides of a live session: kept and published by staff, fetched by participants."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, UploadFile

from app.core import clock
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.live_sessions import SessionSeen
from app.services.recordings import (
    Remains,
    Upload,
    nothing_to_publish,
    save_remains,
    trouble_with_slides,
)
from app.web.downloads import send_file
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to
from app.web.session_forms import RemainsForm
from app.web.session_page import session_in, show_session

router = APIRouter(route_class=OneHopRoute)

Visitor = Annotated[EditionVisit, guarded_by(edition_where(Action.VIEW_EDITION))]
Keeper = Annotated[EditionVisit, guarded_by(edition_where(Action.SCHEDULE_SESSIONS))]


@router.post("/editions/{edition}/sessions/{live_session}/recording", name="recordings.save")
def save(
    request: Request,
    visit: Keeper,
    live_session: UUID,
    form: Annotated[Form[RemainsForm], Depends(submitted(RemainsForm))],
) -> Response:
    seen = session_in(visit, live_session)
    slides = form.files.get("slides")
    if slides and (trouble := trouble_with_slides(slides.file)):
        form.refuse("slides", trouble)
    if form.data and form.data.publish and not _is_something(form.data, slides, seen):
        form.refuse("recording_url", nothing_to_publish())
    if form.data is None:
        return show_session(request, visit, seen, remains=form)
    save_remains(
        visit.session,
        visit.edition.id,
        seen.id,
        _remains(form.data, slides),
        publish=form.data.publish,
        by=visit.viewer.id,
        now=clock.now(),
    )
    sentence = _("Published. Participants see it now.") if form.data.publish else _("Saved.")
    return go_to(f"/editions/{visit.edition.id}/sessions/{seen.id}", say=sentence)


def _remains(data: RemainsForm, slides: UploadFile | None) -> Remains:
    return Remains(
        recording_url=data.recording_url,
        recording_minutes=data.recording_minutes,
        slides=Upload(slides.filename or "", slides.file) if slides else None,
        without_slides=data.without_slides,
    )


def _is_something(data: RemainsForm, slides: UploadFile | None, seen: SessionSeen) -> bool:
    stays = seen.slides is not None and not data.without_slides
    return bool(data.recording_url) or slides is not None or stays


@router.get("/editions/{edition}/sessions/{live_session}/slides", name="recordings.slides")
def slides(request: Request, visit: Visitor, live_session: UUID) -> Response:
    seen = session_in(visit, live_session)
    may_have = seen.published_at is not None or visit.may(Action.SCHEDULE_SESSIONS)
    if seen.slides is None or not may_have:
        raise NotFound(_("There is nothing at this address."))
    return send_file(request, seen.slides)
