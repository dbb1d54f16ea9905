"""The audit log, for those who keep the platform running."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.policy import Action
from app.queries.audit import PAGE, events, how_many_events, known_actions, subjects
from app.web.asked import address_of, asked
from app.web.audit_words import in_words, said
from app.web.forms import Form
from app.web.guards import Visit, guarded_by, may
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute)


class AuditFilter(BaseModel):
    action: str = Field(default="", max_length=60)
    page: int = Field(default=1, ge=1)


@router.get("/audit", name="audit.index")
def index(
    request: Request,
    visit: Annotated[Visit, guarded_by(may(Action.SEE_AUDIT_LOG))],
    form: Annotated[Form[AuditFilter], Depends(asked(AuditFilter))],
) -> Response:
    wanted = form.data or AuditFilter()
    last = max(1, -(-how_many_events(visit.session, wanted.action) // PAGE))
    page = min(wanted.page, last)
    seen = events(visit.session, wanted.action, page=page)
    named = subjects(visit.session, seen)
    return render(
        request,
        visit,
        "audit/index.html",
        part="audit/_events.html",
        here="audit",
        form=form,
        actions=[(action, in_words(action)) for action in known_actions(visit.session)],
        events=[said(event, named, visit.may) for event in seen],
        number=page,
        last=last,
        address=address_of("/audit", form, "page"),
    )
