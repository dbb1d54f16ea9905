"""The outbox: every message to a person, for those who keep the platform running."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.i18n import gettext as _
from app.core.i18n import pgettext
from app.models import MessageStatus
from app.policy import Action
from app.queries.messages import PAGE, how_many_by_status, messages
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


class OutboxFilter(BaseModel):
    status: MessageStatus | None = None
    page: int = Field(default=1, ge=1)


@router.get("/outbox", name="outbox.index")
def index(
    request: Request,
    visit: Keeper,
    form: Annotated[Form[OutboxFilter], Depends(asked(OutboxFilter))],
) -> Response:
    wanted = form.data or OutboxFilter()
    counts = how_many_by_status(visit.session)
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    last = max(1, -(-total // PAGE))
    page = min(wanted.page, last)
    tabs = [("", "/outbox", pgettext("messages", "All"), sum(counts.values()))]
    tabs += [(s.value, f"/outbox?status={s}", label(s), counts.get(s, 0)) for s in MessageStatus]
    return render(
        request,
        visit,
        "outbox/index.html",
        here="outbox",
        tab_items=tabs,
        tab=wanted.status or "",
        messages=messages(visit.session, wanted.status, page=page),
        number=page,
        last=last,
        address=address_of("/outbox", form, "page"),
        MessageStatus=MessageStatus,
        as_kept=as_kept,
    )


@router.post("/outbox/{message}/again", name="outbox.again")
def again(visit: Keeper, message: UUID) -> Response:
    send_again(visit.session, message, by=visit.viewer.id)
    return go_to("/outbox", say=_("The message waits to be sent again."))
