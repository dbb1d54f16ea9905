"""The style guide: every macro in all its states, for developers."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.web.guards import Visit, guarded_by, in_development
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute)


@router.get("/styleguide", name="styleguide.show")
def show(request: Request, visit: Annotated[Visit, guarded_by(in_development)]) -> Response:
    return render(request, visit, "styleguide/index.html")
