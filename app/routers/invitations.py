"""The link of an invitation: it leads to sign in or register first, and then into the edition."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.formats import current_zone
from app.core.i18n import current_locale, language_name
from app.models import Account, Course, Edition, InvitationState
from app.services.invitations import accept_invitation, invitation_by_link, is_for
from app.web.admission import after_the_door
from app.web.forms import Form, submitted
from app.web.guards import Visit, anyone, guarded_by, signed_in
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute, prefix="/invitations/{invitation}/{secret}")

Visitor = Annotated[Visit, guarded_by(anyone)]
Person = Annotated[Visit, guarded_by(signed_in)]


class Language(BaseModel):
    language: str = Field(default="", max_length=2)


@router.get("", name="invitations.show")
def show(request: Request, visit: Visitor, invitation: UUID, secret: str) -> Response:
    found = invitation_by_link(visit.session, invitation, secret)
    edition = visit.session.get_one(Edition, found.edition_id)
    course = visit.session.get_one(Course, edition.course_id)
    mine = current_locale()
    language = mine if mine in edition.languages else edition.languages[0]
    return render(
        request,
        visit,
        "invitations/show.html",
        here="courses",
        course=course,
        edition=edition,
        address=f"/courses/{course.slug}/{edition.slug}",
        is_used=found.state is InvitationState.ACCEPTED,
        is_theirs=bool(visit.maybe_viewer) and is_for(found, visit.viewer.email),
        is_open=edition.is_open_for_enrolment(clock.today(current_zone())),
        form=Form[Language](typed={"language": language}),
        languages=[(code, language_name(code)) for code in edition.languages],
    )


@router.post("", name="invitations.accept")
def accept(
    visit: Person,
    invitation: UUID,
    secret: str,
    form: Annotated[Form[Language], Depends(submitted(Language))],
) -> Response:
    enrolment = accept_invitation(
        visit.session,
        invitation,
        secret,
        visit.session.get_one(Account, visit.viewer.id),
        language=form.typed.get("language") or current_locale(),
        on=clock.today(current_zone()),
        now=clock.now(),
    )
    edition = visit.session.get_one(Edition, enrolment.edition_id)
    course = visit.session.get_one(Course, edition.course_id)
    return after_the_door(enrolment, f"/courses/{course.slug}/{edition.slug}/place")
