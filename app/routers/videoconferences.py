"""The public videoconferences of the network, for everybody to look through."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.core import clock
from app.core.formats import current_zone
from app.queries.videoconferences import by_series
from app.web.guards import Visit, anyone, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import render

router = APIRouter(route_class=OneHopRoute)


@router.get("/videoconferences", name="videoconferences.index")
def index(request: Request, visit: Annotated[Visit, guarded_by(anyone)]) -> Response:
    return render(
        request,
        visit,
        "videoconferences/index.html",
        here="videoconferences",
        series=by_series(visit.session),
        today=clock.today(current_zone()),
    )
