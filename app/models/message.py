"""A message to a person: written in the transaction of its cause, sent by the worker."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table, stored_as_text


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    KEPT = "kept"  # no mail server is set: shown in the outbox
    FAILED = "failed"


class Message(Table, table=True):
    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    email: str = Field(
        default="",
        max_length=254,
        sa_column_kwargs={"server_default": ""},
        description="where it goes, if not to the account's address of the moment",
    )
    kind: str = Field(max_length=40)
    language: str = Field(max_length=2)
    subject: str = Field(max_length=200)
    body: str
    status: MessageStatus = Field(
        default=MessageStatus.QUEUED, sa_type=stored_as_text(MessageStatus), index=True
    )
    tries: int = 0
    tried_at: datetime | None = Field(default=None, description="when a worker last took it up")
    trouble: str = Field(default="", max_length=500)
    sent_at: datetime | None = None
