"""Inviting people to an edition, and what became of the invitations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, EmailStr, Field, TypeAdapter, ValidationError, field_validator

from app.core import clock
from app.core.i18n import LANGUAGES, ngettext
from app.core.i18n import gettext as _
from app.models import InvitationState
from app.policy import Action
from app.queries.invitations import how_many_invitations
from app.queries.invitations import invitations as invited
from app.services.invitations import Invited, invite, link_of, revoke_invitation
from app.web.asked import asked, in_pages
from app.web.edition_place import around_settings, to_settings
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/settings/invitations")

Admitter = Annotated[EditionVisit, guarded_by(edition_where(Action.ADMIT_PEOPLE))]


PAGE = 50


class InvitationForm(BaseModel):
    emails: str = Field(max_length=20_000)
    language: str

    @field_validator("emails")
    @classmethod
    def _are_addresses(cls, typed: str) -> str:
        for word in _words(typed):
            try:
                ADDRESS.validate_python(word)
            except ValidationError as wrong:
                sentence = _("“%(word)s” is not an e-mail address.") % {"word": word[:80]}
                raise ValueError(sentence) from wrong
        return typed

    @field_validator("language")
    @classmethod
    def _is_ours(cls, code: str) -> str:
        if code not in LANGUAGES:
            raise ValueError(_("Choose one of the options."))
        return code


class Paged(BaseModel):
    page: int = Field(default=1, ge=1, le=1_000_000)


ADDRESS: TypeAdapter[str] = TypeAdapter(EmailStr)


def _words(typed: str) -> list[str]:
    return typed.replace(",", " ").replace(";", " ").split()


@router.get("", name="invitation_list.show")
def show_invitations(
    request: Request, visit: Admitter, form: Annotated[Form[Paged], Depends(asked(Paged))]
) -> Response:
    page = form.data.page if form.data else 1
    blank = Form[InvitationForm](typed={"language": visit.edition.languages[0]})
    return _invitations_page(request, visit, blank, page)


@router.post("", name="invitation_list.invite")
def send_invitations(
    request: Request,
    visit: Admitter,
    form: Annotated[Form[InvitationForm], Depends(submitted(InvitationForm))],
) -> Response:
    if form.data is None:
        return _invitations_page(request, visit, form, 1)
    told = invite(
        visit.session,
        visit.edition.id,
        _words(form.data.emails),
        language=form.data.language,
        by=visit.viewer.id,
        now=clock.now(),
    )
    return to_settings(visit, "invitations", _said(told))


@router.post("/{invitation}/revocation", name="invitation_list.revoke")
def take_back(visit: Admitter, invitation: UUID) -> Response:
    revoke_invitation(
        visit.session, visit.edition.id, invitation, by=visit.viewer.id, now=clock.now()
    )
    return to_settings(
        visit, "invitations", _("The invitation was taken back. Its link opens nothing.")
    )


def _invitations_page(
    request: Request, visit: EditionVisit, form: Form[InvitationForm], page: int
) -> Response:
    numbers = how_many_invitations(visit.session, visit.edition.id)
    page, last = in_pages(sum(numbers.values()), page, PAGE)
    return render(
        request,
        visit,
        "invitation_list/show.html",
        status=422 if form.errors else 200,
        **around_settings(visit),
        form=form,
        numbers={state: n for state, n in numbers.items() if n},
        invited=invited(visit.session, visit.edition.id, page=page, size=PAGE),
        link_of=link_of,
        InvitationState=InvitationState,
        languages=list(LANGUAGES.items()),
        on_page=page,
        last=last,
    )


def _said(told: Invited) -> str:
    said = []
    if told.new or told.again:
        n = told.new + told.again
        said.append(
            ngettext(
                "%(num)s person is invited and gets an e-mail.",
                "%(num)s people are invited and get an e-mail.",
                n,
            )
            % {"num": n}
        )
    if told.there:
        said.append(
            ngettext(
                "%(num)s person has come in already.",
                "%(num)s people have come in already.",
                told.there,
            )
            % {"num": told.there}
        )
    return " ".join(said)
