"""Attendance of a live session, noted by hand by those who held it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core import clock
from app.core.i18n import ngettext
from app.policy import Action
from app.queries.attendance import sheet
from app.services.attendance import take_attendance
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to
from app.web.session_forms import AttendanceForm, minutes_typed
from app.web.session_page import session_in, show_session

router = APIRouter(route_class=OneHopRoute)

Taker = Annotated[EditionVisit, guarded_by(edition_where(Action.TAKE_ATTENDANCE))]


@router.post("/editions/{edition}/sessions/{live_session}/attendance", name="attendance.take")
def take(
    request: Request,
    visit: Taker,
    live_session: UUID,
    form: Annotated[Form[AttendanceForm], Depends(submitted(AttendanceForm))],
) -> Response:
    seen = session_in(visit, live_session)
    lines = sheet(visit.session, visit.edition.id, seen.id)
    minutes = minutes_typed(form, lines, seen.minutes)
    if form.data is None:
        return show_session(request, visit, seen, attendance=form)
    came = take_attendance(
        visit.session, visit.edition.id, seen.id, minutes, by=visit.viewer.id, now=clock.now()
    )
    sentence = ngettext(
        "Attendance is saved: %(num)s person came.",
        "Attendance is saved: %(num)s people came.",
        came,
    ) % {"num": came}
    return go_to(f"/editions/{visit.edition.id}/sessions/{seen.id}", say=sentence)
