"""The lasting part of the demonstration: institutions, courses, videoconferences, the rubric."""

from uuid import UUID

from app.demo.courses import CourseHead
from app.demo.kinds import kind_of
from app.demo.matching import InstitutionKey
from app.demo.materials import Materials
from app.demo.rows import Rows, named
from app.demo.texts import RubricText
from app.models import Course, Criterion, Institution, Level, Rubric, Videoconference

RUBRIC = named("rubric")


def add_catalogue(rows: Rows, materials: Materials) -> None:
    for row in materials.institutions:
        rows.add(
            Institution(
                id=institution_id(row.key),
                acronym=row.acronym,
                name=row.name,
                country=row.country,
                kind=kind_of(row.acronym),
                is_example=row.example,
            )
        )
    for folder in materials.courses.values():
        rows.add(_course(folder.head))
    for held in materials.videoconferences:
        rows.add(
            Videoconference(
                id=named("videoconference", held.on, held.title),
                series=held.series,
                title=held.title,
                held_on=held.on,
                organisations="; ".join(held.organisations),
            )
        )
    _add_rubric(rows, materials.bank.rubric)


def course_id(slug: str) -> UUID:
    return named("course", slug)


def institution_id(key: InstitutionKey) -> UUID:
    return named("institution", *key)


def _course(head: CourseHead) -> Course:
    return Course(
        id=course_id(head.slug),
        slug=head.slug,
        mode=head.mode,
        hours=head.hours,
        languages=head.languages,
        title=head.title,
        summary=head.summary,
        description=head.description,
        outcomes=head.outcomes,
    )


def _add_rubric(rows: Rows, text: RubricText) -> None:
    rows.add(Rubric(id=RUBRIC, title=text.title))
    for position, criterion in enumerate(text.criterion, 1):
        about = rows.add(
            Criterion(
                id=named("criterion", position),
                rubric_id=RUBRIC,
                position=position,
                title=criterion.title,
                points=criterion.points,
            )
        )
        for step, level in enumerate(criterion.level, 1):
            rows.add(
                Level(
                    id=named("level", position, step),
                    criterion_id=about.id,
                    position=step,
                    name=level.name,
                    descriptor=level.descriptor,
                    points=level.points,
                )
            )
