"""Links that work once: opening one changes nothing (mail programs do); its button does."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from app.core import clock
from app.core.errors import TooMany
from app.core.i18n import gettext as _
from app.core.passwords import SHORTEST
from app.models import LinkKind
from app.queries.links import link_seen
from app.services.links import ask_for_link, enter_by_link
from app.services.registration import is_same_browser
from app.web.addresses import Address
from app.web.beat import OnTheBeatRoute
from app.web.cookie import browser_secret
from app.web.db import unit_of_work
from app.web.development import shows_messages
from app.web.entering import Proof, destination, later_please, let_in, proven_by_link
from app.web.forms import Form, submitted
from app.web.guards import Visit, anyone, guarded_by, public
from app.web.link_page import SecretForm, sent_page, void_page, with_link
from app.web.onward import path_within
from app.web.pages import go_to, render
from app.web.throttle import address_of, link_looks

router = APIRouter(route_class=OnTheBeatRoute)

Anyone = Annotated[Visit, guarded_by(anyone)]
Public = Annotated[None, guarded_by(public)]
#: What is asked for on these two pages, and the address of each.
ASKED_AT = {"/sign-in/link": LinkKind.SIGN_IN, "/sign-in/password": LinkKind.PASSWORD}


class AskForm(BaseModel):
    email: Address
    next: str = ""


@router.get("/link/{secret}", name="links.show")
def show(request: Request, visit: Anyone, secret: str) -> Response:
    if not link_looks(request).admits(address_of(request)):
        raise TooMany(_("Too many links were opened from here. Try again in a minute."), wait=60)
    seen = link_seen(visit.session, secret, now=clock.now())
    if seen is None:
        return void_page(request, visit)
    return render(
        request,
        visit,
        f"accounts/links/{seen.kind}.html",
        here="sign-in",
        secret=secret,
        link=seen,
        form=Form(),
        shortest=SHORTEST,
        same_browser=is_same_browser(seen.browser_hash, browser_secret(request)),
    )


@router.get("/sign-in/link", name="links.ask")
def ask(
    request: Request, visit: Anyone, onward: Annotated[str, Query(alias="next")] = ""
) -> Response:
    return _ask(request, visit, onward)


@router.get("/sign-in/password", name="links.ask_for_password")
def ask_for_password(
    request: Request, visit: Anyone, onward: Annotated[str, Query(alias="next")] = ""
) -> Response:
    return _ask(request, visit, onward)


def _ask(request: Request, visit: Visit, onward: str) -> Response:
    if visit.maybe_viewer:
        return go_to(destination(onward, visit.viewer.platform_role))
    return _form(request, Form[AskForm](typed={"next": path_within(onward)}))


AskFormSent = Annotated[Form[AskForm], Depends(submitted(AskForm))]


@router.post("/sign-in/link", name="links.send")
def send(request: Request, _guard: Public, form: AskFormSent) -> Response:
    return _send(request, form)


@router.post("/sign-in/password", name="links.send_for_password")
def send_for_password(request: Request, _guard: Public, form: AskFormSent) -> Response:
    return _send(request, form)


def _send(request: Request, form: Form[AskForm]) -> Response:
    if form.data is None:
        return _form(request, form)
    kind, email = ASKED_AT[request.scope["path"]], form.data.email
    try:
        with unit_of_work() as session:
            message = ask_for_link(
                session,
                email,
                address_of(request),
                kind,
                onward=path_within(form.data.next),
                now=clock.now(),
                at_once=shows_messages(request),
            )
    except TooMany as error:
        form.refuse("", error.message)
        return later_please(_form(request, form), error)
    return sent_page(request, kind, email, messages=[message])


def _form(request: Request, form: Form[AskForm]) -> Response:
    return render(
        request,
        None,
        "accounts/ask_for_link.html",
        status=422 if form.errors else 200,
        here="sign-in",
        form=form,
        kind=ASKED_AT[request.scope["path"]],
        LinkKind=LinkKind,
        onward=path_within(form.typed.get("next", "")),
    )


@router.post("/sign-in/by-link", name="links.enter")
def enter(
    request: Request,
    _guard: Public,
    form: Annotated[Form[SecretForm], Depends(submitted(SecretForm))],
) -> Response:
    def admit(session: Session) -> Response:
        made = enter_by_link(session, form.typed.get("secret", ""), now=clock.now())
        return let_in(request, session, proven_by_link(made, Proof.LINK))

    return with_link(request, admit)
