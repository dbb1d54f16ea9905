"""Taking a decision about people back, within the hour, as far as they have not moved on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.models import (
    PARTICIPANTS,
    BulkDecision,
    BulkDecisionLine,
    Course,
    Edition,
    Enrolment,
    Gender,
    Verdict,
)
from app.queries.seats import Origin, seats_of
from app.services import admission_news as news
from app.services.admissions import facts_of
from app.services.approvals import accounts_of, locked
from app.services.audit import record
from app.services.enrolment_counts import count
from app.services.enrolments import change_status
from app.services.waiting_lists import close_gaps, lock, stand_at

UNDO_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Undone:
    done: int
    stay: list[str]  # the names of those who have moved on since


def undo(
    session: Session, edition_id: UUID, decision_id: UUID, *, by: UUID, now: datetime
) -> Undone:
    """Put everybody back as they were before a decision, but for those who have moved on since."""
    lock(session, edition_id)  # before the decision: the order that all keep
    decision = _to_undo(session, edition_id, decision_id, by=by, now=now)
    lines = session.exec(
        select(BulkDecisionLine).where(BulkDecisionLine.decision_id == decision_id)
    ).all()
    edition, people = locked(session, edition_id, [line.enrolment_id for line in lines])
    moved_on = _decided_later(session, decision)
    before = {line.enrolment_id: line for line in lines}
    back = [one for one in people if not _is_elsewhere(one, decision) and one.id not in moved_on]
    accounts = accounts_of(session, people)
    put_back = {one.id for one in back}
    stay = [accounts[one.account_id].name for one in people if one.id not in put_back]
    if not back:
        raise Conflict(_("All of them have moved on since. Decide about each of them anew."))
    _refuse_without_places(session, edition, [before[one.id] for one in back], on=now.date())
    title = session.get_one(Course, edition.course_id).title
    for one in back:
        status = one.status
        _put_back(session, one, before[one.id], by=by, now=now)
        news.taken_back(session, accounts[one.account_id], title, one.status)
        record(
            session,
            by,
            "take decision back",
            "enrolment",
            one.id,
            edition=str(edition_id),
            decision=decision.verdict,
            before={"status": status},
            after={"status": one.status},
        )
    close_gaps(session, edition_id)
    _stand_as_before(session, [before[one.id] for one in back])
    decision.undone_at = now
    session.add(decision)
    return Undone(len(back), stay)


def _to_undo(
    session: Session, edition_id: UUID, decision_id: UUID, *, by: UUID, now: datetime
) -> BulkDecision:
    decision = session.exec(
        select(BulkDecision)
        .where(BulkDecision.id == decision_id, BulkDecision.edition_id == edition_id)
        .with_for_update()
    ).one_or_none()
    if decision is None:
        raise NotFound(_("There is no such decision."))
    if decision.account_id != by:
        raise NotAllowed(_("Only the person who decided can take this back."))
    if decision.undone_at is not None:
        raise Conflict(_("This decision was taken back before."))
    if now - decision.created_at > UNDO_WITHIN:
        raise RuleBroken(_("A decision can be taken back for an hour. Decide anew instead."))
    return decision


def _is_elsewhere(enrolment: Enrolment, decision: BulkDecision) -> bool:
    """Whether the enrolment is no longer as the decision left it."""
    if enrolment.status is not decision.verdict.status:
        return True
    readmitted = enrolment.admitted_at != decision.created_at
    return decision.verdict is Verdict.APPROVE and readmitted


def _decided_later(session: Session, decision: BulkDecision) -> set[UUID]:
    return set(
        session.exec(
            select(BulkDecisionLine.enrolment_id)
            .join(BulkDecision, col(BulkDecision.id) == col(BulkDecisionLine.decision_id))
            .where(
                BulkDecision.edition_id == decision.edition_id,
                col(BulkDecision.created_at) > decision.created_at,
                col(BulkDecision.undone_at).is_(None),
            )
        )
    )


def _refuse_without_places(
    session: Session, edition: Edition, lines: Collection[BulkDecisionLine], *, on: date
) -> None:
    """Seat those who sat there before, as a trial: what is held or kept for others is taken."""
    seats = seats_of(session, edition, on=on)
    coming = [line for line in lines if line.before in PARTICIPANTS]
    if seats.capacity is None or not coming:
        return
    seated = 0
    for line in coming:
        origin = Origin(line.facts["country"], _institution(line))
        if seats.left_for(origin):
            seats.take(origin)
            seated += 1
    if seated < len(coming):
        raise RuleBroken(
            ngettext(
                "There is only %(num)s place left: others have come in since, or are offered one.",
                "There are only %(num)s places left: others have come in since, "
                "or are offered one.",
                seated,
            )
            % {"num": seated}
        )


def _stand_as_before(session: Session, lines: Collection[BulkDecisionLine]) -> None:
    """Have those who waited stand where they stood, the first first."""
    stood = {line.enrolment_id: line.facts.get("position") for line in lines}
    for enrolment_id, position in sorted(stood.items(), key=lambda pair: pair[1] or 0):
        if position:
            stand_at(session, enrolment_id, position)


def _put_back(
    session: Session, enrolment: Enrolment, line: BulkDecisionLine, *, by: UUID, now: datetime
) -> None:
    change_status(session, enrolment, line.before, now=now, by=by, alone=False)
    if facts_of(enrolment).items() <= line.facts.items():
        return
    count(session, enrolment, by=-1)
    facts = line.facts
    enrolment.gender = Gender(facts["gender"])
    enrolment.country = facts["country"]
    enrolment.institution_id = _institution(line)
    admitted_at = facts["admitted_at"]
    enrolment.admitted_at = datetime.fromisoformat(admitted_at) if admitted_at else None
    session.add(enrolment)
    session.flush()
    count(session, enrolment, by=1)


def _institution(line: BulkDecisionLine) -> UUID | None:
    known = line.facts["institution_id"]
    return UUID(known) if known else None
