"""One institution: what is known of it, its other names, and changing them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.policy import Action
from app.services.institution_proposals import propose_change
from app.services.institutions import (
    add_alias,
    change_institution,
    remove_alias,
    trouble_with,
    trouble_with_alias,
)
from app.web.forms import Form, submitted
from app.web.guards import guarded_by
from app.web.institution_forms import (
    AliasForm,
    EditForm,
    WishForm,
    refuse_all,
    typed_of,
    what_is_offered,
)
from app.web.institution_page import show_institution
from app.web.institutions import InstitutionVisit, institution_where
from app.web.merging import as_opened, merge
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/institutions/{institution}")

Watcher = Annotated[InstitutionVisit, guarded_by(institution_where(Action.SEE_INSTITUTIONS))]
Changer = Annotated[InstitutionVisit, guarded_by(institution_where(Action.CHANGE_INSTITUTIONS))]
Proposer = Annotated[InstitutionVisit, guarded_by(institution_where(Action.PROPOSE_NAMES))]


@router.get("", name="institution_pages.show")
def show(request: Request, visit: Watcher) -> Response:
    return show_institution(request, visit)


@router.get("/edit", name="institution_pages.edit")
def edit(request: Request, visit: Changer) -> Response:
    return _edit_page(request, visit, as_opened(typed_of(visit.institution), EditForm))


@router.post("/edit", name="institution_pages.change")
def change(
    request: Request,
    visit: Changer,
    form: Annotated[Form[EditForm], Depends(submitted(EditForm))],
) -> Response:
    merge(form, typed_of(visit.institution), EditForm)
    if form.data:
        trouble = trouble_with(visit.session, form.data.terms, besides=visit.institution.id)
        refuse_all(form, trouble)
    if form.data is None:
        return _edit_page(request, visit, form)
    try:
        changed = change_institution(
            visit.session, visit.institution.id, form.data.terms, by=visit.viewer.id
        )
    except RuleBroken as error:
        form.refuse("country", error.message)
        return _edit_page(request, visit, form)
    return go_to(visit.address, say=_("Saved.") if changed else _("Nothing was changed."))


@router.post("/aliases", name="institution_pages.add_alias")
def another_name(
    request: Request,
    visit: Changer,
    form: Annotated[Form[AliasForm], Depends(submitted(AliasForm))],
) -> Response:
    if form.data and (
        trouble := trouble_with_alias(visit.session, visit.institution.id, form.data.alias)
    ):
        form.refuse("alias", trouble)
    if form.data is None:
        return show_institution(request, visit, alias=form)
    add_alias(
        visit.session,
        visit.institution.id,
        form.data.alias,
        form.data.alias_kind,
        by=visit.viewer.id,
    )
    return go_to(f"{visit.address}#names", say=_("The institution is found by this name too."))


@router.post("/aliases/{alias}/remove", name="institution_pages.remove_alias")
def drop_name(visit: Changer, alias: UUID) -> Response:
    words = remove_alias(visit.session, visit.institution.id, alias, by=visit.viewer.id)
    said = _("“%(words)s” is no other name of the institution any more.") % {"words": words}
    return go_to(f"{visit.address}#names", say=said)


@router.post("/proposals", name="institution_pages.propose")
def propose(
    request: Request,
    visit: Proposer,
    form: Annotated[Form[WishForm], Depends(submitted(WishForm))],
) -> Response:
    if form.data is None:
        return show_institution(request, visit, wish=form)
    try:
        propose_change(
            visit.session,
            visit.institution.id,
            form.data.wish,
            as_alias=form.data.wish_for == "alias",
            by=visit.viewer.id,
        )
    except RuleBroken as error:
        form.refuse("wish", error.message)
        return show_institution(request, visit, wish=form)
    return go_to(f"{visit.address}#names", say=_("A coordinator will decide about it."))


def _edit_page(request: Request, visit: InstitutionVisit, form: Form[EditForm]) -> Response:
    return render(
        request,
        visit,
        "institutions/edit.html",
        status=422 if form.errors else 200,
        here="institutions",
        trail=[
            ("/institutions", _("Institutions")),
            (visit.address, visit.institution.label),
            (None, _("Edit")),
        ],
        seen=visit.institution,
        address=visit.address,
        form=form,
        **what_is_offered(),
    )
