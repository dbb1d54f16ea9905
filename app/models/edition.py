"""An edition: one run of a course, with its dates, its people and its rules."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlmodel import JSON, CheckConstraint, Field, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, personal


class EnrolmentPolicy(StrEnum):
    OPEN = "open"  # whoever registers is in
    KEY = "key"  # whoever knows the edition's key is in
    APPLICATION = "application"  # a coordinator decides
    NOMINATION = "nomination"  # institutions name their people, a coordinator decides
    INVITATION = "invitation"  # whoever was invited is in
    CLOSED = "closed"


class StaffRole(StrEnum):
    TUTOR = "tutor"
    OBSERVER = "observer"


class CapstoneKind(StrEnum):
    PROJECT = "project"
    ROADMAP = "roadmap"


class Edition(Table, table=True):
    __table_args__ = (
        UniqueConstraint("course_id", "slug"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("required_share BETWEEN 0 AND 100", name="share_is_a_percentage"),
    )

    course_id: UUID = Field(foreign_key="course.id")
    slug: str = Field(max_length=60)
    languages: list[str] = Field(default_factory=list, sa_type=JSON)
    starts_on: date | None = Field(default=None, description="None: at any time")
    ends_on: date | None = None
    reporting_year: int = Field(index=True)
    enrol_from: date | None = Field(default=None, description="None: since it was made")
    enrol_until: date | None = None
    key_hash: str = Field(default="", max_length=64, description="of the key for coming in")
    capacity: int | None = Field(default=None, description="None: as many as come")
    policy: EnrolmentPolicy = Field(
        default=EnrolmentPolicy.CLOSED, sa_type=stored_as_text(EnrolmentPolicy)
    )
    waiting_list: bool = Field(default=True, description="who comes when it is full may wait")
    offer_days: int = Field(default=3, description="for which a freed seat is offered")
    offers_until: date | None = Field(default=None, description="None: until the edition ends")
    reserve_until: date | None = Field(
        default=None, description="the last day on which reserved seats are kept"
    )
    capstone: CapstoneKind | None = Field(default=None, sa_type=stored_as_text(CapstoneKind))
    rubric_id: UUID | None = Field(default=None, foreign_key="rubric.id")
    capstone_due_on: date | None = None
    required_share: int = Field(default=100, description="percent of the activities to be done")
    required_count: int | None = Field(
        default=None, description="of activities to be done, whichever; None: the share says it"
    )
    minimum_result: int | None = Field(
        default=None, description="percent of the weighted total; None: any"
    )
    minimum_attendance: int | None = Field(
        default=None, description="percent of the live sessions; None: any"
    )
    requires_capstone: bool = False
    gives_certificate: bool = True
    fallback_language: str = Field(
        default="", max_length=2, description="of what is not translated; empty: the first one"
    )
    came_from_id: UUID | None = Field(
        default=None,
        foreign_key="edition.id",
        ondelete="SET NULL",
        index=True,
        description="the one whose content it was made from",
    )
    version: int = Field(default=1, description="raised whenever what all see in it changes")

    def is_open_for_enrolment(self, day: date) -> bool:
        return takes_people(self, day)

    def offers_seats(self, day: date) -> bool:
        """Whether a freed seat is offered to those who wait on ``day``."""
        if is_over(self, day):
            return False
        return self.offers_until is None or day <= self.offers_until


def reading_order(languages: Sequence[str], fallback: str, language: str) -> tuple[str, ...]:
    """In which languages a reader of ``language`` is served, the best first."""
    last = (fallback, *languages) if fallback in languages else languages
    return tuple(dict.fromkeys((language, *last)))


class Terms(Protocol):
    """What decides whether an edition can be joined: a row of it, or columns of one."""

    @property
    def policy(self) -> EnrolmentPolicy: ...
    @property
    def enrol_from(self) -> date | None: ...
    @property
    def enrol_until(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...


def takes_people(edition: Terms, day: date) -> bool:
    """Whether one can enrol or apply on ``day``."""
    if edition.policy is EnrolmentPolicy.CLOSED or is_over(edition, day):
        return False
    if edition.enrol_from is not None and day < edition.enrol_from:
        return False
    return edition.enrol_until is None or day <= edition.enrol_until


def is_over(edition: Terms, day: date) -> bool:
    return edition.ends_on is not None and day > edition.ends_on


class EditionStaff(Table, table=True):
    """Somebody who accompanies an edition rather than takes it."""

    __table_args__ = (UniqueConstraint("edition_id", "account_id"),)

    edition_id: UUID = Field(foreign_key="edition.id", ondelete="CASCADE")
    account_id: UUID = Field(foreign_key="account.id", index=True)
    role: StaffRole = Field(
        default=StaffRole.TUTOR,
        sa_type=stored_as_text(StaffRole),
        sa_column_kwargs=personal(why=Why.KNOWN, kept=Kept.ACCOUNT, seen=Seen.COURSE),
    )
