"""Signing in with another house's word, and letting it open an account that is there already."""

from hmac import compare_digest
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from app.core import clock, openid
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.core.openid import NotBelieved, OutOfReach, Told
from app.core.settings import SignInProvider
from app.models import Account
from app.queries.accounts import account_by_email
from app.queries.institutions import institutions
from app.queries.linked_identities import known_by
from app.services.accounts import register
from app.services.institution_proposals import settle_institution
from app.services.linked_identities import Said, link, unlink
from app.web.db import unit_of_work
from app.web.entering import Proof, Proven, destination, let_in
from app.web.forms import Form, submitted
from app.web.guards import Visit, anyone, guarded_by, public, signed_in
from app.web.one_hop import OneHopRoute
from app.web.onward import path_within
from app.web.origin import comes_from_this_site
from app.web.pages import go_to, render
from app.web.person_form import (
    Affiliation,
    PersonForm,
    affiliation,
    person_of,
    proposed,
    what_is_offered,
)
from app.web.single_sign_on import (
    attempt_in,
    back_from,
    forget_attempt,
    forget_told,
    keep_attempt,
    keep_told,
    provider_named,
    told_in,
)
from app.web.threads import files, in_a_thread

router = APIRouter(route_class=OneHopRoute)
log = structlog.get_logger()

Anyone = Annotated[Visit, guarded_by(anyone)]
Nobody = Annotated[None, guarded_by(public)]


@router.get("/sign-in/with/{provider}", name="single_sign_on.begin")
async def begin(
    request: Request,
    provider: str,
    _guard: Nobody,
    onward: Annotated[str, Query(alias="next")] = "",
) -> Response:
    """A link rather than a form: browsers let a form lead only to addresses that we know before.

    It changes nothing here. Nothing of ours is open while the provider is asked, neither now nor
    on the way back. Another site's page may not send people off: they begin at our own.
    """
    if not comes_from_this_site(request.headers):
        return go_to("/sign-in")
    house, wanted = provider_named(provider), path_within(onward)
    return await in_a_thread(lambda: _sent(house, wanted), among=files())


@router.get("/sign-in/with/{provider}/back", name="single_sign_on.back")
async def back(request: Request, provider: str, _guard: Nobody) -> Response:
    return await in_a_thread(lambda: _returned(request, provider_named(provider)), among=files())


def _sent(provider: SignInProvider, onward: str) -> Response:
    try:
        address, attempt = openid.begin(provider, back_from(provider), now=clock.now())
    except (OutOfReach, NotBelieved) as error:
        return _unreachable(provider, error)
    response = go_to(address)
    keep_attempt(response, attempt, onward)
    return response


def _returned(request: Request, provider: SignInProvider) -> Response:
    begun, asked = attempt_in(request, provider), request.query_params
    if begun is None or not compare_digest(
        begun[0].state.encode(), asked.get("state", "").encode()
    ):
        return _sorry(_("This sign-in was begun elsewhere, or too long ago. Begin again."))
    attempt, onward = begun
    if "code" not in asked:
        return _sorry(_("You did not sign in with %(name)s.") % {"name": provider.name})
    try:
        told = openid.finish(provider, attempt, asked["code"], back_from(provider), now=clock.now())
    except (OutOfReach, NotBelieved) as error:
        return _unreachable(provider, error)
    response = _let_in(request, told, onward) or _to_decide(provider, told, onward)
    forget_attempt(response)
    return response


def _unreachable(provider: SignInProvider, error: Exception) -> Response:
    log.warning("provider of sign-ins", provider=provider.key, error=repr(error))
    return _sorry(
        _("%(name)s does not answer as it should. Try again, or sign in another way.")
        % {"name": provider.name}
    )


def _sorry(words: str) -> Response:
    response = go_to("/sign-in", say=words, kind="due")
    forget_attempt(response)
    return response


def _let_in(request: Request, told: Told, onward: str) -> Response | None:
    with unit_of_work() as session:
        known = known_by(session, told.issuer, told.subject)
        if known is None:
            return None
        onward = destination(onward, known.platform_role)
        return let_in(request, session, Proven(known.account_id, Proof.PROVIDER, onward))


def _to_decide(provider: SignInProvider, told: Told, onward: str) -> Response:
    """Whose account it opens is for the person to say, once the provider stands for the address."""
    if not (told.is_verified and told.email):
        return _sorry(
            _("%(name)s has not confirmed your e-mail address. Confirm it there, or sign in here.")
            % {"name": provider.name}
        )
    response = go_to(f"/sign-in/with/{provider.key}/link")
    keep_told(response, provider, told, onward)
    return response


@router.get("/sign-in/with/{provider}/link", name="single_sign_on.ask_to_link")
def ask_to_link(request: Request, visit: Anyone, provider: str) -> Response:
    """The account that may be opened from now on; who has none makes one."""
    house = provider_named(provider)
    told, _onward = told_in(request, house)
    account = _own_account(visit.session, visit, told)
    if account is None:
        return go_to(f"/register/with/{house.key}")
    return render(
        request,
        visit,
        "accounts/link_provider.html",
        here="sign-in",
        provider=house,
        told=told,
        account=account,
    )


@router.post("/sign-in/with/{provider}/link", name="single_sign_on.link")
def link_and_enter(request: Request, visit: Anyone, provider: str) -> Response:
    house = provider_named(provider)
    told, onward = told_in(request, house)
    account = _own_account(visit.session, visit, told)
    if account is None:
        return go_to(f"/register/with/{house.key}")
    link(visit.session, account, Said(house.name, told), now=clock.now())
    say = _("You can sign in with %(name)s from now on.") % {"name": house.name}
    if visit.maybe_viewer:
        response = go_to(onward or "/account#providers", say=say)
    else:
        onward = destination(onward, account.platform_role)
        proven = Proven(account.id, Proof.PROVIDER, onward)
        response = let_in(request, visit.session, proven, say=say)
    forget_told(response)
    return response


def _own_account(session: Session, visit: Visit, told: Told) -> Account | None:
    """The signed-in person's; else the one with the address that the provider stands for."""
    if visit.maybe_viewer:
        return session.get(Account, visit.maybe_viewer.id)
    return account_by_email(session, told.email)


@router.get("/register/with/{provider}", name="single_sign_on.ask_to_register")
def ask_to_register(request: Request, visit: Anyone, provider: str) -> Response:
    house = provider_named(provider)
    told, _onward = told_in(request, house)
    form = Form[PersonForm](typed={"name": told.name, "language": current_locale()})
    return show(request, visit, form, Affiliation(institutions(visit.session)), (house, told))


@router.post("/register/with/{provider}", name="single_sign_on.register")
def register_and_enter(
    request: Request,
    visit: Anyone,
    provider: str,
    form: Annotated[Form[PersonForm], Depends(submitted(PersonForm))],
) -> Response:
    house = provider_named(provider)
    told, onward = told_in(request, house)
    about = affiliation(form, institutions(visit.session))
    if form.data is None:
        return show(request, visit, form, about, (house, told))
    person = person_of(form.data, about.id)
    account = register(visit.session, person, email=told.email, password_hash=None, now=clock.now())
    settle_institution(visit.session, account.id, proposed(form.data))
    link(visit.session, account, Said(house.name, told), now=clock.now())
    onward = destination(onward, account.platform_role)
    proven = Proven(account.id, Proof.PROVIDER, onward)
    response = let_in(request, visit.session, proven, say=_("Your account is ready."))
    forget_told(response)
    return response


def show(
    request: Request,
    visit: Visit,
    form: Form[PersonForm],
    about: Affiliation,
    by: tuple[SignInProvider, Told],
) -> Response:
    provider, told = by
    return render(
        request,
        visit,
        "accounts/register_with_provider.html",
        status=422 if form.errors else 200,
        here="sign-in",
        form=form,
        provider=provider,
        told=told,
        **what_is_offered(about, form.typed.get("zone", "")),
    )


@router.post("/account/identities/{identity}/unlink", name="single_sign_on.unlink")
def take_no_more(visit: Annotated[Visit, guarded_by(signed_in)], identity: UUID) -> Response:
    unlink(visit.session, visit.viewer.id, identity)
    return go_to("/account#providers", say=_("It opens your account no more."))
