"""How a person wants their messages: chosen on the account, or by a message's own link."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.errors import NotFound
from app.core.formats import current_zone, zone_city
from app.core.i18n import current_locale, speak
from app.core.i18n import gettext as _
from app.core.unsubscribing import claimed_by, ends_messages
from app.models import CHOSEN_GROUPS, Delivery, MessageGroup
from app.queries.message_choices import EVERYTHING, Wishes, scope, wishes
from app.services.message_choices import (
    DIGEST_HOURS,
    address_works,
    choose_messages,
    choose_some,
    renew_links,
    subscribe_again,
    unsubscribe,
)
from app.web.cookie import Cookie, cookie_in
from app.web.forms import Form, submitted
from app.web.guards import Visit, anyone, guarded_by, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute)

SignedIn = Annotated[Visit, guarded_by(signed_in)]
Caller = Annotated[Visit, guarded_by(anyone)]


class Choices(BaseModel):
    """One answer for each group that is asked about."""

    admission: Delivery | None = None
    sessions: Delivery | None = None
    capstone: Delivery | None = None
    certificates: Delivery | None = None
    announcements: Delivery | None = None
    forum: Delivery | None = None

    def answers(self) -> dict[MessageGroup, Delivery]:
        given = {group: getattr(self, group.value) for group in CHOSEN_GROUPS}
        return {group: delivery for group, delivery in given.items() if delivery}


class AllChoices(Choices):
    digest_hour: int = Field(ge=min(DIGEST_HOURS), le=max(DIGEST_HOURS))


@router.get("/account/messages", name="message_choices.show")
def show(request: Request, visit: SignedIn) -> Response:
    return _page(request, visit, None)


@router.post("/account/messages", name="message_choices.save")
def save(
    request: Request,
    visit: SignedIn,
    form: Annotated[Form[AllChoices], Depends(submitted(AllChoices))],
) -> Response:
    if form.data is None:
        return _page(request, visit, form)
    choose_messages(visit.session, visit.viewer.id, form.data.answers(), hour=form.data.digest_hour)
    return go_to("/account/messages", say=_("Messages come like this from now on."))


@router.post("/account/messages/links", name="message_choices.renew_links")
def renew(visit: SignedIn) -> Response:
    renew_links(visit.session, visit.viewer.id)
    return go_to(
        "/account/messages", say=_("The links in messages you already have end nothing any more.")
    )


@router.post("/account/messages/address", name="message_choices.address_works")
def works(visit: SignedIn) -> Response:
    address_works(visit.session, visit.viewer.id)
    return go_to("/account/messages", say=_("We write to this address again."))


def _page(request: Request, visit: Visit, form: Form[AllChoices] | None) -> Response:
    known = wishes(visit.session, visit.viewer.id)
    assert known is not None  # noqa: S101 -- who is signed in has an account
    return render(
        request,
        visit,
        "message_choices/show.html",
        status=422 if form else 200,
        here="account",
        wishes=known,
        form=form or _as_chosen(known, CHOSEN_GROUPS),
        email=visit.viewer.email,
        hours=[(hour, f"{hour}:00") for hour in DIGEST_HOURS],
        city=zone_city(current_zone()),
        **_offered(CHOSEN_GROUPS),
    )


def _as_chosen(known: Wishes, groups: tuple[MessageGroup, ...]) -> Form[AllChoices]:
    typed = {group.value: known.delivery(group).value for group in groups}
    return Form(typed=typed | {"digest_hour": str(known.digest_hour)})


def _offered(groups: tuple[MessageGroup, ...]) -> dict[str, Any]:
    hints = {
        MessageGroup.ADMISSION: _("Places that you are given or offered come at once."),
        MessageGroup.SESSIONS: _("Sessions that move, are cancelled or begin soon come at once."),
    }
    return {"groups": groups, "hints": hints, "deliveries": list(Delivery)}


@router.get("/unsubscribe/{token}", name="unsubscribing.show")
def ask(request: Request, visit: Caller, token: str) -> Response:
    """Looking changes nothing: programs that check links open this page."""
    return _asking(request, visit, token)


@router.post("/unsubscribe/{token}", name="unsubscribing.end")
def end(request: Request, visit: Caller, token: str) -> Response:
    """One click, in a mail program or on the page, without signing in (RFC 8058).

    It answers itself: a mail provider follows no redirection.
    """
    known, groups = _owner(request, visit, token)
    unsubscribe(visit.session, known.account_id, groups)
    return _asking(request, visit, token)


def _asking(request: Request, visit: Visit, token: str) -> Response:
    known, groups = _owner(request, visit, token)
    return render(
        request,
        visit,
        "message_choices/unsubscribe.html",
        token=token,
        ended=all(known.delivery(group) is Delivery.NECESSARY for group in groups),
        everything=token.startswith(f"{EVERYTHING}."),
        form=_as_chosen(known, groups),
        **_offered(groups),
    )


@router.post("/unsubscribe/{token}/undo", name="unsubscribing.undo")
def undo(request: Request, visit: Caller, token: str) -> Response:
    known, groups = _owner(request, visit, token)
    subscribe_again(visit.session, known.account_id, groups)
    return go_to(f"/unsubscribe/{token}", say=_("Messages come again as before."))


@router.post("/unsubscribe/{token}/choices", name="unsubscribing.choose")
def choose(
    request: Request,
    visit: Caller,
    token: str,
    form: Annotated[Form[Choices], Depends(submitted(Choices))],
) -> Response:
    known, groups = _owner(request, visit, token)
    answers = form.data.answers() if form.data else {}
    wanted = {group: delivery for group, delivery in answers.items() if group in groups}
    choose_some(visit.session, known.account_id, wanted)
    return go_to(f"/unsubscribe/{token}", say=_("Messages come like this from now on."))


def _owner(request: Request, visit: Visit, token: str) -> tuple[Wishes, tuple[MessageGroup, ...]]:
    """Whose messages the link is about, and which; it speaks their language."""
    claimed = claimed_by(token)
    known = wishes(visit.session, claimed[0]) if claimed else None
    groups = scope(claimed[1]) if claimed else ()
    if (
        claimed is None
        or known is None
        or not groups
        or not ends_messages(token, known.account_id, claimed[1], known.generation)
    ):
        raise NotFound(_("This link ends nothing any more. Sign in to choose your messages."))
    if not cookie_in(request, Cookie.LANGUAGE) and "lang" not in request.query_params:
        speak(known.language)
        request.state.language = current_locale()
    return known, groups
