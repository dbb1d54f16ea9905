"""Taking a decision about people back, within the hour, as far as they have not moved on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from app.queries.enrolments import places_taken
from app.services import admission_news as news
from app.services.admissions import accounts_of, facts_of, locked
from app.services.audit import record
from app.services.enrolment_counts import count
from app.services.enrolments import change_status

UNDO_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Undone:
    done: int
    stay: list[str]  # the names of those who have moved on since


def undo(
    session: Session, edition_id: UUID, decision_id: UUID, *, by: UUID, now: datetime
) -> Undone:
    """Put everybody back as they were before a decision, but for those who have moved on since."""
    session.exec(
        select(Edition).where(Edition.id == edition_id).with_for_update(key_share=True)
    ).one()
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
    _refuse_without_places(session, edition, [before[one.id] for one in back])
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
    session: Session, edition: Edition, lines: Collection[BulkDecisionLine]
) -> None:
    coming = sum(line.before in PARTICIPANTS for line in lines)
    if edition.capacity is None or not coming:
        return
    left = max(0, edition.capacity - places_taken(session, edition.id))
    if coming > left:
        raise RuleBroken(
            ngettext(
                "There is only %(num)s place left: others have come in since.",
                "There are only %(num)s places left: others have come in since.",
                left,
            )
            % {"num": left}
        )


def _put_back(
    session: Session, enrolment: Enrolment, line: BulkDecisionLine, *, by: UUID, now: datetime
) -> None:
    change_status(session, enrolment, line.before, now=now, by=by, offers=False)
    if facts_of(enrolment) == line.facts:
        return
    count(session, enrolment, by=-1)
    facts = line.facts
    enrolment.gender = Gender(facts["gender"])
    enrolment.country = facts["country"]
    enrolment.institution_id = UUID(facts["institution_id"]) if facts["institution_id"] else None
    admitted_at = facts["admitted_at"]
    enrolment.admitted_at = datetime.fromisoformat(admitted_at) if admitted_at else None
    session.add(enrolment)
    session.flush()
    count(session, enrolment, by=1)
