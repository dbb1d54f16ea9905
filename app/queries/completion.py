"""Whether somebody has done what an edition asks for, and how far they are with each part of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select
from sqlmodel import Session, col

from app.models import (
    Activity,
    Attempt,
    Attendance,
    Capstone,
    CapstoneStatus,
    Edition,
    Enrolment,
    LiveSession,
    Progress,
    ProgressState,
    Quiz,
    QuizExtension,
    ResultOverride,
    Reveal,
    SessionStatus,
    TeamMember,
)
from app.queries.activities import is_for, is_shown

#: So long after a quiz was closed its results are looked for that take effect with that.
RELEASED_WITHIN = timedelta(days=2)


class Rules(Protocol):
    """What an edition asks for: a row of it, or its terms."""

    @property
    def required_share(self) -> int: ...
    @property
    def required_count(self) -> int | None: ...
    @property
    def minimum_result(self) -> int | None: ...
    @property
    def minimum_attendance(self) -> int | None: ...
    @property
    def requires_capstone(self) -> bool: ...


class Asked(StrEnum):
    """A part of what an edition asks for."""

    ACTIVITIES = "activities"
    RESULT = "result"
    ATTENDANCE = "attendance"
    CAPSTONE = "capstone"


@dataclass(frozen=True, slots=True)
class Facts:
    """What one person has done of all that an edition may ask for.

    ``result`` is the sum of weight times per cent over the results that are out, divided by the sum
    of their weights; None: no result is out.
    """

    total: int = 0
    done: int = 0
    result: float | None = None
    came: int = 0
    held: int = 0
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked for: how much there is of it, how much is needed, and of how much."""

    asked: Asked
    have: float | None
    need: float
    of: int = 0

    @property
    def is_met(self) -> bool:
        return self.need == 0 or (self.have is not None and self.have >= self.need)


def needed(rules: Rules, total: int) -> int:
    """How many of the counting activities have to be done: never more than there are."""
    if rules.required_count is not None:
        return min(total, rules.required_count)
    return -(-total * rules.required_share // 100)  # rounded up


def parts(rules: Rules, facts: Facts) -> list[Part]:
    """What is asked for, in the order in which it is said."""
    found = []
    if need := needed(rules, facts.total):
        found.append(Part(Asked.ACTIVITIES, facts.done, need, facts.total))
    if rules.minimum_result:
        found.append(Part(Asked.RESULT, facts.result, rules.minimum_result))
    if rules.minimum_attendance:
        share = 100 * facts.came / facts.held if facts.held else None
        found.append(Part(Asked.ATTENDANCE, share, rules.minimum_attendance, facts.held))
    if rules.requires_capstone:
        found.append(Part(Asked.CAPSTONE, int(facts.accepted), 1))
    return found


def fulfils(rules: Rules, facts: Facts) -> bool:
    """An edition without content that asks for nothing else is completed by nobody."""
    asked = parts(rules, facts)
    return bool(facts.total or asked) and all(part.is_met for part in asked)


def fulfils_rules(session: Session, enrolment: Enrolment, *, now: datetime) -> bool:
    edition = session.get_one(Edition, enrolment.edition_id)
    return fulfils(edition, facts_of(session, enrolment, now=now))


def facts_of(session: Session, enrolment: Enrolment, *, now: datetime) -> Facts:
    found = facts(session, enrolment.edition_id, [enrolment.id], now=now)
    return found.get(enrolment.id, Facts())


def facts(
    session: Session,
    edition_id: UUID,
    enrolment_ids: Collection[UUID] | None = None,
    *,
    now: datetime,
    kept_back: Collection[UUID] | None = None,
) -> dict[UUID, Facts]:
    """What people have done, in two statements however many they are; without ids, everybody.

    ``kept_back``: what is `withheld`, where it was read already.
    """
    if kept_back is None:
        kept_back = withheld(session, edition_id, now=now)
    weighted, weights = _results(edition_id, kept_back)
    came, held = _presence(edition_id)
    query = select(
        col(Enrolment.id),
        _counting(edition_id),
        _done(edition_id),
        weighted,
        weights,
        came,
        held,
        _has_accepted(),
    ).where(col(Enrolment.edition_id) == edition_id)
    if enrolment_ids is not None:
        query = query.where(col(Enrolment.id).in_(enrolment_ids))
    return {
        id_: Facts(total, done, _total(sum_, weight), came, held, bool(accepted))
        for id_, total, done, sum_, weight, came, held, accepted in session.execute(query)
    }


def _total(weighted: float | None, weights: float | None) -> float | None:
    return round(float(weighted or 0) / float(weights), 4) if weights else None


def total_of(results: Iterable[tuple[float, float]]) -> float | None:
    """The total of pairs of per cent and weight: what `Facts.result` is."""
    pairs = list(results)
    return _total(sum(p * w for p, w in pairs), sum(w for _p, w in pairs))


def _in_edition(edition_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Activity.edition_id) == edition_id,
        is_shown(),
        is_for(col(Enrolment.id)),
    )


def _counting(edition_id: UUID) -> ScalarSelect[Any]:
    return (
        select(func.count())
        .select_from(Activity)
        .where(*_in_edition(edition_id), col(Activity.counts))
        .correlate(Enrolment)
        .scalar_subquery()
    )


def _done(edition_id: UUID) -> ScalarSelect[Any]:
    return (
        select(func.count())
        .select_from(Progress)
        .join(Activity, col(Activity.id) == col(Progress.activity_id))
        .where(
            col(Progress.enrolment_id) == col(Enrolment.id),
            col(Progress.state) == ProgressState.DONE,
            *_in_edition(edition_id),
            col(Activity.counts),
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )


def _results(edition_id: UUID, kept_back: Collection[UUID]) -> tuple[ScalarSelect[Any], ...]:
    def summed(what: Any) -> ScalarSelect[Any]:
        return (
            select(func.sum(what))
            .select_from(Progress)
            .join(Activity, col(Activity.id) == col(Progress.activity_id))
            .where(
                col(Progress.enrolment_id) == col(Enrolment.id),
                col(Progress.percent).is_not(None),
                *_in_edition(edition_id),
                is_out(kept_back),
            )
            .correlate(Enrolment)
            .scalar_subquery()
        )

    weight = col(Activity.weight)
    return summed(weight * col(Progress.percent)), summed(weight)


def is_out(kept_back: Collection[UUID]) -> ColumnElement[bool]:
    """The condition on `Progress` that its result may be known: by whomever it is shown to.

    What waits for somebody to mark it is not, nor what is shown when a quiz is closed; what a tutor
    gave in its place is.
    """
    given = exists().where(_same(ResultOverride)).correlate_except(ResultOverride)
    waits = exists().where(_same(Attempt), col(Attempt.waits)).correlate_except(Attempt)
    return or_(given, and_(~waits, col(Progress.activity_id).not_in(list(kept_back))))


def _same(table: type[ResultOverride] | type[Attempt]) -> ColumnElement[bool]:
    """It is about the person and the activity of the `Progress`."""
    return (col(table.enrolment_id) == col(Progress.enrolment_id)) & (
        col(table.activity_id) == col(Progress.activity_id)
    )


def withheld(session: Session, edition_id: UUID, *, now: datetime) -> frozenset[UUID]:
    """The quizzes whose results are shown when they are closed for everybody, and are not yet."""
    longest = (
        select(func.coalesce(func.max(QuizExtension.minutes), 0))
        .where(col(QuizExtension.activity_id) == col(Quiz.activity_id))
        .correlate(Quiz)
        .scalar_subquery()
    )
    rows = session.execute(
        select(col(Quiz.activity_id), col(Quiz.closes_at), longest)
        .join(Activity, col(Activity.id) == col(Quiz.activity_id))
        .where(
            col(Activity.edition_id) == edition_id,
            col(Quiz.feedback) == Reveal.CLOSED,
            col(Quiz.closes_at).is_not(None),
        )
    )
    return frozenset(
        id_ for id_, closes, minutes in rows if now <= closes + timedelta(minutes=minutes)
    )


def released(session: Session, *, now: datetime) -> list[tuple[UUID, UUID]]:
    """Whose result, in which quiz, was withheld until it was closed, as it is now, and is enough.

    As usual, or by the result that its activity asks for. Who waits is looked at for two days.
    """
    rows = session.execute(
        select(col(Progress.enrolment_id), col(Progress.activity_id), col(Activity.edition_id))
        .join(Activity, col(Activity.id) == col(Progress.activity_id))
        .join(Quiz, col(Quiz.activity_id) == col(Activity.id))
        .where(
            col(Quiz.feedback) == Reveal.CLOSED,
            col(Quiz.closes_at) < now,
            col(Quiz.closes_at) > now - RELEASED_WITHIN,
            col(Progress.state) == ProgressState.STARTED,
            col(Progress.percent)
            >= func.coalesce(col(Activity.completion_number), col(Quiz.pass_percent)),
        )
        .order_by(col(Progress.enrolment_id))
    ).all()
    kept_back = {id_ for _e, _a, id_ in rows}
    still = frozenset().union(*(withheld(session, one, now=now) for one in kept_back))
    return [(enrolment, quiz) for enrolment, quiz, _edition in rows if quiz not in still]


def was_held() -> ColumnElement[bool]:
    """The condition on `LiveSession` that it took place, and that it is known who came."""
    somebody = exists().where(col(Attendance.live_session_id) == col(LiveSession.id))
    return and_(
        col(LiveSession.status) == SessionStatus.SCHEDULED,
        or_(col(LiveSession.attendance_taken_at).is_not(None), somebody.correlate(LiveSession)),
    )


def _presence(edition_id: UUID) -> tuple[ScalarSelect[Any], ...]:
    held = (
        select(func.count())
        .select_from(LiveSession)
        .where(col(LiveSession.edition_id) == edition_id, was_held())
    )
    came = (
        select(func.count())
        .select_from(Attendance)
        .join(LiveSession, col(LiveSession.id) == col(Attendance.live_session_id))
        .where(
            col(LiveSession.edition_id) == edition_id,
            col(LiveSession.status) == SessionStatus.SCHEDULED,
            col(Attendance.enrolment_id) == col(Enrolment.id),
        )
        .correlate(Enrolment)
    )
    return came.scalar_subquery(), held.scalar_subquery()


def _has_accepted() -> Any:
    return (
        select(func.count())
        .select_from(Capstone)
        .join(TeamMember, col(TeamMember.team_id) == col(Capstone.team_id))
        .where(
            col(TeamMember.enrolment_id) == col(Enrolment.id),
            col(Capstone.status) == CapstoneStatus.ACCEPTED,
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )
