"""The outbox: every message to a person, for those who keep the platform running."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.links import without_links
from app.core.mails import as_html
from app.jobs.messages import as_page
from app.models import MessageKind, MessageStatus, Withheld
from app.policy import Action
from app.queries.messages import (
    PAGE,
    MessageSeen,
    Sought,
    failing_addresses,
    how_many_by_status,
    items_of,
    message_seen,
    messages,
)
from app.services.bounces import clear
from app.services.notifications import send_again
from app.web.asked import address_of, asked
from app.web.development import as_kept
from app.web.forms import Form
from app.web.guards import Visit, guarded_by, may
from app.web.labels import label
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute)

Keeper = Annotated[Visit, guarded_by(may(Action.SEE_OUTBOX))]
Carer = Annotated[Visit, guarded_by(may(Action.SEE_BOUNCES))]

#: A mail brings its own style; nothing in it may run, load or lead anywhere from here.
_ONLY_TO_LOOK_AT = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


class OutboxFilter(BaseModel):
    status: MessageStatus | None = None
    kind: MessageKind | None = None
    person: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1)


@router.get("/outbox", name="outbox.index")
def index(
    request: Request,
    visit: Keeper,
    form: Annotated[Form[OutboxFilter], Depends(asked(OutboxFilter))],
) -> Response:
    wanted = form.data or OutboxFilter()
    sought = Sought(wanted.status, wanted.kind, wanted.person)
    counts = how_many_by_status(visit.session, sought)
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    last = max(1, -(-total // PAGE))
    page = min(wanted.page, last)
    found = messages(visit.session, sought, page=page)
    return render(
        request,
        visit,
        "outbox/index.html",
        here="outbox",
        form=form,
        tab_items=_tabs(form, counts),
        tab=wanted.status or "",
        messages=found,
        reasons=_reasons(found),
        number=page,
        last=last,
        address=address_of("/outbox", form, "page"),
        MessageStatus=MessageStatus,
        as_kept=as_kept,
        kinds=list(MessageKind),
        narrowed=bool(wanted.kind or wanted.person),
    )


def _tabs(
    form: Form[OutboxFilter], counts: dict[MessageStatus, int]
) -> list[tuple[str, str, str, int]]:
    """All, and each state that any message is in or that is looked at."""
    base = address_of("/outbox", form, "status", "page")
    sign = "&" if "?" in base else "?"
    here = form.data.status if form.data else None
    return [
        ("", base, _("All"), sum(counts.values())),
        *(
            (status.value, f"{base}{sign}status={status}", label(status), counts.get(status, 0))
            for status in MessageStatus
            if counts.get(status) or status is here
        ),
    ]


def _reasons(found: Iterable[MessageSeen]) -> dict[UUID, str]:
    """What keeps each message from its reader: in our words, or in those of the mail server."""
    known = set(Withheld)
    return {
        seen.id: label(Withheld(seen.trouble)) if seen.trouble in known else seen.trouble
        for seen in found
        if seen.trouble
    }


@router.get("/outbox/{message}/mail", name="outbox.mail")
def as_mail_shows_it(visit: Keeper, message: UUID) -> Response:
    """The HTML part as its reader gets it, but without the links that only they may have."""
    found = message_seen(visit.session, message)
    if found is None:
        raise NotFound(_("There is no such message."))
    items = items_of(visit.session, message) if found.digest_day else []
    html = as_html(as_page(found, without_links(found.body, _("(link)")), tuple(items)))
    return HTMLResponse(html, headers={"Content-Security-Policy": _ONLY_TO_LOOK_AT})


@router.post("/outbox/{message}/again", name="outbox.again")
def again(visit: Keeper, message: UUID) -> Response:
    send_again(visit.session, message, by=visit.viewer.id)
    return go_to("/outbox", say=_("The message waits to be sent again."))


@router.get("/outbox/addresses", name="outbox.addresses")
def addresses(request: Request, visit: Carer) -> Response:
    return render(
        request,
        visit,
        "outbox/addresses.html",
        here="outbox",
        addresses=failing_addresses(visit.session, only=visit.viewer.coordinates_id),
        may_see_outbox=visit.may(Action.SEE_OUTBOX),
    )


@router.post("/outbox/addresses/{account}/clear", name="outbox.clear")
def clear_one(visit: Carer, account: UUID) -> Response:
    clear(visit.session, account, by=visit.viewer.id, only=visit.viewer.coordinates_id)
    return go_to("/outbox/addresses", say=_("Messages go to this address again."))
