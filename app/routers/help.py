"""Pages that explain: help, accessibility, and what is kept of people."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.web.guards import Visit, anyone, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import render
from app.web.personal_words import kept_of_people

router = APIRouter(route_class=OneHopRoute)

Anyone = Annotated[Visit, guarded_by(anyone)]


@router.get("/help", name="help.show")
def show(request: Request, visit: Anyone) -> Response:
    return render(request, visit, "help/show.html")


@router.get("/accessibility", name="help.accessibility")
def accessibility(request: Request, visit: Anyone) -> Response:
    return render(request, visit, "help/accessibility.html")


@router.get("/your-data", name="help.your_data")
def your_data(request: Request, visit: Anyone) -> Response:
    return render(request, visit, "help/your_data.html", purposes=kept_of_people())
