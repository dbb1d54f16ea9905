"""The editions that a key's owner may see, and the people of those where they may see people."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from app.models import EnrolmentStatus, Mode
from app.policy import Action
from app.queries.programme import EditionListed, PersonListed, editions_for, people_in
from app.queries.visits import KnownBy
from app.web.guards import EditionVisit, Visit, edition_where, guarded_by, key_holder
from app.web.one_hop import OneHopRoute
from app.web.session_page import own_people_only, sees_addresses

router = APIRouter(route_class=OneHopRoute, prefix="/api/v1", tags=["Editions"])

Holder = Annotated[Visit, guarded_by(key_holder)]
Watcher = Annotated[EditionVisit, guarded_by(edition_where(Action.SEE_PEOPLE, KnownBy.KEY))]
After = Annotated[UUID | None, Query(description="the id of the last one you have")]
Limit = Annotated[int, Query(ge=1, le=500, description="how many at most")]


class Edition(BaseModel):
    """One run of a course. Its title is there in each language that it has."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    course_slug: str
    title: dict[str, str]
    mode: Mode
    hours: int
    languages: list[str]
    starts_on: date | None
    ends_on: date | None
    reporting_year: int


class Editions(BaseModel):
    """``next`` is the address of what follows, or nothing at the end."""

    items: list[Edition]
    next: str | None


class Participant(BaseModel):
    """Somebody in an edition; country and institution as they were on admission."""

    model_config = ConfigDict(from_attributes=True)

    enrolment_id: UUID
    name: str
    email: str | None
    status: EnrolmentStatus
    country: str
    institution: str | None
    admitted_at: datetime | None
    completed_at: datetime | None


class People(BaseModel):
    """``next`` is the address of what follows, or nothing at the end."""

    items: list[Participant]
    next: str | None


@router.get("/editions", name="api.editions", summary="The editions you may see")
def editions(visit: Holder, after: After = None, limit: Limit = 100) -> Editions:
    found = editions_for(visit.session, visit.viewer, after=after, limit=limit)
    return Editions(
        items=[Edition.model_validate(one) for one in found],
        next=_next("/api/v1/editions", found, limit),
    )


@router.get("/editions/{edition}/people", name="api.people", summary="The people of an edition")
def people(visit: Watcher, after: After = None, limit: Limit = 100) -> People:
    found = people_in(
        visit.session,
        visit.edition.id,
        only_institution=own_people_only(visit),
        after=after,
        limit=limit,
    )
    return People(
        items=[_shown(one, visit) for one in found],
        next=_next(f"/api/v1/editions/{visit.edition.id}/people", found, limit),
    )


def _shown(person: PersonListed, visit: EditionVisit) -> Participant:
    """As the pages show them to this viewer: addresses only to those who write to people."""
    shown = Participant.model_validate(person)
    return shown if sees_addresses(visit) else shown.model_copy(update={"email": None})


def _next(
    address: str, found: Sequence[EditionListed] | Sequence[PersonListed], limit: int
) -> str | None:
    if len(found) < limit:
        return None
    last = found[-1]
    key = last.id if isinstance(last, EditionListed) else last.enrolment_id
    return f"{address}?after={key}&limit={limit}"
