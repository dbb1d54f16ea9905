"""The outbox: every message to a person, for those who keep the platform running."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.links import without_links
from app.core.mails import as_html
from app.jobs.invitations import as_message
from app.jobs.messages import as_page
from app.models import InvitationState, MessageKind, MessageStatus, MessageWording, Withheld
from app.policy import Action
from app.queries.invitations import (
    InvitationWritten,
    how_many_anywhere,
    invitation_written,
    invitations_anywhere,
)
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
from app.queries.wordings import wordings_of
from app.services.admission_messages import invitation_words
from app.services.bounces import clear
from app.services.notifications import send_again
from app.web.asked import address_of, asked, in_pages
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


#: The letter to who is invited, and the tab of all of these.
INVITATION, INVITATIONS = "invitation", "invitations"


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
    return render(
        request,
        visit,
        "outbox/index.html",
        here="outbox",
        form=form,
        address=address_of("/outbox", form, "page"),
        MessageStatus=MessageStatus,
        as_kept=as_kept,
        kinds=list(MessageKind),
        **_found(visit, form),
    )


def _found(visit: Visit, form: Form[OutboxFilter]) -> dict[str, Any]:
    """One page of the messages that were asked for, and how many there are in each state."""
    wanted = form.data or OutboxFilter()
    sought = Sought(wanted.status, wanted.kind, wanted.person)
    counts = how_many_by_status(visit.session, sought)
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    page, last = in_pages(total, wanted.page, PAGE)
    found = messages(visit.session, sought, page=page)
    return {
        "tab_items": _tabs(form, counts, how_many_anywhere(visit.session, wanted.person)),
        "tab": wanted.status or "",
        "messages": found,
        "reasons": _reasons(found),
        "number": page,
        "last": last,
        "narrowed": bool(wanted.kind or wanted.person),
    }


def _tabs(
    form: Form[OutboxFilter], counts: dict[MessageStatus, int], invitations: int
) -> list[tuple[str, str, str, int]]:
    """All, each state that any message is in or that is looked at, and the invitations."""
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
        (
            INVITATIONS,
            address_of("/outbox/invitations", form, "status", "kind", "page"),
            _("Invitations"),
            invitations,
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


@router.get("/outbox/invitations", name="outbox.invitations")
def invitations(
    request: Request,
    visit: Keeper,
    form: Annotated[Form[OutboxFilter], Depends(asked(OutboxFilter))],
) -> Response:
    """They are to people who need have no account, so they are no messages of one."""
    wanted = form.data or OutboxFilter()
    total = how_many_anywhere(visit.session, wanted.person)
    page, last = in_pages(total, wanted.page, PAGE)
    own = wordings_of(visit.session, INVITATION)
    found = invitations_anywhere(visit.session, wanted.person, page=page, size=PAGE)
    counts = how_many_by_status(visit.session, Sought(person=wanted.person))
    return render(
        request,
        visit,
        "outbox/invitations.html",
        here="outbox",
        form=form,
        tab_items=_tabs(form, counts, total),
        tab=INVITATIONS,
        invitations=[(one, _words_of(one, own)) for one in found],
        number=page,
        last=last,
        address=address_of("/outbox/invitations", form, "page", "status", "kind"),
        InvitationState=InvitationState,
    )


def _words_of(one: InvitationWritten, own: Mapping[str, MessageWording]) -> tuple[str, str]:
    """Subject and text without the link, which is its reader's alone."""
    return invitation_words(own, one.course, one.invitation.language, _("(link)"))


@router.get("/outbox/invitations/{invitation}/mail", name="outbox.invitation_mail")
def invitation_as_mail_shows_it(visit: Keeper, invitation: UUID) -> Response:
    found = invitation_written(visit.session, invitation)
    if found is None:
        raise NotFound(_("There is no such invitation."))
    own = wordings_of(visit.session, INVITATION)
    letter, _somebody = as_message(found[0], own, found[1], _("(link)"))
    html = as_html(as_page(letter, letter.body))
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
