"""Mending what was taken down on admission: seen by all who may, counted at once, never silent."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import is_country
from app.models import (
    PARTICIPANTS,
    Account,
    Corrected,
    Enrolment,
    EnrolmentCorrection,
    EnrolmentStatus,
    Institution,
)
from app.queries.enrolments import enrolment_of
from app.services.audit import record
from app.services.enrolment_counts import count
from app.services.waiting_lists import lock, offer_seats

#: Whose facts were taken down: who took part, and who left after that.
TAKEN_DOWN = frozenset({*PARTICIPANTS, EnrolmentStatus.WITHDRAWN})


class Change(NamedTuple):
    """A fact as it was and as it is."""

    what: Corrected
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What is right, and why it is mended."""

    country: str
    institution_id: UUID | None
    why: str


def correct(
    session: Session,
    edition_id: UUID,
    enrolment_id: UUID,
    mended: Mended,
    *,
    by: UUID,
    now: datetime,
) -> list[Corrected]:
    """Mend somebody's country or institution as on admission; says what was changed."""
    edition = lock(session, edition_id)
    enrolment = _their(session, edition_id, enrolment_id)
    country, institution_id = mended.country, mended.institution_id
    if not is_country(country):
        raise RuleBroken(_("Choose one of the options."))
    if institution_id and session.get(Institution, institution_id) is None:
        raise RuleBroken(_("Choose one of the options."))
    if not mended.why.strip():
        raise RuleBroken(_("Say why, so that others understand the figures."))
    changes: list[Change] = []
    if country != enrolment.country:
        changes.append(Change(Corrected.COUNTRY, enrolment.country, country))
    if institution_id != enrolment.institution_id:
        names = (_named(session, enrolment.institution_id), _named(session, institution_id))
        changes.append(Change(Corrected.INSTITUTION, *names))
    if not changes:
        return []
    _count_as(session, enrolment, country=country, institution_id=institution_id)
    for change in changes:
        _keep(session, enrolment, change, mended.why, by=by, now=now)
        record(
            session,
            by,
            "correct enrolment",
            "enrolment",
            enrolment.id,
            edition=str(edition_id),
            **change._asdict(),
        )
    offer_seats(session, edition, now=now)  # a kept seat may count for others now
    return [change.what for change in changes]


def correct_own_gender(
    session: Session, account_id: UUID, edition_id: UUID, *, now: datetime
) -> bool:
    """Have a person's present answer on gender count in an edition that they took; theirs alone.

    That it was mended is kept, what it was and is is not: nobody reads there how it changed.
    """
    lock(session, edition_id)
    found = enrolment_of(session, account_id, edition_id)
    if found is None:
        raise NotFound(_("You are not in this edition."))
    enrolment = _their(session, edition_id, found.id)
    account = session.get_one(Account, account_id, populate_existing=True)
    if account.gender is enrolment.gender:
        return False
    count(session, enrolment, by=-1)
    enrolment.gender = account.gender
    enrolment.version += 1
    session.add(enrolment)
    session.flush()
    count(session, enrolment, by=1)
    _keep(session, enrolment, Change(Corrected.GENDER, "", ""), "", by=account_id, now=now)
    return True


def _their(session: Session, edition_id: UUID, enrolment_id: UUID) -> Enrolment:
    enrolment = session.exec(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id, Enrolment.edition_id == edition_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if enrolment is None:
        raise NotFound(_("This person is not in this edition."))
    if enrolment.status not in TAKEN_DOWN or enrolment.admitted_at is None:
        raise RuleBroken(_("Nothing is taken down yet: that happens when somebody gets a place."))
    return enrolment


def _count_as(
    session: Session, enrolment: Enrolment, *, country: str, institution_id: UUID | None
) -> None:
    count(session, enrolment, by=-1)
    enrolment.country, enrolment.institution_id = country, institution_id
    enrolment.version += 1
    session.add(enrolment)
    session.flush()
    count(session, enrolment, by=1)


def _named(session: Session, institution_id: UUID | None) -> str:
    """As in `SENA (CO)`: what the row keeps must be read when the institution is gone."""
    if institution_id is None:
        return ""
    of = Institution
    acronym, country = session.exec(
        select(of.acronym, of.country).where(col(of.id) == institution_id)
    ).one()
    return f"{acronym} ({country})"


def _keep(
    session: Session,
    enrolment: Enrolment,
    change: Change,
    why: str,
    *,
    by: UUID,
    now: datetime,
) -> None:
    session.add(
        EnrolmentCorrection(
            enrolment_id=enrolment.id,
            what=change.what,
            before=change.before,
            after=change.after,
            why=why.strip()[:500],
            by_id=by,
            created_at=now,
        )
    )
    session.flush()
