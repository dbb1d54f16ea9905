"""A place to look around in: as words always, and as a picture all around after a click."""

import json
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from app.core.i18n import choose
from app.core.i18n import gettext as _
from app.models import ProgressState
from app.queries.activities import read_activity
from app.queries.panoramas import PointSeen, SceneSeen, scenes_of
from app.web.content import Place
from app.web.guards import EditionVisit
from app.web.headers import content_security_policy
from app.web.pages import render
from app.web.place_page import Wanted, about_place


def show_panorama(request: Request, visit: EditionVisit, where: Place, asked: Wanted) -> Response:
    scenes = scenes_of(visit.session, where.activity.id)
    here = f"{where.address}/activities/{where.activity.id}"
    weight = sum(
        size for size in {s.picture.id: s.picture.size for s in scenes if s.picture}.values()
    )
    how = where.standing.activities.get(where.activity.id)
    response = render(
        request,
        visit,
        "activities/panorama.html",
        seen=read_activity(visit.session, where.activity, where.spoken),
        scenes=scenes,
        names={scene.id: scene.title for scene in scenes},
        weight=weight,
        play=asked.play and weight > 0,
        plan=plan(scenes, here, where.spoken) if asked.play else "",
        is_done=how is ProgressState.DONE,
        **about_place(visit, where),
    )
    if asked.play:
        # The viewer draws pictures that it has loaded itself, from this site alone.
        policy = content_security_policy(img_src="'self' data: blob:")
        response.headers["Content-Security-Policy"] = policy
    return response


def plan(scenes: list[SceneSeen], here: str, spoken: str) -> str:
    """What the viewer has to know, as it wants it."""
    shown = [scene for scene in scenes if scene.picture]
    there = {scene.id for scene in shown}
    return json.dumps(
        {
            "default": {
                "firstScene": str(shown[0].id) if shown else "",
                "autoLoad": True,
                "escapeHTML": True,
                "strings": {
                    "loadingLabel": _("Loading…"),
                    "genericWebGLError": _(
                        "This browser can't show it. The words below say what is there."
                    ),
                    "textureSizeError": _("This device can't show so large a picture."),
                    "fileAccessError": _("The picture did not come: %(file)s") % {"file": "%s"},
                },
            },
            "scenes": {str(scene.id): _scene(scene, here, spoken, there) for scene in shown},
        }
    )


def _scene(scene: SceneSeen, here: str, spoken: str, there: set[UUID]) -> dict[str, Any]:
    picture = scene.picture
    address = f"{here}/files/{picture.file_id}/{picture.name}" if picture else ""
    return {
        "type": "equirectangular",
        "title": choose(scene.title, spoken),
        "panorama": address,
        "yaw": scene.yaw,
        "hotSpots": [_point(point, spoken, there) for point in scene.points],
    }


def _point(point: PointSeen, spoken: str, there: set[UUID]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "yaw": point.yaw,
        "pitch": point.pitch,
        "text": choose(point.title, spoken),
        "type": "info",
    }
    if point.leads_to in there:
        told |= {"type": "scene", "sceneId": str(point.leads_to)}
    return told
