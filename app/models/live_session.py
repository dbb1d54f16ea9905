"""A live session: a synchronous meeting of an edition, who came, and what is left of it after."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal


class SessionStatus(StrEnum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class LiveSession(Table, table=True):
    __table_args__ = (CheckConstraint("minutes BETWEEN 5 AND 720", name="a_plausible_length"),)

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE", index=True)
    title: str = Field(max_length=200, sa_column_kwargs=impersonal())
    agenda: str = Field(default="", description="Markdown", sa_column_kwargs=impersonal())
    language: str = Field(default="es", max_length=2, sa_column_kwargs=impersonal())
    starts_at: datetime = Field(
        index=True, description="the instant, UTC", sa_column_kwargs=impersonal()
    )
    timezone: str = Field(
        max_length=64,
        description="IANA name of the zone it was agreed in",
        sa_column_kwargs=impersonal(),
    )
    local_start: str = Field(
        max_length=16,
        description="2026-06-09T10:00 in that zone, as agreed",
        sa_column_kwargs=impersonal(),
    )
    minutes: int = Field(sa_column_kwargs=impersonal())
    link: str = Field(default="", max_length=500, sa_column_kwargs=impersonal())
    host_id: UUID | None = Field(default=None, foreign_key="account.id")
    status: SessionStatus = Field(
        default=SessionStatus.SCHEDULED,
        sa_type=stored_as_text(SessionStatus),
        sa_column_kwargs=impersonal(),
    )
    sequence: int = Field(
        default=0,
        description="SEQUENCE of RFC 5545: raised by every change",
        sa_column_kwargs=impersonal(),
    )
    changed_at: datetime = Field(sa_column_kwargs=impersonal())
    recording_url: str = Field(default="", max_length=500, sa_column_kwargs=impersonal())
    recording_minutes: int | None = Field(default=None, sa_column_kwargs=impersonal())
    slides_id: UUID | None = Field(default=None, foreign_key="stored_file.id")
    published_at: datetime | None = Field(
        default=None, description="of recording and slides", sa_column_kwargs=impersonal()
    )
    attendance_taken_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


class Attendance(Table, table=True):
    """That somebody came, and for how long."""

    __table_args__ = (
        UniqueConstraint("live_session_id", "enrolment_id"),
        CheckConstraint("minutes > 0", name="came_at_all"),
    )

    live_session_id: UUID = Field(foreign_key="live_session.id", ondelete="CASCADE")
    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE", index=True)
    minutes: int = Field(
        sa_column_kwargs=personal(why=Why.FIGURES, kept=Kept.FIGURES, seen=Seen.STAFF)
    )
    noted_by_id: UUID | None = Field(default=None, foreign_key="account.id")
