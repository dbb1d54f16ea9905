"""Changing one's password."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.core.errors import TooMany
from app.core.i18n import gettext as _
from app.core.passwords import LONGEST, SHORTEST, hashing
from app.queries.accounts import Credentials
from app.services.accounts import change_password, weakness
from app.web.entering import later_please
from app.web.forms import Form, understood
from app.web.guards import Visit, guarded_by, signed_in, signed_in_for_slow_work
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.proof import Claim, once_proven
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


def show(request: Request, visit: Visit, form: Form[PasswordForm]) -> Response:
    return render(
        request,
        visit,
        "accounts/password.html",
        status=422 if form.errors else 200,
        here="account",
        form=form,
        email=visit.viewer.email,
        shortest=SHORTEST,
    )
