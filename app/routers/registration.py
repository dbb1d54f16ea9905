"""Making an account: asked for here, made when the address is confirmed."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.core import clock
from app.core.db import reading
from app.core.errors import TooMany
from app.core.formats import current_zone
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.core.passwords import LONGEST, SHORTEST, hashing
from app.models import LinkKind
from app.queries.institutions import institutions
from app.queries.links import LinkSeen, link_seen
from app.services.accounts import Person, weakness
from app.services.registration import (
    Registration,
    ask_to_register,
    confirm_registration,
    is_same_browser,
)
from app.services.tries import refuse_flooding
from app.web.addresses import NewAddress
from app.web.beat import OnTheBeatRoute
from app.web.choices import zone_offered
from app.web.cookie import (
    Cookie,
    browser_secret,
    cookie_in,
    new_browser_secret,
    remember_browser,
)
from app.web.db import unit_of_work
from app.web.entering import Proof, destination, later_please, let_in, proven_by_link
from app.web.forms import Form, understood
from app.web.guards import Visit, anyone, guarded_by, public
from app.web.link_page import count_void, sent_page, with_link
from app.web.onward import path_within
from app.web.pages import go_to, render
from app.web.person_form import (
    Affiliation,
    PersonForm,
    affiliation,
    person_of,
    proposed,
    what_is_offered,
)
from app.web.threads import in_a_thread, pages
from app.web.throttle import address_of

router = APIRouter(route_class=OnTheBeatRoute)

Anyone = Annotated[Visit, guarded_by(anyone)]
Public = Annotated[None, guarded_by(public)]


class RegistrationForm(PersonForm):
    email: NewAddress
    password: str = Field(min_length=SHORTEST, max_length=LONGEST)
    next: str = ""


class ConfirmationForm(BaseModel):
    """``password``: only asked for in another browser than the one of the registration."""

    secret: str = Field(default="", max_length=200)
    password: str | None = Field(default=None, min_length=SHORTEST, max_length=LONGEST)


@router.get("/register", name="registration.show")
def ask(
    request: Request, visit: Anyone, onward: Annotated[str, Query(alias="next")] = ""
) -> Response:
    if visit.maybe_viewer:
        return go_to(destination(onward, visit.viewer.platform_role))
    typed = {"language": current_locale(), "next": path_within(onward)}
    if cookie_in(request, Cookie.ZONE):
        typed["zone"] = zone_offered(current_zone())
    form = Form[RegistrationForm](typed=typed)
    return show(request, form, Affiliation(institutions(visit.session)))


@router.post("/register", name="registration.register")
async def enter(request: Request, _guard: Public) -> Response:
    """A password is hashed slowly: nothing is open meanwhile, as when signing in.

    It is hashed for every address, known or not, and so takes as long.
    """
    form = understood(RegistrationForm, await request.form())
    try:
        about = await run_in_threadpool(_check, request, form)
        if form.data is None:
            return await run_in_threadpool(show, request, form, about)
        person = person_of(form.data, about.id)
        password_hash = await asyncio.wrap_future(hashing(form.data.password))
        given = form.data
        return await in_a_thread(
            lambda: _take_down(request, given, person, password_hash), among=pages()
        )
    except TooMany as error:
        form.refuse("", error.message)
        return later_please(await run_in_threadpool(_again, request, form), error)


def _check(request: Request, form: Form[RegistrationForm]) -> Affiliation:
    """Find what is wrong before anything slow begins; every wrong answer is told at once."""
    with reading() as session:
        refuse_flooding(session, address_of(request), now=clock.now())
        known = institutions(session)
    about = affiliation(form, known)
    weak = weakness(form.typed.get("password", "").strip(), email=form.typed.get("email", ""))
    if weak and "password" not in form.errors:
        form.refuse("password", weak)
    return about


def _take_down(
    request: Request, given: RegistrationForm, person: Person, password_hash: str
) -> Response:
    browser = new_browser_secret(request)
    asked = Registration(
        person,
        email=given.email,
        password_hash=password_hash,
        onward=path_within(given.next),
        browser=browser,
        address=address_of(request),
        proposed=proposed(given),
    )
    with unit_of_work() as session:
        message = ask_to_register(session, asked, now=clock.now())
    response = sent_page(request, LinkKind.CONFIRM, given.email, messages=[message])
    remember_browser(response, browser)
    return response


def _again(request: Request, form: Form[Any]) -> Response:
    with reading() as session:
        asks = bool(form.typed.get("institution_choice"))
        return show(request, form, Affiliation(institutions(session), asks=asks))


def show(request: Request, form: Form[RegistrationForm], about: Affiliation) -> Response:
    if form.errors and form.typed.get("password"):
        form.errors.setdefault("password", _("Write the password once more."))
    return render(
        request,
        None,
        "accounts/register.html",
        status=422 if form.errors else 200,
        here="sign-in",
        form=form,
        onward=path_within(form.typed.get("next", "")),
        shortest=SHORTEST,
        **what_is_offered(about, form.typed.get("zone", "")),
    )


@router.get("/register/confirm", name="registration.confirmed")
def confirmed(visit: Anyone) -> Response:
    """Where reloading a page that asked for a password leads: its link is in the message."""
    del visit
    return go_to("/sign-in")


@router.post("/register/confirm", name="registration.confirm")
async def confirm(request: Request, _guard: Public) -> Response:
    """Make the account, and let its owner in."""
    form = understood(ConfirmationForm, await request.form())
    secret = form.typed.get("secret", "")
    seen = await run_in_threadpool(_link, secret)
    if seen is None:
        return await run_in_threadpool(count_void, request)
    browser = browser_secret(request)
    same_browser = is_same_browser(seen.browser_hash, browser)
    _check_password(form, seen, same_browser=same_browser)
    if form.data is None:
        return await run_in_threadpool(_ask_for_password, request, form, seen)
    hashed = None
    if not same_browser and form.data.password:
        hashed = await asyncio.wrap_future(hashing(form.data.password))

    def admit(session: Session) -> Response:
        made = confirm_registration(
            session, secret, browser=browser, password_hash=hashed, now=clock.now()
        )
        proven = proven_by_link(made, Proof.CONFIRMATION)
        return let_in(request, session, proven, say=_("Your account is ready."))

    return await in_a_thread(lambda: with_link(request, admit), among=pages())


def _link(secret: str) -> LinkSeen | None:
    with reading() as session:
        seen = link_seen(session, secret, now=clock.now())
    return seen if seen and seen.kind is LinkKind.CONFIRM else None


def _check_password(form: Form[ConfirmationForm], seen: LinkSeen, *, same_browser: bool) -> None:
    """In another browser a password is chosen anew, and a good one."""
    if same_browser or form.data is None:
        return
    if form.data.password is None:
        form.refuse("password", _("Fill this in."))
    elif weak := weakness(form.data.password, email=seen.email):
        form.refuse("password", weak)


def _ask_for_password(request: Request, form: Form[ConfirmationForm], seen: LinkSeen) -> Response:
    return render(
        request,
        None,
        "accounts/links/confirm.html",
        status=422,
        here="sign-in",
        secret=form.typed.get("secret", ""),
        link=seen,
        form=form,
        shortest=SHORTEST,
        same_browser=False,
    )
