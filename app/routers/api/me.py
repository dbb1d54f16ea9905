"""Who a key belongs to."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from app.web.guards import Visit, guarded_by, key_holder
from app.web.one_hop import OneHopRoute

router = APIRouter(route_class=OneHopRoute, prefix="/api/v1", tags=["People"])


class Me(BaseModel):
    """The person whose key was sent."""

    id: UUID
    name: str
    email: str
    country: str
    institution: str | None
    language: str
    timezone: str
    roles: list[str]


@router.get("/me", name="api.me", summary="Whose key this is")
def me(visit: Annotated[Visit, guarded_by(key_holder)]) -> Me:
    person = visit.viewer
    return Me(
        id=person.id,
        name=person.name,
        email=person.email,
        country=person.country,
        institution=person.institution,
        language=person.language,
        timezone=person.timezone,
        roles=sorted(role.value for role in visit.roles),
    )
