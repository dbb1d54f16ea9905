"""Judging the tries at a quiz again, after a question was mended or its points were changed."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import Activity, Answer, Attempt, Enrolment, Progress, ProgressState, Quiz
from app.queries.attempts import percent_of
from app.queries.regrading import Plan, TryRegraded, plan
from app.services.attempts import count_tries
from app.services.audit import record
from app.services.enrolments import show_anew


def regrade(  # noqa: PLR0913 -- what was shown and what was ticked
    session: Session,
    activity: Activity,
    *,
    full: frozenset[UUID],
    take_away: frozenset[UUID],
    reason: str,
    shown: str,
    by: UUID,
    now: datetime,
) -> int:
    """Do what was ``shown`` (the plan's fingerprint), and say how many results changed.

    Who had passed keeps that, unless their enrolment is in ``take_away``, which needs a reason.
    What was asked stays with each answer; the version that it is judged by stands beside it.
    """
    quiz = _locked(session, activity.id)
    planned = plan(session, activity, quiz, full)
    if not planned.tries:
        return 0
    if planned.fingerprint != shown:
        raise Conflict(_("Something changed meanwhile. Look once more at what would change."))
    losing = {one.enrolment_id: one for one in planned.losing}
    if not take_away <= losing.keys() or any(losing[one].keeps for one in take_away):
        raise RuleBroken(_("Who has completed the course keeps what they passed."))
    if take_away and not reason.strip():
        raise RuleBroken(_("Write why it is taken away."))
    for one in planned.tries:
        _apply(session, quiz, one, keeps=one.enrolment_id not in take_away)
    _count_anew(session, quiz, planned, now=now)
    for enrolment_id in sorted(take_away):
        _take_away(session, activity, enrolment_id, reason.strip(), by=by, now=now)
    record(
        session, by, "regrade quiz", "activity", activity.id, edition=activity.edition_id,
        before={"passed": len(losing)}, after={"passed": len(planned.gaining)},
        results=len(planned.shown), full=sorted(map(str, full)),
    )  # fmt: skip
    return len(planned.shown)


def _locked(session: Session, activity_id: UUID) -> Quiz:
    """Who regrades is alone, and nobody whom it is about hands in meanwhile."""
    quiz = session.exec(
        select(Quiz).where(Quiz.activity_id == activity_id).with_for_update()
    ).one_or_none()
    if quiz is None:
        raise NotFound(_("There is nothing at this address."))
    tried = select(Attempt.enrolment_id).where(Attempt.activity_id == activity_id)
    session.exec(
        select(Enrolment)
        .where(col(Enrolment.id).in_(tried))
        .order_by(col(Enrolment.id))
        .with_for_update(key_share=True)
    ).all()
    session.expire_all()
    return session.get_one(Quiz, quiz.id)


def _apply(session: Session, quiz: Quiz, one: TryRegraded, *, keeps: bool) -> None:
    attempt = session.get_one(Attempt, one.attempt_id)
    for worth in one.worths:
        answer = session.get_one(Answer, worth.answer_id)
        answer.share, answer.points, answer.out_of = worth.share, worth.points, worth.out_of
        answer.judged_as_id = worth.judged_as_id
        session.add(answer)
    attempt.score, attempt.out_of = one.after, one.after_out_of
    passes = percent_of(attempt.score, attempt.out_of) >= quiz.pass_percent
    attempt.passed = passes or (attempt.passed and keeps)
    session.add(attempt)
    session.flush()


def _count_anew(session: Session, quiz: Quiz, planned: Plan, *, now: datetime) -> None:
    """Each person once, by any of their tries."""
    anybody = {one.enrolment_id: one.attempt_id for one in planned.tries}
    for attempt_id in anybody.values():
        count_tries(session, quiz, session.get_one(Attempt, attempt_id), now=now)


def _take_away(
    session: Session,
    activity: Activity,
    enrolment_id: UUID,
    reason: str,
    *,
    by: UUID,
    now: datetime,
) -> None:
    progress = session.get_one(Progress, (enrolment_id, activity.id))
    progress.state, progress.changed_at = ProgressState.STARTED, now
    session.add(progress)
    session.flush()
    show_anew(session, enrolment_id)
    record(
        session, by, "take passing away", "enrolment", enrolment_id,
        before={"passed": True}, after={"passed": False}, reason=reason,
        activity=str(activity.id),
    )  # fmt: skip
