"""Reading the texts of activities as those who write them need them: by language, by version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.core.db import Texts
from app.core.differences import Difference, texts
from app.models import (
    Account,
    Activity,
    ActivityKind,
    ActivityText,
    Edition,
    Module,
    TextDraft,
    TextVersion,
    reading_order,
)


@dataclass(frozen=True, slots=True)
class Words:
    """What an activity says in one language."""

    body: str = ""
    transcript: str = ""

    @property
    def is_there(self) -> bool:
        return bool(self.body.strip())


@dataclass(frozen=True, slots=True)
class TextSeen:
    """A text as all read it now, and which version of it that is (0: there is none)."""

    words: Words = Words()
    number: int = 0
    saved_at: datetime | None = None
    saved_by: str | None = None
    saved_by_id: UUID | None = None
    is_kept: bool = False  # as a version, too


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in a list: all but its words."""

    number: int
    saved_at: datetime
    saved_by: str | None
    note: str


@dataclass(frozen=True, slots=True)
class VersionRead:
    line: VersionLine
    words: Words


NO_TEXT = TextSeen()


def current_texts(session: Session, activity_id: UUID) -> dict[str, TextSeen]:
    """The texts of an activity, by language.

    What came there without being saved by somebody, with a copy of a course for instance, counts as
    a version of its own.
    """
    newest = (
        select(func.max(TextVersion.number))
        .where(
            TextVersion.activity_id == ActivityText.activity_id,
            TextVersion.language == ActivityText.language,
        )
        .correlate(ActivityText)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ActivityText, TextVersion, col(Account.name))
        .join(
            TextVersion,
            (col(TextVersion.activity_id) == col(ActivityText.activity_id))
            & (col(TextVersion.language) == col(ActivityText.language))
            & (col(TextVersion.number) == newest),
            isouter=True,
        )
        .join(Account, col(Account.id) == col(TextVersion.author_id), isouter=True)
        .where(ActivityText.activity_id == activity_id)
    ).all()
    return {text.language: _current(text, version, name) for text, version, name in rows}


def _current(text: ActivityText, version: TextVersion | None, name: str | None) -> TextSeen:
    words = Words(text.body, text.transcript)
    if version is None or words != Words(version.body, version.transcript):
        return TextSeen(words, (version.number if version else 0) + 1, text.created_at)
    return TextSeen(
        words, version.number, version.created_at, name, version.author_id, is_kept=True
    )


def history(session: Session, activity_id: UUID, language: str) -> list[VersionLine]:
    """All versions of a text, the newest first."""
    now = current_texts(session, activity_id).get(language, NO_TEXT)
    rows = session.execute(
        select(
            col(TextVersion.number),
            col(TextVersion.created_at),
            col(Account.name),
            col(TextVersion.note),
        )
        .join(Account, col(Account.id) == col(TextVersion.author_id), isouter=True)
        .where(TextVersion.activity_id == activity_id, TextVersion.language == language)
        .order_by(col(TextVersion.number).desc())
    ).all()
    lines = [VersionLine(*row) for row in rows]
    if now.number and not now.is_kept and now.saved_at:
        lines.insert(0, VersionLine(now.number, now.saved_at, None, ""))
    return lines


def read_versions(
    session: Session, activity_id: UUID, language: str, *numbers: int
) -> dict[int, VersionRead]:
    """The versions of these numbers, as far as there are any."""
    rows = session.execute(
        select(TextVersion, col(Account.name))
        .join(Account, col(Account.id) == col(TextVersion.author_id), isouter=True)
        .where(
            TextVersion.activity_id == activity_id,
            TextVersion.language == language,
            col(TextVersion.number).in_(numbers),
        )
    ).all()
    found = {version.number: _read(version, name) for version, name in rows}
    if len(found) < len(set(numbers)):
        now = current_texts(session, activity_id).get(language, NO_TEXT)
        if now.number in numbers and now.saved_at and not now.is_kept:
            line = VersionLine(now.number, now.saved_at, None, "")
            found[now.number] = VersionRead(line, now.words)
    return found


def _read(version: TextVersion, name: str | None) -> VersionRead:
    line = VersionLine(version.number, version.created_at, name, version.note)
    return VersionRead(line, Words(version.body, version.transcript))


@dataclass(frozen=True, slots=True)
class Compared:
    body: Difference
    transcript: Difference


def compare(older: Words, newer: Words) -> Compared:
    return Compared(texts(older.body, newer.body), texts(older.transcript, newer.transcript))


def draft_of(
    session: Session, activity_id: UUID, language: str, account_id: UUID
) -> TextDraft | None:
    return session.exec(drafts(activity_id, language, account_id)).one_or_none()


def drafts(activity_id: UUID, language: str, account_id: UUID) -> SelectOfScalar[TextDraft]:
    return select(TextDraft).where(
        TextDraft.activity_id == activity_id,
        TextDraft.language == language,
        TextDraft.account_id == account_id,
    )


def fallback_of(session: Session, edition_id: UUID) -> str:
    """The language that is read where one's own is missing; "" where none was chosen."""
    return session.exec(select(Edition.fallback_language).where(Edition.id == edition_id)).one()


@dataclass(frozen=True, slots=True)
class Served:
    """What readers of one language get of an activity: their own, or another."""

    language: str
    has_text: bool
    has_title: bool
    text_in: str  # "" where there is no text at all
    title_in: str


def served(
    languages: Sequence[str], fallback: str, title: Texts, texts_there: Mapping[str, bool]
) -> list[Served]:
    """By language of the edition, what its readers get."""
    found = []
    for language in languages:
        order = reading_order(languages, fallback, language)
        found.append(
            Served(
                language,
                texts_there.get(language, False),
                bool(title.get(language)),
                next((one for one in order if texts_there.get(one)), ""),
                next((one for one in order if title.get(one)), ""),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class ActivityGaps:
    """One activity in the list of what is written in which language."""

    id: UUID
    number: str
    kind: ActivityKind
    title: Texts
    served: list[Served]


def written(session: Session, edition_id: UUID, languages: Sequence[str]) -> list[ActivityGaps]:
    """Every activity of an edition, with what readers of each language get of it."""
    fallback = fallback_of(session, edition_id)
    activities = session.execute(
        select(col(Activity.id), col(Activity.kind), col(Activity.title), col(Activity.module_id))
        .join(Module, col(Module.id) == col(Activity.module_id))
        .where(Activity.edition_id == edition_id)
        .order_by(col(Module.position), col(Activity.position))
    ).all()
    there = _texts_there(session, edition_id)
    found: list[ActivityGaps] = []
    module, module_id, number = 0, None, 0
    for row in activities:
        is_next = row.module_id != module_id
        module, module_id = module + is_next, row.module_id
        number = 1 if is_next else number + 1
        gets = served(languages, fallback, row.title, there.get(row.id, {}))
        found.append(ActivityGaps(row.id, f"{module}.{number}", row.kind, row.title, gets))
    return found


def _texts_there(session: Session, edition_id: UUID) -> dict[UUID, dict[str, bool]]:
    rows = session.execute(
        select(
            col(ActivityText.activity_id),
            col(ActivityText.language),
            func.length(func.trim(col(ActivityText.body))) > 0,
        )
        .join(Activity, col(Activity.id) == col(ActivityText.activity_id))
        .where(Activity.edition_id == edition_id)
    ).all()
    found: dict[UUID, dict[str, bool]] = {}
    for activity_id, language, is_there in rows:
        found.setdefault(activity_id, {})[language] = bool(is_there)
    return found
