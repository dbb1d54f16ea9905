"""Deciding about several people of an edition at once, and taking the last decision back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.models import (
    PARTICIPANTS,
    REASONS_TO_WITHDRAW,
    Account,
    BulkDecision,
    BulkDecisionLine,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
    EnrolmentStep,
    LeavingReason,
    Reason,
    Verdict,
    WaitingPlace,
)
from app.queries.waiting_lists import positions_of
from app.services import admission_news as news
from app.services.admission_messages import in_line
from app.services.approvals import accounts_of, approve, locked
from app.services.audit import record
from app.services.enrolments import HOLDS_A_SEAT, change_status
from app.services.waiting_lists import line_up

#: For whom each verdict can be given.
POSSIBLE: dict[Verdict, frozenset[EnrolmentStatus]] = {
    Verdict.APPROVE: frozenset(EnrolmentStatus) - set(PARTICIPANTS),
    Verdict.WAITLIST: frozenset({EnrolmentStatus.APPLIED}),
    Verdict.DECLINE: frozenset({EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED}),
    Verdict.WITHDRAW: frozenset({EnrolmentStatus.ACTIVE}),
}


@dataclass(frozen=True)
class Judgement:
    """What is decided, why, and whether the people learn why."""

    verdict: Verdict
    reason: Reason | None = None
    words: str = ""
    tell_reason: bool = False
    seen_at: datetime | None = None  # when whoever decides looked at the people

    @property
    def reason_for_them(self) -> tuple[Reason | None, str]:
        return (self.reason, self.words) if self.tell_reason else (None, "")


@dataclass(frozen=True)
class Decided:
    """``left``: how many stayed as they were, because the verdict did not fit them any more."""

    id: UUID
    done: int
    left: int


def decide(
    session: Session,
    edition_id: UUID,
    chosen: Collection[UUID],
    judgement: Judgement,
    *,
    by: UUID,
    now: datetime,
    quietly: bool = False,
) -> Decided:
    """Give the same verdict to all of the ``chosen`` for whom it is still possible.

    Of two coordinators who decide at once, the second is told that somebody was quicker. Whoever
    has moved since they were looked at stays: they may have left by themselves.
    ``quietly``: they are not told.
    """
    edition, everybody = locked(session, edition_id, chosen)
    fitting = _fitting(session, everybody, judgement)
    stood = positions_of(session, fitting)
    before = {one.id: (one.status, facts_of(one) | stood.get(one.id, {})) for one in fitting}
    if judgement.verdict is Verdict.APPROVE:
        approve(session, edition_id, list(before), by=by, now=now, quietly=quietly)
    else:
        _move(session, edition, fitting, judgement, by=by, now=now, quietly=quietly)
    moved = [one for one in fitting if one.status is judgement.verdict.status]
    decision = _noted(session, edition_id, judgement, by=by, now=now)
    for one in moved:
        status, facts = before[one.id]
        line = BulkDecisionLine(decision_id=decision.id, enrolment_id=one.id, before=status)
        line.facts, line.words = facts, judgement.words
        session.add(line)
    return Decided(decision.id, len(moved), len(everybody) - len(moved))


def _fitting(session: Session, everybody: list[Enrolment], judgement: Judgement) -> list[Enrolment]:
    """Those for whom the verdict is possible, and who are as they were when they were looked at."""
    ids, seen_at = [one.id for one in everybody], judgement.seen_at
    moved_on = _moved_since(session, ids, seen_at) if seen_at else set()
    possible = POSSIBLE[judgement.verdict]
    found = [one for one in everybody if one.status in possible and one.id not in moved_on]
    if not found:
        raise Conflict(
            _("Somebody decided about these people in the meantime. Look at the list again.")
        )
    return found


def _moved_since(session: Session, chosen: Collection[UUID], at: datetime) -> set[UUID]:
    of = EnrolmentStep
    return set(
        session.exec(
            select(of.enrolment_id).where(col(of.enrolment_id).in_(chosen), col(of.created_at) > at)
        )
    )


def _noted(
    session: Session, edition_id: UUID, judgement: Judgement, *, by: UUID, now: datetime
) -> BulkDecision:
    decision = BulkDecision(
        created_at=now,
        edition_id=edition_id,
        account_id=by,
        verdict=judgement.verdict,
        reason=judgement.reason,
        reason_told=judgement.tell_reason,
    )
    session.add(decision)
    session.flush()
    return decision


#: What the audit log calls each verdict that is not `approve`'s.
_CALLED = {
    Verdict.WAITLIST: "put on waiting list",
    Verdict.DECLINE: "decline enrolment",
    Verdict.WITHDRAW: "withdraw enrolment",
}


def _move(
    session: Session,
    edition: Edition,
    people: list[Enrolment],
    judgement: Judgement,
    *,
    by: UUID,
    now: datetime,
    quietly: bool = False,
) -> None:
    course = session.get_one(Course, edition.course_id)
    accounts = accounts_of(session, people)
    frees_seats = not HOLDS_A_SEAT.isdisjoint(one.status for one in people)
    for one in sorted(people, key=lambda one: one.created_at):  # so they stand in the waiting list
        before = one.status
        if judgement.verdict is Verdict.WITHDRAW:
            one.left_because = _why_out(judgement.reason)
            one.left_word, one.left_by_choice = judgement.words[:200], False
        change_status(session, one, judgement.verdict.status, now=now, by=by, alone=False)
        if not quietly:
            _tell(session, accounts[one.account_id], course, edition, one, judgement)
        record(
            session,
            by,
            _CALLED[judgement.verdict],
            "enrolment",
            one.id,
            edition=edition.id,
            before={"status": before},
            after={"status": one.status},
            reason=judgement.reason,
        )
    if frees_seats:
        line_up(session, edition, now=now)  # so no seat is offered to one of them


def _why_out(reason: Reason | None) -> LeavingReason | None:
    if reason is None:
        return None
    return LeavingReason(reason) if reason in REASONS_TO_WITHDRAW else LeavingReason.OTHER


def _tell(
    session: Session,
    account: Account,
    course: Course,
    edition: Edition,
    enrolment: Enrolment,
    judgement: Judgement,
) -> None:
    if judgement.verdict is Verdict.WAITLIST:
        position = session.get_one(WaitingPlace, enrolment.id).position
        in_line(
            session, account, course, edition, position=position, letter="put on the waiting list"
        )
    elif judgement.verdict is Verdict.DECLINE:
        news.declined(session, account, course.title, *judgement.reason_for_them)
    else:
        news.withdrawn(session, account, course.title, *judgement.reason_for_them)


def facts_of(enrolment: Enrolment) -> dict[str, Any]:
    """What admission and completion take down, to be put back as it was."""
    return {
        "gender": enrolment.gender.value,
        "country": enrolment.country,
        "institution_id": str(enrolment.institution_id) if enrolment.institution_id else None,
        "admitted_at": enrolment.admitted_at.isoformat() if enrolment.admitted_at else None,
    }
