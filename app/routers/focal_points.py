"""Naming the focal points of an institution, on its page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.policy import Action
from app.services.focal_points import name_focal_point, remove_focal_point
from app.web.forms import Form, submitted
from app.web.guards import guarded_by
from app.web.institution_forms import FocalPointForm
from app.web.institution_page import show_institution
from app.web.institutions import InstitutionVisit, institution_where
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to

router = APIRouter(route_class=OneHopRoute, prefix="/institutions/{institution}/focal-points")

Namer = Annotated[InstitutionVisit, guarded_by(institution_where(Action.NAME_FOCAL_POINTS))]


@router.post("", name="focal_points.name")
def name(
    request: Request,
    visit: Namer,
    form: Annotated[Form[FocalPointForm], Depends(submitted(FocalPointForm))],
) -> Response:
    if form.data is None:
        return show_institution(request, visit, focal=form)
    try:
        named = name_focal_point(
            visit.session, visit.institution.id, form.data.focal_email, by=visit.viewer.id
        )
    except RuleBroken as error:
        form.refuse("focal_email", error.message)
        return show_institution(request, visit, focal=form)
    said = _("%(name)s is a focal point now, and gets an e-mail.") % {"name": named.name}
    return go_to(f"{visit.address}#focal-points", say=said)


@router.post("/{account}/remove", name="focal_points.remove")
def remove(visit: Namer, account: UUID) -> Response:
    gone = remove_focal_point(visit.session, visit.institution.id, account, by=visit.viewer.id)
    said = _("%(name)s is no focal point any more.") % {"name": gone.name}
    return go_to(f"{visit.address}#focal-points", say=said)
