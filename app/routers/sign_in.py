"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.core.errors import RuleBroken, TooMany
from app.core.i18n import gettext as _
from app.core.passwords import LONGEST
from app.core.settings import settings
from app.queries.accounts import Credentials
from app.services.sign_ins import end_sign_in
from app.web.cookie import take_back
from app.web.entering import Proof, Proven, destination, later_please, let_in
from app.web.forms import Form, understood
from app.web.guards import Visit, anyone, guarded_by, public, whoever_signed_in
from app.web.one_hop import OneHopRoute
from app.web.onward import path_within
from app.web.pages import go_to, render
from app.web.proof import Claim, once_proven
from app.web.throttle import address_of

router = APIRouter(route_class=OneHopRoute)

Anyone = Annotated[Visit, guarded_by(anyone)]
Leaver = Annotated[Visit, guarded_by(whoever_signed_in)]


class SignInForm(BaseModel):
    email: str = Field(max_length=254)
    password: str = Field(max_length=LONGEST)
    keep: bool = False
    next: str = ""


@router.get("/sign-in", name="sign_in.show")
def ask(
    request: Request, visit: Anyone, onward: Annotated[str, Query(alias="next")] = ""
) -> Response:
    if visit.maybe_viewer:
        return go_to(destination(onward, visit.viewer.platform_role))
    return show(request, Form[SignInForm](typed={"next": path_within(onward)}))


@router.post("/sign-in", name="sign_in.enter")
async def enter(request: Request, _guard: Annotated[None, guarded_by(public)]) -> Response:
    """Nothing is open here while the password is looked at; `once_proven` says why."""
    form = understood(SignInForm, await request.form())
    if form.data is None:
        return await run_in_threadpool(show, request, form)
    try:
        admitted = await _admitted(request, form.data)
    except TooMany as error:
        form.refuse("", error.message)
        return later_please(await run_in_threadpool(show, request, form), error)
    except RuleBroken as error:  # only whoever knows the password hears it
        form.refuse("", error.message)
        return await run_in_threadpool(show, request, form)
    if admitted is None:
        wrong = _("This password does not match the e-mail.")
        first = _("If you have just made the account, open the message that we sent you first.")
        form.refuse("password", f"{wrong} {first}")
        return await run_in_threadpool(show, request, form)
    return admitted


async def _admitted(request: Request, given: SignInForm) -> Response | None:
    """Let them in, or on to their second step; None: the password is not the account's."""

    def admit(session: Session, known: Credentials) -> Response:
        onward = destination(given.next, known.platform_role)
        proven = Proven(known.id, by=Proof.PASSWORD, onward=onward, keep=given.keep)
        return let_in(request, session, proven)

    return await once_proven(Claim(given.email, given.password, address_of(request)), admit)


@router.post("/sign-out", name="sign_in.leave")
def leave(visit: Leaver) -> Response:
    if visit.maybe_viewer:
        end_sign_in(visit.session, visit.viewer.signed_in_id, visit.viewer.sign_in_id)
    response = go_to("/", say=_("You are signed out."))
    take_back(response)
    return response


def show(request: Request, form: Form[SignInForm]) -> Response:
    return render(
        request,
        None,
        "accounts/sign_in.html",
        status=422 if form.errors else 200,
        here="sign-in",
        form=form,
        onward=path_within(form.typed.get("next", "")),
        providers=settings().sign_in_providers,
    )
