"""Changing one's password, and choosing another with a link."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.core import clock
from app.core.db import reading
from app.core.errors import TooMany
from app.core.i18n import gettext as _
from app.core.passwords import LONGEST, SHORTEST, hashing
from app.models import LinkKind
from app.queries.accounts import Credentials, has_password
from app.queries.links import LinkSeen, link_seen
from app.services.accounts import change_password, reset_password, weakness
from app.web.entering import Proof, later_please, let_in, proven_by_link
from app.web.forms import Form, understood
from app.web.guards import (
    Visit,
    anyone,
    guarded_by,
    public,
    signed_in,
    signed_in_for_slow_work,
)
from app.web.link_page import count_void, send_own_link, with_link
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.proof import Claim, once_proven
from app.web.threads import in_a_thread, pages
from app.web.throttle import address_of

router = APIRouter(route_class=OneHopRoute)


class PasswordForm(BaseModel):
    present: str = Field(max_length=LONGEST)
    password: str = Field(min_length=SHORTEST, max_length=LONGEST)


@router.get("/account/password", name="passwords.show")
def ask(request: Request, visit: Annotated[Visit, guarded_by(signed_in)]) -> Response:
    return show(request, visit, Form[PasswordForm]())


@router.post("/account/password", name="passwords.change")
async def change(
    request: Request, visit: Annotated[Visit, guarded_by(signed_in_for_slow_work)]
) -> Response:
    form = understood(PasswordForm, await request.form())
    person = visit.viewer
    weak = form.data and weakness(form.data.password, email=person.email)
    if weak:
        form.refuse("password", weak)
    if form.data is None:
        return await run_in_threadpool(show, request, visit, form)
    new_hash = await asyncio.wrap_future(hashing(form.data.password))

    def keep(session: Session, known: Credentials) -> Response:
        change_password(session, known.id, new_hash, but=person.sign_in_id)
        return go_to("/account", say=_("Your password is changed; other browsers are signed out."))

    try:
        claim = Claim(person.email, form.data.present, address_of(request))
        kept = await once_proven(claim, keep)
    except TooMany as error:
        form.refuse("", error.message)
        return later_please(await run_in_threadpool(show, request, visit, form), error)
    if kept is None:
        form.refuse("present", _("This is not your present password."))
        return await run_in_threadpool(show, request, visit, form)
    return kept


@router.post("/account/password/link", name="passwords.send_link")
def send_link(request: Request, visit: Annotated[Visit, guarded_by(signed_in)]) -> Response:
    """For those who never had one: the link comes to their address, and lets them choose."""
    return send_own_link(request, visit, LinkKind.PASSWORD, onward="/account")


class NewPasswordForm(BaseModel):
    secret: str = Field(default="", max_length=200)
    password: str = Field(min_length=SHORTEST, max_length=LONGEST)


@router.get("/sign-in/new-password", name="passwords.chosen")
def chosen(visit: Annotated[Visit, guarded_by(anyone)]) -> Response:
    """Where reloading a page that refused a password leads: its link is in the message."""
    del visit
    return go_to("/sign-in")


@router.post("/sign-in/new-password", name="passwords.choose")
async def choose(request: Request, _guard: Annotated[None, guarded_by(public)]) -> Response:
    """Set a new password with a link, and let its owner in."""
    form = understood(NewPasswordForm, await request.form())
    secret = form.typed.get("secret", "")
    seen = await run_in_threadpool(_link, secret)
    if seen is None:
        return await run_in_threadpool(count_void, request)
    if form.data and (weak := weakness(form.data.password, email=seen.email)):
        form.refuse("password", weak)
    if form.data is None:
        return await run_in_threadpool(_choose_again, request, form, seen)
    hashed = await asyncio.wrap_future(hashing(form.data.password))

    def admit(session: Session) -> Response:
        made = reset_password(session, secret, hashed, now=clock.now())
        proven = proven_by_link(made, Proof.NEW_PASSWORD)
        return let_in(request, session, proven, say=_("Your new password holds from now on."))

    return await in_a_thread(lambda: with_link(request, admit), among=pages())


def _link(secret: str) -> LinkSeen | None:
    with reading() as session:
        seen = link_seen(session, secret, now=clock.now())
    return seen if seen and seen.kind is LinkKind.PASSWORD else None


def _choose_again(request: Request, form: Form[NewPasswordForm], seen: LinkSeen) -> Response:
    return render(
        request,
        None,
        "accounts/links/password.html",
        status=422,
        here="sign-in",
        secret=form.typed.get("secret", ""),
        link=seen,
        form=form,
        shortest=SHORTEST,
    )


def show(request: Request, visit: Visit, form: Form[PasswordForm]) -> Response:
    with reading() as session:
        has_one = has_password(session, visit.viewer.id)
    return render(
        request,
        visit,
        "accounts/password.html",
        status=422 if form.errors else 200,
        here="account",
        form=form,
        email=visit.viewer.email,
        shortest=SHORTEST,
        has_one=has_one,
    )
