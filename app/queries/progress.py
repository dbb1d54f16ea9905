"""How far one person is in an edition: activities, the team's capstone, the certificate."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, String, Uuid, bindparam, cast, literal, select, union_all
from sqlmodel import Session, col

from app.models import (
    Capstone,
    CapstoneStatus,
    Certificate,
    CertificateStatus,
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

    def done(self) -> int:
        return sum(state is ProgressState.DONE for state in self.activities.values())


def _everything_personal() -> CompoundSelect[Any]:
    enrolment_id = bindparam("enrolment_id", type_=Uuid)
    activities = select(
        literal("activity"), col(Progress.activity_id), cast(col(Progress.state), String)
    ).where(col(Progress.enrolment_id) == enrolment_id)
    capstone = (
        select(literal("capstone"), col(Capstone.id), cast(col(Capstone.status), String))
        .join(TeamMember, col(TeamMember.team_id) == col(Capstone.team_id))
        .where(col(TeamMember.enrolment_id) == enrolment_id)
    )
    certificate = select(
        literal("certificate"), col(Certificate.id), cast(col(Certificate.code), String)
    ).where(
        col(Certificate.enrolment_id) == enrolment_id,
        col(Certificate.status) == CertificateStatus.ISSUED,
    )
    return union_all(activities, capstone, certificate)


_STANDING_QUERY = _everything_personal()


def standing(session: Session, enrolment_id: UUID) -> Standing:
    """Everything personal on the edition's page, in one statement."""
    found: dict[UUID, ProgressState] = {}
    capstone_id, status, code = None, None, None
    rows = session.connection().execute(_STANDING_QUERY, {"enrolment_id": enrolment_id})
    for kind, row, value in rows:
        if kind == "activity":
            found[row] = ProgressState(value)
        elif kind == "capstone":
            capstone_id, status = row, CapstoneStatus(value)
        else:
            code = value
    return Standing(found, capstone_id, status, code)
