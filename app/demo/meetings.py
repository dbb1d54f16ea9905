"""The live sessions of the demonstration: titles, agendas, recordings and slides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.demo.courses import CourseFolder
from app.demo.printing import draw_slides
from app.demo.rows import Rows, named
from app.demo.stage import Stage
from app.demo.texts import SessionKind, SessionText, SessionTexts
from app.models import Attendance, Edition, LiveSession

#: Every so many sessions one is a panel; all others but the first and the last are clinics.
PANEL_EACH = 4
#: An edition of so many sessions has its works defended in two of them.
TWO_DEFENCES = 9
#: Of an edition in two languages every so many sessions one is in the second.
SECOND_LANGUAGE_EACH = 4


@dataclass(frozen=True)
class Meeting:
    """A live session as it is to be written."""

    number: int
    starts_at: datetime
    local_start: str
    timezone: str
    minutes: int
    language: str
    text: SessionText
    title: str
    host: UUID


def planned_texts(texts: SessionTexts, languages: list[str]) -> Iterator[tuple[SessionText, str]]:
    """For each session of an edition, in its ``languages``, what it is about and its title."""
    used: dict[str, int] = {}
    for kind, language in zip(_kinds(len(languages)), languages, strict=True):
        text = min(texts.of(kind, language), key=lambda text: used.get(text.title[language], 0))
        title = text.title[language]
        used[title] = used.get(title, 0) + 1
        yield text, title if used[title] == 1 else f"{title} ({used[title]})"


def _kinds(number: int) -> list[SessionKind]:
    """An opening, clinics and panels, the defence, the closing."""
    defences = [SessionKind.DEFENCE] * (2 if number >= TWO_DEFENCES else 1)
    end = [*defences, SessionKind.CLOSING]
    between = range(1, number - len(end))
    middle = [SessionKind.PANEL if n % PANEL_EACH == 0 else SessionKind.CLINIC for n in between]
    return [SessionKind.OPENING, *middle, *end]


def spoken(languages: Sequence[str], number: int) -> str:
    """The language of a session of an edition that runs in several."""
    return languages[-1] if number % SECOND_LANGUAGE_EACH == 0 else languages[0]


def add_meeting(
    stage: Stage, edition: Edition, course: CourseFolder, meeting: Meeting
) -> LiveSession:
    """A session; one that is over has its recording, and an opening its slides."""
    now = stage.now
    ends_at = meeting.starts_at + timedelta(minutes=meeting.minutes)
    over = ends_at < now
    published = min(ends_at + timedelta(hours=3), now) if over else None
    row = LiveSession(
        id=named("session", edition.id, meeting.number),
        created_at=min(meeting.starts_at - timedelta(days=21), now),
        edition_id=edition.id,
        title=meeting.title,
        agenda=meeting.text.agenda[meeting.language].strip(),
        language=meeting.language,
        starts_at=meeting.starts_at,
        timezone=meeting.timezone,
        local_start=meeting.local_start,
        minutes=meeting.minutes,
        link=f"https://meet.example.org/{course.head.slug}-{edition.slug}",
        host_id=meeting.host,
        changed_at=min(meeting.starts_at - timedelta(days=21), now),
        published_at=published,
        attendance_taken_at=published,
    )
    if over:
        row.recording_url = (
            f"https://video.example.org/{course.head.slug}-{edition.slug}-{meeting.number}"
        )
        row.recording_minutes = meeting.minutes - 2
    if over and meeting.text.kind is SessionKind.OPENING:
        row.slides_id = _slides(stage, course, row, meeting)
    return stage.rows.add(row)


def add_attendance(rows: Rows, session: LiveSession, enrolment: UUID, minutes: int) -> None:
    rows.add(
        Attendance(
            id=named("attendance", session.id, enrolment),
            created_at=session.attendance_taken_at or session.changed_at,
            live_session_id=session.id,
            enrolment_id=enrolment,
            minutes=minutes,
            noted_by_id=session.host_id,
        )
    )


def _slides(stage: Stage, course: CourseFolder, session: LiveSession, meeting: Meeting) -> UUID:
    title = course.head.title[session.language]
    pdf = draw_slides(title, session.title, session.agenda, session.language)
    kept = stage.shelf.keep_bytes(
        pdf, name=f"{course.head.slug}-{meeting.number}.pdf", content_type="application/pdf"
    )
    return stage.rows.add(kept).id
