"""Marking what no rule can judge: an essay gets its points and a comment from a tutor."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import Activity, Answer, Attempt, Enrolment
from app.queries.attempts import turn_of
from app.services.attempts import reckon
from app.services.audit import record
from app.services.enrolments import LOCK


def mark_answer(
    session: Session,
    activity: Activity,
    answer_id: UUID,
    *,
    points: float,
    comment: str,
    by: UUID,
    now: datetime,
) -> Attempt:
    """Give an answer its points; with the last one that waited the try has its result."""
    answer = session.get(Answer, answer_id)
    attempt = session.get(Attempt, answer.attempt_id) if answer else None
    if answer is None or attempt is None or attempt.activity_id != activity.id:
        raise NotFound(_("There is nothing at this address."))
    session.get_one(Enrolment, attempt.enrolment_id, with_for_update=LOCK)
    session.refresh(answer)
    session.refresh(attempt)
    if attempt.submitted_at is None:
        raise RuleBroken(_("This try was not handed in yet."))
    if not 0 <= points <= answer.out_of:
        raise RuleBroken(_("Give from 0 to %(most)s points.") % {"most": f"{answer.out_of:g}"})
    before = {"points": answer.points}
    answer.points, answer.share = points, round(points / answer.out_of, 6)
    answer.comment, answer.marked_by_id, answer.marked_at = comment, by, now
    session.add(answer)
    session.flush()
    turn = turn_of(session, activity.id, attempt.enrolment_id)
    if turn is not None:
        reckon(session, turn.quiz, attempt, now=now)
    record(
        session, by, "mark essay", "attempt", attempt.id,
        person=session.get_one(Enrolment, attempt.enrolment_id).account_id,
        edition=activity.edition_id, before=before, after={"points": points},
    )  # fmt: skip
    return attempt
