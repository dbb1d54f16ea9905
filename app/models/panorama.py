"""A panorama: places to look around in, with points in each that say something or lead on."""

from uuid import UUID

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from app.core.db import Table, Texts, localized
from app.core.personal import impersonal


class Scene(Table, table=True):
    """A place: its picture, all around, and in words what there is to see."""

    __table_args__ = (UniqueConstraint("activity_id", "position"),)

    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE")
    picture_id: UUID | None = Field(
        default=None, foreign_key="activity_file.id", ondelete="SET NULL", index=True
    )
    position: int = Field(sa_column_kwargs=impersonal())
    title: Texts = localized(sa_column_kwargs=impersonal())
    text: Texts = localized(sa_column_kwargs=impersonal(), description="what there is to see")
    yaw: int = Field(
        default=0, description="where one looks first, in degrees", sa_column_kwargs=impersonal()
    )


class Hotspot(Table, table=True):
    """A point of a place, by how far to the side (``yaw``) and up (``pitch``) one has to look."""

    __table_args__ = (
        UniqueConstraint("scene_id", "position"),
        CheckConstraint("yaw BETWEEN -180 AND 180", name="yaw_is_around"),
        CheckConstraint("pitch BETWEEN -90 AND 90", name="pitch_is_up_or_down"),
    )

    scene_id: UUID = Field(foreign_key="scene.id", ondelete="CASCADE")
    leads_to_id: UUID | None = Field(
        default=None, foreign_key="scene.id", ondelete="SET NULL", index=True
    )
    position: int = Field(sa_column_kwargs=impersonal())
    yaw: int = Field(sa_column_kwargs=impersonal())
    pitch: int = Field(sa_column_kwargs=impersonal())
    title: Texts = localized(sa_column_kwargs=impersonal())
    text: Texts = localized(sa_column_kwargs=impersonal())
    url: str = Field(default="", max_length=2000, sa_column_kwargs=impersonal())
