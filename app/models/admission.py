"""How people come into an edition: who is invited, who waits, for whom seats are kept."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import CheckConstraint, Field, Index, SQLModel, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, acting, impersonal, personal
from app.models.enrolment import EnrolmentStatus

STANDING = personal(why=Why.ADMISSION, kept=Kept.ACCOUNT, seen=Seen.STAFF)
INVITED = personal(why=Why.ADMISSION, kept=Kept.YEAR, seen=Seen.COORDINATORS)
HISTORY = personal(why=Why.ACCOUNTABILITY, kept=Kept.FIGURES, seen=Seen.STAFF)


class WaitingPlace(SQLModel, table=True):
    """A place in the line of an edition: 1 to n, without gaps."""

    __tablename__ = "waiting_place"
    __table_args__ = (Index(None, "edition_id", "position"),)

    enrolment_id: UUID = Field(primary_key=True, foreign_key="enrolment.id", ondelete="CASCADE")
    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    position: int = Field(sa_column_kwargs=STANDING)


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    ENDED = "ended"  # a coordinator decided otherwise


class SeatOffer(Table, table=True):
    """A freed seat, held for the person to whom it is offered."""

    __table_args__ = (
        Index(None, "edition_id", "state"),
        Index(None, "state", "ends_at"),
    )

    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE", index=True)
    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    ends_at: datetime = Field(sa_column_kwargs=STANDING)
    state: OfferState = Field(
        default=OfferState.OPEN, sa_type=stored_as_text(OfferState), sa_column_kwargs=STANDING
    )
    ended_at: datetime | None = Field(default=None, sa_column_kwargs=STANDING)


class ReservedSeats(Table, table=True):
    """Seats of an edition that are kept for the people of a country or of an institution."""

    __table_args__ = (
        CheckConstraint("seats > 0", name="some_seats"),
        CheckConstraint("(country = '') <> (institution_id IS NULL)", name="for_one_or_the_other"),
        UniqueConstraint("edition_id", "country", "institution_id"),
    )

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    country: str = Field(default="", max_length=2)
    institution_id: UUID | None = Field(default=None, foreign_key="institution.id", index=True)
    seats: int
    released_at: datetime | None = None


class InvitationState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    ACCEPTED = "accepted"
    REVOKED = "revoked"


class Invitation(Table, table=True):
    """One person's way into an edition, by their e-mail address. Its link is not kept, but made."""

    __table_args__ = (UniqueConstraint("edition_id", "email"),)

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    email: str = Field(
        max_length=254,
        index=True,
        description="as `normalized_email` gives it",
        sa_column_kwargs=personal(
            why=Why.ADMISSION, kept=Kept.YEAR, seen=Seen.COORDINATORS, finds=True
        ),
    )
    language: str = Field(default="es", max_length=2, sa_column_kwargs=INVITED)
    generation: int = Field(
        default=1,
        description="raised to have the link before open nothing",
        sa_column_kwargs=impersonal(),
    )
    state: InvitationState = Field(
        default=InvitationState.QUEUED,
        sa_type=stored_as_text(InvitationState),
        index=True,
        sa_column_kwargs=INVITED,
    )
    invited_by_id: UUID = Field(foreign_key="account.id", sa_column_kwargs=acting())
    accepted_by_id: UUID | None = Field(
        default=None, foreign_key="account.id", sa_column_kwargs=acting()
    )
    changed_at: datetime = Field(sa_column_kwargs=impersonal())
    tries: int = Field(default=0, sa_column_kwargs=impersonal())
    tried_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())


class EnrolmentStep(Table, table=True):
    """What happened to an enrolment: from which status to which, and by whom."""

    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE", index=True)
    before: EnrolmentStatus | None = Field(
        default=None, sa_type=stored_as_text(EnrolmentStatus), sa_column_kwargs=HISTORY
    )
    after: EnrolmentStatus = Field(
        sa_type=stored_as_text(EnrolmentStatus), sa_column_kwargs=HISTORY
    )
    by_id: UUID | None = Field(
        default=None,
        foreign_key="account.id",
        description="None: by itself, as work was done",
        sa_column_kwargs=acting(),
    )


class Corrected(StrEnum):
    COUNTRY = "country"
    INSTITUTION = "institution"
    GENDER = "gender"  # by the person alone; what it was and is stays unsaid


class EnrolmentCorrection(Table, table=True):
    """A mended fact of an admission: what it was, what it is, who mended it and why."""

    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE", index=True)
    what: Corrected = Field(sa_type=stored_as_text(Corrected), sa_column_kwargs=HISTORY)
    before: str = Field(
        default="",
        max_length=300,
        description="a country's code, or in words",
        sa_column_kwargs=HISTORY,
    )
    after: str = Field(default="", max_length=300, sa_column_kwargs=HISTORY)
    why: str = Field(default="", max_length=500, sa_column_kwargs=STANDING)
    by_id: UUID = Field(foreign_key="account.id", sa_column_kwargs=acting())
