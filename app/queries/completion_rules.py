"""When an activity is done: who fulfils which rule, and whose state another one would change."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlmodel import Session, col

from app.models import (
    PARTICIPANTS,
    Account,
    Activity,
    ActivityKind,
    Attempt,
    Attendance,
    Capstone,
    CapstoneStatus,
    Completion,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Forum,
    ForumPost,
    ForumTopic,
    LiveSession,
    Progress,
    ProgressState,
    Quiz,
    SessionStatus,
    TeamMember,
)
from app.queries.activities import is_for
from app.queries.completion import Asked, Facts, Rules, facts, fulfils, parts


@dataclass(frozen=True, slots=True)
class DoneWhen:
    """A rule of one activity; ``number``: of per cent, posts or sessions; None: as usual."""

    rule: Completion
    number: int | None = None


def rule_of(activity: Activity) -> DoneWhen:
    return DoneWhen(activity.done_when, activity.completion_number)


def pass_percent(session: Session, activity: Activity) -> int:
    """The result at which a quiz is passed, which is what its activity asks for as usual."""
    found = select(col(Quiz.pass_percent)).where(col(Quiz.activity_id) == activity.id)
    return session.execute(found).scalar() or 0


def who_fulfils(
    session: Session, activity: Activity, wish: DoneWhen, *, only: UUID | None = None
) -> set[UUID]:
    """The enrolments that fulfil ``wish``, or ``only`` one of them, in one statement.

    What is told by the page or the person themselves is known of nobody until they do.
    """
    if wish.rule not in _FOUND:
        return set()
    number = wish.number
    if number is None:
        is_result = wish.rule is Completion.RESULT
        number = pass_percent(session, activity) if is_result else 1
    query = _FOUND[wish.rule](activity, number).where(
        col(Enrolment.edition_id) == activity.edition_id
    )
    if only is not None:
        return set(session.scalars(query.where(col(Enrolment.id) == only)))
    takes_part = col(Enrolment.status).in_(PARTICIPANTS)
    return set(session.scalars(query.where(takes_part, _is_theirs(activity))))


def _is_theirs(activity: Activity) -> Any:
    """The activity is for all, or for the team of the `Enrolment`."""
    return exists().where(col(Activity.id) == activity.id, is_for(col(Enrolment.id)))


def _by_result(activity: Activity, number: int) -> Select[Any]:
    return (
        select(col(Enrolment.id))
        .join(Progress, col(Progress.enrolment_id) == col(Enrolment.id))
        .where(col(Progress.activity_id) == activity.id, col(Progress.percent) >= number)
    )


def _by_posts(activity: Activity, number: int) -> Select[Any]:
    return (
        select(col(Enrolment.id))
        .join(ForumPost, col(ForumPost.author_id) == col(Enrolment.account_id))
        .join(ForumTopic, col(ForumTopic.id) == col(ForumPost.topic_id))
        .join(Forum, col(Forum.id) == col(ForumTopic.forum_id))
        .where(col(Forum.activity_id) == activity.id, col(ForumPost.hidden_at).is_(None))
        .group_by(col(Enrolment.id))
        .having(func.count(col(ForumPost.id)) >= number)
    )


def _by_sessions(activity: Activity, number: int) -> Select[Any]:
    return (
        select(col(Enrolment.id))
        .join(Attendance, col(Attendance.enrolment_id) == col(Enrolment.id))
        .join(LiveSession, col(LiveSession.id) == col(Attendance.live_session_id))
        .where(
            col(LiveSession.edition_id) == activity.edition_id,
            col(LiveSession.status) == SessionStatus.SCHEDULED,
        )
        .group_by(col(Enrolment.id))
        .having(func.count(col(Attendance.id)) >= number)
    )


def _by_work(_activity: Activity, _number: int) -> Select[Any]:
    return (
        select(col(Enrolment.id))
        .join(TeamMember, col(TeamMember.enrolment_id) == col(Enrolment.id))
        .join(Capstone, col(Capstone.team_id) == col(TeamMember.team_id))
        .where(col(Capstone.status) != CapstoneStatus.DRAFT)
    )


def _by_answers(activity: Activity, _number: int) -> Select[Any]:
    handed_in = exists().where(
        col(Attempt.enrolment_id) == col(Enrolment.id),
        col(Attempt.activity_id) == activity.id,
        col(Attempt.submitted_at).is_not(None),
    )
    return select(col(Enrolment.id)).where(handed_in)


_FOUND: dict[Completion, Callable[[Activity, int], Select[Any]]] = {
    Completion.RESULT: _by_result,
    Completion.POSTED: _by_posts,
    Completion.ATTENDED: _by_sessions,
    Completion.SUBMITTED: _by_work,
    Completion.ANSWERED: _by_answers,
}


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID  # the enrolment
    account_id: UUID
    name: str
    institution_id: UUID | None


@dataclass(frozen=True, slots=True)
class Effect:
    """Whose state a change of one activity's rule would change."""

    done: list[Person] = field(default_factory=list)  # who would have done it
    not_any_more: list[Person] = field(default_factory=list)  # have, and do not fulfil the new rule
    kept: list[Person] = field(default_factory=list)  # the same, but have completed the edition
    completing: list[Person] = field(default_factory=list)  # the edition, with this


def effect_of(session: Session, activity: Activity, wish: DoneWhen, *, now: datetime) -> Effect:
    people = {one.id: (one, status) for one, status in _people(session, activity.edition_id)}
    done = who_has_done(session, activity.id) & people.keys()
    fulfil = who_fulfils(session, activity, wish) & people.keys()
    told = wish.rule not in _FOUND or _is_unknown(activity, wish)
    fail = set() if told else done - fulfil
    gone = {one for one in fail if people[one][1] is EnrolmentStatus.COMPLETED}
    new = fulfil - done
    completing = _who_complete(session, activity, new, now) & {
        one for one in new if people[one][1] is EnrolmentStatus.ACTIVE
    }

    def named(ids: set[UUID]) -> list[Person]:
        return [one for id_, (one, _status) in people.items() if id_ in ids]

    return Effect(named(new), named(fail - gone), named(gone), named(completing))


def _is_unknown(activity: Activity, wish: DoneWhen) -> bool:
    """What people answer in a survey stands elsewhere, and may be nobody's."""
    return wish.rule is Completion.ANSWERED and activity.kind is not ActivityKind.QUIZ


def who_has_done(session: Session, activity_id: UUID) -> set[UUID]:
    rows = select(col(Progress.enrolment_id)).where(
        col(Progress.activity_id) == activity_id, col(Progress.state) == ProgressState.DONE
    )
    return set(session.scalars(rows))


def who_loses(session: Session, activity: Activity, wish: DoneWhen) -> set[UUID]:
    """Who has done it, does not fulfil ``wish``, and takes the edition still."""
    if wish.rule not in _FOUND or _is_unknown(activity, wish):
        return set()
    active = select(col(Enrolment.id)).where(
        col(Enrolment.edition_id) == activity.edition_id,
        col(Enrolment.status) == EnrolmentStatus.ACTIVE,
    )
    done = who_has_done(session, activity.id) & set(session.scalars(active))
    return done - who_fulfils(session, activity, wish)


def _who_complete(session: Session, activity: Activity, new: set[UUID], now: datetime) -> set[UUID]:
    if not new or not activity.counts or activity.is_hidden:
        return set()
    edition = session.get_one(Edition, activity.edition_id)
    found = facts(session, activity.edition_id, new, now=now)
    return {id_ for id_, f in found.items() if fulfils(edition, replace(f, done=f.done + 1))}


def _people(session: Session, edition_id: UUID) -> list[tuple[Person, EnrolmentStatus]]:
    rows = session.execute(
        select(
            col(Enrolment.id),
            col(Account.id),
            col(Account.name),
            col(Enrolment.institution_id),
            col(Enrolment.status),
        )
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(col(Enrolment.edition_id) == edition_id, col(Enrolment.status).in_(PARTICIPANTS))
        .order_by(col(Account.name), col(Enrolment.id))
    )
    return [(Person(*row[:4]), row[4]) for row in rows]


@dataclass(frozen=True, slots=True)
class EditionEffect:
    """Whose state a change of what an edition asks for would change."""

    completing: list[Person] = field(default_factory=list)
    kept: list[Person] = field(default_factory=list)  # have completed it, and would not now
    further: list[Person] = field(default_factory=list)  # what they had fulfilled is not enough

    def __bool__(self) -> bool:
        return bool(self.completing or self.kept or self.further)


def edition_effect(
    session: Session, edition_id: UUID, before: Rules, after: Rules, *, now: datetime
) -> EditionEffect:
    found = facts(session, edition_id, now=now)
    effect = EditionEffect()
    for person, status in _people(session, edition_id):
        of_them = found.get(person.id, Facts())
        if status is EnrolmentStatus.COMPLETED:
            if _unmet(after, of_them) - _unmet(before, of_them):
                effect.kept.append(person)
        elif fulfils(after, of_them):
            effect.completing.append(person)
        elif _unmet(after, of_them) - _unmet(before, of_them):
            effect.further.append(person)
    return effect


def _unmet(rules: Rules, of_them: Facts) -> set[Asked]:
    return {part.asked for part in parts(rules, of_them) if not part.is_met}
