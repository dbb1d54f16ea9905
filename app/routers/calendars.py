"""Live sessions for calendars: a person's feed at a secret address, and one session alone."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.core import clock
from app.core.errors import NotFound
from app.core.feeds import account_of, opens_feed
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.queries.calendars import FeedOwner, entry, feed, feed_owner
from app.queries.visits import visible_editions
from app.web.calendar import calendar_file, calendar_response
from app.web.fresh import unless_unchanged
from app.web.guards import Visit, anyone, guarded_by, signed_in
from app.web.one_hop import OneHopRoute

router = APIRouter(route_class=OneHopRoute)

Caller = Annotated[Visit, guarded_by(anyone)]
Person = Annotated[Visit, guarded_by(signed_in)]

SINCE = timedelta(days=90)


@router.get("/calendar/{token}.ics", name="calendars.feed")
def show_feed(request: Request, visit: Caller, token: str) -> Response:
    owner = _owner(visit, token)
    entries = feed(visit.session, owner, since=clock.now() - SINCE)

    def file() -> Response:
        with speaking(owner.language):
            content = calendar_file(entries, name=_("Live sessions at Taller"))
        return calendar_response(content, file="taller.ics")

    return unless_unchanged(request, (owner.id, owner.language, *entries), file)


def _owner(visit: Visit, token: str) -> FeedOwner:
    claimed = account_of(token)
    owner = feed_owner(visit.session, claimed) if claimed else None
    if owner is None or not opens_feed(token, owner.id, owner.generation):
        raise NotFound(_("There is no calendar at this address. Copy its address once more."))
    return owner


@router.get("/sessions/{live_session}.ics", name="calendars.one")
def show_one(visit: Person, live_session: UUID) -> Response:
    found = entry(visit.session, live_session, visible_editions(visit.viewer))
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return calendar_response(calendar_file([found]), file=f"taller-{live_session}.ics")
