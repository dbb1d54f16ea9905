"""The audit log: who did what that only staff may do. Rows are added and never changed."""

from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field

from app.core.db import Table
from app.core.personal import Kept, Seen, Why, personal

RECORDED = personal(why=Why.ACCOUNTABILITY, kept=Kept.RECORD, seen=Seen.ADMINISTRATORS)


class AuditEvent(Table, table=True):
    actor_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    action: str = Field(max_length=60, sa_column_kwargs=RECORDED)
    subject_type: str = Field(max_length=40, sa_column_kwargs=RECORDED)
    subject_id: UUID | None = Field(default=None, index=True, sa_column_kwargs=RECORDED)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=RECORDED)
