"""What an address asks the statistics for, read with care and said again in words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.datastructures import FormData, UploadFile

from app.core import clock
from app.core.collation import sort_key
from app.core.formats import long_day
from app.core.i18n import choose, country_name, is_country
from app.core.i18n import gettext as _
from app.models import PARTICIPANTS, EnrolmentStatus, Mode
from app.policy import Action, Role, permits
from app.queries import statistics
from app.queries.figures import Audience, Counting, Dimension, Figures, Part
from app.queries.statistics import Filters
from app.queries.statistics_choices import Choices, choices
from app.web.exports import file_name
from app.web.figures import (
    counting_words,
    dimension_words,
    edition_words,
    institution_words,
    not_for_publication,
    part_words,
)
from app.web.forms import Form, understood
from app.web.guards import Visit
from app.web.labels import label

ALL_YEARS = "all"


class Counted(StrEnum):
    """Which enrolments are counted, by how far they have come."""

    PARTICIPANTS = "participants"  # active or completed: what reports count
    APPLIED = "applied"
    WAITLISTED = "waitlisted"
    ACTIVE = "active"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    ALL = "all"

    @property
    def statuses(self) -> tuple[EnrolmentStatus, ...]:
        everything = {Counted.PARTICIPANTS: PARTICIPANTS, Counted.ALL: tuple(EnrolmentStatus)}
        return everything[self] if self in everything else (EnrolmentStatus(self.value),)


def _year(typed: str) -> str | int:
    if typed == ALL_YEARS:
        return typed
    if not re.fullmatch(r"(19|20|21)[0-9]{2}", typed):
        raise ValueError(_("Write a year, such as 2022."))
    return int(typed)


def _country(typed: str) -> str:
    if not is_country(typed.upper()):
        raise ValueError(_("There is no country with this code."))
    return typed.upper()


def _part(typed: str) -> str:
    """Reports say ``women``; a script may say ``woman``, as the records do."""
    one_of_them = {"woman": Part.WOMEN, "man": Part.MEN, "another": Part.OTHER}
    return one_of_them.get(typed, typed)


class FiguresQuery(BaseModel):
    """What can stand in the query string of the statistics."""

    year: Annotated[Literal["all"] | int | None, BeforeValidator(_year)] = None
    starts_from: date | None = Field(default=None, alias="from")
    starts_to: date | None = Field(default=None, alias="to")
    course: UUID | None = None
    edition: UUID | None = None
    mode: Mode | None = None
    country: Annotated[str | None, BeforeValidator(_country)] = None
    institution: UUID | None = None
    gender: Annotated[Part | None, BeforeValidator(_part)] = None
    status: Counted = Counted.PARTICIPANTS
    by: list[Dimension] = Field(default_factory=list)
    count: Counting = Counting.ENROLMENTS
    sort: str = ""
    keys: str = ""

    @property
    def wants_the_newest_year(self) -> bool:
        """Whether nothing else says when: then the newest year that has participants is meant."""
        when = (self.year, self.starts_from, self.starts_to, self.edition)
        return when == (None,) * len(when) and Dimension.YEAR not in self.by


@dataclass
class Asked:
    """An address, understood: what is counted, how it is crossed, and what else could be asked."""

    form: Form[FiguresQuery]
    filters: Filters
    years: list[int]
    choices: Choices
    only_institution: UUID | None
    audience: Audience

    @property
    def query(self) -> FiguresQuery:
        return self.form.data or FiguresQuery()

    @property
    def by(self) -> tuple[Dimension, ...]:
        return tuple(dict.fromkeys(self.query.by))

    @property
    def crossings(self) -> tuple[tuple[Dimension, ...], ...]:
        """The tables: the one that is asked for, or the two that are always wanted."""
        return (self.by,) if self.by else ((Dimension.EDITION,), (Dimension.COUNTRY,))

    @property
    def file_name(self) -> str:
        asked = self.form.typed
        names = ("status", "mode", "country", "gender", "count", "from", "to")
        usual = {"status": Counted.PARTICIPANTS, "count": Counting.ENROLMENTS}
        chosen = (asked[name] for name in names if name in asked and asked[name] != usual.get(name))
        institution = [i.acronym for i in self.choices.institutions if self._is_asked(i.id)]
        course = [
            choose(e.title)[:30]
            for e in self.choices.editions
            if self.filters.edition_id == e.id or self.filters.course_id == e.course_id
        ][:1]
        return file_name(
            "statistics", asked.get("year", ""), *chosen, *course, *institution, *self.by
        )

    def _is_asked(self, institution: UUID) -> bool:
        return institution == self.filters.institution_id


def ask(request: Request, visit: Visit) -> Asked:
    """Read the address as ``visit``'s person may: a focal coordinator asks for their own people."""
    form = _understood(request)
    only = visit.viewer.coordinates_id if Role.FOCAL in visit.roles else None
    years = statistics.years(visit.session, only_institution=only)
    filters = _filters(form, years, only)
    offered = choices(visit.session, filters, only_institution=only)
    _check(form, filters, offered)
    usual = {"status": Counted.PARTICIPANTS, "count": Counting.ENROLMENTS}
    form.typed = {"year": str(filters.year or ALL_YEARS), **usual, **form.typed}
    staff = permits(visit.roles, Action.SEE_STATISTICS)
    audience = Audience.STAFF if staff else Audience.PUBLIC
    return Asked(form, filters, years, offered, only, audience)


def _understood(request: Request) -> Form[FiguresQuery]:
    given: list[tuple[str, str | UploadFile]] = [
        (name, text) for name, text in request.query_params.multi_items() if text.strip()
    ]
    form = understood(FiguresQuery, FormData(given))
    for name, found in FiguresQuery.model_fields.items():
        shown = found.alias or name
        if shown != "by" and len(form.many.get(shown, [])) > 1:
            form.refuse(shown, _("Give this only once."))
    return form


def _filters(form: Form[FiguresQuery], years: list[int], only: UUID | None) -> Filters:
    query = form.data or FiguresQuery()
    newest = statistics.usual_year(years, on=clock.today()) if query.wants_the_newest_year else None
    return Filters(
        year=query.year if isinstance(query.year, int) else newest,
        starts_from=query.starts_from,
        starts_to=query.starts_to,
        course_id=query.course,
        edition_id=query.edition,
        mode=query.mode,
        country=query.country,
        institution_id=only or query.institution,
        part=query.gender,
        statuses=query.status.statuses,
    )


def _check(form: Form[FiguresQuery], filters: Filters, offered: Choices) -> None:
    """Refuse what only a look at the records tells is not there."""
    if form.data is None:
        return
    if filters.starts_from and filters.starts_to and filters.starts_from > filters.starts_to:
        form.refuse("to", _("This day comes before the first one."))
    if filters.edition_id not in {None, *(edition.id for edition in offered.editions)}:
        form.refuse("edition", _("There is no such edition."))
    if filters.course_id not in {None, *(edition.course_id for edition in offered.editions)}:
        form.refuse("course", _("There is no such course with editions."))
    if filters.institution_id not in {None, *(found.id for found in offered.institutions)}:
        form.refuse("institution", _("There is no such institution."))


def in_words(asked: Asked) -> list[tuple[str, str]]:
    """What is counted, filter by filter."""
    filters = asked.filters
    edition = next((e for e in asked.choices.editions if e.id == filters.edition_id), None)
    course = next((e for e in asked.choices.editions if e.course_id == filters.course_id), None)
    found: list[tuple[str, Any]] = [
        (_("Reporting year"), str(filters.year) if filters.year else _("All years")),
        (_("Editions that start"), _days(filters)),
        (_("Courses"), filters.mode and label(filters.mode)),
        (_("Course"), course and choose(course.title)),
        (
            _("Edition"),
            edition and edition_words(edition.title, edition.starts_on, edition.ends_on),
        ),
        (_("Country"), filters.country and country_name(filters.country)),
        (_("Institution"), _institution(asked)),
        (_("Gender"), filters.part and part_words(filters.part)),
        (_("Counted"), counted_words(asked.query.status)),
    ]
    return [(name, words) for name, words in found if words]


def about(asked: Asked, found: Figures) -> list[tuple[str, str]]:
    """The same and how it is counted: what a file must say that stands alone."""
    return [
        *([(_("Take care"), not_for_publication())] if found.show_small_groups else []),
        *in_words(asked),
        (_("How"), counting_words(asked.query.count)),
        (_("As of"), _("Gender, country and institution are those on admission.")),
    ]


def _days(filters: Filters) -> str:
    first, last = filters.starts_from, filters.starts_to
    days = {"first": first and long_day(first), "last": last and long_day(last)}
    if first and last:
        return _("from %(first)s to %(last)s; those that start on any day are left out") % days
    if first:
        return _("on %(first)s or later; those that start on any day are left out") % days
    if last:
        return _("on %(last)s or earlier; those that start on any day are left out") % days
    return ""


def _institution(asked: Asked) -> str:
    wanted = asked.filters.institution_id
    found = next((i for i in asked.choices.institutions if i.id == wanted), None)
    if found is None:
        return ""
    if asked.only_institution:
        return _("%(institution)s; you see the figures of its people only") % {
            "institution": institution_words(found)
        }
    return institution_words(found)


def counted_words(counted: Counted) -> str:
    return {
        Counted.PARTICIPANTS: _("People who took part, still at it or completed"),
        Counted.APPLIED: _("Applications that wait for an answer"),
        Counted.WAITLISTED: _("People on the waiting list"),
        Counted.ACTIVE: _("People who are taking part"),
        Counted.COMPLETED: _("People who completed"),
        Counted.WITHDRAWN: _("People who withdrew"),
        Counted.REJECTED: _("Applications that were declined"),
        Counted.ALL: _("Everybody who applied or was enrolled"),
    }[counted]


def _who(counted: Counted) -> str:
    """The same in two words, for a narrow field called “Count people who”."""
    return {
        Counted.PARTICIPANTS: _("Took part"),
        Counted.APPLIED: _("Applied and wait"),
        Counted.WAITLISTED: _("Are on the waiting list"),
        Counted.ACTIVE: _("Take part now"),
        Counted.COMPLETED: _("Completed"),
        Counted.WITHDRAWN: _("Withdrew"),
        Counted.REJECTED: _("Were declined"),
        Counted.ALL: _("Ever applied"),
    }[counted]


def in_one_line(words: list[tuple[str, str]]) -> str:
    """The same for the head of a page on paper."""
    each = [_("%(name)s: %(words)s") % {"name": name, "words": said} for name, said in words]
    return " · ".join(each)


def options(asked: Asked) -> dict[str, Any]:
    """What the filters offer, as pairs of a value and its words."""
    chosen_year, chosen_country = asked.filters.year, asked.filters.country
    years = sorted({*asked.years, *([chosen_year] if chosen_year else [])}, reverse=True)
    countries = {*asked.choices.countries, *([chosen_country] if chosen_country else [])}
    courses = {e.course_id: choose(e.title) for e in asked.choices.editions}
    first, second, *_more = [*asked.by, "", ""]
    return {
        "year": [*((year, year) for year in years), (ALL_YEARS, _("All years"))],
        "mode": Mode,
        "course": _by_alphabet(courses.items()),
        "edition": _editions(asked),
        "country": _by_alphabet((code, country_name(code)) for code in countries),
        "institution": _by_alphabet(
            (i.id, institution_words(i)) for i in asked.choices.institutions
        ),
        "own_institution": asked.only_institution is not None,
        "gender": [(part, part_words(part)) for part in Part],
        "status": [(counted, _who(counted)) for counted in Counted],
        "count": [
            (Counting.ENROLMENTS, _("Enrolments")),
            (Counting.PEOPLE, _("People once")),
        ],
        "by": [(dimension, dimension_words(dimension)) for dimension in Dimension],
        "first": Form[FiguresQuery](typed={"by": first}, errors=asked.form.errors),
        "second": Form[FiguresQuery](typed={"by": second}),
        "more": _asks_for_more(asked),
    }


#: The filters that the page keeps folded until one of them is used.
SELDOM_USED = ("mode", "gender", "course", "edition", "from", "to", "count", "by")


def _asks_for_more(asked: Asked) -> bool:
    typed = {name for name in SELDOM_USED if asked.form.typed.get(name)}
    if asked.query.count is Counting.ENROLMENTS and "count" not in asked.form.errors:
        typed.discard("count")  # the usual one
    return bool(typed or asked.by or asked.form.errors.keys() & set(SELDOM_USED))


def _editions(asked: Asked) -> list[tuple[UUID, str]]:
    """Of the chosen year or course; all that ever were would be too many to choose from."""
    filters = asked.filters
    return [
        (e.id, edition_words(e.title, e.starts_on, e.ends_on))
        for e in asked.choices.editions
        if filters.edition_id == e.id
        or filters.course_id == e.course_id
        or (filters.course_id is None and filters.year is not None)
    ]


def _by_alphabet[T](pairs: Iterable[tuple[T, str]]) -> list[tuple[T, str]]:
    return sorted(pairs, key=lambda pair: sort_key(pair[1]))
