"""The scenes of a panorama with their points, for who looks around and for who writes them."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.db import Texts
from app.models import ActivityFile, Hotspot, Scene, StoredFile


@dataclass(frozen=True, slots=True)
class PictureSeen:
    id: UUID
    file_id: UUID
    name: str
    alt: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PointSeen:
    id: UUID
    yaw: int
    pitch: int
    title: Texts
    text: Texts
    url: str
    leads_to: UUID | None


@dataclass(frozen=True, slots=True)
class SceneSeen:
    id: UUID
    position: int
    title: Texts
    text: Texts
    yaw: int
    picture: PictureSeen | None
    points: tuple[PointSeen, ...]


def scenes_of(session: Session, activity_id: UUID) -> list[SceneSeen]:
    """In their order, in two statements."""
    points: dict[UUID, list[PointSeen]] = {}
    for one in session.exec(
        select(Hotspot)
        .join(Scene, col(Scene.id) == col(Hotspot.scene_id))
        .where(Scene.activity_id == activity_id)
        .order_by(col(Hotspot.position))
    ):
        seen = PointSeen(one.id, one.yaw, one.pitch, one.title, one.text, one.url, one.leads_to_id)
        points.setdefault(one.scene_id, []).append(seen)
    rows = session.execute(
        select(Scene, ActivityFile, StoredFile)
        .outerjoin(ActivityFile, col(ActivityFile.id) == col(Scene.picture_id))
        .outerjoin(StoredFile, col(StoredFile.id) == col(ActivityFile.file_id))
        .where(Scene.activity_id == activity_id)
        .order_by(col(Scene.position))
    )
    return [
        SceneSeen(
            scene.id,
            scene.position,
            scene.title,
            scene.text,
            scene.yaw,
            _picture(offered, stored),
            tuple(points.get(scene.id, ())),
        )
        for scene, offered, stored in rows
    ]


def _picture(offered: ActivityFile | None, stored: StoredFile | None) -> PictureSeen | None:
    if offered is None or stored is None:
        return None
    return PictureSeen(
        offered.id,
        stored.id,
        offered.name or stored.name,
        offered.alt,
        stored.size,
        offered.width,
        offered.height,
    )
