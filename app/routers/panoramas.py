"""Writing a panorama: its scenes, and the points in each."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from app.core.i18n import gettext as _
from app.policy import Action
from app.queries.panoramas import scenes_of
from app.services import panoramas
from app.web.forms import Form, submitted
from app.web.guards import EditionVisit, edition_where, guarded_by
from app.web.one_hop import OneHopRoute
from app.web.pages import go_to
from app.web.scene_forms import PointForm, SceneForm, point_text, scene_text, typed_point
from app.web.scene_page import (
    find_point,
    find_scene,
    panorama_to_write,
    show_point,
    show_scene,
    show_scenes,
)
from app.web.writing_tabs import writing_address

router = APIRouter(
    route_class=OneHopRoute, prefix="/editions/{edition}/content/activities/{activity}/scenes"
)

Writer = Annotated[EditionVisit, guarded_by(edition_where(Action.WRITE_CONTENT))]
SceneTyped = Annotated[Form[SceneForm], Depends(submitted(SceneForm))]
PointTyped = Annotated[Form[PointForm], Depends(submitted(PointForm))]


class Way(BaseModel):
    way: Literal["up", "down"]


@router.get("", name="panoramas.index")
def index(request: Request, visit: Writer, activity: UUID) -> Response:
    return show_scenes(request, visit, panorama_to_write(visit, activity), Form())


@router.post("", name="panoramas.add")
def add(request: Request, visit: Writer, activity: UUID, form: SceneTyped) -> Response:
    written = panorama_to_write(visit, activity)
    said = scene_text(form, visit.edition.languages)
    if said is None:
        return show_scenes(request, visit, written, form)
    scene = panoramas.add_scene(visit.session, written, said, by=visit.viewer.id)
    return _to(visit, activity, scene.id, say=_("The scene is there. Now add its points."))


@router.get("/{scene}", name="panoramas.scene")
def show(request: Request, visit: Writer, activity: UUID, scene: UUID) -> Response:
    return show_scene(request, visit, panorama_to_write(visit, activity), scene)


@router.post("/{scene}", name="panoramas.change")
def change(
    request: Request, visit: Writer, activity: UUID, scene: UUID, form: SceneTyped
) -> Response:
    written = panorama_to_write(visit, activity)
    said = scene_text(form, visit.edition.languages)
    if said is None:
        return show_scene(request, visit, written, scene, form=form)
    panoramas.change_scene(visit.session, written, scene, said, by=visit.viewer.id)
    return _to(visit, activity, scene, say=_("Saved."))


@router.post("/{scene}/place", name="panoramas.move")
def move(
    visit: Writer,
    activity: UUID,
    scene: UUID,
    form: Annotated[Form[Way], Depends(submitted(Way))],
) -> Response:
    written = panorama_to_write(visit, activity)
    step = -1 if form.data and form.data.way == "up" else 1
    panoramas.move_scene(visit.session, written, scene, step, by=visit.viewer.id)
    return _to(visit, activity)


@router.post("/{scene}/removal", name="panoramas.remove")
def remove(visit: Writer, activity: UUID, scene: UUID) -> Response:
    written = panorama_to_write(visit, activity)
    panoramas.remove_scene(visit.session, written, scene, by=visit.viewer.id)
    return _to(visit, activity, say=_("The scene is removed."))


@router.post("/{scene}/points", name="panoramas.add_point")
def add_point(
    request: Request, visit: Writer, activity: UUID, scene: UUID, form: PointTyped
) -> Response:
    written = panorama_to_write(visit, activity)
    said = point_text(form, visit.edition.languages)
    if said is None:
        return show_scene(request, visit, written, scene, point_form=form)
    panoramas.add_point(visit.session, written, scene, said, by=visit.viewer.id)
    return _to(visit, activity, scene, say=_("The point is there."))


@router.get("/{scene}/points/{point}", name="panoramas.point")
def point_page(
    request: Request, visit: Writer, activity: UUID, scene: UUID, point: UUID
) -> Response:
    written = panorama_to_write(visit, activity)
    seen = find_point(find_scene(scenes_of(visit.session, written.id), scene), point)
    return show_point(request, visit, written, scene, point, typed_point(seen))


@router.post("/{scene}/points/{point}", name="panoramas.change_point")
def change_point(
    request: Request, visit: Writer, activity: UUID, scene: UUID, point: UUID, form: PointTyped
) -> Response:
    written = panorama_to_write(visit, activity)
    said = point_text(form, visit.edition.languages)
    if said is None:
        return show_point(request, visit, written, scene, point, form)
    panoramas.change_point(visit.session, written, point, said, by=visit.viewer.id)
    return _to(visit, activity, scene, say=_("Saved."))


@router.post("/{scene}/points/{point}/removal", name="panoramas.remove_point")
def remove_point(visit: Writer, activity: UUID, scene: UUID, point: UUID) -> Response:
    written = panorama_to_write(visit, activity)
    panoramas.remove_point(visit.session, written, point, by=visit.viewer.id)
    return _to(visit, activity, scene, say=_("The point is removed."))


def _to(
    visit: EditionVisit, activity: UUID, scene: UUID | None = None, *, say: str = ""
) -> Response:
    scenes = f"{writing_address(visit.edition.id, activity)}/scenes"
    return go_to(f"{scenes}/{scene}" if scene else scenes, say=say)
