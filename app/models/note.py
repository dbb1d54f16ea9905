"""What staff write about an enrolment: notes among themselves, and a focal point's support."""

from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from app.core.db import Table
from app.core.personal import Kept, Seen, Why, acting, impersonal, personal

DECIDED = personal(why=Why.ADMISSION, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS)


class EnrolmentNote(Table, table=True):
    """A note for those who decide; ``shared``: also for the focal point of the institution."""

    enrolment_id: UUID = Field(foreign_key="enrolment.id", index=True, ondelete="CASCADE")
    author_id: UUID = Field(foreign_key="account.id")
    body: str = Field(max_length=2000, sa_column_kwargs=DECIDED)
    shared: bool = Field(default=False, sa_column_kwargs=impersonal())


class Support(Table, table=True):
    """A focal point stands behind the application of somebody of their institution."""

    __table_args__ = (UniqueConstraint("enrolment_id", "account_id"),)

    enrolment_id: UUID = Field(foreign_key="enrolment.id", ondelete="CASCADE")
    account_id: UUID = Field(foreign_key="account.id", sa_column_kwargs=acting())
    words: str = Field(default="", max_length=500, sa_column_kwargs=DECIDED)
