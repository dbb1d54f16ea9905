"""The results of an edition's people: what is out, by person and activity, for whom it may be."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlmodel import Session, col

from app.core.db import Texts
from app.core.folding import Folded
from app.models import (
    PARTICIPANTS,
    Account,
    Activity,
    ActivityKind,
    Enrolment,
    EnrolmentStatus,
    Institution,
    Module,
    Progress,
    ResultOverride,
    Team,
    TeamMember,
)
from app.queries.activities import is_for, is_shown
from app.queries.capstones import is_own_team, tutor_in_charge
from app.queries.completion import Facts, facts, is_out, withheld

#: What is judged, and so has a result.
JUDGED = (ActivityKind.QUIZ,)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose results somebody may see: everybody's, or those of an institution or of own teams."""

    everybody: bool = False
    institution_id: UUID | None = None
    tutor_id: UUID | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        if self.everybody:
            return true()
        seen: list[ColumnElement[bool]] = [false()]
        if self.institution_id is not None:
            seen.append(col(Enrolment.institution_id) == self.institution_id)
        if self.tutor_id is not None:
            others = (
                select(col(TeamMember.id))
                .join(Team, col(Team.id) == col(TeamMember.team_id))
                .where(
                    col(TeamMember.enrolment_id) == col(Enrolment.id), ~is_own_team(self.tutor_id)
                )
                .correlate(Enrolment)
            )
            seen.append(~others.exists())
        return or_(*seen)


@dataclass(frozen=True, slots=True)
class JudgedActivity:
    """An activity that has results: a column of the table."""

    id: UUID
    title: Texts
    weight: float


@dataclass(frozen=True, slots=True)
class Result:
    """What counts of one activity; with a reason it was given in place of ``original``."""

    percent: float
    original: float | None = None
    reason: str = ""

    @property
    def is_given(self) -> bool:
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class PersonResults:
    """A person of an edition with all that is out of their results."""

    id: UUID  # the enrolment
    name: str
    institution: str | None
    country: str
    status: EnrolmentStatus
    facts: Facts = field(default_factory=Facts)
    results: dict[UUID, Result] = field(default_factory=dict)

    @property
    def has_completed(self) -> bool:
        return self.status is EnrolmentStatus.COMPLETED


def judged_activities(session: Session, edition_id: UUID) -> list[JudgedActivity]:
    rows = session.execute(
        select(col(Activity.id), col(Activity.title), col(Activity.weight))
        .join(Module, col(Module.id) == col(Activity.module_id))
        .where(col(Activity.edition_id) == edition_id, col(Activity.kind).in_(JUDGED), is_shown())
        .order_by(col(Module.position), col(Activity.position))
    )
    return [JudgedActivity(*row) for row in rows]


def how_many(session: Session, edition_id: UUID, whose: Whose) -> int:
    counted = select(func.count()).select_from(Enrolment).where(*_taking_part(edition_id, whose))
    return int(session.execute(counted).scalar_one())


def _taking_part(edition_id: UUID, whose: Whose) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Enrolment.edition_id) == edition_id,
        col(Enrolment.status).in_(PARTICIPANTS),
        whose.condition,
    )


def people_results(
    session: Session, edition_id: UUID, whose: Whose, *, page: int, size: int, now: datetime
) -> list[PersonResults]:
    """One page of the table by name: in four statements, however many people and activities."""
    query = (
        select(*_PERSON)
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
        .where(*_taking_part(edition_id, whose))
        .order_by(Folded(col(Account.name)), col(Enrolment.id))
        .offset((page - 1) * size)
        .limit(size)
    )
    return _with_results(session, edition_id, session.execute(query).all(), now)


_PERSON: tuple[Any, ...] = (
    col(Enrolment.id),
    col(Account.name),
    col(Institution.acronym),
    col(Enrolment.country),
    col(Enrolment.status),
)


def person_results(
    session: Session, edition_id: UUID, enrolment_id: UUID, *, now: datetime
) -> PersonResults | None:
    query = (
        select(*_PERSON)
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .join(Institution, col(Institution.id) == col(Enrolment.institution_id), isouter=True)
        .where(*_taking_part(edition_id, Whose(everybody=True)), col(Enrolment.id) == enrolment_id)
    )
    found = _with_results(session, edition_id, session.execute(query).all(), now)
    return found[0] if found else None


def _with_results(
    session: Session, edition_id: UUID, rows: Iterable[Any], now: datetime
) -> list[PersonResults]:
    people = [tuple(row) for row in rows]
    ids = [row[0] for row in people]
    kept_back = withheld(session, edition_id, now=now)
    done = facts(session, edition_id, ids, now=now, kept_back=kept_back)
    results = results_out(session, edition_id, ids, kept_back)
    return [
        PersonResults(*row, done.get(row[0], Facts()), results.get(row[0], {}))
        for row in map(_as_person, people)
    ]


def _as_person(row: tuple[Any, ...]) -> tuple[UUID, str, str | None, str, EnrolmentStatus]:
    id_, name, institution, country, status = row
    return id_, name, institution, country, status


def results_out(
    session: Session, edition_id: UUID, enrolment_ids: Collection[UUID], kept_back: Collection[UUID]
) -> dict[UUID, dict[UUID, Result]]:
    """What is out of the results of these people, by person and activity."""
    rows = session.execute(
        select(
            col(Progress.enrolment_id),
            col(Progress.activity_id),
            col(Progress.percent),
            col(ResultOverride.original),
            col(ResultOverride.reason),
        )
        .join(Activity, col(Activity.id) == col(Progress.activity_id))
        .join(
            ResultOverride,
            and_(
                col(ResultOverride.enrolment_id) == col(Progress.enrolment_id),
                col(ResultOverride.activity_id) == col(Progress.activity_id),
            ),
            isouter=True,
        )
        .where(
            col(Activity.edition_id) == edition_id,
            col(Activity.kind).in_(JUDGED),
            col(Progress.enrolment_id).in_(enrolment_ids),
            col(Progress.percent).is_not(None),
            is_shown(),
            is_for(col(Progress.enrolment_id)),
            is_out(kept_back),
        )
    )
    found: dict[UUID, dict[UUID, Result]] = {}
    for enrolment_id, activity_id, percent, original, reason in rows:
        found.setdefault(enrolment_id, {})[activity_id] = Result(percent, original, reason or "")
    return found


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a person of an edition belongs, as far as the policy looks at it."""

    institution_id: UUID | None
    tutor_id: UUID | None  # of their team; None: all tutors of the edition


def placed(session: Session, edition_id: UUID, enrolment_id: UUID) -> Placed | None:
    row = session.execute(
        select(col(Enrolment.institution_id), tutor_in_charge())
        .join(TeamMember, col(TeamMember.enrolment_id) == col(Enrolment.id), isouter=True)
        .join(Team, col(Team.id) == col(TeamMember.team_id), isouter=True)
        .where(*_taking_part(edition_id, Whose(everybody=True)), col(Enrolment.id) == enrolment_id)
    ).first()
    return Placed(*row) if row else None
