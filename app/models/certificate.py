"""A certificate: the facts as they were printed, a code to check them by, and whether they hold."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import JSON, Field

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

PRINTED = personal(why=Why.CERTIFICATES, kept=Kept.CERTIFICATE, seen=Seen.PUBLIC)


class CertificateStatus(StrEnum):
    REQUESTED = "requested"  # it counts from now on; the worker is drawing the PDF
    ISSUED = "issued"
    FAILED = "failed"  # the PDF could not be drawn; the reason is kept
    REVOKED = "revoked"


class Certificate(Table, table=True):
    enrolment_id: UUID = Field(foreign_key="enrolment.id", unique=True)
    code: str = Field(unique=True, max_length=20, sa_column_kwargs=PRINTED)
    status: CertificateStatus = Field(
        default=CertificateStatus.REQUESTED,
        sa_type=stored_as_text(CertificateStatus),
        index=True,
        sa_column_kwargs=impersonal(),
    )
    facts: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSON,
        description="what is printed, as it was on issue",
        sa_column_kwargs=PRINTED,
    )
    design: str = Field(default="classic", max_length=40, sa_column_kwargs=impersonal())
    issued_at: datetime = Field(index=True, sa_column_kwargs=PRINTED)
    file_id: UUID | None = Field(default=None, foreign_key="stored_file.id")
    tries: int = Field(default=0, sa_column_kwargs=impersonal())
    tried_at: datetime | None = Field(
        default=None, description="when a worker last took it up", sa_column_kwargs=impersonal()
    )
    trouble: str = Field(default="", max_length=500, sa_column_kwargs=impersonal())
    revoked_at: datetime | None = Field(default=None, sa_column_kwargs=PRINTED)
    revoked_reason: str = Field(default="", max_length=300, sa_column_kwargs=PRINTED)
