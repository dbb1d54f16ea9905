"""Getting on with activities: started, done, undone; and completing the edition with the last."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import (
    Activity,
    ActivityKind,
    Completion,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Progress,
    ProgressState,
    ResultOverride,
)
from app.queries.completion import facts, fulfils, fulfils_rules, withheld
from app.queries.completion_rules import rule_of, who_fulfils
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
    if activity.done_when is Completion.ANSWERED:
        raise RuleBroken(_("A survey is done when you answer it."))
    if activity.done_when is not Completion.BY_HAND:
        raise RuleBroken(_("This activity is not marked by hand: its page says when it is done."))
    record_done(session, enrolment_id, activity.id, now=now)


def view(session: Session, enrolment_id: UUID, activity: Activity, *, now: datetime) -> None:
    """Note that somebody had a page before them: it is done where that is what is asked for."""
    if activity.done_when is Completion.VIEWED:
        record_done(session, enrolment_id, activity.id, now=now)


def record_answered(
    session: Session, enrolment_id: UUID, activity: Activity, *, now: datetime
) -> None:
    """Note that all answers were handed in, in an activity that is done by that."""
    if activity.done_when is Completion.ANSWERED:
        record_done(session, enrolment_id, activity.id, now=now)


def record_result(
    session: Session,
    enrolment_id: UUID,
    activity: Activity,
    percent: float | None,
    *,
    now: datetime,
) -> None:
    """Keep a result as it was judged. Where a tutor gave another, that one goes on to count.

    While nobody may know it, it does nothing: that an activity is done would tell.
    """
    start(session, enrolment_id, activity.id, now=now)
    progress = session.get_one(Progress, (enrolment_id, activity.id))
    given = override_of(session, enrolment_id, activity.id)
    if given is None:
        progress.percent = percent
        session.add(progress)
    else:
        given.original = percent
        session.add(given)
    session.flush()
    if given or not _is_withheld(session, activity, now):
        record_fulfilled(session, enrolment_id, activity, now=now)
    show_anew(session, enrolment_id)


def _is_withheld(session: Session, activity: Activity, now: datetime) -> bool:
    """Whether “done” would tell what nobody may know yet."""
    by_result = activity.done_when is Completion.RESULT
    return by_result and activity.id in withheld(session, activity.edition_id, now=now)


def release_result(
    session: Session, enrolment_id: UUID, activity_id: UUID, *, now: datetime
) -> None:
    """What was withheld until its quiz was closed takes effect."""
    record_fulfilled(session, enrolment_id, session.get_one(Activity, activity_id), now=now)
    complete_if_done(session, enrolment_id, now=now)
    show_anew(session, enrolment_id)


def override_of(session: Session, enrolment_id: UUID, activity_id: UUID) -> ResultOverride | None:
    return session.exec(
        select(ResultOverride).where(
            ResultOverride.enrolment_id == enrolment_id, ResultOverride.activity_id == activity_id
        )
    ).one_or_none()


def record_fulfilled(
    session: Session, enrolment_id: UUID, activity: Activity, *, now: datetime
) -> None:
    """Note that an activity is done if its rule is fulfilled now; what is done stays done."""
    session.flush()
    if enrolment_id in who_fulfils(session, activity, rule_of(activity), only=enrolment_id):
        record_done(session, enrolment_id, activity.id, now=now)


def record_fulfilled_by(
    session: Session,
    edition_id: UUID,
    enrolment_ids: Iterable[UUID],
    rule: Completion,
    *,
    now: datetime,
) -> None:
    """The same for all activities of an edition that have this rule, and for several people."""
    activities = session.exec(
        select(Activity).where(Activity.edition_id == edition_id, Activity.completion == rule)
    ).all()
    for enrolment_id in sorted(enrolment_ids):
        for activity in activities:
            record_fulfilled(session, enrolment_id, activity, now=now)


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
    if activity.done_when is Completion.ANSWERED:
        raise RuleBroken(_("A survey that was answered stays answered."))
    if activity.done_when is not Completion.BY_HAND:
        raise RuleBroken(_("This activity is not marked by hand: its page says when it is done."))
    session.execute(
        delete(Progress).where(
            col(Progress.enrolment_id) == enrolment_id, col(Progress.activity_id) == activity.id
        )
    )
    show_anew(session, enrolment_id)


def take_done_back(
    session: Session, enrolment_id: UUID, activity_id: UUID, *, now: datetime
) -> bool:
    """Have an activity be begun rather than done; never of who has completed the edition."""
    if _locked(session, enrolment_id).status is not EnrolmentStatus.ACTIVE:
        return False
    progress = session.get(Progress, (enrolment_id, activity_id))
    if progress is None or progress.state is not ProgressState.DONE:
        return False
    _note(session, enrolment_id, activity_id, ProgressState.STARTED, now=now)
    return True


def complete_if_done(session: Session, enrolment_id: UUID, *, now: datetime) -> bool:
    """Complete an active enrolment that fulfils its edition's rules; ask for its certificate."""
    session.flush()
    enrolment = _locked(session, enrolment_id)
    if enrolment.status is not EnrolmentStatus.ACTIVE:
        return False
    if not fulfils_rules(session, enrolment, now=now):
        return False
    change_status(session, enrolment, EnrolmentStatus.COMPLETED, now=now)
    if session.get_one(Edition, enrolment.edition_id).gives_certificate:
        request_certificate(session, enrolment, now=now)
    return True


def complete_all_done(session: Session, edition_id: UUID, *, now: datetime) -> int:
    """Complete everybody active who has done all that the edition asks for; say how many."""
    active = session.exec(
        select(Enrolment.id)
        .where(Enrolment.edition_id == edition_id, Enrolment.status == EnrolmentStatus.ACTIVE)
        .order_by(col(Enrolment.id))
    ).all()
    edition = session.get_one(Edition, edition_id)
    found = facts(session, edition_id, now=now)
    candidates = [one for one in active if one in found and fulfils(edition, found[one])]
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
