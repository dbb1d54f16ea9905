"""The pages on which a panorama is written: its scenes, one of them, and one point."""

from uuid import UUID

from fastapi import Request, Response

from app.core.errors import NotFound
from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import Activity, ActivityKind, FileRole
from app.queries.activity_files import offered_files
from app.queries.panoramas import PointSeen, SceneSeen, scenes_of
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.pages import render
from app.web.scene_forms import PointForm, SceneForm, typed_scene
from app.web.writing_page import activity_to_write, around_writing


def panorama_to_write(visit: EditionVisit, activity_id: UUID) -> Activity:
    activity = activity_to_write(visit, activity_id)
    if activity.kind is not ActivityKind.PANORAMA:
        raise NotFound(_("There is nothing at this address."))
    return activity


def find_scene(scenes: list[SceneSeen], scene_id: UUID) -> SceneSeen:
    for scene in scenes:
        if scene.id == scene_id:
            return scene
    raise NotFound(_("There is nothing at this address."))


def find_point(scene: SceneSeen, point_id: UUID) -> PointSeen:
    for point in scene.points:
        if point.id == point_id:
            return point
    raise NotFound(_("There is nothing at this address."))


def show_scenes(
    request: Request, visit: EditionVisit, activity: Activity, form: Form[SceneForm]
) -> Response:
    return render(
        request,
        visit,
        "panoramas/index.html",
        status=422 if form.errors else 200,
        **around_writing(visit, activity, "scenes"),
        form=form,
        scenes=scenes_of(visit.session, activity.id),
        pictures=_pictures(visit, activity),
    )


def show_scene(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    scene_id: UUID,
    *,
    form: Form[SceneForm] | None = None,
    point_form: Form[PointForm] | None = None,
) -> Response:
    scenes = scenes_of(visit.session, activity.id)
    scene = find_scene(scenes, scene_id)
    form, point_form = form or typed_scene(scene), point_form or Form()
    return render(
        request,
        visit,
        "panoramas/scene.html",
        status=422 if form.errors or point_form.errors else 200,
        **around_writing(visit, activity, "scenes"),
        scene=scene,
        form=form,
        point_form=point_form,
        pictures=_pictures(visit, activity),
        others=_others(scenes, scene_id),
    )


def show_point(
    request: Request,
    visit: EditionVisit,
    activity: Activity,
    scene_id: UUID,
    point_id: UUID,
    form: Form[PointForm],
) -> Response:
    scenes = scenes_of(visit.session, activity.id)
    scene = find_scene(scenes, scene_id)
    return render(
        request,
        visit,
        "panoramas/point.html",
        status=422 if form.errors else 200,
        **around_writing(visit, activity, "scenes"),
        scene=scene,
        point=find_point(scene, point_id),
        point_form=form,
        others=_others(scenes, scene_id),
    )


def _pictures(visit: EditionVisit, activity: Activity) -> list[tuple[str, str]]:
    return [
        (str(one.id), one.title or one.name)
        for one in offered_files(visit.session, activity.id)
        if one.role is FileRole.PANORAMA
    ]


def _others(scenes: list[SceneSeen], scene_id: UUID) -> list[tuple[str, str]]:
    return [(str(one.id), choose(one.title)) for one in scenes if one.id != scene_id]
