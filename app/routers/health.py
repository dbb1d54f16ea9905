"""Whether the server is alive, ready for people, and how it fares."""

from typing import Annotated

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core import migrating
from app.core.db import engine, reading
from app.web.guards import guarded_by, operator, public
from app.web.one_hop import OneHopRoute

router = APIRouter(route_class=OneHopRoute)


@router.get("/healthz", name="health.alive")
def alive(_guard: Annotated[None, guarded_by(public)]) -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", name="health.ready")
def ready(response: Response, _guard: Annotated[None, guarded_by(public)]) -> dict[str, str]:
    try:
        with reading() as session:
            session.execute(text("SELECT 1"))
        current = migrating.is_current(engine())
    except SQLAlchemyError:
        response.status_code = 503
        return {"status": "database unreachable"}
    response.status_code = 200 if current else 503
    return {"status": "ready" if current else "database not migrated"}


@router.get("/metrics", name="health.metrics")
def metrics(_guard: Annotated[None, guarded_by(operator)]) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
