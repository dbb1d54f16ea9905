"""What is typed about a live session: its hour, who came, and what is left of it."""

import re
from datetime import datetime, time
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from app.core.formats import is_zone
from app.core.i18n import LANGUAGES
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.core.zones import NoSuchHour, instant_of
from app.queries.attendance import SheetLine
from app.queries.live_sessions import SessionSeen
from app.services.live_sessions import Plan, no_such_hour
from app.web.days import Day
from app.web.forms import Form

MINUTES_FIELD = "minutes-"
WAS_FIELD = "was-"  # the minutes as they were when the sheet was opened


def _https(typed: str) -> str:
    try:
        parts = urlsplit(typed)
        whole = parts.scheme == "https" and bool(parts.hostname) and not re.search(r"\s", typed)
    except ValueError:
        whole = False
    if typed and not whole:
        raise ValueError(_("Start the link with https://"))
    return typed


def _hour(typed: Any) -> Any:
    if isinstance(typed, str) and not re.fullmatch(r"\d{1,2}:\d{2}", typed):
        raise ValueError(_("Write an hour, such as 10:00."))
    return typed.zfill(5) if isinstance(typed, str) else typed


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(_("Choose one of the options."))
    return name


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(_("Choose one of the options."))
    return code


HttpsLink = Annotated[str, AfterValidator(_https)]
SessionMinutes = Annotated[int, Field(ge=5, le=720)]


class HourForm(BaseModel):
    """The hour of a session: enough to say what hour that is elsewhere."""

    day: Day
    timezone: Annotated[str, AfterValidator(_zone)]
    hour: Annotated[time, BeforeValidator(_hour)]
    minutes: SessionMinutes

    @field_validator("hour")
    @classmethod
    def _exists(cls, hour: time, info: ValidationInfo) -> time:
        if {"day", "timezone"} <= info.data.keys():
            local = datetime.combine(info.data["day"], hour)
            try:
                instant_of(local, info.data["timezone"])
            except NoSuchHour as jumped:
                sentence = no_such_hour(local, info.data["timezone"], jumped.instead)
                raise ValueError(sentence) from jumped
        return hour

    @property
    def local_start(self) -> datetime:
        return datetime.combine(self.day, self.hour)


class SessionForm(HourForm):
    title: Annotated[str, AfterValidator(one_line)] = Field(max_length=200)
    language: Annotated[str, AfterValidator(_language)]
    link: HttpsLink = Field("", max_length=500)
    host: UUID | None = None
    agenda: str = Field("", max_length=20_000)
    sequence: int = 0

    @property
    def plan(self) -> Plan:
        return Plan(
            title=self.title,
            local_start=self.local_start,
            timezone=self.timezone,
            minutes=self.minutes,
            language=self.language,
            link=self.link,
            agenda=self.agenda,
            host_id=self.host,
        )


def hour_typed(form: Form[SessionForm]) -> HourForm | None:
    """The hour alone, from a form that need not be complete."""
    given = {n: form.typed[n].strip() for n in HourForm.model_fields if form.typed.get(n)}
    try:
        return HourForm.model_validate(given)
    except ValidationError:
        return None


def errors_of_hour(form: Form[SessionForm]) -> dict[str, str]:
    """What is wrong with the hour; what is still missing elsewhere can wait."""
    return {n: form.errors[n] for n in form.errors if n in HourForm.model_fields}


def filled(seen: SessionSeen, link: str) -> Form[SessionForm]:
    """The form as a session fills it."""
    day, hour = seen.local_start.split("T")
    return Form(
        {
            "title": seen.title,
            "day": day,
            "hour": hour,
            "timezone": seen.timezone,
            "minutes": str(seen.minutes),
            "language": seen.language,
            "link": link,
            "host": str(seen.host_id or ""),
            "agenda": seen.agenda,
            "sequence": str(seen.sequence),
        }
    )


class AttendanceForm(BaseModel):
    everyone: bool = Field(default=False, description="whoever has no minutes stayed to the end")


def minutes_typed(
    form: Form[AttendanceForm], lines: list[SheetLine], length: int
) -> dict[UUID, int]:
    """The minutes that were changed on the sheet; what can't be read is refused beside its field.

    Where the sheet is as it was opened, what a colleague noted since stays.
    """
    everyone = form.data is not None and form.data.everyone
    found: dict[UUID, int] = {}
    for line in lines:
        name = f"{MINUTES_FIELD}{line.enrolment_id}"
        typed = form.typed.get(name, "").strip()
        was = form.typed.get(f"{WAS_FIELD}{line.enrolment_id}", str(line.minutes or ""))
        if typed == was and (typed or line.minutes or not everyone):
            continue
        if not typed:
            found[line.enrolment_id] = length if everyone else 0
        elif re.fullmatch(r"\d{1,4}", typed, re.ASCII) and int(typed) <= length:
            found[line.enrolment_id] = int(typed)
        else:
            words = _("%(name)s: write a whole number from 0 to %(length)s.")
            form.refuse(name, words % {"name": line.name, "length": length})
    return found


def sheet_form(lines: list[SheetLine]) -> Form[AttendanceForm]:
    filled: dict[str, str] = {}
    for line in lines:
        for field in (MINUTES_FIELD, WAS_FIELD):
            filled[f"{field}{line.enrolment_id}"] = str(line.minutes or "")
    return Form(filled)


class RemainsForm(BaseModel):
    recording_url: HttpsLink = Field("", max_length=500)
    recording_minutes: SessionMinutes | None = None
    without_slides: bool = False
    publish: bool = False


def remains_form(seen: SessionSeen) -> Form[RemainsForm]:
    return Form(
        {
            "recording_url": seen.recording_url,
            "recording_minutes": str(seen.recording_minutes or ""),
        }
    )
