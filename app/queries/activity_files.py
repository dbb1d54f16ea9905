"""The files of an activity, as those see them who write it."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import ActivityFile, FileRole, StoredFile


@dataclass(frozen=True, slots=True)
class Offered:
    id: UUID
    file_id: UUID
    role: FileRole
    language: str
    name: str
    title: str
    alt: str
    content_type: str
    size: int
    seconds: int
    width: int
    height: int


def offered_files(session: Session, activity_id: UUID) -> list[Offered]:
    """In their order."""
    rows = session.execute(
        select(ActivityFile, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ActivityFile.file_id))
        .where(ActivityFile.activity_id == activity_id)
        .order_by(col(ActivityFile.position), col(ActivityFile.id))
    )
    return [
        Offered(
            id=offered.id,
            file_id=stored.id,
            role=offered.role,
            language=offered.language,
            name=offered.name or stored.name,
            title=offered.title,
            alt=offered.alt,
            content_type=stored.content_type,
            size=stored.size,
            seconds=offered.seconds,
            width=offered.width,
            height=offered.height,
        )
        for offered, stored in rows
    ]
