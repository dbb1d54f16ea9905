"""The audit trail: who did what that only staff may do. Rows are added and never changed.

Each row carries the fingerprint of the one before it, so that an edit or a removal shows. Triggers
of the database refuse both. Rows name people and things by their ids alone: what is forgotten about
somebody later is not in here, and takes no row with it.
"""

import hashlib
import json
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field, SQLModel

from app.core.db import Table
from app.core.personal import Kept, Seen, Why, about, impersonal, personal

#: What stands for the fingerprint before the first row.
BEGINNING = "0" * 64

RECORDED = personal(why=Why.ACCOUNTABILITY, kept=Kept.RECORD, seen=Seen.ADMINISTRATORS)


class AuditEvent(Table, table=True):
    seq: int = Field(
        unique=True, description="1, 2, 3… without a gap", sa_column_kwargs=impersonal()
    )
    actor_id: UUID | None = Field(
        default=None, index=True, description="None: Taller itself", sa_column_kwargs=about()
    )
    action: str = Field(max_length=60, sa_column_kwargs=RECORDED)
    subject_type: str = Field(max_length=40, sa_column_kwargs=RECORDED)
    subject_id: UUID | None = Field(default=None, index=True, sa_column_kwargs=RECORDED)
    person_id: UUID | None = Field(
        default=None, index=True, description="whom it is about", sa_column_kwargs=about()
    )
    edition_id: UUID | None = Field(
        default=None, index=True, description="where it happened", sa_column_kwargs=RECORDED
    )
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=RECORDED)
    prev_hash: str = Field(max_length=64, sa_column_kwargs=impersonal())
    hash: str = Field(max_length=64, sa_column_kwargs=impersonal())

    def fingerprint(self) -> str:
        """SHA-256 of the row in its one spelling, with the fingerprint of the row before."""
        told = [
            "taller-audit-1",
            self.seq,
            self.prev_hash,
            str(self.id),
            self.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
            _named(self.actor_id),
            self.action,
            self.subject_type,
            _named(self.subject_id),
            _named(self.person_id),
            _named(self.edition_id),
            self.details,
        ]
        spelt = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(spelt.encode()).hexdigest()


def _named(row: UUID | None) -> str | None:
    return str(row) if row else None


class AuditHead(SQLModel, table=True):
    """The end of the trail: what comes next follows it, and a row cut off there is missed."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True)
    seq: int
    hash: str = Field(max_length=64)
