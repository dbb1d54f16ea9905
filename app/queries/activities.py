"""Reading one activity: its text in the reader's language, and the files it offers."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, select

from app.core.i18n import chosen_language
from app.core.markdown import FileOffered, Offered
from app.models import (
    Activity,
    ActivityFile,
    ActivityKind,
    ActivityText,
    Edition,
    FileRole,
    Module,
    OpeningRule,
    RuleKind,
    StoredFile,
    TeamMember,
    reading_order,
)


def is_shown() -> ColumnElement[bool]:
    """The condition on `Activity` that those who take the edition see it: nothing hides it."""
    module_is_hidden = exists().where(
        col(Module.id) == col(Activity.module_id), col(Module.is_hidden)
    )
    return col(Activity.is_hidden).is_(False) & ~module_is_hidden.correlate(Activity)


def is_for(enrolment_id: Any) -> ColumnElement[bool]:
    """The condition on `Activity` that it is for all, or for the team of this enrolment."""
    return _is_for(col(OpeningRule.activity_id) == col(Activity.id), enrolment_id) & _is_for(
        col(OpeningRule.module_id) == col(Activity.module_id), enrolment_id
    )


def _is_for(of_thing: ColumnElement[bool], enrolment_id: Any) -> ColumnElement[bool]:
    """Whether the module, or the activity, is for all or for the team."""
    for_teams = exists().where(of_thing, col(OpeningRule.kind) == RuleKind.TEAM)
    for_own = exists().where(
        of_thing,
        col(OpeningRule.team_id) == col(TeamMember.team_id),
        col(TeamMember.enrolment_id) == enrolment_id,
    )
    return ~for_teams.correlate_except(OpeningRule) | for_own.correlate_except(
        OpeningRule, TeamMember
    )


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
    width: int | None = None  # of a picture, in pixels
    height: int | None = None

    def as_offered(self, address: str) -> FileOffered:
        return FileOffered(
            self.name,
            f"{address}/{self.id}/{quote(self.name)}",
            self.size,
            self.content_type,
            self.width,
            self.height,
        )


@dataclass(frozen=True, slots=True)
class ActivitySeen:
    id: UUID
    edition_id: UUID
    kind: ActivityKind
    language: str
    body: str
    transcript: str
    files: tuple[FileSeen, ...]

    def offered(self, role: FileRole) -> list[FileSeen]:
        return [file for file in self.files if file.role is role]

    def links(self, light: bool = False) -> Offered:  # noqa: FBT001, FBT002 -- templates call it so
        """Its files as its texts show them and lead to them; ``light``: pictures as links."""
        address = f"/editions/{self.edition_id}/activities/{self.id}/files"
        files = tuple(file.as_offered(address) for file in self.files)
        return Offered(files, light, self.language)

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
    rows = session.exec(
        select(ActivityText, Edition.languages, Edition.fallback_language)
        .join(Edition, col(Edition.id) == activity.edition_id)
        .where(ActivityText.activity_id == activity.id)
    ).all()
    texts = {text.language: text for text, _languages, _fallback in rows}
    order = reading_order(rows[0][1], rows[0][2], language) if rows else ()
    spoken = chosen_language({lang: text.body.strip() for lang, text in texts.items()}, *order)
    text = texts.get(spoken or chosen_language(dict.fromkeys(texts, " "), *order))
    return ActivitySeen(
        id=activity.id,
        edition_id=activity.edition_id,
        kind=activity.kind,
        language=text.language if text else language,
        body=text.body if text else "",
        transcript=text.transcript if text else "",
        files=_files(session, activity.id),
    )


def _files(session: Session, activity_id: UUID) -> tuple[FileSeen, ...]:
    rows = session.execute(
        select(ActivityFile, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ActivityFile.file_id))
        .where(ActivityFile.activity_id == activity_id)
        .order_by(col(ActivityFile.id))
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
            width=getattr(stored, "width", None),
            height=getattr(stored, "height", None),
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
