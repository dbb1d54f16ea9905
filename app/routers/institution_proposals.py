"""What people propose for the list, one by one: take it in, know it as another name, or decline."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.core import clock
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.models import ProposalKind
from app.policy import Action
from app.queries.institution_proposals import ProposalSeen, proposal, proposers
from app.queries.institutions import InstitutionSeen, institutions, near_to, same_as
from app.services.institution_proposals import (
    accept_as_alias,
    accept_as_new,
    accept_change,
    decline,
)
from app.services.institutions import LooksLikeAnother, trouble_with
from app.web.forms import Form, submitted
from app.web.guards import Visit, guarded_by, may
from app.web.institution_forms import (
    AcceptAsAliasForm,
    DeclineForm,
    InstitutionForm,
    refuse_all,
    what_is_offered,
)
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to, render

router = APIRouter(route_class=OneHopRoute, prefix="/institutions/proposals/{proposal_id}")

Changer = Annotated[Visit, guarded_by(may(Action.CHANGE_INSTITUTIONS))]

QUEUE = "/institutions?state=proposed"


@router.get("", name="institution_proposals.show")
def show(request: Request, visit: Changer, proposal_id: UUID) -> Response:
    return _page(request, visit, proposal_id)


@router.post("/accept", name="institution_proposals.accept")
def accept(
    request: Request,
    visit: Changer,
    proposal_id: UUID,
    form: Annotated[Form[InstitutionForm], Depends(submitted(InstitutionForm))],
) -> Response:
    if form.data:
        refuse_all(form, trouble_with(visit.session, form.data.terms))
    if form.data is None:
        return _page(request, visit, proposal_id, new=form)
    try:
        told = accept_as_new(
            visit.session,
            proposal_id,
            form.data.terms,
            by=visit.viewer.id,
            now=clock.now(),
            sure=form.data.sure,
        )
    except LooksLikeAnother as doubt:
        return _page(request, visit, proposal_id, new=form, doubt=doubt)
    return go_to(QUEUE, say=_told(told))


@router.post("/alias", name="institution_proposals.alias")
def as_another_name(
    request: Request,
    visit: Changer,
    proposal_id: UUID,
    form: Annotated[Form[AcceptAsAliasForm], Depends(submitted(AcceptAsAliasForm))],
) -> Response:
    if form.data is None:
        return _page(request, visit, proposal_id, alias=form)
    try:
        told = accept_as_alias(
            visit.session,
            proposal_id,
            form.data.institution,
            by=visit.viewer.id,
            now=clock.now(),
        )
    except RuleBroken as error:
        form.refuse("institution", error.message)
        return _page(request, visit, proposal_id, alias=form)
    return go_to(QUEUE, say=_told(told))


@router.post("/change", name="institution_proposals.change")
def change(visit: Changer, proposal_id: UUID) -> Response:
    accept_change(visit.session, proposal_id, by=visit.viewer.id, now=clock.now())
    return go_to(QUEUE, say=_("The list says so now. Whoever proposed it gets a message."))


@router.post("/decline", name="institution_proposals.decline")
def turn_down(
    request: Request,
    visit: Changer,
    proposal_id: UUID,
    form: Annotated[Form[DeclineForm], Depends(submitted(DeclineForm))],
) -> Response:
    if form.data is None:
        return _page(request, visit, proposal_id, no=form)
    decline(
        visit.session, proposal_id, reason=form.data.reason, by=visit.viewer.id, now=clock.now()
    )
    return go_to(QUEUE, say=_("Declined. Whoever proposed it gets a message."))


def _told(people: int) -> str:
    return ngettext(
        "It is the institution of %(num)s person now, who gets a message.",
        "It is the institution of %(num)s people now, who get a message.",
        people,
    ) % {"num": people}


def _page(
    request: Request,
    visit: Visit,
    proposal_id: UUID,
    *,
    new: Form[InstitutionForm] | None = None,
    alias: Form[AcceptAsAliasForm] | None = None,
    no: Form[DeclineForm] | None = None,
    doubt: LooksLikeAnother | None = None,
) -> Response:
    seen = proposal(visit.session, proposal_id)
    if seen is None:
        raise NotFound(_("This was decided or taken back in the meantime."))
    among = institutions(visit.session, country=seen.country)
    likely = _likely(seen, among)
    refused = any(form and form.errors for form in (new, alias, no))
    return render(
        request,
        visit,
        "institutions/proposal.html",
        status=422 if refused or doubt else 200,
        here="institutions",
        trail=[("/institutions", _("Institutions")), (QUEUE, _("Proposed")), (None, seen.name)],
        seen=seen,
        is_new=seen.kind is ProposalKind.NEW,
        proposers=proposers(visit.session, seen),
        new=new or Form(typed=_typed(seen)),
        alias=alias or Form(typed={"institution": str(likely[0].id)} if likely else {}),
        no=no or Form(),
        likely=likely,
        doubt=doubt,
        options=[(str(one.id), f"{one.label}: {one.name}") for one in among],
        **what_is_offered(),
    )


def _likely(seen: ProposalSeen, among: list[InstitutionSeen]) -> list[InstitutionSeen]:
    """Those that may be meant: first what is called the same, then what is called almost so."""
    same = same_as(seen.acronym, seen.name, among, country=seen.country)
    return [*same, *(one for one in near_to(seen.name, among) if one not in same)]


def _typed(seen: ProposalSeen) -> dict[str, str]:
    return {
        "acronym": seen.acronym,
        "name": seen.name,
        "country": seen.country,
        "kind": "training",
    }
