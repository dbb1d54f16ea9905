"""The files of an activity: what it offers, shows and plays, as those see it who write it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.policy import Action
from app.services import activity_files
from app.web.arrivals import take_whole
from app.web.file_forms import FileForm
from app.web.file_page import describing, file_to_write, show_file, show_files
from app.web.forms import Form, submitted, understood
from app.web.guards import EditionVisit, edition_for_slow_work, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to
from app.web.threads import files, in_a_thread
from app.web.writing_page import activity_to_write
from app.web.writing_tabs import writing_address

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}/files"
)

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]
SlowWriter = Annotated[EditionVisit, guarded_by(edition_for_slow_work(Action.WRITE_CONTENT))]


class Way(BaseModel):
    way: Literal["up", "down"]


@router.get("", name="activity_files.index")
def index(request: Request, visit: Writer, activity: UUID) -> Response:
    return show_files(request, visit, activity_to_write(visit, activity), Form())


@router.post("", name="activity_files.add")
async def add(request: Request, visit: SlowWriter, activity: UUID) -> Response:
    """Without scripts: the whole file in one go."""
    async with request.form() as body:
        form = understood(FileForm, body)
        return await in_a_thread(lambda: take_whole(request, visit, activity, form), among=files())


@router.get("/{offered}", name="activity_files.show")
def show(request: Request, visit: Writer, activity: UUID, offered: UUID) -> Response:
    written = activity_to_write(visit, activity)
    seen = file_to_write(visit, written, offered)
    return show_file(request, visit, written, seen, describing(seen))


@router.post("/{offered}", name="activity_files.describe")
def describe(
    request: Request,
    visit: Writer,
    activity: UUID,
    offered: UUID,
    form: Annotated[Form[FileForm], Depends(submitted(FileForm))],
) -> Response:
    written = activity_to_write(visit, activity)
    seen = file_to_write(visit, written, offered)
    if form.data is None:
        return show_file(request, visit, written, seen, form)
    try:
        activity_files.describe(
            visit.session, written, offered, form.data.said(), by=visit.viewer.id
        )
    except RuleBroken as broken:
        form.refuse("language", broken.message)
        return show_file(request, visit, written, seen, form)
    return _to_files(visit, activity, _("Saved."))


@router.post("/{offered}/content", name="activity_files.replace")
async def replace(request: Request, visit: SlowWriter, activity: UUID, offered: UUID) -> Response:
    async with request.form() as body:
        form = understood(FileForm, body)
        return await in_a_thread(
            lambda: take_whole(request, visit, activity, form, replaces=offered), among=files()
        )


@router.post("/{offered}/place", name="activity_files.move")
def move(
    visit: Writer,
    activity: UUID,
    offered: UUID,
    form: Annotated[Form[Way], Depends(submitted(Way))],
) -> Response:
    written = activity_to_write(visit, activity)
    step = -1 if form.data and form.data.way == "up" else 1
    activity_files.move(visit.session, written, offered, step, by=visit.viewer.id)
    return _to_files(visit, activity)


@router.post("/{offered}/removal", name="activity_files.remove")
def remove(visit: Writer, activity: UUID, offered: UUID) -> Response:
    written = activity_to_write(visit, activity)
    activity_files.remove(visit.session, written, offered, by=visit.viewer.id)
    return _to_files(visit, activity, _("The file is removed."))


def _to_files(visit: EditionVisit, activity: UUID, say: str = "") -> Response:
    return go_to(f"{writing_address(visit.edition.id, activity)}/files", say=say)
