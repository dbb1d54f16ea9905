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

#: What stands for the fingerprint before the first row.
BEGINNING = "0" * 64


class AuditEvent(Table, table=True):
    seq: int = Field(unique=True, description="1, 2, 3… without a gap")
    actor_id: UUID | None = Field(default=None, index=True, description="None: Taller itself")
    action: str = Field(max_length=60)
    subject_type: str = Field(max_length=40)
    subject_id: UUID | None = Field(default=None, index=True)
    person_id: UUID | None = Field(default=None, index=True, description="whom it is about")
    edition_id: UUID | None = Field(default=None, index=True, description="where it happened")
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)

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
