"""Reading what people propose: institutions that are not in the list, and other names."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, select
from sqlmodel import Session, col

from app.core.collation import sort_key
from app.core.i18n import country_name
from app.models import (
    Account,
    Institution,
    InstitutionProposal,
    ProposalKind,
    ProposalState,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a person proposed as theirs; nobody has decided yet."""

    name: str
    acronym: str


@dataclass(frozen=True, slots=True)
class ProposalSeen:
    """One proposal of the queue. Of several who propose the same, the first speaks for all."""

    id: UUID
    kind: ProposalKind
    at: datetime
    country: str
    name: str
    acronym: str
    key: str
    as_alias: bool
    institution_id: UUID | None
    institution_acronym: str | None
    institution_name: str | None
    people: int = 1

    @property
    def country_words(self) -> str:
        return country_name(self.country)


_of = InstitutionProposal
#: What somebody proposed who has not confirmed their address is nobody's yet.
_IS_WAITING = and_(
    col(_of.state) == ProposalState.WAITING,
    exists()
    .where(col(Account.id) == col(_of.account_id), col(Account.email_confirmed_at).is_not(None))
    .correlate(_of),
)


def waiting_of(session: Session, account_id: UUID) -> Waiting | None:
    row = session.execute(
        select(col(_of.name), col(_of.acronym)).where(
            col(_of.account_id) == account_id, col(_of.kind) == ProposalKind.NEW, _IS_WAITING
        )
    ).one_or_none()
    return Waiting(*row) if row else None


def how_many_wait(session: Session) -> int:
    """How many decisions the queue asks for: one for all who propose the same."""
    alike = (
        select(col(_of.kind))
        .where(_IS_WAITING)
        .group_by(
            col(_of.kind),
            col(_of.country),
            col(_of.key),
            col(_of.institution_id),
            col(_of.as_alias),
        )
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(alike)).scalar_one())


def queue(session: Session) -> list[ProposalSeen]:
    """What waits, by country and name; the number of ``people`` tells how many propose the same."""
    first: dict[tuple[object, ...], ProposalSeen] = {}
    people: dict[tuple[object, ...], int] = {}
    for row in session.execute(_proposals().where(_IS_WAITING).order_by(col(_of.id))):
        seen = ProposalSeen(*row)
        alike = (seen.kind, seen.country, seen.key, seen.institution_id, seen.as_alias)
        first.setdefault(alike, seen)
        people[alike] = people.get(alike, 0) + 1
    found = [replace(seen, people=people[alike]) for alike, seen in first.items()]
    return sorted(found, key=lambda one: (sort_key(one.country_words), sort_key(one.name)))


def proposal(session: Session, proposal_id: UUID) -> ProposalSeen | None:
    """One that waits; None if it was decided or there is none."""
    row = session.execute(_proposals().where(col(_of.id) == proposal_id, _IS_WAITING)).one_or_none()
    return ProposalSeen(*row) if row else None


def proposers(session: Session, seen: ProposalSeen) -> list[tuple[str, datetime]]:
    """Who proposes the same, by name, and since when; the first first."""
    rows = session.execute(
        select(col(Account.name), col(_of.created_at))
        .join(Account, col(Account.id) == col(_of.account_id))
        .where(
            col(_of.kind) == seen.kind,
            col(_of.country) == seen.country,
            col(_of.key) == seen.key,
            col(_of.as_alias) == seen.as_alias,
            col(_of.institution_id) == seen.institution_id
            if seen.institution_id
            else col(_of.institution_id).is_(None),
            _IS_WAITING,
        )
        .order_by(col(_of.id))
    )
    return [(name, at) for name, at in rows]


def changes_waiting(session: Session, institution_id: UUID) -> list[ProposalSeen]:
    """What focal points of an institution ask for."""
    rows = session.execute(
        _proposals()
        .where(
            col(_of.institution_id) == institution_id,
            col(_of.kind) == ProposalKind.CHANGE,
            _IS_WAITING,
        )
        .order_by(col(_of.id))
    )
    return [ProposalSeen(*row) for row in rows]


def _proposals() -> Any:
    return select(
        col(_of.id),
        col(_of.kind),
        col(_of.created_at),
        col(_of.country),
        col(_of.name),
        col(_of.acronym),
        col(_of.key),
        col(_of.as_alias),
        col(_of.institution_id),
        col(Institution.acronym),
        col(Institution.name),
    ).join(Institution, col(Institution.id) == col(_of.institution_id), isouter=True)
