"""An enrolment: a person in an edition, as they were on admission; and what they have done."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, acting, impersonal, personal
from app.models.account import Gender

LEAVING = personal(why=Why.FIGURES, kept=Kept.FIGURES, seen=Seen.COORDINATORS)
OF_COURSE = personal(why=Why.LEARNING, kept=Kept.FIGURES, seen=Seen.STAFF)


class EnrolmentStatus(StrEnum):
    APPLIED = "applied"
    WAITLISTED = "waitlisted"
    ACTIVE = "active"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class LeavingReason(StrEnum):
    """Why somebody left as far as they said, or why a coordinator took them out."""

    TIME = "time"
    WORK = "work"
    CONNECTION = "connection"
    LEVEL = "level"
    HEALTH_OR_FAMILY = "health_or_family"
    ASKED_TO_LEAVE = "asked_to_leave"
    NEVER_TOOK_PART = "never_took_part"
    INSTITUTION_ASKED = "institution_asked"
    BY_MISTAKE = "by_mistake"
    OTHER = "other"


#: What people say themselves; the others are a coordinator's.
OWN_REASONS = (
    LeavingReason.TIME,
    LeavingReason.WORK,
    LeavingReason.CONNECTION,
    LeavingReason.LEVEL,
    LeavingReason.HEALTH_OR_FAMILY,
    LeavingReason.OTHER,
)


#: Those who took part: what a report calls participants.
PARTICIPANTS = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED)


#: The key under which enrolments of people without an institution are counted.
NO_INSTITUTION = UUID(int=0)


class ProgressState(StrEnum):
    STARTED = "started"
    DONE = "done"


class Enrolment(Table, table=True):
    __table_args__ = (
        UniqueConstraint("account_id", "edition_id"),
        Index(None, "edition_id", "gender", "country", "institution_id"),
        Index(None, "reporting_year", "country", "course_id", "gender", "institution_id"),
    )

    account_id: UUID = Field(foreign_key="account.id")
    edition_id: UUID = Field(foreign_key="edition.id")
    course_id: UUID = Field(foreign_key="course.id", description="the edition's, copied")
    reporting_year: int = Field(description="the edition's, copied", sa_column_kwargs=impersonal())
    status: EnrolmentStatus = Field(
        sa_type=stored_as_text(EnrolmentStatus), sa_column_kwargs=OF_COURSE
    )
    gender: Gender = Field(
        sa_type=stored_as_text(Gender),
        description="as on admission",
        sa_column_kwargs=personal(why=Why.FIGURES, kept=Kept.FIGURES, seen=Seen.COORDINATORS),
    )
    country: str = Field(
        max_length=2,
        description="as on admission",
        sa_column_kwargs=personal(why=Why.FIGURES, kept=Kept.FIGURES, seen=Seen.TEAM),
    )
    institution_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        index=True,
        description="as on admission",
        sa_column_kwargs=personal(why=Why.FIGURES, kept=Kept.FIGURES, seen=Seen.TEAM),
    )
    language: str = Field(
        default="es", max_length=2, description="in which they take it", sa_column_kwargs=OF_COURSE
    )
    admitted_at: datetime | None = Field(default=None, sa_column_kwargs=OF_COURSE)
    completed_at: datetime | None = Field(default=None, sa_column_kwargs=OF_COURSE)
    version: int = Field(
        default=1,
        description="raised whenever what this person sees changes",
        sa_column_kwargs=impersonal(),
    )
    left_because: LeavingReason | None = Field(
        default=None,
        sa_type=stored_as_text(LeavingReason),
        description="None: not stated",
        sa_column_kwargs=LEAVING,
    )
    left_word: str = Field(
        default="",
        max_length=200,
        description="a word for another reason",
        sa_column_kwargs=personal(why=Why.FIGURES, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS),
    )
    left_by_choice: bool = Field(
        default=False, description="their own: they may come back", sa_column_kwargs=impersonal()
    )


class EnrolmentCount(SQLModel, table=True):
    """How many enrolments are alike: kept in the transaction of each change, read by statistics."""

    __tablename__ = "enrolment_count"
    __table_args__ = (
        Index(
            None,
            "reporting_year",
            "status",
            "country",
            "gender",
            "institution_key",
            "n",
        ),
        Index(  # for all years at once: read from one end to the other, in the order of the lines
            "ix_enrolment_count_of_all_years",
            "country",
            "gender",
            "institution_key",
            "reporting_year",
            "status",
            "course_id",
            "n",
        ),
        {"sqlite_with_rowid": False},  # rows lie in the order of the key, with what is counted
    )

    edition_id: UUID = Field(primary_key=True, foreign_key="edition.id", ondelete="CASCADE")
    status: EnrolmentStatus = Field(primary_key=True, sa_type=stored_as_text(EnrolmentStatus))
    country: str = Field(primary_key=True, max_length=2)
    gender: Gender = Field(primary_key=True, sa_type=stored_as_text(Gender))
    institution_key: UUID = Field(primary_key=True, description="the nil UUID: no institution")
    course_id: UUID = Field(foreign_key="course.id")
    reporting_year: int
    n: int


class Progress(SQLModel, table=True):
    """How far a person is with one activity."""

    __tablename__ = "progress"

    enrolment_id: UUID = Field(primary_key=True, foreign_key="enrolment.id", ondelete="CASCADE")
    activity_id: UUID = Field(
        primary_key=True, foreign_key="activity.id", ondelete="CASCADE", index=True
    )
    state: ProgressState = Field(
        sa_type=stored_as_text(ProgressState),
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF),
    )
    changed_at: datetime = Field(
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF)
    )
    percent: float | None = Field(
        default=None,
        description="the result that counts, 0 to 100; None: nothing was judged",
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF),
    )


class ResultOverride(Table, table=True):
    """A result that a tutor gave in place of the one that was judged, with the reason."""

    __tablename__ = "result_override"
    __table_args__ = (UniqueConstraint("enrolment_id", "activity_id"),)

    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE")
    activity_id: UUID = Field(foreign_key="activity.id", ondelete="CASCADE", index=True)
    percent: float = Field(
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF)
    )
    original: float | None = Field(
        default=None,
        description="as it was judged, also since; None: nothing was",
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF),
    )
    reason: str = Field(
        max_length=500,
        sa_column_kwargs=personal(why=Why.LEARNING, kept=Kept.ACCOUNT, seen=Seen.STAFF),
    )
    given_by_id: UUID | None = Field(
        default=None, foreign_key="account.id", sa_column_kwargs=acting()
    )
