"""Another e-mail address for one's account."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.core import clock
from app.core.db import reading
from app.core.errors import RuleBroken, TooMany
from app.core.i18n import gettext as _
from app.core.passwords import LONGEST
from app.models import LinkKind, Message
from app.queries.accounts import Credentials, has_password
from app.queries.sign_ins import began_at
from app.services.email_changes import (
    ask_to_change,
    began_just_now,
    cancel_change,
    confirm_change,
    refuse_change,
)
from app.web.addresses import NewAddress
from app.web.beat import OnTheBeatRoute
from app.web.db import unit_of_work
from app.web.entering import later_please
from app.web.forms import Form, submitted, understood
from app.web.guards import (
    Visit,
    guarded_by,
    public,
    signed_in,
    signed_in_for_slow_work,
)
from app.web.link_page import SecretForm, reader, send_own_link, sent_page, with_link
from app.web.pages import go_to, render
from app.web.proof import Claim, once_proven
from app.web.threads import in_a_thread, pages
from app.web.throttle import address_of

router = APIRouter(route_class=OnTheBeatRoute)

Public = Annotated[None, guarded_by(public)]
SecretSent = Annotated[Form[SecretForm], Depends(submitted(SecretForm))]


class EmailForm(BaseModel):
    """``present``: the password, of those who have one."""

    email: NewAddress
    present: str = Field(default="", max_length=LONGEST)


@router.get("/account/email", name="emails.show")
def ask(request: Request, visit: Annotated[Visit, guarded_by(signed_in)]) -> Response:
    return show(request, visit, Form[EmailForm]())


@router.post("/account/email", name="emails.change")
async def change(
    request: Request, visit: Annotated[Visit, guarded_by(signed_in_for_slow_work)]
) -> Response:
    form = understood(EmailForm, await request.form())
    answer: Response | None = None
    try:
        answer = await _changed(request, visit, form)
    except TooMany as error:
        form.refuse("", error.message)
        return later_please(await run_in_threadpool(show, request, visit, form), error)
    except RuleBroken as error:
        form.refuse("email", error.message)
    if answer is None:
        return await run_in_threadpool(show, request, visit, form)
    return answer


async def _changed(request: Request, visit: Visit, form: Form[EmailForm]) -> Response | None:
    """The answer to who showed who they are; None: something is missing."""
    if form.data is None:
        return None
    email, present, person = form.data.email, form.data.present, visit.viewer
    place = address_of(request)

    def ask_both(session: Session, _known: Credentials | None = None) -> list[Message]:
        return ask_to_change(session, person.id, email, place, now=clock.now())

    by_password, is_fresh = await run_in_threadpool(_how_to_prove, visit)
    if by_password:
        written = await once_proven(Claim(person.email, present, place), ask_both)
        if written is None:
            form.refuse("present", _("This is not your present password."))
    else:
        written = None
        if is_fresh:
            written = await in_a_thread(lambda: _kept(ask_both), among=pages())
    if written is None:
        return None
    return sent_page(request, LinkKind.NEW_ADDRESS, email, messages=written, visit=visit)


def _kept[T](deed: Callable[[Session], T]) -> T:
    with unit_of_work() as session:
        return deed(session)


def _how_to_prove(visit: Visit) -> tuple[bool, bool]:
    """By the password of those who have one; others signed in a moment ago, or do so now."""
    with reading() as session:
        began = began_at(session, visit.viewer.sign_in_id)
        return has_password(session, visit.viewer.id), began_just_now(began, now=clock.now())


def show(request: Request, visit: Visit, form: Form[EmailForm]) -> Response:
    by_password, is_fresh = _how_to_prove(visit)
    return render(
        request,
        visit,
        "accounts/email.html",
        status=422 if form.errors else 200,
        here="account",
        form=form,
        email=visit.viewer.email,
        by_password=by_password,
        sign_in_again=not by_password and not is_fresh,
    )


@router.post("/account/email/link", name="emails.send_link")
def send_link(request: Request, visit: Annotated[Visit, guarded_by(signed_in)]) -> Response:
    """For those who have no password and signed in long ago: a link shows that it is them."""
    return send_own_link(request, visit, LinkKind.SIGN_IN, onward="/account/email")


@router.post("/account/email/cancel", name="emails.cancel")
def cancel(visit: Annotated[Visit, guarded_by(signed_in)]) -> Response:
    cancel_change(visit.session, visit.viewer.id)
    return go_to("/account", say=_("Your e-mail address stays as it is."))


@router.post("/account/email/confirm", name="emails.confirm")
def confirm(request: Request, _guard: Public, form: SecretSent) -> Response:
    """Say yes from one of the two addresses."""
    here = reader(request)
    but = here.viewer.sign_in_id if here and here.maybe_viewer else None

    def say_yes(session: Session) -> Response:
        email = confirm_change(session, form.typed.get("secret", ""), but=but, now=clock.now())
        if email is None:
            return go_to("/account", say=_("Confirmed. The other address has to say yes as well."))
        return go_to("/account", say=_("From now on you sign in with the new address."))

    return with_link(request, say_yes)


@router.post("/account/email/refuse", name="emails.refuse")
def refuse(request: Request, _guard: Public, form: SecretSent) -> Response:
    """Say no from one of the two addresses."""

    def say_no(session: Session) -> Response:
        refuse_change(session, form.typed.get("secret", ""), now=clock.now())
        return go_to("/", say=_("The address stays as it was."))

    return with_link(request, say_no)
