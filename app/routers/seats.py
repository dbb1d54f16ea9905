"""The places of an edition: taken, kept for some, and who left theirs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.collation import sort_key
from app.core.errors import RuleBroken
from app.core.i18n import country_name
from app.core.i18n import gettext as _
from app.models import Edition, LeavingReason
from app.policy import Action
from app.queries.figures import Part
from app.queries.institutions import institutions
from app.queries.leaving import NOT_STATED, by_country, by_reason, drop_outs
from app.queries.seats import NOWHERE, reserve_lines, seats_of
from app.services.seats import release_seats, reserve_seats
from app.web import choices
from app.web.edition_place import around_settings, to_settings
from app.web.figures import part_words
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.labels import label
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/settings/seats")

Changer = Annotated[EditionVisit, guarded_by(edition_where(Action.CHANGE_EDITION))]


class ReserveForm(BaseModel):
    country: str = Field(default="", max_length=2)
    institution: UUID | None = None
    seats: int = Field(ge=1, le=100_000)


@router.get("", name="seats.show")
def show_seats(request: Request, visit: Changer) -> Response:
    return _seats_page(request, visit, Form[ReserveForm]())


@router.post("", name="seats.reserve")
def keep_seats(
    request: Request,
    visit: Changer,
    form: Annotated[Form[ReserveForm], Depends(submitted(ReserveForm))],
) -> Response:
    if form.data is None:
        return _seats_page(request, visit, form)
    try:
        reserve_seats(
            visit.session,
            visit.edition.id,
            country=form.data.country,
            institution_id=form.data.institution,
            seats=form.data.seats,
            by=visit.viewer.id,
            now=clock.now(),
        )
    except RuleBroken as broken:
        form.refuse("seats", broken.message)
        return _seats_page(request, visit, form)
    return to_settings(visit, "seats", _("The places are reserved."))


@router.post("/{reserve}/release", name="seats.release")
def let_seats_go(visit: Changer, reserve: UUID) -> Response:
    release_seats(visit.session, visit.edition.id, reserve, by=visit.viewer.id, now=clock.now())
    return to_settings(visit, "seats", _("The places are free for all now."))


def _seats_page(request: Request, visit: EditionVisit, form: Form[ReserveForm]) -> Response:
    edition = visit.session.get_one(Edition, visit.edition.id)
    seats = seats_of(visit.session, edition, on=clock.today())
    left = drop_outs(visit.session, visit.edition.id)
    return render(
        request,
        visit,
        "seats/show.html",
        status=422 if form.errors else 200,
        **around_settings(visit),
        form=form,
        edition_row=edition,
        taken=seats.occupied.total(),
        room=seats.room,
        for_all=seats.left_for(NOWHERE),
        reserves=reserve_lines(visit.session, visit.edition.id),
        kept={(one.country, one.institution_id): n for one, n in seats.kept()},
        countries=choices.countries(),
        institutions=[(one.id, one.label) for one in institutions(visit.session)],
        Part=Part,
        part_words=part_words,
        left_by_reason=by_reason(left),
        left_by_country=sorted(by_country(left), key=lambda row: sort_key(country_name(row.key))),
        country_name=country_name,
        reason_words=_reason_words,
    )


def _reason_words(key: str) -> str:
    return _("Not stated") if key == NOT_STATED else label(LeavingReason(key))
