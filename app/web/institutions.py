"""What staff ask about institutions, as far as they may, and how a list of them is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from app.core.collation import sort_key
from app.core.errors import NotAllowed, NotFound
from app.core.i18n import country_name
from app.core.i18n import gettext as _
from app.models import InstitutionKind
from app.policy import Action, Role, permits
from app.queries import institution_pages
from app.queries.institution_pages import InstitutionFacts
from app.queries.institutions import (
    InstitutionSeen,
    about,
    institutions,
    participants_by_institution,
)
from app.web.db import open_session
from app.web.exports import Cell, Column
from app.web.forms import Form
from app.web.guards import Visit, arrived, guard
from app.web.labels import label
from app.web.one_hop import Step

PAGE = 50
#: Between the other names of one institution, in one cell of a file.
BETWEEN_NAMES = "|"


class State(StrEnum):
    """Which part of the list is asked for."""

    REVIEW = "review"
    EXAMPLE = "example"
    MERGED = "merged"
    PROPOSED = "proposed"  # not in the list yet


class Order(StrEnum):
    ACRONYM = "acronym"
    NAME = "name"
    KIND = "kind"
    COUNTRY = "country"
    PARTICIPANTS = "participants"


class Filters(BaseModel):
    q: str = Field(default="", max_length=100)
    country: str = Field(default="", max_length=2)
    kind: InstitutionKind | None = None
    state: State | None = None
    sort: str = Field(default="", max_length=20)
    page: int = Field(default=1, ge=1, le=1_000_000)
    keys: bool = False


@dataclass
class InstitutionVisit(Visit):
    """A request about one institution, by somebody who may do to it what the guard asked for."""

    institution: InstitutionFacts

    @property
    def address(self) -> str:
        return f"/institutions/{self.institution.id}"


def own_only(visit: Visit) -> UUID | None:
    """The one institution that a focal coordinator sees who is nothing else; None: all."""
    if permits(visit.roles - {Role.FOCAL}, Action.SEE_INSTITUTIONS):
        return None
    return visit.viewer.coordinates_id


def institution_where(action: Action) -> Callable[..., Any]:
    """The institution named in the path, for people who may do ``action`` to it.

    A focal coordinator learns nothing of another institution, not even that it is there.
    """

    @guard
    async def check(request: Request, institution: UUID) -> Step[InstitutionVisit]:
        def take(stack: Any) -> InstitutionVisit:
            visit = arrived(request, open_session(request, stack))
            _ = visit.viewer  # who is not signed in is asked to
            return _decided(visit, institution, action)

        return Step(take)

    return check


def _decided(visit: Visit, institution_id: UUID, action: Action) -> InstitutionVisit:
    if not visit.may(Action.SEE_INSTITUTIONS):
        raise NotAllowed(_("This page is for other people's work."))
    seen = institution_pages.institution(visit.session, institution_id)
    if seen is None or own_only(visit) not in {None, seen.id}:
        raise NotFound(_("There is nothing at this address."))
    if not visit.may(action):
        raise NotAllowed(_("You may not do that with this institution."))
    return InstitutionVisit(visit.session, visit.maybe_viewer, visit.roles, seen)


@dataclass(frozen=True)
class Found:
    """The institutions that were asked for, in order, and how many are in each part of the list."""

    lines: list[InstitutionSeen]
    participants: dict[UUID, int]
    sort: str
    numbers: dict[State | None, int]
    countries: list[tuple[str, str]]


def find(visit: Visit, form: Form[Filters]) -> Found:
    filters = form.data or Filters()
    only = own_only(visit)
    known = institutions(visit.session, only=only, merged=True)
    participants = participants_by_institution(visit.session, only=only)
    fitting = [
        one
        for one in about(filters.q, known)
        if filters.country in {"", one.country} and filters.kind in {None, one.kind}
    ]
    parts = {state: [one for one in fitting if _is_in(one, state)] for state in (None, *State)}
    order, descending = _order(filters.sort)
    return Found(
        _in_order(parts[filters.state], participants, order, descending=descending),
        participants,
        f"-{order}" if descending else order.value,
        {state: len(lines) for state, lines in parts.items()},
        by_alphabet({one.country for one in known}),
    )


def _is_in(one: InstitutionSeen, state: State | None) -> bool:
    if state is State.MERGED or one.merged_into_id:
        return state is State.MERGED and one.merged_into_id is not None
    return {
        None: True,
        State.REVIEW: one.needs_review,
        State.EXAMPLE: one.is_example,
    }.get(state, False)


def _order(asked: str) -> tuple[Order, bool]:
    key = asked.removeprefix("-")
    known = key in set(Order)
    return Order(key) if known else Order.ACRONYM, known and asked.startswith("-")


def _in_order(
    lines: list[InstitutionSeen],
    participants: dict[UUID, int],
    order: Order,
    *,
    descending: bool,
) -> list[InstitutionSeen]:
    """``lines`` come by acronym and country; what is alike stays so, also when turned around."""
    keys: dict[Order, Callable[[InstitutionSeen], Any]] = {
        Order.ACRONYM: lambda one: sort_key(one.label),
        Order.NAME: lambda one: sort_key(one.name),
        Order.KIND: lambda one: sort_key(label(one.kind)),
        Order.COUNTRY: lambda one: sort_key(country_name(one.country)),
        Order.PARTICIPANTS: lambda one: participants.get(one.id, 0),
    }
    return sorted(lines, key=keys[order], reverse=descending)


def by_alphabet(countries: set[str]) -> list[tuple[str, str]]:
    """Countries by their names, in the order of the reader's language."""
    named = [(code, country_name(code)) for code in countries]
    return sorted(named, key=lambda pair: sort_key(pair[1]))


def columns() -> list[Column]:
    """The columns of the file; an import knows them again, in every language and by their keys."""
    return [
        Column("acronym", _("Acronym")),
        Column("name", _("Name"), 50),
        Column("kind", _("Kind"), 24),
        Column("country", _("Country"), 20),
        Column("aliases", _("Other names"), 50),
        Column("needs_review", _("To check")),
        Column("is_example", _("Example")),
        Column("participants", _("Participants")),
    ]


def cells(found: Found) -> Iterator[list[Cell]]:
    said = {True: _("yes"), False: _("no")}
    for one in found.lines:
        yield [
            one.acronym,
            one.name,
            label(one.kind),
            country_name(one.country),
            f" {BETWEEN_NAMES} ".join(one.aliases),
            said[one.needs_review],
            said[one.is_example],
            found.participants.get(one.id, 0),
        ]
