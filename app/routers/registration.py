"""Making an account."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BeforeValidator, EmailStr, Field
from starlette.concurrency import run_in_threadpool

from app.core import clock
from app.core.db import reading
from app.core.errors import TooMany
from app.core.formats import current_zone
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.core.passwords import LONGEST, SHORTEST, hashing
from app.models import normalized_email
from app.queries.accounts import is_taken
from app.queries.institutions import institutions
from app.services.accounts import AddressTaken, Person, address_taken, register, weakness
from app.services.institution_proposals import settle_institution
from app.services.sign_ins import note_failure, refuse_guessing
from app.web.choices import zone_offered
from app.web.db import unit_of_work
from app.web.entering import later_please, let_in
from app.web.forms import Form, understood
from app.web.guards import Visit, anyone, guarded_by, public
from app.web.one_hop import OneHopRoute
from app.web.onward import landing, path_within
from app.web.pages import go_to, render
from app.web.person_form import (
    Affiliation,
    PersonForm,
    affiliation,
    person_of,
    proposed,
    what_is_offered,
)
from app.web.throttle import address_of

router = APIRouter(route_class=OneHopRoute)

Anyone = Annotated[Visit, guarded_by(anyone)]


def _in_plain_letters(address: str) -> str:
    """Letters of other alphabets look like Latin ones: two people would share what looks alike."""
    if not address.partition("@")[0].isascii():
        raise ValueError(_("Write the address in letters without accents."))
    return address


class RegistrationForm(PersonForm):
    email: Annotated[
        EmailStr, BeforeValidator(normalized_email), AfterValidator(_in_plain_letters)
    ] = Field(max_length=254)
    password: str = Field(min_length=SHORTEST, max_length=LONGEST)
    next: str = ""


@router.get("/register", name="registration.show")
def ask(
    request: Request, visit: Anyone, onward: Annotated[str, Query(alias="next")] = ""
) -> Response:
    if visit.maybe_viewer:
        return go_to(path_within(onward) or landing(visit.viewer.platform_role))
    typed = {"language": current_locale(), "next": path_within(onward)}
    if "tz" in request.cookies:
        typed["zone"] = zone_offered(current_zone())
    form = Form[RegistrationForm](typed=typed)
    return show(request, form, Affiliation(institutions(visit.session)))


@router.post("/register", name="registration.register")
async def enter(request: Request, _guard: Annotated[None, guarded_by(public)]) -> Response:
    """A password is hashed slowly: nothing is open meanwhile, as when signing in."""
    form = understood(RegistrationForm, await request.form())
    try:
        about = await run_in_threadpool(_check, request, form)
    except TooMany as error:
        form.refuse("", error.message)
        return later_please(await run_in_threadpool(_again, request, form), error)
    if form.data is None:
        return await run_in_threadpool(show, request, form, about)
    person = person_of(form.data, about.id)
    password_hash = await asyncio.wrap_future(hashing(form.data.password))
    return await run_in_threadpool(_make_account, request, form, person, password_hash)


def _check(request: Request, form: Form[RegistrationForm]) -> Affiliation:
    """Find what is wrong before anything slow begins; every wrong answer is told at once."""
    typed_email = form.typed.get("email", "")
    with reading() as session:
        refuse_guessing(session, typed_email, address_of(request), now=clock.now())
        known = institutions(session)
        taken = is_taken(session, typed_email)
    about = affiliation(form, known)
    if taken:
        form.refuse("email", address_taken().message)
        _count_asking(request, typed_email)
    weak = weakness(form.typed.get("password", "").strip(), email=typed_email)
    if weak and "password" not in form.errors:
        form.refuse("password", weak)
    return about


def _count_asking(request: Request, email: str) -> None:
    """Asking whether an address has an account counts like a wrong password: not many times."""
    with unit_of_work() as session:
        note_failure(session, email, address_of(request), now=clock.now())


def _make_account(
    request: Request, form: Form[RegistrationForm], person: Person, password_hash: str
) -> Response:
    assert form.data is not None  # noqa: S101 -- what was wrong has been told before
    try:
        with unit_of_work() as session:
            account = register(session, person, email=form.data.email, password_hash=password_hash)
            settle_institution(session, account.id, proposed(form.data))
            onward = path_within(form.data.next) or landing(account.platform_role)
            return let_in(
                request,
                session,
                account.id,
                keep=False,
                onward=onward,
                say=_("Your account is ready."),
            )
    except AddressTaken as error:
        form.refuse("email", error.message)
        return _again(request, form)


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
        taken=form.errors.get("email") == address_taken().message,
        **what_is_offered(about, form.typed.get("zone", "")),
    )
