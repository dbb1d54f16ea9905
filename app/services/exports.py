"""Noting what leaves the house as a file: whoever takes people's data along is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.models import AuditEvent
from app.services.audit import MADE, record


@dataclass(frozen=True, slots=True)
class Exported:
    """A file as the log remembers it; of a filter that held typed words only that it was there."""

    what: str  # "people", "institutions", "audit log"
    file: str  # CSV, XLSX
    rows: int
    columns: Sequence[str]
    filters: Mapping[str, str | bool]


def record_export(
    session: Session, exported: Exported, *, by: UUID | None, edition: UUID | None = None
) -> AuditEvent:
    return record(
        session,
        by,
        f"export {exported.what}",
        "edition" if edition else exported.what,
        edition,
        **MADE,
        file=exported.file,
        rows=exported.rows,
        columns=list(exported.columns),
        filters=dict(exported.filters),
    )
