"""Getting on with activities: started, done, undone; and completing the edition with the last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import (
    Activity,
    ActivityKind,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Progress,
    ProgressState,
)
from app.queries.completion import fulfils_rules, has_done_enough
from app.services.certificates import request_certificate
from app.services.enrolments import LOCK, change_status, show_anew


def start(session: Session, enrolment_id: UUID, activity_id: UUID, *, now: datetime) -> None:
    """Note that somebody began an activity; what is done stays done."""
    _locked(session, enrolment_id)
    if session.get(Progress, (enrolment_id, activity_id)) is None:
        _note(session, enrolment_id, activity_id, ProgressState.STARTED, now=now)


def finish(session: Session, enrolment_id: UUID, activity: Activity, *, now: datetime) -> None:
    """Mark a page, guide or video as done by the word of the person who read it."""
    if activity.kind is ActivityKind.QUIZ:
        raise RuleBroken(_("A quiz is done when you pass it."))
    if activity.kind is ActivityKind.SURVEY:
        raise RuleBroken(_("A survey is done when you answer it."))
    record_done(session, enrolment_id, activity.id, now=now)


def record_done(session: Session, enrolment_id: UUID, activity_id: UUID, *, now: datetime) -> None:
    """Note that an activity is done, and complete the edition if that was the last thing."""
    _note(session, enrolment_id, activity_id, ProgressState.DONE, now=now)
    complete_if_done(session, enrolment_id, now=now)


def undo(session: Session, enrolment_id: UUID, activity: Activity) -> None:
    """Take back "done". Who has completed the edition keeps that."""
    enrolment = _locked(session, enrolment_id)
    if enrolment.status is EnrolmentStatus.COMPLETED:
        raise RuleBroken(_("You have completed this course; its activities stay done."))
    if activity.kind is ActivityKind.QUIZ:
        raise RuleBroken(_("A quiz that was passed stays passed."))
    if activity.kind is ActivityKind.SURVEY:
        raise RuleBroken(_("A survey that was answered stays answered."))
    session.execute(
        delete(Progress).where(
            col(Progress.enrolment_id) == enrolment_id, col(Progress.activity_id) == activity.id
        )
    )
    show_anew(session, enrolment_id)


def complete_if_done(session: Session, enrolment_id: UUID, *, now: datetime) -> bool:
    """Complete an active enrolment that fulfils its edition's rules; ask for its certificate."""
    session.flush()
    enrolment = _locked(session, enrolment_id)
    if enrolment.status is not EnrolmentStatus.ACTIVE or not fulfils_rules(session, enrolment):
        return False
    change_status(session, enrolment, EnrolmentStatus.COMPLETED, now=now)
    if session.get_one(Edition, enrolment.edition_id).gives_certificate:
        request_certificate(session, enrolment, now=now)
    return True


def complete_all_done(session: Session, edition_id: UUID, *, now: datetime) -> int:
    """Complete everybody active who has done all that the edition asks for; say how many."""
    candidates = session.exec(
        select(Enrolment.id)
        .where(
            Enrolment.edition_id == edition_id,
            Enrolment.status == EnrolmentStatus.ACTIVE,
            has_done_enough(edition_id),
        )
        .order_by(col(Enrolment.id))
    ).all()
    return sum(complete_if_done(session, one, now=now) for one in candidates)


def _note(
    session: Session, enrolment_id: UUID, activity_id: UUID, state: ProgressState, *, now: datetime
) -> None:
    _locked(session, enrolment_id)
    progress = session.get(Progress, (enrolment_id, activity_id))
    if progress is not None and progress.state is state:
        return
    if progress is None:
        progress = Progress(
            enrolment_id=enrolment_id, activity_id=activity_id, state=state, changed_at=now
        )
    progress.state = state
    progress.changed_at = now
    session.add(progress)
    session.flush()
    show_anew(session, enrolment_id)


def _locked(session: Session, enrolment_id: UUID) -> Enrolment:
    """The enrolment as it is now: what one person does at once is done one after the other."""
    return session.get_one(Enrolment, enrolment_id, with_for_update=LOCK, populate_existing=True)
