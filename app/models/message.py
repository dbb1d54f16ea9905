"""A message to a person: written in the transaction of its cause, sent by the worker."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

SENT = personal(why=Why.MESSAGES, kept=Kept.YEAR, seen=Seen.ADMINISTRATORS)


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    KEPT = "kept"  # no mail server is set: shown in the outbox
    FAILED = "failed"


class Message(Table, table=True):
    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    kind: str = Field(max_length=40, sa_column_kwargs=SENT)
    language: str = Field(max_length=2, sa_column_kwargs=SENT)
    subject: str = Field(max_length=200, sa_column_kwargs=SENT)
    body: str = Field(sa_column_kwargs=SENT)
    status: MessageStatus = Field(
        default=MessageStatus.QUEUED,
        sa_type=stored_as_text(MessageStatus),
        index=True,
        sa_column_kwargs=impersonal(),
    )
    tries: int = Field(default=0, sa_column_kwargs=impersonal())
    tried_at: datetime | None = Field(
        default=None, description="when a worker last took it up", sa_column_kwargs=impersonal()
    )
    trouble: str = Field(default="", max_length=500, sa_column_kwargs=impersonal())
    sent_at: datetime | None = Field(default=None, sa_column_kwargs=SENT)
