"""Reading the people of an edition as its staff see them: a list to filter, and its numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlmodel import Session, col

from app.core.collation import sort_key
from app.core.folding import Folded
from app.core.i18n import country_name
from app.core.text import folded
from app.models import (
    PARTICIPANTS,
    Account,
    Activity,
    Enrolment,
    EnrolmentCount,
    EnrolmentNote,
    EnrolmentStatus,
    Gender,
    Institution,
    Progress,
    ProgressState,
    Support,
)
from app.queries.activities import is_shown
from app.queries.figures import PART_OF, InstitutionNamed, Part

AT_ONCE = 1000


class State(StrEnum):
    """What staff ask for: people to decide about, people who take part, people who don't."""

    TO_DECIDE = "to-decide"
    WAITING = "waiting"
    TAKING_PART = "taking-part"
    COMPLETED = "completed"
    LEFT = "left"

    @property
    def statuses(self) -> tuple[EnrolmentStatus, ...]:
        return {
            State.TO_DECIDE: (EnrolmentStatus.APPLIED,),
            State.WAITING: (EnrolmentStatus.WAITLISTED,),
            State.TAKING_PART: (EnrolmentStatus.ACTIVE,),
            State.COMPLETED: (EnrolmentStatus.COMPLETED,),
            State.LEFT: (EnrolmentStatus.WITHDRAWN, EnrolmentStatus.REJECTED),
        }[self]


class Order(StrEnum):
    NAME = "name"
    INSTITUTION = "institution"
    COUNTRY = "country"
    GENDER = "gender"
    STATUS = "status"
    SUPPORT = "support"
    DONE = "done"
    SINCE = "since"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose lines are wanted. What is None or empty does not matter."""

    edition_id: UUID
    only_institution: UUID | None  # whose people alone the reader may see
    words: str = ""
    country: str | None = None
    institution_id: UUID | None = None
    part: Part | None = None
    status: EnrolmentStatus | None = None
    state: State | None = None
    supported: bool | None = None
    sees_addresses: bool = False  # whoever sees them looks among them as well


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of an edition; gender, country and institution as on admission."""

    id: UUID  # the enrolment
    name: str
    email: str
    institution: str | None
    institution_name: str | None
    institution_country: str | None
    country: str
    gender: Gender
    status: EnrolmentStatus
    since: datetime  # when they were admitted, or else when they applied
    done: int
    supports: int
    notes: int  # of all that staff wrote
    shared_notes: int  # of those for the focal point as well

    @property
    def part(self) -> Part:
        return PART_OF[self.gender]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people there are, by status and gender."""

    numbers: dict[tuple[EnrolmentStatus, Gender], int]

    def total(self, state: State | None = None) -> int:
        return sum(n for _status, _gender, n in self._of(_statuses(state)))

    def parts(self, state: State | None = None) -> dict[Part, int]:
        """The four parts, which add up to the total."""
        return self._parts(_statuses(state))

    def parts_taking_part(self) -> dict[Part, int]:
        return self._parts(PARTICIPANTS)

    def _parts(self, statuses: Sequence[EnrolmentStatus]) -> dict[Part, int]:
        found = dict.fromkeys(Part, 0)
        for _status, gender, n in self._of(statuses):
            found[PART_OF[gender]] += n
        return found

    def _of(
        self, statuses: Sequence[EnrolmentStatus]
    ) -> Iterator[tuple[EnrolmentStatus, Gender, int]]:
        for (status, gender), n in self.numbers.items():
            if status in statuses:
                yield status, gender, n


def _statuses(state: State | None) -> tuple[EnrolmentStatus, ...]:
    return state.statuses if state else tuple(EnrolmentStatus)


def tally(session: Session, wanted: Wanted) -> Tally:
    """The numbers of all states at once: from the summary, unless a name is looked for."""
    wanted = replace(wanted, state=None)
    if wanted.words.strip() or wanted.supported is not None:
        of: Any = Enrolment
        query = select(col(of.status), col(of.gender), func.count()).join(
            Account, col(Account.id) == col(of.account_id)
        )
    else:
        of = EnrolmentCount
        query = select(col(of.status), col(of.gender), func.sum(col(of.n))).where(col(of.n) > 0)
    rows = session.execute(
        query.where(*_conditions(of, wanted)).group_by(col(of.status), col(of.gender))
    )
    return Tally({(status, gender): int(n) for status, gender, n in rows})


def _conditions(of: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    institution = col(of.institution_id if of is Enrolment else of.institution_key)
    genders = [gender for gender, part in PART_OF.items() if part is wanted.part]
    chosen: list[tuple[object, ColumnElement[bool]]] = [
        (wanted.edition_id, col(of.edition_id) == wanted.edition_id),
        (wanted.only_institution, institution == wanted.only_institution),
        (wanted.country, col(of.country) == wanted.country),
        (wanted.institution_id, institution == wanted.institution_id),
        (wanted.part, col(of.gender).in_(genders)),
        (wanted.status, col(of.status) == wanted.status),
        (wanted.state, col(of.status).in_(_statuses(wanted.state))),
        *((word, _is_about(word, wanted)) for word in folded(wanted.words).split()),
    ]
    if wanted.supported is not None:
        chosen.append((wanted.supported, _is_supported() == wanted.supported))
    return [condition for given, condition in chosen if given is not None]


def _is_about(word: str, wanted: Wanted) -> ColumnElement[bool]:
    by_name = Folded(col(Account.name)).contains(word, autoescape=True)
    if not wanted.sees_addresses:
        return by_name
    return or_(by_name, col(Account.email).contains(word, autoescape=True))


def _is_supported() -> Any:
    return exists().where(col(Support.enrolment_id) == col(Enrolment.id)).correlate(Enrolment)


def lines(
    session: Session,
    wanted: Wanted,
    *,
    order: Order,
    descending: bool,
    countries: Sequence[str],
    page: int,
    size: int,
) -> list[PersonLine]:
    """One page of the people; ``countries`` in the order of their names where one reads."""
    query = _lines(wanted, order, descending=descending, countries=countries)
    rows = session.execute(query.offset((page - 1) * size).limit(size))
    return [PersonLine(*row) for row in rows]


def all_lines(
    session: Session, wanted: Wanted, *, order: Order, descending: bool, countries: Sequence[str]
) -> Iterator[PersonLine]:
    """Everybody: first who, in their order, then a thousand at a time, so that few are held."""
    whole = _lines(wanted, order, descending=descending, countries=countries)
    ids = session.execute(whole.with_only_columns(col(Enrolment.id))).scalars().all()
    for start in range(0, len(ids), AT_ONCE):
        piece = ids[start : start + AT_ONCE]
        rows = session.execute(whole.where(col(Enrolment.id).in_(piece)).order_by(None))
        found = {row[0]: PersonLine(*row) for row in rows}
        yield from (found[id_] for id_ in piece if id_ in found)


def _lines(wanted: Wanted, order: Order, *, descending: bool, countries: Sequence[str]) -> Any:
    since = func.coalesce(col(Enrolment.admitted_at), col(Enrolment.created_at))
    ranks = {country: rank for rank, country in enumerate(countries)} or {"": 0}
    keys: dict[Order, Any] = {
        Order.NAME: Folded(col(Account.name)),
        Order.INSTITUTION: Folded(col(Institution.acronym)),
        Order.COUNTRY: case(ranks, value=col(Enrolment.country), else_=len(ranks)),
        Order.GENDER: case(
            {gender.value: list(Part).index(part) for gender, part in PART_OF.items()},
            value=col(Enrolment.gender),
        ),
        Order.STATUS: col(Enrolment.status),
        Order.SUPPORT: -_number_of(Support),  # who is supported comes first
        Order.DONE: _done(),
        Order.SINCE: since,
    }
    key = keys[order].desc() if descending else keys[order].asc()
    return (
        select(
            col(Enrolment.id),
            col(Account.name),
            col(Account.email),
            col(Institution.acronym),
            col(Institution.name),
            col(Institution.country),
            col(Enrolment.country),
            col(Enrolment.gender),
            col(Enrolment.status),
            since,
            _done(),
            _number_of(Support),
            _number_of(EnrolmentNote),
            _number_of(EnrolmentNote, col(EnrolmentNote.shared).is_(True)),
        )
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
        .where(*_conditions(Enrolment, wanted))
        .order_by(key.nulls_last(), Folded(col(Account.name)), col(Enrolment.id))
    )


def _done() -> Any:
    return (
        select(func.count())
        .select_from(Progress)
        .join(Activity, col(Activity.id) == col(Progress.activity_id))
        .where(
            col(Progress.enrolment_id) == col(Enrolment.id),
            col(Progress.state) == ProgressState.DONE,
            is_shown(),
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )


def _number_of(model: Any, *conditions: ColumnElement[bool]) -> Any:
    """How many rows of ``model`` belong to the enrolment of the line."""
    return (
        select(func.count())
        .select_from(model)
        .where(col(model.enrolment_id) == col(Enrolment.id), *conditions)
        .correlate(Enrolment)
        .scalar_subquery()
    )


def ids_of(session: Session, wanted: Wanted, *, most: int) -> list[UUID]:
    """The enrolments of everybody who is like ``wanted``, ``most`` of them."""
    return list(
        session.execute(
            select(col(Enrolment.id))
            .join(Account, col(Account.id) == col(Enrolment.account_id))
            .where(*_conditions(Enrolment, wanted))
            .order_by(col(Enrolment.id))
            .limit(most)
        ).scalars()
    )


@dataclass(frozen=True, slots=True)
class Origins:
    """The countries and institutions that somebody of the edition comes from."""

    countries: list[str]
    institutions: list[InstitutionNamed]


def origins(session: Session, edition_id: UUID, only_institution: UUID | None) -> Origins:
    of = EnrolmentCount
    rows = session.execute(
        select(
            col(of.country),
            col(Institution.id),
            col(Institution.acronym),
            col(Institution.name),
            col(Institution.country),
        )
        .distinct()
        .join(Institution, col(Institution.id) == col(of.institution_key), isouter=True)
        .where(
            *_conditions(of, Wanted(edition_id, only_institution)),
            col(of.n) > 0,
        )
    ).all()
    institutions = {row[1]: InstitutionNamed(*row[1:]) for row in rows if row[1]}
    return Origins(
        countries=sorted({row[0] for row in rows}),
        institutions=sorted(
            institutions.values(),
            key=lambda i: (sort_key(i.acronym), sort_key(country_name(i.country))),
        ),
    )
