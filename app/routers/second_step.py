"""The second step of signing in: doing it, and setting it up."""

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from app.core import clock
from app.core.errors import NotAllowed, RuleBroken, TooMany
from app.core.i18n import gettext as _
from app.models import Account
from app.queries.second_step import second_step
from app.queries.sign_ins import is_fresh
from app.services.second_step import (
    add_passkey,
    begin_authenticator,
    challenge_to_make,
    challenge_to_sign,
    confirm_authenticator,
    remove_authenticator,
    remove_passkey,
    renew_recovery_codes,
    try_code,
    try_passkey,
)
from app.services.sign_ins import end_sign_in
from app.web.cookie import take_back
from app.web.entering import Proof, Proven, destination, later_please, let_in_fully
from app.web.forms import Form, submitted
from app.web.guards import HalfVisit, Visit, guarded_by, half_way, signed_in
from app.web.one_hop import OneHopRoute
from app.web.onward import path_within
from app.web.pages import go_to, render
from app.web.person_form import Tidy
from app.web.second_step_page import about_second_step

router = APIRouter(route_class=OneHopRoute)

HalfWay = Annotated[HalfVisit, guarded_by(half_way)]
SignedIn = Annotated[Visit, guarded_by(signed_in)]
STEP, OWN = "/sign-in/second-step", "/account/second-step"


class Way(BaseModel):
    """Where signing in leads once the step is done, and for how long it lasts."""

    next: Annotated[str, AfterValidator(path_within)] = ""
    keep: bool = False

    @property
    def query(self) -> str:
        kept = {"next": self.next} | ({"keep": "on"} if self.keep else {})
        return urlencode({name: value for name, value in kept.items() if value})


class CodeForm(Way):
    code: str = Field(max_length=40)


class AnswerForm(Way):
    answer: str = Field(max_length=20_000)


class PasskeyForm(AnswerForm):
    name: Tidy = Field(min_length=1, max_length=60)


Code = Annotated[Form[CodeForm], Depends(submitted(CodeForm))]
Answer = Annotated[Form[AnswerForm], Depends(submitted(AnswerForm))]
NewPasskey = Annotated[Form[PasskeyForm], Depends(submitted(PasskeyForm))]


# --- Doing the step


@router.get(STEP, name="second_step.ask")
def ask(
    request: Request,
    visit: HalfWay,
    onward: Annotated[str, Query(alias="next")] = "",
    keep: Annotated[str, Query()] = "",
) -> Response:
    """Who must have one and has none sets it up here, before anything else opens."""
    way = Way(next=onward, keep=keep == "on")
    return show(request, visit, Form[CodeForm](), way)


@router.post(STEP, name="second_step.do")
def do(request: Request, visit: HalfWay, form: Code) -> Response:
    if form.data is None:
        return show(request, visit, form, _way(form))
    try:
        if try_code(visit.session, _account(visit), form.data.code, now=clock.now()):
            return _enter(request, visit, form.data)
    except TooMany as error:
        form.refuse("", error.message)
        return later_please(show(request, visit, form, _way(form)), error)
    form.refuse("code", _("This code is not right, or has passed. Write the one you see now."))
    return show(request, visit, form, _way(form))


@router.post(f"{STEP}/challenge", name="second_step.challenge")
def challenge(visit: HalfWay) -> Response:
    options = challenge_to_sign(visit.session, visit.person.sign_in_id, visit.person.account_id)
    return Response(options, media_type="application/json")


@router.post(f"{STEP}/passkey", name="second_step.sign")
def sign(request: Request, visit: HalfWay, form: Answer) -> Response:
    if form.data is None:
        return show(request, visit, Form[CodeForm](errors=form.errors), _way(form))
    account, sign_in = _account(visit), visit.person.sign_in_id
    again = Form[CodeForm]()
    try:
        if try_passkey(visit.session, sign_in, account, form.data.answer, now=clock.now()):
            return _enter(request, visit, form.data)
    except TooMany as error:
        again.refuse("", error.message)
        return later_please(show(request, visit, again, _way(form)), error)
    again.refuse("", _("This passkey is not one of yours. Try again, or write a code."))
    return show(request, visit, again, _way(form))


def _way(form: Form[CodeForm] | Form[AnswerForm] | Form[PasskeyForm]) -> Way:
    return Way(next=form.typed.get("next", ""), keep=form.typed.get("keep") == "on")


def _account(visit: HalfVisit) -> Account:
    return visit.session.get_one(Account, visit.person.account_id)


def _proven(visit: HalfVisit, way: Way) -> Proven:
    onward = destination(way.next, visit.person.platform_role)
    return Proven(visit.person.account_id, Proof.SECOND_STEP, onward, way.keep)


def _enter(request: Request, visit: HalfVisit, way: Way) -> Response:
    proven = _proven(visit, way)
    return let_in_fully(request, visit.session, proven, go_to(proven.onward))


def show(request: Request, visit: HalfVisit, form: Form[CodeForm], way: Way) -> Response:
    person = visit.person
    about = about_second_step(visit.session, person.sign_in_id, person.account_id, person.email)
    page = "second_step" if about["step"].is_set_up else "second_step_needed"
    return render(
        request,
        None,
        f"accounts/{page}.html",
        status=422 if form.errors else 200,
        here="sign-in",
        form=form,
        base=STEP,
        way=way,
        **about,
    )


# --- Setting it up on the way in: for those who must have one and have none


def _has_none(visit: HalfVisit) -> None:
    """Who has a second step does it; another one may not be put in its place by a password."""
    if second_step(visit.session, visit.person.account_id).is_set_up:
        raise NotAllowed(_("You have a second step already. Do it to sign in."))


@router.post(f"{STEP}/authenticator", name="second_step.begin_on_the_way")
def begin_on_the_way(
    visit: HalfWay, form: Annotated[Form[Way], Depends(submitted(Way))]
) -> Response:
    _has_none(visit)
    begin_authenticator(visit.session, visit.person.sign_in_id, visit.person.account_id)
    return go_to(f"{STEP}?{form.data.query if form.data else ''}")


@router.post(f"{STEP}/authenticator/confirm", name="second_step.confirm_on_the_way")
def confirm_on_the_way(request: Request, visit: HalfWay, form: Code) -> Response:
    _has_none(visit)
    if form.data is None:
        return show(request, visit, form, _way(form))
    try:
        codes = confirm_authenticator(
            visit.session,
            visit.person.sign_in_id,
            _account(visit),
            form.data.code,
            now=clock.now(),
        )
    except RuleBroken as error:
        form.refuse("code", error.message)
        return show(request, visit, form, _way(form))
    return _enter_with_codes(request, visit, codes, form.data)


@router.post(f"{STEP}/passkeys/challenge", name="second_step.new_on_the_way")
def new_on_the_way(visit: HalfWay) -> Response:
    _has_none(visit)
    options = challenge_to_make(visit.session, visit.person.sign_in_id, _account(visit))
    return Response(options, media_type="application/json")


@router.post(f"{STEP}/passkeys", name="second_step.add_on_the_way")
def add_on_the_way(request: Request, visit: HalfWay, form: NewPasskey) -> Response:
    _has_none(visit)
    if form.data is None:
        return show(request, visit, Form[CodeForm](form.typed, form.errors), _way(form))
    codes = add_passkey(
        visit.session,
        visit.person.sign_in_id,
        _account(visit),
        name=form.data.name,
        answer=form.data.answer,
    )
    return _enter_with_codes(request, visit, codes, form.data)


def _enter_with_codes(request: Request, visit: HalfVisit, codes: list[str], way: Way) -> Response:
    proven = _proven(visit, way)
    page = render(
        request,
        None,
        "accounts/recovery_codes.html",
        here="sign-in",
        codes=codes,
        onward=proven.onward,
    )
    return let_in_fully(request, visit.session, proven, page)


# --- Setting it up and taking it away on one's own account


@dataclass
class Forms:
    code: Form[CodeForm] = field(default_factory=Form[CodeForm])
    passkey: Form[PasskeyForm] = field(default_factory=Form[PasskeyForm])

    @property
    def status(self) -> int:
        return 422 if self.code.errors or self.passkey.errors else 200


@router.get(OWN, name="second_step.show")
def own(request: Request, visit: SignedIn) -> Response:
    if visit.viewer.is_looked_at:
        return go_to("/account")
    return show_own(request, visit, Forms())


def _is_fresh(visit: Visit) -> bool:
    return is_fresh(visit.session, visit.viewer.sign_in_id, now=clock.now())


def _own_account(visit: Visit) -> Account:
    """For changes, which an open desk must not invite."""
    if not _is_fresh(visit):
        raise NotAllowed(_("You signed in some time ago. Sign in again to change this."))
    return visit.session.get_one(Account, visit.viewer.id)


@router.post(f"{OWN}/again", name="second_step.sign_in_again")
def sign_in_again(visit: SignedIn) -> Response:
    end_sign_in(visit.session, visit.viewer.id, visit.viewer.sign_in_id)
    response = go_to(f"/sign-in?next={OWN}")
    take_back(response)
    return response


@router.post(f"{OWN}/authenticator", name="second_step.begin")
def begin(visit: SignedIn) -> Response:
    begin_authenticator(visit.session, visit.viewer.sign_in_id, _own_account(visit).id)
    return go_to(f"{OWN}#authenticator")


@router.post(f"{OWN}/authenticator/confirm", name="second_step.confirm")
def confirm(request: Request, visit: SignedIn, form: Code) -> Response:
    account = _own_account(visit)
    if form.data is None:
        return show_own(request, visit, Forms(code=form))
    try:
        codes = confirm_authenticator(
            visit.session, visit.viewer.sign_in_id, account, form.data.code, now=clock.now()
        )
    except RuleBroken as error:
        form.refuse("code", error.message)
        return show_own(request, visit, Forms(code=form))
    return show_codes(request, visit, codes)


@router.post(f"{OWN}/authenticator/remove", name="second_step.remove")
def remove(visit: SignedIn) -> Response:
    remove_authenticator(visit.session, _own_account(visit))
    return go_to(OWN, say=_("The application for codes is removed."))


@router.post(f"{OWN}/passkeys/challenge", name="second_step.new_passkey")
def new_passkey(visit: SignedIn) -> Response:
    account = _own_account(visit)
    options = challenge_to_make(visit.session, visit.viewer.sign_in_id, account)
    return Response(options, media_type="application/json")


@router.post(f"{OWN}/passkeys", name="second_step.add_passkey")
def add(request: Request, visit: SignedIn, form: NewPasskey) -> Response:
    account = _own_account(visit)
    if form.data is None:
        return show_own(request, visit, Forms(passkey=form))
    codes = add_passkey(
        visit.session,
        visit.viewer.sign_in_id,
        account,
        name=form.data.name,
        answer=form.data.answer,
    )
    if codes:
        return show_codes(request, visit, codes)
    return go_to(f"{OWN}#passkeys", say=_("The passkey is added."))


@router.post(OWN + "/passkeys/{passkey}/remove", name="second_step.remove_passkey")
def drop(visit: SignedIn, passkey: UUID) -> Response:
    remove_passkey(visit.session, _own_account(visit), passkey)
    return go_to(f"{OWN}#passkeys", say=_("The passkey is removed."))


@router.post(f"{OWN}/recovery-codes", name="second_step.renew_codes")
def renew(request: Request, visit: SignedIn) -> Response:
    """The answer itself shows the codes, the only time that they can be seen."""
    account = _own_account(visit)
    if not second_step(visit.session, account.id).is_set_up:
        raise RuleBroken(_("Set up a second step first."))
    return show_codes(request, visit, renew_recovery_codes(visit.session, account.id))


def show_codes(request: Request, visit: Visit, codes: list[str]) -> Response:
    return render(
        request, visit, "accounts/recovery_codes.html", here="account", codes=codes, onward=OWN
    )


def show_own(request: Request, visit: Visit, forms: Forms) -> Response:
    return render(
        request,
        visit,
        "accounts/second_step_own.html",
        status=forms.status,
        here="account",
        form=forms.code,
        passkey_form=forms.passkey,
        base=OWN,
        way=Way(),
        is_fresh=_is_fresh(visit),
        **about_second_step(
            visit.session, visit.viewer.sign_in_id, visit.viewer.id, visit.viewer.email
        ),
    )
