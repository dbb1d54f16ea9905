"""A certificate: the facts as they were printed, a code to check them by, and whether they hold."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field

from app.core.db import Table, stored_as_text


class CertificateStatus(StrEnum):
    REQUESTED = "requested"  # it counts from now on; the worker is drawing the PDF
    ISSUED = "issued"
    FAILED = "failed"  # the PDF could not be drawn; the reason is kept
    REVOKED = "revoked"


class Certificate(Table, table=True):
    enrolment_id: UUID = Field(foreign_key="enrolment.id", unique=True)
    code: str = Field(unique=True, max_length=20)
    status: CertificateStatus = Field(
        default=CertificateStatus.REQUESTED,
        sa_type=stored_as_text(CertificateStatus),
        index=True,
    )
    facts: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSON,
        description="what is printed, as it was on issue",
    )
    design: str = Field(default="classic", max_length=40)
    issued_at: datetime = Field(index=True)
    file_id: UUID | None = Field(default=None, foreign_key="stored_file.id")
    tries: int = 0
    tried_at: datetime | None = Field(default=None, description="when a worker last took it up")
    trouble: str = Field(default="", max_length=500)
    revoked_at: datetime | None = None
    revoked_reason: str = Field(default="", max_length=300)
