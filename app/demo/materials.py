"""Everything the demonstration is made of, read and checked before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.demo.allocation import Programme, plan
from app.demo.courses import CourseFolder, read_courses
from app.demo.sessions import PlannedSession, sessions
from app.demo.sources import (
    BrokenSource,
    EditionRow,
    InstitutionRow,
    VideoconferenceRow,
    read_editions,
    read_institutions,
    read_videoconferences,
)
from app.demo.texts import Bank, read_texts

HOME = Path(__file__).parent


@dataclass(frozen=True)
class Materials:
    institutions: Sequence[InstitutionRow]
    editions: Sequence[EditionRow]
    videoconferences: Sequence[VideoconferenceRow]
    courses: Mapping[str, CourseFolder]  # by English title
    bank: Bank
    programme: Programme
    sessions: Sequence[PlannedSession]

    def course(self, slug: str) -> CourseFolder:
        return next(course for course in self.courses.values() if course.head.slug == slug)


def gather(home: Path = HOME) -> Materials:
    """Read the folders ``data``, ``courses`` and ``texts`` of ``home``."""
    institutions = read_institutions(home / "data")
    editions = read_editions(home / "data")
    videoconferences = read_videoconferences(home / "data")
    courses = read_courses(home / "courses")
    bank = read_texts(home / "texts")
    for line, row in enumerate(editions, 2):
        course = courses.get(row.title)
        if course is None or course.head.mode.value != row.mode.value:
            reason = f"no course folder is called {row.title!r} and is {row.mode}"
            raise BrokenSource("course-editions.csv", line, reason)
    slugs = {course.head.slug for course in courses.values()}
    for work in bank.works.work:
        if work.course not in slugs:
            reason = f"{work.title!r} belongs to no course: {work.course!r}"
            raise BrokenSource("capstones.toml", None, reason)
    return Materials(
        institutions,
        editions,
        videoconferences,
        courses,
        bank,
        plan(editions, institutions),
        sessions(editions),
    )
