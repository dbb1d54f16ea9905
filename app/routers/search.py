"""Looking for words in all that one may read."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.formats import current_zone
from app.core.i18n import current_locale
from app.core.stems import sought
from app.queries.search import MOST, find, with_passages
from app.web.asked import address_of, asked, in_pages
from app.web.forms import Form
from app.web.guards import Visit, anyone, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import render, wants_part

router = APIRouter(route_class=OneHopRoute)

PAGE = 20


class Looked(BaseModel):
    q: str = Field(default="", max_length=200)
    page: int = Field(default=1, ge=1, le=10_000)


@router.get("/search", name="search.index")
def index(
    request: Request,
    visit: Annotated[Visit, guarded_by(anyone)],
    form: Annotated[Form[Looked], Depends(asked(Looked))],
) -> Response:
    looked = form.data or Looked()
    words, today = sought(looked.q), clock.today(current_zone())
    found = find(visit.session, visit.maybe_viewer, words, current_locale(), on=today)
    page, last = in_pages(len(found), looked.page, PAGE)
    return render(
        request,
        visit,
        "search/index.html",
        part="search/_results.html",
        here="search",
        partial=wants_part(request),
        form=form,
        is_asked=bool(looked.q.strip()),
        hits=with_passages(visit.session, found[(page - 1) * PAGE : page * PAGE], words),
        total=len(found),
        most=MOST,
        on_page=page,
        last=last,
        address=address_of("/search", form, "page"),
    )
