"""What changed in the edition that this one was made from: taken over piece by piece, or left."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.core import clock
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.policy import Action
from app.services.taking_over import Taken, leave, take_over
from app.web.changes_page import changes_page
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to

router = APIRouter(route_class=OneHopRoute, prefix="/editions/{edition}/changes")

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]


class Decision(BaseModel):
    """What is ticked, or the one beside which a button was pressed."""

    chosen: list[UUID] = Field(default_factory=list, max_length=10_000)
    take: UUID | None = None
    leave: UUID | None = None
    do: Literal["take", "leave"] = "take"

    @property
    def leaves(self) -> bool:
        return self.leave is not None or (self.take is None and self.do == "leave")

    @property
    def wanted(self) -> list[UUID]:
        one = self.take or self.leave
        return [one] if one else self.chosen


@router.get("", name="changes.show")
def show(request: Request, visit: Writer) -> Response:
    return changes_page(request, visit)


@router.post("", name="changes.decide")
def decide(
    visit: Writer, form: Annotated[Form[Decision], Depends(submitted(Decision))]
) -> Response:
    wanted = form.data or Decision()
    session, here, by = visit.session, visit.edition.id, visit.viewer.id
    if wanted.leaves:
        say = _left(leave(session, here, wanted.wanted, by=by))
    else:
        say = _taken(take_over(session, here, wanted.wanted, by=by, now=clock.now()))
    return go_to(f"/editions/{here}/changes", say=say)


def _left(count: int) -> str:
    if not count:
        return _nothing()
    said = ngettext(
        "%(num)s piece stays as it is here, until it changes there again.",
        "%(num)s pieces stay as they are here, until they change there again.",
        count,
    )
    return said % {"num": count}


def _taken(taken: Taken) -> str:
    if not taken.pieces:
        return _nothing()
    said = [
        ngettext("%(num)s piece was taken over.", "%(num)s pieces were taken over.", taken.pieces)
        % {"num": taken.pieces}
    ]
    if taken.beside:
        said.append(_("Where it was changed here too, a hidden copy stands beside your own."))
    if taken.hidden:
        said.append(_("What is gone there is hidden here."))
    return " ".join(said)


def _nothing() -> str:
    return _("Nothing was chosen that is still to be decided.")
