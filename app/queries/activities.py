"""Reading one activity: its text in the reader's language, and the files it offers."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.i18n import chosen_language
from app.models import Activity, ActivityFile, ActivityKind, ActivityText, FileRole, StoredFile


@dataclass(frozen=True, slots=True)
class FileSeen:
    id: UUID
    role: FileRole
    language: str
    title: str
    name: str
    content_type: str
    size: int
    seconds: int
    width: int = 0
    height: int = 0
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ActivitySeen:
    id: UUID
    kind: ActivityKind
    language: str
    body: str
    transcript: str
    files: tuple[FileSeen, ...]

    def offered(self, role: FileRole) -> list[FileSeen]:
        return [file for file in self.files if file.role is role]

    def best(self, role: FileRole) -> FileSeen | None:
        """The file of a role in the language of the text, else in any."""
        files = self.offered(role)
        return next((f for f in files if f.language == self.language), files[0] if files else None)


def activity_of(session: Session, edition_id: UUID, activity_id: UUID) -> Activity | None:
    """The activity, if it is one of this edition's."""
    return session.exec(
        select(Activity).where(Activity.id == activity_id, Activity.edition_id == edition_id)
    ).one_or_none()


def read_activity(session: Session, activity: Activity, language: str) -> ActivitySeen:
    """The activity in ``language``; where that is missing, in another that it has."""
    texts = {
        text.language: text
        for text in session.exec(
            select(ActivityText).where(ActivityText.activity_id == activity.id)
        )
    }
    spoken = chosen_language({lang: text.body or " " for lang, text in texts.items()}, language)
    text = texts.get(spoken)
    return ActivitySeen(
        id=activity.id,
        kind=activity.kind,
        language=spoken or language,
        body=text.body if text else "",
        transcript=text.transcript if text else "",
        files=_files(session, activity.id),
    )


def _files(session: Session, activity_id: UUID) -> tuple[FileSeen, ...]:
    rows = session.execute(
        select(ActivityFile, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ActivityFile.file_id))
        .where(ActivityFile.activity_id == activity_id)
        .order_by(col(ActivityFile.position), col(ActivityFile.id))
    ).all()
    return tuple(
        FileSeen(
            id=stored.id,
            role=offered.role,
            language=offered.language,
            title=offered.title or stored.name,
            name=stored.name,
            content_type=stored.content_type,
            size=stored.size,
            seconds=offered.seconds,
            width=offered.width,
            height=offered.height,
            alt=offered.alt,
        )
        for offered, stored in rows
    )


def file_of(session: Session, activity_id: UUID, file_id: UUID) -> StoredFile | None:
    """The file, if this activity offers it."""
    return session.exec(
        select(StoredFile)
        .join(ActivityFile, col(ActivityFile.file_id) == col(StoredFile.id))
        .where(ActivityFile.activity_id == activity_id, StoredFile.id == file_id)
    ).first()
