"""Reading imports of people: how far one is, and what its rows would do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from app.models import (
    Account,
    EnrolmentStatus,
    Fate,
    Gender,
    ImportStatus,
    Institution,
    PeopleImport,
    PeopleImportRow,
)


@dataclass(frozen=True, slots=True)
class ImportSeen:
    id: UUID
    file_name: str
    status: ImportStatus
    trouble: str
    rows: int
    to_do: int
    done: int
    figures: dict[str, int]
    begun_at: datetime
    by: str

    @property
    def is_at_work(self) -> bool:
        return self.status in {ImportStatus.CHECKING, ImportStatus.APPLYING}

    def number(self, key: str) -> int:
        return self.figures.get(key, 0)


_SEEN: tuple[Any, ...] = (
    col(PeopleImport.id),
    col(PeopleImport.file_name),
    col(PeopleImport.status),
    col(PeopleImport.trouble),
    col(PeopleImport.rows),
    col(PeopleImport.to_do),
    col(PeopleImport.done),
    col(PeopleImport.figures),
    col(PeopleImport.created_at),
    col(Account.name),
)


def import_seen(session: Session, edition_id: UUID, import_id: UUID) -> ImportSeen | None:
    row = session.execute(_of(edition_id).where(col(PeopleImport.id) == import_id)).one_or_none()
    return ImportSeen(*row) if row else None


def recent_imports(session: Session, edition_id: UUID, *, most: int) -> list[ImportSeen]:
    """The last lists that were taken into this edition, the newest first."""
    newest = col(PeopleImport.created_at).desc()
    rows = session.execute(_of(edition_id).order_by(newest).limit(most))
    return [ImportSeen(*row) for row in rows]


def _of(edition_id: UUID) -> Any:
    return (
        columns(*_SEEN)
        .join(Account, col(Account.id) == col(PeopleImport.account_id))
        .where(col(PeopleImport.edition_id) == edition_id)
    )


@dataclass(frozen=True, slots=True)
class RowSeen:
    number: int
    email: str
    name: str
    country: str
    institution: str | None
    gender: Gender
    language: str
    status: EnrolmentStatus
    fate: Fate
    troubles: list[dict[str, Any]]
    kept: list[str]


def rows_seen(
    session: Session, import_id: UUID, fate: Fate | None, *, page: int, size: int
) -> list[RowSeen]:
    """One page of the rows, in the order of the file."""
    query = (
        select(PeopleImportRow, Institution.acronym)
        .join(Institution, col(Institution.id) == col(PeopleImportRow.institution_id), isouter=True)
        .where(PeopleImportRow.import_id == import_id)
        .order_by(col(PeopleImportRow.number))
        .offset((page - 1) * size)
        .limit(size)
    )
    if fate:
        query = query.where(PeopleImportRow.fate == fate)
    return [
        RowSeen(
            row.number, row.email, row.name, row.country, acronym, row.gender, row.language,
            row.status, row.fate, row.troubles, row.kept,
        )
        for row, acronym in session.exec(query)
    ]  # fmt: skip
