"""A course: an entry of the catalogue that lasts for years and comes back in editions."""

from enum import StrEnum

from sqlmodel import JSON, CheckConstraint, Field

from app.core.db import Table, Texts, localized, stored_as_text


class Mode(StrEnum):
    TUTOR_LED = "tutor_led"
    SELF_ADMINISTERED = "self_administered"


class Course(Table, table=True):
    __table_args__ = (CheckConstraint("hours > 0", name="takes_time"),)

    slug: str = Field(unique=True, max_length=100)
    mode: Mode = Field(sa_type=stored_as_text(Mode))
    hours: int
    languages: list[str] = Field(default_factory=list, sa_type=JSON)
    title: Texts = localized()
    summary: Texts = localized()
    description: Texts = localized()
    outcomes: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSON)
    is_published: bool = True
