"""Loads the demonstration programme: everything in one transaction, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from app.core.db import changing
from app.core.errors import RuleBroken
from app.core.settings import settings
from app.demo.accounts import add_people, add_sign_ins, add_tutors
from app.demo.allocation import REPORTED
from app.demo.catalogue import add_catalogue
from app.demo.enrolments import add_counts
from app.demo.forums import add_communities
from app.demo.institutions import add_other_names, add_proposal
from app.demo.materials import HOME, gather
from app.demo.open_editions import TO_APPLY_FOR, add_open, add_upcoming
from app.demo.presence import COORDINATOR, holds_people, is_demonstration
from app.demo.programme import add_programme
from app.demo.rows import Rows, named
from app.demo.running import add_running
from app.demo.shelf import Shelf
from app.demo.stage import Stage
from app.models import Account, EditionStaff, Enrolment, EnrolmentStatus
from app.services.audit import record
from app.services.certificates import request_certificate

#: Of this edition so many have certificates; they are drawn once the worker runs.
CERTIFIED = named("edition", TO_APPLY_FOR, REPORTED.year)
CERTIFICATES = 12

#: Hears how much is done, of how much, and what is being done.
type Progress = Callable[[int, int, str], object]


@dataclass(frozen=True)
class Loaded:
    """``rows`` is 0 if the demonstration was there before."""

    rows: int
    choices: tuple[str, ...]


def load(
    *, today: date, now: datetime, home: Path = HOME, progress: Progress | None = None
) -> Loaded:
    """Load the demonstration into an empty database; one that has it stays as it is."""
    say = progress or (lambda _done, _of, _what: None)
    if settings().in_production:
        raise RuleBroken("The demonstration is never loaded in production.")
    shelf = Shelf()
    try:
        with changing() as session:
            if is_demonstration(session):
                return Loaded(0, ())
            _refuse_people(session)
            say(0, 0, "Reading the sources")
            materials = gather(home)
            rows = _write(session, Stage(Rows(), shelf, materials, today, now), say)
    except BaseException:
        shelf.clear()
        raise
    return Loaded(rows, materials.programme.choices)


def _write(session: Session, stage: Stage, say: Progress) -> int:
    """Make all rows, write them, and ask for a handful of certificates."""
    rows = stage.rows
    say(0, 0, "Making people, editions and works")
    add_catalogue(rows, stage.materials)
    add_other_names(rows, stage.materials)
    add_sign_ins(rows)
    add_people(rows, stage.materials.programme)
    tutors = add_tutors(rows, stage.materials.programme)
    add_proposal(rows, tutors)
    add_programme(stage, tutors)
    add_running(stage, tutors)
    add_upcoming(stage, tutors)
    completed = add_open(stage)
    add_communities(stage)
    add_counts(rows)

    total, written = len(rows), 0

    def note(number: int) -> None:
        nonlocal written
        written += number
        say(written, total, "Writing")

    rows.write(session, note)
    reported = [
        place
        for place in rows.of(Enrolment)
        if place.edition_id == CERTIFIED and place.status is EnrolmentStatus.COMPLETED
    ]
    for place in (*completed, *reported[:CERTIFICATES]):
        enrolment = session.get_one(Enrolment, place.id)
        at = enrolment.completed_at or stage.now
        request_certificate(session, enrolment, now=min(at + timedelta(days=1), stage.now))
    _note_appointments(session, rows)
    return total


def _note_appointments(session: Session, rows: Rows) -> None:
    """In the audit trail: who said that these tutors accompany their editions."""
    by = next(a.id for a in rows.of(Account) if a.email == COORDINATOR)
    for staff in rows.of(EditionStaff):
        record(
            session,
            by,
            "appoint staff",
            "account",
            staff.account_id,
            edition=staff.edition_id,
            before={"role": None},
            after={"role": staff.role.value},
        )


def _refuse_people(session: Session) -> None:
    if holds_people(session):
        raise RuleBroken("This database holds accounts that are no demonstration.")
