"""Decisions about several people at once: what was decided, why, and how it was before."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field, Index, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, acting, impersonal, personal
from app.models.enrolment import EnrolmentStatus

DECIDED = personal(why=Why.ADMISSION, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS)


class Verdict(StrEnum):
    APPROVE = "approve"
    WAITLIST = "waitlist"
    DECLINE = "decline"
    WITHDRAW = "withdraw"

    @property
    def status(self) -> EnrolmentStatus:
        """What people are after it."""
        return {
            Verdict.APPROVE: EnrolmentStatus.ACTIVE,
            Verdict.WAITLIST: EnrolmentStatus.WAITLISTED,
            Verdict.DECLINE: EnrolmentStatus.REJECTED,
            Verdict.WITHDRAW: EnrolmentStatus.WITHDRAWN,
        }[self]


class Reason(StrEnum):
    """Why somebody was declined or withdrawn; the person may be told."""

    NO_PLACES = "no_places"
    OTHER_PROFILE = "other_profile"
    INCOMPLETE = "incomplete"
    BALANCE = "balance"
    TOO_LATE = "too_late"
    ASKED_TO_LEAVE = "asked_to_leave"
    NEVER_TOOK_PART = "never_took_part"
    INSTITUTION_ASKED = "institution_asked"
    BY_MISTAKE = "by_mistake"
    OTHER = "other"


REASONS_TO_DECLINE = (
    Reason.NO_PLACES,
    Reason.OTHER_PROFILE,
    Reason.INCOMPLETE,
    Reason.BALANCE,
    Reason.TOO_LATE,
    Reason.OTHER,
)
REASONS_TO_WITHDRAW = (
    Reason.ASKED_TO_LEAVE,
    Reason.NEVER_TOOK_PART,
    Reason.INSTITUTION_ASKED,
    Reason.BY_MISTAKE,
    Reason.OTHER,
)


class BulkDecision(Table, table=True):
    """One press of a button in the list of people."""

    __table_args__ = (Index(None, "edition_id", "account_id"),)

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    account_id: UUID = Field(
        foreign_key="account.id", description="who decided", sa_column_kwargs=acting()
    )
    verdict: Verdict = Field(sa_type=stored_as_text(Verdict), sa_column_kwargs=impersonal())
    reason: Reason | None = Field(
        default=None, sa_type=stored_as_text(Reason), sa_column_kwargs=impersonal()
    )
    reason_told: bool = Field(default=False, sa_column_kwargs=impersonal())
    undone_at: datetime | None = Field(default=None, sa_column_kwargs=impersonal())


class BulkDecisionLine(Table, table=True):
    """One person of a decision, as their enrolment was before it."""

    __table_args__ = (UniqueConstraint("decision_id", "enrolment_id"),)

    decision_id: UUID = Field(foreign_key="bulk_decision.id", ondelete="CASCADE")
    enrolment_id: UUID = Field(foreign_key="enrolment.id", index=True, ondelete="CASCADE")
    before: EnrolmentStatus = Field(
        sa_type=stored_as_text(EnrolmentStatus), sa_column_kwargs=DECIDED
    )
    facts: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSON,
        description="as on admission, before the decision; of who waited, their position",
        sa_column_kwargs=DECIDED,
    )
    words: str = Field(
        default="",
        max_length=1000,
        description="the reason in own words, beside each person: it goes with them",
        sa_column_kwargs=DECIDED,
    )
