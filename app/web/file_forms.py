"""What is typed beside a file of an activity, or sent with it in pieces."""

import re
from uuid import UUID

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from app.core.i18n import gettext as _
from app.models import FileRole
from app.services.activity_files import DESCRIBED, Description, says_nothing

_LASTS = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})")


class Words(BaseModel):
    language: str = Field(max_length=2)
    title: str = Field(default="", max_length=200)
    lasts: str = Field(default="", max_length=10)

    @field_validator("lasts")
    @classmethod
    def _is_minutes_and_seconds(cls, typed: str) -> str:
        if typed and not _LASTS.fullmatch(typed):
            raise ValueError(_("Write minutes and seconds, such as 12:30."))
        return typed

    @property
    def seconds(self) -> int:
        found = _LASTS.fullmatch(self.lasts)
        hours, minutes, seconds = (
            (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
        )
        return hours * 3600 + minutes * 60 + seconds


class FileForm(Words):
    role: FileRole
    alt: str = Field(default="", max_length=500, validate_default=True)

    @field_validator("alt")
    @classmethod
    def _says_what_a_picture_shows(cls, typed: str, info: ValidationInfo) -> str:
        if info.data.get("role") in DESCRIBED and not typed:
            raise ValueError(says_nothing())
        return typed

    def said(self) -> Description:
        return Description(self.role, self.language, self.title, self.alt, self.seconds)


class Metadata(FileForm):
    """The same, and which file it is."""

    filename: str = Field(default="file", max_length=1000)
    replaces: UUID | None = None


def in_minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""
