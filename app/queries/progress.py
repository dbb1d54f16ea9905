"""How far one person is in an edition: activities, the team's capstone, the certificate."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlmodel import Session, col

from app.core.questions import Question
from app.models import (
    Capstone,
    CapstoneStatus,
    Certificate,
    CertificateStatus,
    Enrolment,
    Progress,
    ProgressState,
    TeamMember,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person has done in an edition so far."""

    activities: dict[UUID, ProgressState] = field(default_factory=dict)
    capstone_id: UUID | None = None
    capstone: CapstoneStatus | None = None
    certificate: str | None = None  # its code
    team_id: UUID | None = None
    told: str = ""  # the steps as the database tells them

    @property
    def results(self) -> dict[UUID, float]:
        """The percent that counts in each activity that was judged: few pages ask."""
        judged = (step.split(":") for step in self.told.split() if step.count(":") > 1)
        return {UUID(activity): float(percent) for activity, _state, percent in judged}


def steps_of(enrolment_id: Any) -> ColumnElement[str]:
    """What was done, in one text: with each activity in a row, fetching takes longer than all."""
    space: Any = literal_column("' '")  # a literal, which the types of SQLAlchemy do not foresee
    step = cast(col(Progress.activity_id), String) + ":" + cast(col(Progress.state), String)
    result = func.coalesce(":" + cast(col(Progress.percent), String), "")
    return (
        select(func.aggregate_strings(step + result, space))
        .where(col(Progress.enrolment_id) == enrolment_id)
        .scalar_subquery()
    )


#: Beside the steps: all that is personal on the page of an edition.
BESIDE_STEPS: tuple[Any, ...] = (
    col(Capstone.id),
    col(Capstone.status),
    col(Certificate.code),
    col(TeamMember.team_id),
)


def with_what_came_of(enrolments: Select[tuple[Any, ...]]) -> Select[tuple[Any, ...]]:
    """Join the team's capstone and the certificate, where there are any, to each enrolment."""
    issued = and_(
        col(Certificate.enrolment_id) == col(Enrolment.id),
        col(Certificate.status) == CertificateStatus.ISSUED,
    )
    return (
        enrolments.join(TeamMember, col(TeamMember.enrolment_id) == col(Enrolment.id), isouter=True)
        .join(Capstone, col(Capstone.team_id) == col(TeamMember.team_id), isouter=True)
        .join(Certificate, issued, isouter=True)
    )


def _everything_personal() -> Select[tuple[Any, ...]]:
    enrolment_id = bindparam("enrolment_id", type_=Uuid)
    columns = select(steps_of(enrolment_id), *BESIDE_STEPS).select_from(Enrolment)
    return with_what_came_of(columns).where(col(Enrolment.id) == enrolment_id)


_STANDING = Question(_everything_personal())


@lru_cache(maxsize=65536)
def _step(text: str) -> tuple[UUID, ProgressState]:
    """Many people have done the same activities: each is understood once."""
    activity, state, *_result = text.split(":")
    return UUID(activity), ProgressState(state)


def standing(session: Session, enrolment_id: UUID) -> Standing:
    """Everything personal on the edition's page, in one statement."""
    row = _STANDING.row(session, enrolment_id=enrolment_id)
    return understood(*row) if row else Standing()


def standings(session: Session, enrolment_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """The same for several enrolments, in one statement too."""
    columns = select(col(Enrolment.id), steps_of(col(Enrolment.id)), *BESIDE_STEPS)
    asked = with_what_came_of(columns.select_from(Enrolment)).where(
        col(Enrolment.id).in_(enrolment_ids)
    )
    return {id_: understood(*row) for id_, *row in session.execute(asked)}


def understood(
    steps: str | None,
    capstone_id: UUID | None,
    capstone: CapstoneStatus | None,
    certificate: str | None,
    team_id: UUID | None,
) -> Standing:
    """The columns of `steps_of` and `BESIDE_STEPS` as they come from the database."""
    told = steps or ""
    activities = dict(map(_step, told.split()))
    return Standing(activities, capstone_id, capstone, certificate, team_id, told)
