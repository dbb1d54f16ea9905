"""What staff ask about the people of an edition, as far as they may, and how it is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from app.core.collation import sort_key
from app.core.db import reading
from app.core.formats import current_zone
from app.core.i18n import country_name, current_locale
from app.core.i18n import gettext as _
from app.models import EnrolmentStatus, Gender
from app.queries.figures import Part
from app.queries.people import Order, Origins, PersonLine, State, Wanted, all_lines, origins
from app.web.exports import Cell, Column
from app.web.figures import institution_words, part_words
from app.web.forms import Form
from app.web.guards import EditionVisit
from app.web.labels import label
from app.web.session_page import own_people_only, sees_addresses

#: Columns of those who see everything about the people of their list.
FOR_FEW = frozenset({"email", "gender", "supported"})


class Filters(BaseModel):
    """What the address asks for. ``gender`` is not listened to where it is not to be seen."""

    q: str = Field(default="", max_length=100)
    country: str | None = Field(default=None, max_length=2)
    institution: UUID | None = None
    gender: Part | None = None
    status: EnrolmentStatus | None = None
    state: State | None = None
    supported: bool | None = None
    sort: str = Field(default="", max_length=20)
    page: int = Field(default=1, ge=1, le=1_000_000)
    all: bool = False  # on one page, where they are not too many
    tick: Literal["", "page"] = ""
    keys: bool = False


@dataclass(frozen=True)
class Asked:
    """What was asked for, as far as the reader may ask."""

    wanted: Wanted
    order: Order
    descending: bool
    countries: list[str]  # in the order of their names
    origins: Origins
    sees_all: bool  # gender, addresses and support, beside what every watcher sees

    @property
    def orders(self) -> set[Order]:
        return orders_for(sees_all=self.sees_all)

    @property
    def sort(self) -> str:
        return f"-{self.order}" if self.descending else self.order.value

    @property
    def institution(self) -> str:
        """The one whose people alone are asked for, or may be: `SENA, CO`."""
        meant = self.wanted.institution_id or self.wanted.only_institution
        found = (one for one in self.origins.institutions if one.id == meant)
        return next((f"{one.acronym}, {one.country}" for one in found), "")

    @property
    def in_order(self) -> dict[str, Any]:
        return {"order": self.order, "descending": self.descending, "countries": self.countries}

    @property
    def offered(self) -> dict[str, Any]:
        """What the filters offer, and whether gender is among it."""
        return {
            "sees_all": self.sees_all,
            "part_words": part_words,
            "countries": [(code, country_name(code)) for code in self.countries],
            "institutions": [
                (institution.id, institution_words(institution))
                for institution in self.origins.institutions
            ],
            "statuses": list(EnrolmentStatus),
            "genders": [(part.value, part_words(part)) for part in Part],
            "supports": [("true", _("Supported")), ("false", _("Not supported"))],
        }


def orders_for(*, sees_all: bool) -> set[Order]:
    return set(Order) if sees_all else set(Order) - {Order.GENDER, Order.SUPPORT}


def read(visit: EditionVisit, form: Form[Filters]) -> Asked:
    """What is asked for; filters by gender and support count only for those who may see them."""
    filters = form.data or Filters()
    only = own_people_only(visit)
    sees_all = sees_addresses(visit)
    found = origins(visit.session, visit.edition.id, only)
    key = filters.sort.removeprefix("-")
    possible = orders_for(sees_all=sees_all)
    order = Order(key) if key in possible else Order.NAME
    for name, heard in (("gender", sees_all), ("supported", sees_all), ("sort", key in possible)):
        if not heard:
            form.typed.pop(name, None)
    return Asked(
        wanted=Wanted(
            edition_id=visit.edition.id,
            only_institution=only,
            words=filters.q,
            country=filters.country,
            institution_id=filters.institution,
            part=filters.gender if sees_all else None,
            status=filters.status,
            state=filters.state,
            supported=filters.supported if sees_all else None,
            sees_addresses=sees_all,
        ),
        order=order,
        descending=key in possible and filters.sort.startswith("-"),
        countries=sorted(found.countries, key=lambda code: sort_key(country_name(code))),
        origins=found,
        sees_all=sees_all,
    )


def columns(asked: Asked) -> list[tuple[Column, Callable[[PersonLine], Cell]]]:
    """The columns of the screen, each with what stands in it. Words are looked up beforehand."""
    statuses = {status: label(status) for status in EnrolmentStatus}
    genders = {gender: label(gender) for gender in Gender}
    not_stated = part_words(Part.NOT_STATED)
    yes = _("yes")
    locale, zone = current_locale(), ZoneInfo(current_zone())
    found: list[tuple[Column, Callable[[PersonLine], Cell]]] = [
        (Column("name", _("Name"), 32), lambda line: line.name),
        (Column("email", _("E-mail"), 32), lambda line: line.email),
        (Column("institution", _("Institution"), 28), lambda line: _affiliation(line, locale)),
        (Column("country", _("Country")), lambda line: country_name(line.country, locale)),
        (
            Column("gender", _("Gender")),
            lambda line: not_stated if line.part is Part.NOT_STATED else genders[line.gender],
        ),
        (Column("status", _("Status")), lambda line: statuses[line.status]),
        (
            Column("supported", _("Supported")),
            lambda line: yes if line.supports else "",
        ),
        (Column("activities_done", _("Activities done")), lambda line: line.done),
        (Column("since", _("Since")), lambda line: line.since.astimezone(zone).date()),
    ]
    return [pair for pair in found if asked.sees_all or pair[0].key not in FOR_FEW]


def _affiliation(line: PersonLine, locale: str) -> str | None:
    """As in `SENA, Colombia`, so that the file can be imported: acronyms repeat."""
    if line.institution is None or line.institution_country is None:
        return None
    return f"{line.institution}, {country_name(line.institution_country, locale)}"


def cells(asked: Asked) -> Iterator[list[Cell]]:
    """Read while they are sent, so in a session of their own."""
    fillings = [cell for _column, cell in columns(asked)]

    def rows() -> Iterator[list[Cell]]:
        with reading() as session:
            for line in all_lines(session, asked.wanted, **asked.in_order):
                yield [fill(line) for fill in fillings]

    return rows()
