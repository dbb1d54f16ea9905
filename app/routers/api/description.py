"""The description of the JSON API, which programs read to learn it."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from app.core.settings import settings
from app.routers.api import editions, me
from app.web.guards import guarded_by, public
from app.web.one_hop import OneHopRoute

router = APIRouter(route_class=OneHopRoute, prefix="/api/v1")

PROBLEM = {
    "description": "A problem (RFC 9457): what stood in the way.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}


@router.get("/openapi.json", name="api.description", include_in_schema=False)
def description(_guard: Annotated[None, guarded_by(public)]) -> dict[str, Any]:
    return _description(settings().base_url)


@cache
def _description(base_url: str) -> dict[str, Any]:
    told = get_openapi(
        title="Taller",
        version="1",
        description="What you may read on the pages of Taller, for programs that hold your key.",
        routes=[*me.router.routes, *editions.router.routes],
        servers=[{"url": base_url}],
    )
    told["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key made at /account"}
    }
    told["security"] = [{"key": []}]
    for path, operations in told["paths"].items():
        refusals = {"401", "422"} | ({"403", "404"} if "{edition}" in path else set())
        operations["get"]["responses"] |= dict.fromkeys(sorted(refusals), PROBLEM)
    for ours in ("HTTPValidationError", "ValidationError"):
        told["components"]["schemas"].pop(ours, None)
    return told
