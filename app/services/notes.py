"""Writing about an enrolment: notes of staff, and a focal point's word for their own people."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from app.core.errors import NotAllowed, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import Enrolment, EnrolmentNote, EnrolmentStatus, Support
from app.services.audit import GONE, MADE, record


def add_note(
    session: Session,
    edition_id: UUID,
    enrolment_id: UUID,
    body: str,
    *,
    shared: bool,
    by: UUID,
    now: datetime,
) -> EnrolmentNote:
    """Write a note about somebody of this edition."""
    _of_edition(session, edition_id, enrolment_id)
    note = EnrolmentNote(
        created_at=now, enrolment_id=enrolment_id, author_id=by, body=body, shared=shared
    )
    session.add(note)
    record(session, by, "write note", "enrolment", enrolment_id, shared=shared, **MADE)
    return note


def remove_note(
    session: Session, edition_id: UUID, enrolment_id: UUID, note_id: UUID, *, by: UUID
) -> None:
    """Take away a note that one wrote oneself."""
    _of_edition(session, edition_id, enrolment_id)
    note = session.get(EnrolmentNote, note_id)
    if note is None or note.enrolment_id != enrolment_id:
        raise NotFound(_("There is no such note."))
    if note.author_id != by:
        raise NotAllowed(_("Only the person who wrote a note can remove it."))
    session.delete(note)
    record(session, by, "remove note", "enrolment", enrolment_id, **GONE)


def support(
    session: Session,
    edition_id: UUID,
    enrolment_id: UUID,
    words: str,
    *,
    institution_id: UUID | None,
    by: UUID,
    now: datetime,
) -> None:
    """Stand behind an application of one's own institution; again: change the word."""
    enrolment = _of_institution(session, edition_id, enrolment_id, institution_id)
    if enrolment.status not in {EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED}:
        raise RuleBroken(_("This application was decided already."))
    found = _own_support(session, enrolment_id, by)
    given = found or Support(created_at=now, enrolment_id=enrolment_id, account_id=by)
    given.words = words
    session.add(given)
    if found is None:
        record(session, by, "support application", "enrolment", enrolment_id, **MADE)


def take_support_back(
    session: Session, edition_id: UUID, enrolment_id: UUID, *, institution_id: UUID | None, by: UUID
) -> None:
    _of_institution(session, edition_id, enrolment_id, institution_id)
    if (found := _own_support(session, enrolment_id, by)) is not None:
        session.delete(found)
        record(session, by, "take support back", "enrolment", enrolment_id, **GONE)


def _of_edition(session: Session, edition_id: UUID, enrolment_id: UUID) -> Enrolment:
    found = session.exec(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id, Enrolment.edition_id == edition_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _of_institution(
    session: Session, edition_id: UUID, enrolment_id: UUID, institution_id: UUID | None
) -> Enrolment:
    found = _of_edition(session, edition_id, enrolment_id)
    if institution_id is None or found.institution_id != institution_id:
        raise NotFound(_("There is nothing at this address."))
    return found


def _own_support(session: Session, enrolment_id: UUID, account_id: UUID) -> Support | None:
    return session.exec(
        select(Support).where(
            Support.enrolment_id == enrolment_id, Support.account_id == account_id
        )
    ).one_or_none()
