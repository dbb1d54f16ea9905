"""Writing where a link, a frame or a video of another house leads."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.policy import Action
from app.services.addresses import save_leads
from app.web.address_page import AddressForm, leads_typed, show_address, typed_leads
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to
from app.web.writing_page import activity_to_write
from app.web.writing_tabs import writing_address

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}/address"
)

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]
Typed = Annotated[Form[AddressForm], Depends(submitted(AddressForm))]


@router.get("", name="addresses.show")
def show(request: Request, visit: Writer, activity: UUID) -> Response:
    written = activity_to_write(visit, activity)
    return show_address(request, visit, written, typed_leads(visit, written))


@router.post("", name="addresses.save")
def save(request: Request, visit: Writer, activity: UUID, form: Typed) -> Response:
    written = activity_to_write(visit, activity)
    leads = leads_typed(visit, written, form)
    if form.errors:
        return show_address(request, visit, written, form)
    saw = form.typed.get("seen", "")
    try:
        save_leads(visit.session, written, leads, saw=saw, by=visit.viewer.id)
    except Conflict as conflict:
        form.refuse("", conflict.message)
        return show_address(request, visit, written, form)
    return go_to(f"{writing_address(visit.edition.id, activity)}/address", say=_("Saved."))
