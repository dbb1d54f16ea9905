"""One's own data: a copy of everything, and deleting the account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.text import folded
from app.queries.own_data import belongings, copy_file, latest_copy
from app.queries.sign_ins import is_fresh
from app.services.deletions import GRACE, ask_to_delete
from app.services.own_data import ask_for_copy
from app.services.sign_ins import end_sign_in
from app.web.cookie import take_back
from app.web.downloads import send_file
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render
from app.web.person_form import Tidy

router = APIRouter(route_class=OneHopRoute)

SignedIn = Annotated[Visit, guarded_by(signed_in)]
DATA, DELETE = "/account/data", "/account/delete"


class DeletionForm(BaseModel):
    word: Tidy = Field(max_length=40)
    certificates: bool = False


@router.get(DATA, name="own_data.show")
def show(request: Request, visit: SignedIn) -> Response:
    _refuse_support(visit)
    copy = latest_copy(visit.session, visit.viewer.id, now=clock.now())
    return render(request, visit, "own_data/show.html", here="account", copy=copy)


@router.post(DATA, name="own_data.ask")
def ask(visit: SignedIn) -> Response:
    ask_for_copy(visit.session, visit.viewer.id, now=clock.now())
    return go_to(DATA)


@router.get(DATA + "/{copy}.zip", name="own_data.download")
def download(request: Request, visit: SignedIn, copy: UUID) -> Response:
    """For its owner alone; to others there is no such file."""
    _refuse_support(visit)
    file = copy_file(visit.session, copy, visit.viewer.id, now=clock.now())
    if file is None:
        raise NotFound(_("There is nothing at this address."))
    response = send_file(request, file)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refuse_support(visit: Visit) -> None:
    """Who looks at somebody's pages to help does not take everything along."""
    if visit.viewer.is_looked_at:
        raise NotFound(_("There is nothing at this address."))


@router.get(DELETE, name="own_data.about_deletion")
def about_deletion(request: Request, visit: SignedIn) -> Response:
    return show_deletion(request, visit, Form[DeletionForm]())


@router.post(DELETE, name="own_data.delete")
def delete(
    request: Request,
    visit: SignedIn,
    form: Annotated[Form[DeletionForm], Depends(submitted(DeletionForm))],
) -> Response:
    """Who did not sign in just now is asked to: nobody deletes from an open desk."""
    if form.data and folded(form.data.word) != folded(_word()):
        form.refuse("word", _("Type the word “%(word)s”.") % {"word": _word()})
    if not _is_fresh(visit):
        form.refuse("", _("You signed in some time ago. Sign in again to change this."))
    if form.data is None:
        return show_deletion(request, visit, form)
    try:
        ask_to_delete(
            visit.session,
            visit.viewer.id,
            with_certificates=form.data.certificates,
            now=clock.now(),
        )
    except RuleBroken as error:
        form.refuse("", error.message)
        return show_deletion(request, visit, form)
    return _signed_out(
        "/", say=_("Your account will be deleted in two weeks. Sign in before that to keep it.")
    )


@router.post(DELETE + "/again", name="own_data.sign_in_again")
def sign_in_again(visit: SignedIn) -> Response:
    end_sign_in(visit.session, visit.viewer.id, visit.viewer.sign_in_id)
    return _signed_out(f"/sign-in?next={DELETE}", say=_("You are signed out."))


def _word() -> str:
    """What has to be typed, so that nobody does it by a slip."""
    return _("delete")


def _is_fresh(visit: Visit) -> bool:
    return is_fresh(visit.session, visit.viewer.sign_in_id, now=clock.now())


def _signed_out(address: str, *, say: str) -> Response:
    response = go_to(address, say=say)
    take_back(response)
    return response


def show_deletion(request: Request, visit: Visit, form: Form[DeletionForm]) -> Response:
    return render(
        request,
        visit,
        "own_data/delete.html",
        status=422 if form.errors else 200,
        here="account",
        form=form,
        word=_word(),
        days=GRACE.days,
        is_fresh=_is_fresh(visit),
        has=belongings(visit.session, visit.viewer.id),
    )
