"""The courses as those see them who write the catalogue: published or not."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.core.db import Texts
from app.models import Course, Edition, Mode


@dataclass(frozen=True, slots=True)
class CourseLine:
    id: UUID
    slug: str
    title: Texts
    mode: Mode
    hours: int
    languages: list[str]
    is_published: bool
    editions: int


@dataclass(frozen=True, slots=True)
class CourseWritten:
    """All that is written of a course."""

    id: UUID
    slug: str
    mode: Mode
    hours: int
    languages: list[str]
    title: Texts
    summary: Texts
    description: Texts
    outcomes: dict[str, list[str]]
    is_published: bool


def all_courses(session: Session) -> list[CourseLine]:
    """The newest first."""
    editions = (
        select(func.count())
        .where(col(Edition.course_id) == col(Course.id))
        .correlate(Course)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            col(Course.id),
            col(Course.slug),
            col(Course.title),
            col(Course.mode),
            col(Course.hours),
            col(Course.languages),
            col(Course.is_published),
            editions,
        ).order_by(col(Course.created_at).desc(), col(Course.id).desc())
    )
    return [CourseLine(*row) for row in rows]


def course_written(session: Session, course_id: UUID) -> CourseWritten | None:
    course = session.get(Course, course_id)
    if course is None:
        return None
    names = CourseWritten.__slots__
    return CourseWritten(**{name: getattr(course, name) for name in names})
