"""Reading figures of enrolments: how many, by edition, country, institution and gender."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    Select,
    SelectBase,
    Subquery,
    Uuid,
    case,
    distinct,
    func,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.models import (
    NO_INSTITUTION,
    PARTICIPANTS,
    Course,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Institution,
    Mode,
)
from app.queries.figures import (
    PART_OF,
    Counting,
    CourseNamed,
    Dimension,
    EditionNamed,
    Figures,
    Group,
    InstitutionNamed,
    Key,
    Part,
    Table,
    with_every_part,
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which enrolments are counted. What is None does not matter."""

    year: int | None = None
    starts_from: date | None = None
    starts_to: date | None = None
    course_id: UUID | None = None
    edition_id: UUID | None = None
    mode: Mode | None = None
    country: str | None = None
    institution_id: UUID | None = None
    part: Part | None = None
    statuses: tuple[EnrolmentStatus, ...] = PARTICIPANTS


def figures(
    session: Session,
    filters: Filters,
    *crossings: tuple[Dimension, ...],
    counting: Counting = Counting.ENROLMENTS,
    only_institution: UUID | None,
) -> Figures:
    """The total, and a table for each of ``crossings``: one statement each at most.

    Enrolments are read from their summary. With ``only_institution`` nobody else is counted.
    """
    read = _people if counting is Counting.PEOPLE else _enrolments
    editions = _editions_of(filters, only_institution)
    sources = [read(filters, only_institution, by) for by in crossings]
    tables: list[SelectBase] = [
        _lines(source, by) for source, by in zip(sources, crossings, strict=True)
    ]
    if tables and counting is Counting.ENROLMENTS:  # which add up: the first table's make the total
        tables[0] = union_all(_total(sources[0], crossings[0], editions), tables[0])
    else:
        tables.insert(0, _total(read(filters, only_institution, ()), (), editions))
        crossings = ((), *crossings)
    answers = [
        session.execute(_named(table.subquery(), by)).mappings().all()
        for table, by in zip(tables, crossings, strict=True)
    ]
    (total,) = (row for row in answers[0] if row["editions"] is not None)
    return Figures(
        counting,
        _group((), total),
        total["editions"],
        tuple(
            Table(by, _groups([row for row in rows if row["editions"] is None], by))
            for by, rows in zip(crossings, answers, strict=True)
            if by
        ),
    )


def _editions_of(filters: Filters, only_institution: UUID | None) -> Label[int]:
    """How many editions have anybody: looked up one by one, which the summary's key makes quick.

    What is asked of the edition is asked there: a database that finds the year in the summary too
    reads all of that year for each edition.
    """
    of = EnrolmentCount
    in_any_year = replace(filters, year=None)
    anybody = select(col(of.n)).where(
        col(of.edition_id) == col(Edition.id),
        col(of.n) > 0,
        *_conditions(of, col(of.institution_key), in_any_year, only_institution),
    )
    having = select(func.count()).select_from(Edition).where(anybody.exists())
    if filters.year is not None:
        having = having.where(col(Edition.reporting_year) == filters.year)
    return having.scalar_subquery().label("editions")


_COLUMNS = {
    Dimension.EDITION: "edition_id",
    Dimension.COURSE: "course_id",
    Dimension.COUNTRY: "country",
    Dimension.INSTITUTION: "institution_id",
    Dimension.GENDER: "gender",
    Dimension.YEAR: "reporting_year",
}


def _enrolments(filters: Filters, only_institution: UUID | None, by: tuple[Dimension, ...]) -> CTE:
    """The summary: enrolments that are alike, and their number ``n``.

    Unless editions are asked for, those of several are added up first: distinct counts over the
    few rows that are left take a fraction of the time.
    """
    of = EnrolmentCount
    institution = col(of.institution_key)
    names = {"country", "gender", *(_COLUMNS[d] for d in by)} - {"institution_id"}
    alike = [*(getattr(of, name) for name in sorted(names)), institution]
    found = select(
        *alike[:-1], func.nullif(institution, NO_INSTITUTION, type_=Uuid()).label("institution_id")
    ).where(col(of.n) > 0, *_conditions(of, institution, filters, only_institution))
    if Dimension.EDITION in by:
        return found.add_columns(col(of.n)).cte()
    return found.add_columns(func.sum(of.n).label("n")).group_by(*alike).cte()


def _people(filters: Filters, only_institution: UUID | None, by: tuple[Dimension, ...]) -> CTE:
    """Enrolments one by one: of a person's in one line only the newest counts, ``n`` is 1."""
    of = Enrolment
    columns = {*_COLUMNS.values(), "account_id", "admitted_at", "id"}
    found = (
        select(*(getattr(of, name) for name in sorted(columns)))
        .where(*_conditions(of, col(of.institution_id), filters, only_institution))
        .subquery()
    )
    place = func.row_number().over(
        partition_by=[*(_key(found, dimension) for dimension in by), found.c.account_id],
        order_by=[found.c.admitted_at.desc().nulls_last(), found.c.id.desc()],
    )
    return select(found, case((place == 1, 1), else_=0).label("n")).cte()


def _conditions(
    of: type[EnrolmentCount | Enrolment],
    institution: Any,
    filters: Filters,
    only_institution: UUID | None,
) -> list[ColumnElement[bool]]:
    courses = select(col(Course.id)).where(col(Course.mode) == filters.mode)
    editions = select(col(Edition.id))
    if filters.starts_from:
        editions = editions.where(col(Edition.starts_on) >= filters.starts_from)
    if filters.starts_to:
        editions = editions.where(col(Edition.starts_on) <= filters.starts_to)
    chosen: list[tuple[object, ColumnElement[bool]]] = [
        (filters.year, col(of.reporting_year) == filters.year),
        (filters.starts_from or filters.starts_to, col(of.edition_id).in_(editions)),
        (filters.course_id, col(of.course_id) == filters.course_id),
        (filters.edition_id, col(of.edition_id) == filters.edition_id),
        (filters.mode, col(of.course_id).in_(courses)),
        (filters.country, col(of.country) == filters.country),
        (filters.institution_id, institution == filters.institution_id),
        (filters.part, _is(filters.part, col(of.gender))),
        (only_institution, institution == only_institution),
    ]
    return [
        col(of.status).in_(filters.statuses),
        *(condition for given, condition in chosen if given is not None),
    ]


def _is(part: Part | None, gender: Any) -> ColumnElement[bool]:
    among: ColumnElement[bool] = gender.in_([g for g, its in PART_OF.items() if its is part])
    return among


def _total(counted: CTE, by: tuple[Dimension, ...], editions: Label[int]) -> Select[Any]:
    """One line of all together, like those of a table ``by`` dimensions: without their keys."""
    keys = [null().cast(_key(counted, dimension).type).label(dimension) for dimension in by]
    return select(*keys, *_measures(counted), editions)


def _lines(counted: CTE, by: tuple[Dimension, ...]) -> Select[Any]:
    keys = [_key(counted, dimension).label(dimension) for dimension in by]
    none = null().cast(Integer).label("editions")
    return select(*keys, *_measures(counted), none).group_by(*keys)


def _groups(rows: list[Mapping[Any, Any]], by: tuple[Dimension, ...]) -> tuple[Group, ...]:
    groups = tuple(_group(_keys_of(row, by), row) for row in rows)
    return with_every_part(groups, by) if Dimension.GENDER in by else groups


def _key(counted: FromClause, dimension: Dimension) -> ColumnElement[Any]:
    column: ColumnElement[Any] = counted.c[_COLUMNS[dimension]]
    if dimension is Dimension.GENDER:
        return case(*((_is(part, column), part.value) for part in Part))
    return column


MEASURES = ("total", *Part, "institutions", "countries", "without_institution")


def _measures(counted: CTE) -> list[ColumnElement[Any]]:
    """The numbers of a `Group`, each under its name."""

    def number(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((condition, counted.c.n), else_=0)), 0)

    return [
        func.coalesce(func.sum(counted.c.n), 0).label("total"),
        *(number(_is(part, counted.c.gender)).label(part) for part in Part),
        func.count(distinct(counted.c.institution_id)).label("institutions"),
        func.count(distinct(counted.c.country)).label("countries"),
        number(counted.c.institution_id.is_(None)).label("without_institution"),
    ]


def _group(keys: tuple[Key, ...], measured: Mapping[Any, Any]) -> Group:
    numbers = {name: int(measured[name]) for name in MEASURES}  # PostgreSQL sums up to decimals
    group = Group(keys, **numbers)
    nobody_said = bool(group.total) and not group.institutions
    return replace(group, institutions=None) if nobody_said else group


_Successor = aliased(Institution)
SUCCESSOR: Any = (
    select(col(_Successor.acronym))
    .where(col(_Successor.id) == col(Institution.merged_into_id))
    .correlate(Institution)
    .scalar_subquery()
    .label("successor")
)

#: What a line's name is made of, besides its key.
_NAMES: dict[Dimension, tuple[Any, ...]] = {
    Dimension.EDITION: (col(Course.title), col(Edition.starts_on), col(Edition.ends_on)),
    Dimension.COURSE: (col(Course.title),),
    Dimension.INSTITUTION: (
        col(Institution.acronym),
        col(Institution.name),
        col(Institution.country),
        SUCCESSOR,
    ),
}
_NAMED: dict[Dimension, type[EditionNamed | CourseNamed | InstitutionNamed | Part]] = {
    Dimension.EDITION: EditionNamed,
    Dimension.COURSE: CourseNamed,
    Dimension.INSTITUTION: InstitutionNamed,
    Dimension.GENDER: Part,
}


def _named(lines: Subquery, by: tuple[Dimension, ...]) -> Select[Any]:
    found = select(lines)
    if Dimension.EDITION in by:
        found = found.join(Edition, col(Edition.id) == lines.c.edition, isouter=True)
    if Dimension.COURSE in by:
        found = found.join(Course, col(Course.id) == lines.c.course, isouter=True)
    elif Dimension.EDITION in by:
        found = found.join(Course, col(Course.id) == col(Edition.course_id), isouter=True)
    if Dimension.INSTITUTION in by:
        same = col(Institution.id) == lines.c.institution
        found = found.join(Institution, same, isouter=True)
    return found.add_columns(
        *(name.label(f"{d}_{name.key}") for d in by for name in _NAMES.get(d, ()))
    )


def _keys_of(row: Mapping[Any, Any], by: tuple[Dimension, ...]) -> tuple[Key, ...]:
    return tuple(
        row[d]
        if row[d] is None or d not in _NAMED
        else _NAMED[d](row[d], *(row[f"{d}_{name.key}"] for name in _NAMES.get(d, ())))
        for d in by
    )


def years(session: Session, *, only_institution: UUID | None) -> list[int]:
    """The reporting years that have participants, the newest first."""
    query = (
        select(col(Edition.reporting_year))
        .where(is_counted(PARTICIPANTS, only_institution))
        .distinct()
        .order_by(col(Edition.reporting_year).desc())
    )
    return list(session.scalars(query))


def usual_year(years: list[int], *, on: date) -> int | None:
    """The year somebody means who names none: the present one, or the last before it."""
    past = [year for year in years if year <= on.year]
    return past[0] if past else min(years, default=None)


def is_counted(statuses: tuple[EnrolmentStatus, ...], only_institution: UUID | None) -> Any:
    of = EnrolmentCount
    counted = select(col(of.n)).where(
        col(of.edition_id) == col(Edition.id), col(of.status).in_(statuses), col(of.n) > 0
    )
    if only_institution:
        counted = counted.where(col(of.institution_key) == only_institution)
    return counted.exists()
