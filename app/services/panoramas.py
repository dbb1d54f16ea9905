"""Writing a panorama: its scenes, and the points in each that say something or lead on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.db import Texts
from app.core.embeds import safe_url
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import Activity, ActivityFile, ActivityKind, FileRole, Hotspot, Scene
from app.services.activity_files import show_anew
from app.services.audit import record

MOST_SCENES, MOST_POINTS = 30, 30


@dataclass(frozen=True, slots=True)
class SceneText:
    """What is written of a scene."""

    title: Texts = field(default_factory=dict)
    text: Texts = field(default_factory=dict)
    picture_id: UUID | None = None
    yaw: int = 0


@dataclass(frozen=True, slots=True)
class PointText:
    """What is written of a point."""

    yaw: int
    pitch: int
    title: Texts = field(default_factory=dict)
    text: Texts = field(default_factory=dict)
    leads_to_id: UUID | None = None
    url: str = ""


def add_scene(session: Session, activity: Activity, said: SceneText, *, by: UUID) -> Scene:
    _lock(session, activity)
    _refuse_scene(session, activity, said)
    there = _scenes(session, activity)
    if len(there) >= MOST_SCENES:
        raise RuleBroken(_("This panorama has as many scenes as it can hold."))
    position = max((one.position for one in there), default=0) + 1
    scene = Scene(activity_id=activity.id, position=position, **_of_scene(said))
    session.add(scene)
    _kept(session, activity, by, before={}, after=_facts(scene))
    return scene


def change_scene(
    session: Session, activity: Activity, scene_id: UUID, said: SceneText, *, by: UUID
) -> None:
    _lock(session, activity)
    scene = scene_of(session, activity, scene_id)
    _refuse_scene(session, activity, said)
    before = _facts(scene)
    for name, value in _of_scene(said).items():
        setattr(scene, name, value)
    if _facts(scene) != before:
        session.add(scene)
        _kept(session, activity, by, before=before, after=_facts(scene))


def remove_scene(session: Session, activity: Activity, scene_id: UUID, *, by: UUID) -> None:
    """Take a scene away with its points; points elsewhere that led to it lead nowhere."""
    _lock(session, activity)
    scene = scene_of(session, activity, scene_id)
    before = _facts(scene)
    session.delete(scene)
    _kept(session, activity, by, before=before, after={"there": False})


def move_scene(
    session: Session, activity: Activity, scene_id: UUID, step: int, *, by: UUID
) -> None:
    """Let a scene change places with the one before (-1) or after (1) it."""
    _lock(session, activity)
    scene = scene_of(session, activity, scene_id)
    order = _scenes(session, activity)
    at = order.index(scene)
    if not 0 <= at + step < len(order):
        return
    other = order[at + step]
    here, there = scene.position, other.position
    for one, position in ((scene, -1), (other, here), (scene, there)):
        one.position = position
        session.add(one)
        session.flush()
    _kept(session, activity, by, before={"position": here}, after={"position": there})


def add_point(
    session: Session, activity: Activity, scene_id: UUID, said: PointText, *, by: UUID
) -> Hotspot:
    _lock(session, activity)
    scene = scene_of(session, activity, scene_id)
    values = _of_point(session, activity, said)
    there = session.exec(select(Hotspot.position).where(Hotspot.scene_id == scene.id)).all()
    if len(there) >= MOST_POINTS:
        raise RuleBroken(_("This scene has as many points as it can hold."))
    point = Hotspot(scene_id=scene.id, position=max(there, default=0) + 1, **values)
    session.add(point)
    _kept(session, activity, by, before={}, after=_facts(point))
    return point


def change_point(
    session: Session, activity: Activity, point_id: UUID, said: PointText, *, by: UUID
) -> None:
    _lock(session, activity)
    point = point_of(session, activity, point_id)
    before = _facts(point)
    for name, value in _of_point(session, activity, said).items():
        setattr(point, name, value)
    if _facts(point) != before:
        session.add(point)
        _kept(session, activity, by, before=before, after=_facts(point))


def remove_point(session: Session, activity: Activity, point_id: UUID, *, by: UUID) -> None:
    _lock(session, activity)
    point = point_of(session, activity, point_id)
    before = _facts(point)
    session.delete(point)
    _kept(session, activity, by, before=before, after={"there": False})


def scene_of(session: Session, activity: Activity, scene_id: UUID) -> Scene:
    scene = session.exec(
        select(Scene).where(Scene.id == scene_id, Scene.activity_id == activity.id)
    ).one_or_none()
    if scene is None:
        raise NotFound(_("There is nothing at this address."))
    return scene


def point_of(session: Session, activity: Activity, point_id: UUID) -> Hotspot:
    point = session.exec(
        select(Hotspot)
        .join(Scene, col(Scene.id) == col(Hotspot.scene_id))
        .where(Hotspot.id == point_id, Scene.activity_id == activity.id)
    ).one_or_none()
    if point is None:
        raise NotFound(_("There is nothing at this address."))
    return point


def carry_over(session: Session, original: Activity, copy: Activity) -> None:
    """Give a copy the scenes and points of its original; its pictures are there already."""
    pictures = _matched(session, original, copy)
    scenes: dict[UUID, UUID] = {}
    for scene in _scenes(session, original):
        values = scene.model_dump(exclude={"id", "created_at", "activity_id", "picture_id"})
        picture = pictures.get(scene.picture_id) if scene.picture_id else None
        made = Scene(**values, activity_id=copy.id, picture_id=picture)
        session.add(made)
        scenes[scene.id] = made.id
    session.flush()
    for point in session.exec(select(Hotspot).where(col(Hotspot.scene_id).in_(scenes))):
        values = point.model_dump(exclude={"id", "created_at", "scene_id", "leads_to_id"})
        leads_to = scenes.get(point.leads_to_id) if point.leads_to_id else None
        session.add(Hotspot(**values, scene_id=scenes[point.scene_id], leads_to_id=leads_to))
    session.flush()


def take_over(session: Session, original: Activity, copy: Activity) -> None:
    """Put the scenes of the original in the place of those of a copy."""
    for scene in _scenes(session, copy):
        session.delete(scene)
    session.flush()
    carry_over(session, original, copy)


def _matched(session: Session, original: Activity, copy: Activity) -> dict[UUID, UUID]:
    """Which file of the copy is which of the original: by the name, which is one's own in each."""
    names = {
        row.name: row.id
        for row in session.exec(select(ActivityFile).where(ActivityFile.activity_id == copy.id))
    }
    return {
        row.id: names[row.name]
        for row in session.exec(
            select(ActivityFile).where(
                ActivityFile.activity_id == original.id, ActivityFile.role == FileRole.PANORAMA
            )
        )
        if row.name in names
    }


def _lock(session: Session, activity: Activity) -> None:
    if activity.kind is not ActivityKind.PANORAMA:
        raise RuleBroken(_("An activity of this kind has no scenes."))
    session.exec(select(Activity.id).where(Activity.id == activity.id).with_for_update()).one()


def _scenes(session: Session, activity: Activity) -> list[Scene]:
    return list(
        session.exec(
            select(Scene).where(Scene.activity_id == activity.id).order_by(col(Scene.position))
        )
    )


def _refuse_scene(session: Session, activity: Activity, said: SceneText) -> None:
    if not any(said.title.values()):
        raise RuleBroken(_("Give the scene a name in at least one language."))
    if any(not said.text.get(language) for language in said.title):
        raise RuleBroken(needs_words())
    if (
        said.picture_id
        and not session.exec(
            select(ActivityFile.id).where(
                ActivityFile.id == said.picture_id,
                ActivityFile.activity_id == activity.id,
                ActivityFile.role == FileRole.PANORAMA,
            )
        ).first()
    ):
        raise RuleBroken(_("Choose one of the options."))


def needs_words() -> str:
    return _("Write what there is to see, for who does not look around.")


def _of_scene(said: SceneText) -> dict[str, Any]:
    return {
        "title": dict(said.title),
        "text": dict(said.text),
        "picture_id": said.picture_id,
        "yaw": said.yaw,
    }


def _of_point(session: Session, activity: Activity, said: PointText) -> dict[str, Any]:
    if not any(said.title.values()):
        raise RuleBroken(_("Give the point a name in at least one language."))
    if said.leads_to_id:
        scene_of(session, activity, said.leads_to_id)
    return {
        "yaw": said.yaw,
        "pitch": said.pitch,
        "title": dict(said.title),
        "text": dict(said.text),
        "leads_to_id": said.leads_to_id,
        "url": safe_url(said.url) if said.url else "",
    }


def _facts(row: Scene | Hotspot) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | dict) else str(value)
        for name, value in row.model_dump(exclude={"id", "created_at"}).items()
    }


def _kept(
    session: Session,
    activity: Activity,
    by: UUID,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    show_anew(session, activity.edition_id)
    record(
        session,
        by,
        "change panorama",
        "activity",
        activity.id,
        edition=activity.edition_id,
        before=dict(before) or {"there": False},
        after=dict(after),
    )
