"""The pages around links that work once: what was sent, and what to do when one does not work."""

from collections.abc import Callable, Iterable

from fastapi import Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.core import clock
from app.core.db import reading
from app.models import LinkKind, Message
from app.services.links import LinkVoid, ask_for_link
from app.services.tries import note_wrong_secret
from app.web.cookie import secret_in
from app.web.db import unit_of_work
from app.web.development import shows_messages
from app.web.guards import Visit, visit_of
from app.web.pages import render
from app.web.throttle import address_of


class SecretForm(BaseModel):
    secret: str = Field(default="", max_length=200)


def sent_page(
    request: Request,
    kind: LinkKind,
    email: str,
    *,
    messages: Iterable[Message | None],
    visit: Visit | None = None,
) -> Response:
    """The answer to whoever asked for a link: the same, whoever is at the address or nobody."""
    shown = shows_messages(request)
    return render(
        request,
        visit,
        "accounts/sent.html",
        here="account" if visit else "sign-in",
        kind=kind,
        LinkKind=LinkKind,
        email=email,
        shown=shown,
        messages=[message for message in messages if message] if shown else [],
    )


def send_own_link(request: Request, visit: Visit, kind: LinkKind, *, onward: str) -> Response:
    """Send a link to the address of whoever is signed in, and say so."""
    email = visit.viewer.email
    message = ask_for_link(
        visit.session,
        email,
        address_of(request),
        kind,
        onward=onward,
        now=clock.now(),
        at_once=shows_messages(request),
    )
    return sent_page(request, kind, email, messages=[message], visit=visit)


def with_link(request: Request, deed: Callable[[Session], Response]) -> Response:
    """Do what a link is for. One that opens nothing counts as a wrong secret."""
    try:
        with unit_of_work() as session:
            return deed(session)
    except LinkVoid:
        return count_void(request)


def count_void(request: Request) -> Response:
    with unit_of_work() as session:
        note_wrong_secret(session, address_of(request), now=clock.now())
    return void_page(request, reader(request))


def reader(request: Request) -> Visit | None:
    """Who is signed in in this browser, if anybody."""
    if not secret_in(request):
        return None
    with reading() as session:
        return visit_of(request, session)


def void_page(request: Request, visit: Visit | None) -> Response:
    """Whoever opens a link a second time is often in already."""
    return render(request, visit, "accounts/link_void.html", status=404, here="sign-in")
