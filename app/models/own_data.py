"""What people ask for about their own data: a copy of everything, and that their account goes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

OF_COPY = personal(why=Why.RIGHTS, kept=Kept.UNTIL_IT_ENDS, seen=Seen.PERSON)
OF_DELETION = personal(why=Why.RIGHTS, kept=Kept.ACCOUNT, seen=Seen.PERSON)


class CopyStatus(StrEnum):
    REQUESTED = "requested"  # the worker is putting it together
    READY = "ready"
    FAILED = "failed"


class DataCopy(Table, table=True):
    """Everything that is held about a person, in one archive, for a week."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    status: CopyStatus = Field(
        default=CopyStatus.REQUESTED,
        sa_type=stored_as_text(CopyStatus),
        index=True,
        sa_column_kwargs=OF_COPY,
    )
    file_id: UUID | None = Field(default=None, foreign_key="stored_file.id")
    ready_at: datetime | None = Field(default=None, sa_column_kwargs=OF_COPY)
    expires_at: datetime = Field(sa_column_kwargs=OF_COPY)
    tries: int = Field(default=0, sa_column_kwargs=impersonal())
    tried_at: datetime | None = Field(
        default=None,
        description="when a worker last took it up",
        sa_column_kwargs=impersonal(),
    )
    trouble: str = Field(default="", max_length=500, sa_column_kwargs=impersonal())


class AccountDeletion(Table, table=True):
    """Somebody wants their account deleted; signing in before that day calls it off."""

    account_id: UUID = Field(foreign_key="account.id", unique=True, ondelete="CASCADE")
    due_at: datetime = Field(index=True, sa_column_kwargs=OF_DELETION)
    with_certificates: bool = Field(default=False, sa_column_kwargs=OF_DELETION)
    reminded_at: datetime | None = Field(default=None, sa_column_kwargs=OF_DELETION)
