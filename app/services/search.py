"""Keeping the index of what can be looked for as the texts are.

Nobody who changes a text has to think of it: an edition's version, which is raised with whatever
all see in it, and what a course says of itself, tell whose entries are to be made anew.
"""

import hashlib
import json
from collections.abc import Iterator
from html import unescape
from uuid import UUID

import nh3
from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.markdown import to_html
from app.core.stems import indexed
from app.models import (
    Activity,
    ActivityFile,
    ActivityText,
    Course,
    Edition,
    FileRole,
    SearchEntry,
    SearchMark,
)

#: Of a longer text only the beginning is found.
MOST_LETTERS = 200_000


def plain(text: str) -> str:
    """What ``text`` (Markdown) says, without its marks, in one line."""
    return " ".join(unescape(nh3.clean(to_html(text), tags=set())).split())


def outdated(session: Session, *, most: int) -> list[UUID]:
    """Editions and courses that are not, or not any more, in the index as they are."""
    marks = dict(iter(session.execute(select(SearchMark.subject_id, SearchMark.mark))))
    editions = session.execute(select(Edition.id, Edition.version))
    found = [id_ for id_, version in editions if marks.get(id_) != str(version)]
    courses = session.exec(select(Course)).all()
    found += [course.id for course in courses if marks.get(course.id) != _mark(course)]
    return found[:most]


def index(session: Session, subject_id: UUID) -> None:
    """Make the entries of an edition or a course anew."""
    edition = session.get(Edition, subject_id)
    course = session.get(Course, subject_id)
    if edition is not None:
        _let_go(session, col(SearchEntry.edition_id) == edition.id)
        session.add_all(_of_edition(session, edition))
        _note(session, edition.id, str(edition.version))
    elif course is not None:
        _let_go(
            session,
            (col(SearchEntry.course_id) == course.id) & col(SearchEntry.edition_id).is_(None),
        )
        session.add_all(_of_course(course))
        _note(session, course.id, _mark(course))
    session.flush()


def _let_go(session: Session, which: object) -> None:
    session.execute(delete(SearchEntry).where(which))  # type: ignore[arg-type]  # -- a condition


def _note(session: Session, subject_id: UUID, mark: str) -> None:
    session.merge(SearchMark(subject_id=subject_id, mark=mark))


def _mark(course: Course) -> str:
    """What changes with whatever a course says of itself."""
    said = [course.title, course.summary, course.description, course.outcomes]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _of_course(course: Course) -> Iterator[SearchEntry]:
    for language, title in course.title.items():
        body = [course.summary.get(language, ""), plain(course.description.get(language, ""))]
        body += course.outcomes.get(language, [])
        yield _entry(course.id, language, title, " ".join(filter(None, body)))


def _of_edition(session: Session, edition: Edition) -> Iterator[SearchEntry]:
    activities = session.exec(select(Activity).where(Activity.edition_id == edition.id)).all()
    texts = session.exec(
        select(ActivityText)
        .join(Activity, col(Activity.id) == col(ActivityText.activity_id))
        .where(Activity.edition_id == edition.id)
    ).all()
    said = {(text.activity_id, text.language): text for text in texts}
    guides = _guides(session, edition.id)
    for activity in activities:
        languages = {language for owner, language in [*said, *guides] if owner == activity.id}
        languages |= {language for language, title in activity.title.items() if title}
        for language in sorted(languages):
            text = said.get((activity.id, language))
            body = [plain(text.body), plain(text.transcript)] if text else []
            body += guides.get((activity.id, language), [])
            title = activity.title.get(language) or next(iter(activity.title.values()), "")
            entry = _entry(edition.course_id, language, title, " ".join(filter(None, body)))
            entry.edition_id, entry.activity_id = edition.id, activity.id
            yield entry


def _guides(session: Session, edition_id: UUID) -> dict[tuple[UUID, str], list[str]]:
    """What the files to take along are called."""
    rows = session.execute(
        select(ActivityFile.activity_id, ActivityFile.language, ActivityFile.title)
        .join(Activity, col(Activity.id) == col(ActivityFile.activity_id))
        .where(Activity.edition_id == edition_id, ActivityFile.role == FileRole.DOWNLOAD)
    )
    found: dict[tuple[UUID, str], list[str]] = {}
    for activity, language, title in rows:
        found.setdefault((activity, language), []).append(title)
    return found


def _entry(course_id: UUID, language: str, title: str, body: str) -> SearchEntry:
    body = body[:MOST_LETTERS]
    return SearchEntry(
        course_id=course_id,
        language=language,
        title=title,
        body=body,
        title_words=indexed(title, language),
        body_words=indexed(body, language),
    )
