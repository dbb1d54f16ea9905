"""The rules of changing an edition's terms: its dates, who comes in, what the certificate asks."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Edition, Enrolment, EnrolmentCount, EnrolmentPolicy
from app.queries.editions import EditionTerms
from app.services.audit import record
from app.services.enrolments import key_hash
from app.services.progress import complete_all_done
from app.services.seats import refuse_fewer_than_kept
from app.services.waiting_lists import offer_seats

#: Terms on which it depends who completes the edition.
WHAT_IS_ASKED = frozenset(
    {
        "required_share",
        "required_count",
        "minimum_result",
        "minimum_attendance",
        "requires_capstone",
    }
)
#: Terms on which it depends whether a seat can be offered.
SEATS = frozenset({"capacity", "offers_until", "reserve_until", "ends_on"})
#: What the audit log does not keep.
SECRET = frozenset({"key_hash"})


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of terms did."""

    names: frozenset[str]
    moved: int = 0  # enrolments that now belong to another reporting year
    completed: int = 0  # who had done all that is asked for now


def change_terms(
    session: Session,
    edition_id: UUID,
    terms: EditionTerms,
    *,
    by: UUID,
    now: datetime,
    key: str = "",
) -> Changed:
    """Give an edition new terms. What follows for its people is in the same transaction.

    They are counted in its reporting year; who has done all that is asked for now completes it;
    and seats that there are now are offered to those who wait. ``key``: a new one for coming in.
    """
    edition = session.exec(
        select(Edition).where(Edition.id == edition_id).with_for_update(key_share=True)
    ).one()
    _refuse_senseless(edition, terms, key)
    refuse_fewer_than_kept(session, edition, terms.capacity)
    wanted = asdict(terms) | ({"key_hash": key_hash(key)} if key.strip() else {})
    before = {name: getattr(edition, name) for name in wanted}
    names = frozenset(name for name in wanted if wanted[name] != before[name])
    if not names:
        return Changed(names)

    for name in names:
        setattr(edition, name, wanted[name])
    edition.version += 1
    session.add(edition)
    session.flush()
    if names & SEATS:
        offer_seats(session, edition, now=now)
    moved = _move_to_year(session, edition) if "reporting_year" in names else 0
    completed = complete_all_done(session, edition.id, now=now) if names & WHAT_IS_ASKED else 0
    record(
        session,
        by,
        "change edition",
        "edition",
        edition.id,
        before={name: _kept(before[name]) for name in sorted(names - SECRET)},
        after={name: _kept(wanted[name]) for name in sorted(names - SECRET)},
    )
    return Changed(names, moved, completed)


def _refuse_senseless(edition: Edition, terms: EditionTerms, key: str) -> None:
    if terms.starts_on and terms.ends_on and terms.ends_on < terms.starts_on:
        raise RuleBroken(_("The last day comes before the first day."))
    if terms.requires_capstone and edition.capstone is None:
        raise RuleBroken(_("This edition has no team work that a certificate could ask for."))
    if terms.policy is EnrolmentPolicy.KEY and not (key.strip() or edition.key_hash):
        raise RuleBroken(needs_a_key())


def needs_a_key() -> str:
    return _("Write the key that people need to come in.")


def _move_to_year(session: Session, edition: Edition) -> int:
    """Have the edition's people counted in its year; enrolments before counts, as all do."""
    year = {"reporting_year": edition.reporting_year}
    people = session.execute(
        update(Enrolment).where(col(Enrolment.edition_id) == edition.id).values(year)
    )
    session.execute(
        update(EnrolmentCount).where(col(EnrolmentCount.edition_id) == edition.id).values(year)
    )
    return cast("CursorResult[Any]", people).rowcount


def _kept(value: object) -> object:
    """A term as the audit log keeps it."""
    return value.isoformat() if isinstance(value, date) else value
