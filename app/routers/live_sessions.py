"""Live sessions: the lists, scheduling and changing one, its page, and the way into its room."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core import clock
from app.core.formats import current_zone, zone_city, zone_name
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.zones import instant_of
from app.policy import Action
from app.queries.attendance import Attended, attended
from app.queries.live_sessions import (
    EditionChoice,
    SessionSeen,
    editions_with_sessions,
    room_of,
    sessions_everywhere,
    sessions_of,
)
from app.queries.visits import visible_editions
from app.services.live_sessions import (
    Agreed,
    cancel,
    change,
    changed_meanwhile,
    enter,
    schedule,
    trouble_with_hour,
)
from app.web.asked import asked
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, Visit, edition_where, guarded_by, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.session_forms import SessionForm, errors_of_hour, filled
from app.web.session_page import (
    Weeks,
    feed_address,
    own_people_only,
    place_of,
    session_in,
    show_session,
    show_session_form,
    two_weeks,
)

router = APIRouter(route_class=OneHopRoute)

Visitor = Annotated[EditionVisit, guarded_by(edition_where(Action.VIEW_EDITION))]
Scheduler = Annotated[EditionVisit, guarded_by(edition_where(Action.SCHEDULE_SESSIONS))]
Person = Annotated[Visit, guarded_by(signed_in)]


class EditionAsked(BaseModel):
    """Which edition's sessions, of all; none: all of them."""

    edition: UUID | None = None


Asked = Annotated[Form[EditionAsked], Depends(asked(EditionAsked))]
Typed = Annotated[Form[SessionForm], Depends(submitted(SessionForm))]


@router.get("/editions/{edition}/sessions", name="live_sessions.index")
def index(request: Request, visit: Visitor) -> Response:
    now = clock.now()
    sessions = sessions_of(visit.session, visit.edition.id)
    coming = [seen for seen in sessions if not seen.is_over(now)]
    next_one = coming[0].starts_at if coming else now
    return render(
        request,
        visit,
        "live_sessions/index.html",
        coming=coming,
        past=[seen for seen in reversed(sessions) if seen.is_over(now)],
        zone_name=zone_name(current_zone(), next_one),
        feed=feed_address(visit),
        **_figures(visit, sessions, now),
        **place_of(visit),
    )


def _figures(visit: EditionVisit, sessions: list[SessionSeen], now: datetime) -> dict[str, Any]:
    """Hours offered and attended, for those who may see who came."""
    if not visit.may(Action.SEE_PEOPLE):
        return {"attended": {}, "held": 0, "offered": 0, "total": Attended()}
    held = [seen for seen in sessions if seen.was_held(now)]
    by_session = attended(visit.session, visit.edition.id, only_institution=own_people_only(visit))
    counted = [by_session.get(seen.id, Attended()) for seen in held]
    return {
        "attended": by_session,
        "held": len(held),
        "offered": sum(seen.minutes for seen in held),
        "total": Attended(sum(c.people for c in counted), sum(c.minutes for c in counted)),
    }


@router.get("/editions/{edition}/sessions/new", name="live_sessions.new")
def new(request: Request, visit: Scheduler) -> Response:
    typed = {
        "timezone": current_zone(),
        "minutes": "90",
        "language": visit.edition.languages[0],
        "host": str(visit.viewer.id),
    }
    return show_session_form(request, visit, Form(typed))


@router.post("/editions/{edition}/sessions/new", name="live_sessions.schedule")
def add(request: Request, visit: Scheduler, form: Typed, preview: bool = False) -> Response:  # noqa: FBT001, FBT002 -- a word of the address
    if preview:
        return _preview(request, visit, form)
    may_be_past, now = visit.may(Action.CHANGE_EDITION), clock.now()
    if form.data and (trouble := _trouble(form.data, may_be_past=may_be_past, now=now)):
        form.refuse("hour", trouble)
    if form.data is None:
        return show_session_form(request, visit, form)
    agreed = schedule(
        visit.session,
        visit.edition.id,
        form.data.plan,
        by=visit.viewer.id,
        may_be_past=may_be_past,
        now=now,
    )
    address = f"/editions/{visit.edition.id}/sessions/{agreed.live_session.id}"
    return go_to(address, say=_said_of_new(agreed, now=now))


@router.get("/editions/{edition}/sessions/{live_session}", name="live_sessions.show")
def show(request: Request, visit: Visitor, live_session: UUID) -> Response:
    return show_session(request, visit, session_in(visit, live_session))


@router.get("/editions/{edition}/sessions/{live_session}/edit", name="live_sessions.edit")
def edit(request: Request, visit: Scheduler, live_session: UUID) -> Response:
    seen = session_in(visit, live_session)
    room = room_of(visit.session, visit.edition.id, seen.id)
    return show_session_form(request, visit, filled(seen, room.link if room else ""), seen=seen)


@router.post("/editions/{edition}/sessions/{live_session}/edit", name="live_sessions.change")
def save(
    request: Request,
    visit: Scheduler,
    live_session: UUID,
    form: Typed,
    preview: bool = False,  # noqa: FBT001, FBT002 -- a word of the address
) -> Response:
    seen = session_in(visit, live_session)
    if preview:
        return _preview(request, visit, form, seen)
    may_be_past, now = visit.may(Action.CHANGE_EDITION), clock.now()
    _check_change(form, seen, may_be_past=may_be_past, now=now)
    if form.data is None:
        return show_session_form(request, visit, form, seen=seen)
    agreed = change(
        visit.session,
        visit.edition.id,
        live_session,
        form.data.plan,
        seen=form.data.sequence,
        by=visit.viewer.id,
        may_be_past=may_be_past,
        now=now,
    )
    return go_to(
        f"/editions/{visit.edition.id}/sessions/{live_session}", say=_said_of_change(agreed)
    )


@router.post("/editions/{edition}/sessions/{live_session}/cancel", name="live_sessions.cancel")
def call_off(visit: Scheduler, live_session: UUID) -> Response:
    told = cancel(
        visit.session, visit.edition.id, live_session, by=visit.viewer.id, now=clock.now()
    )
    sentence = ngettext(
        "The session was cancelled. %(num)s person was told.",
        "The session was cancelled. %(num)s people were told.",
        told,
    ) % {"num": told}
    return go_to(f"/editions/{visit.edition.id}/sessions/{live_session}", say=sentence)


@router.get("/editions/{edition}/sessions/{live_session}/join", name="live_sessions.join")
def join(visit: Visitor, live_session: UUID) -> Response:
    """A link and no form: browsers let no form lead to another site."""
    link = enter(visit.session, visit.edition.id, live_session, now=clock.now())
    return Response(status_code=302, headers={"Location": link, "Referrer-Policy": "no-referrer"})


@router.get("/sessions", name="live_sessions.everywhere")
def everywhere(request: Request, visit: Person, form: Asked) -> Response:
    """All that lies ahead of somebody; two weeks of all editions for who runs the programme."""
    now, weeks = clock.now(), two_weeks(clock.now())
    by_weeks = visit.may(Action.SEE_EDITIONS)
    found = sessions_everywhere(
        visit.session,
        visible_editions(visit.viewer),
        begin=weeks.begin,
        end=weeks.end if by_weeks else None,
        edition_id=form.data.edition if form.data and by_weeks else None,
    )
    return render(
        request,
        visit,
        "live_sessions/everywhere.html",
        part="live_sessions/_everywhere.html",
        here="sessions",
        by_weeks=by_weeks,
        can_schedule=False,
        coming=[one for one in found if not one.session.is_over(now)],
        this_week=[one for one in found if one.session.starts_at < weeks.middle],
        next_week=[one for one in found if one.session.starts_at >= weeks.middle],
        editions=_editions_to_choose(visit, weeks) if by_weeks else [],
        form=form,
        feed=feed_address(visit),
    )


def _editions_to_choose(visit: Visit, weeks: Weeks) -> list[EditionChoice]:
    return editions_with_sessions(
        visit.session, visible_editions(visit.viewer), begin=weeks.begin, end=weeks.end
    )


def _preview(
    request: Request,
    visit: EditionVisit,
    form: Form[SessionForm],
    seen: SessionSeen | None = None,
) -> Response:
    """What hour it would be, without keeping anything."""
    form.errors = errors_of_hour(form)
    return show_session_form(request, visit, form, seen=seen, previewing=True)


def _trouble(data: SessionForm, *, may_be_past: bool, now: datetime) -> str:
    instant = instant_of(data.local_start, data.timezone).instant
    return trouble_with_hour(instant, may_be_past=may_be_past, now=now)


def _check_change(
    form: Form[SessionForm], seen: SessionSeen, *, may_be_past: bool, now: datetime
) -> None:
    """Say beside the fields what the service would refuse, so that what was typed is kept."""
    if form.data is None:
        return
    if form.data.sequence != seen.sequence:
        form.typed["sequence"] = str(seen.sequence)
        form.refuse("", changed_meanwhile())
        return
    moved = instant_of(form.data.local_start, form.data.timezone).instant != seen.starts_at
    if moved and (trouble := _trouble(form.data, may_be_past=may_be_past, now=now)):
        form.refuse("hour", trouble)


def _said_of_new(agreed: Agreed, *, now: datetime) -> str:
    if agreed.live_session.starts_at <= now:
        return _("The session was noted as already begun. Nobody was written to.")
    return (
        f"{_('The session is scheduled. Participants see it now.')} {_about_hour(agreed)}".strip()
    )


def _said_of_change(agreed: Agreed) -> str:
    if agreed.told:
        said = ngettext(
            "The session was changed. %(num)s person was told the new time.",
            "The session was changed. %(num)s people were told the new time.",
            agreed.told,
        ) % {"num": agreed.told}
    else:
        said = _("The session was changed.")
    return f"{said} {_about_hour(agreed)}".strip()


def _about_hour(agreed: Agreed) -> str:
    if not agreed.twice:
        return ""
    return _("That hour comes twice that night in %(city)s; the first one is meant.") % {
        "city": zone_city(agreed.live_session.timezone)
    }
