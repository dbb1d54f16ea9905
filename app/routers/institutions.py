"""The institutions of the network: a list for coordinators, and the type-ahead of forms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core.i18n import country_name
from app.core.text import folded
from app.policy import Action, Role, permits
from app.queries.institutions import about, institutions, participants_by_institution
from app.web.asked import address_of, asked
from app.web.forms import Form
from app.web.guards import Visit, anyone, guarded_by, may
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute)

PAGE = 50
MOST_OPTIONS = 50


class InstitutionFilter(BaseModel):
    country: str = Field(default="", max_length=2)
    q: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1)


class OptionsWanted(BaseModel):
    country: str = Field(default="", max_length=2)
    institution: str = Field(default="", max_length=300)


@router.get("/institutions", name="institutions.index")
def index(
    request: Request,
    visit: Annotated[Visit, guarded_by(may(Action.SEE_INSTITUTIONS))],
    form: Annotated[Form[InstitutionFilter], Depends(asked(InstitutionFilter))],
) -> Response:
    wanted = form.data or InstitutionFilter()
    only = None
    if not permits(visit.roles - {Role.FOCAL}, Action.SEE_INSTITUTIONS):
        only = visit.viewer.coordinates_id
    known = institutions(visit.session, only=only)
    found = [one for one in about(wanted.q, known) if wanted.country in {"", one.country}]
    last = max(1, -(-len(found) // PAGE))
    page = min(wanted.page, last)
    countries = {one.country: country_name(one.country) for one in known}
    return render(
        request,
        visit,
        "institutions/index.html",
        part="institutions/_list.html",
        here="institutions",
        form=form,
        found=found[(page - 1) * PAGE : page * PAGE],
        total=len(found),
        number=page,
        last=last,
        address=address_of("/institutions", form, "page"),
        countries=sorted(countries.items(), key=lambda pair: folded(pair[1])),
        participants=participants_by_institution(visit.session, only=only),
    )


@router.get("/institutions/options", name="institutions.options")
def options(
    request: Request,
    visit: Annotated[Visit, guarded_by(anyone)],
    form: Annotated[Form[OptionsWanted], Depends(asked(OptionsWanted))],
) -> Response:
    """The options of a type-ahead: what fits the typed words, those of the country first."""
    wanted = form.data or OptionsWanted()
    found = about(wanted.institution, institutions(visit.session))
    found.sort(key=lambda one: one.country != wanted.country)
    return render(request, visit, "institutions/_options.html", listed=found[:MOST_OPTIONS])
