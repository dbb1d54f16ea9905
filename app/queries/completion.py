"""Whether somebody has done what an edition asks for."""

from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from app.models import (
    Activity,
    Capstone,
    CapstoneStatus,
    Edition,
    Enrolment,
    Progress,
    ProgressState,
    TeamMember,
)
from app.queries.activities import is_for, is_shown


def fulfils_rules(session: Session, enrolment: Enrolment) -> bool:
    """Enough of the counting activities are done, and the capstone where it is asked for."""
    edition = session.get_one(Edition, enrolment.edition_id)
    total, done = counted_activities(session, enrolment)
    if done * 100 < edition.required_share * total:
        return False
    if total == 0 and not edition.requires_capstone:
        return False  # an edition without content is completed by nobody
    return not edition.requires_capstone or has_accepted_capstone(session, enrolment.id)


def counted_activities(session: Session, enrolment: Enrolment) -> tuple[int, int]:
    """How many activities count for the certificate, and how many of them are done."""
    total, done = session.execute(
        select(func.count(col(Activity.id)), func.count(col(Progress.activity_id)))
        .select_from(Activity)
        .join(
            Progress,
            (col(Progress.activity_id) == col(Activity.id))
            & (col(Progress.enrolment_id) == enrolment.id)
            & (col(Progress.state) == ProgressState.DONE),
            isouter=True,
        )
        .where(
            col(Activity.edition_id) == enrolment.edition_id,
            col(Activity.counts),
            is_shown(),
            is_for(enrolment.id),
        )
    ).one()
    return total, done


def has_done_enough(edition_id: UUID) -> ColumnElement[bool]:
    """The condition on `Enrolment` for enough of the counting activities: a first look at many."""
    counting = (
        select(func.count())
        .select_from(Activity)
        .where(
            Activity.edition_id == edition_id,
            col(Activity.counts),
            is_shown(),
            is_for(col(Enrolment.id)),
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )
    share = select(Edition.required_share).where(Edition.id == edition_id).scalar_subquery()
    done = (
        select(func.count())
        .select_from(Progress)
        .join(Activity, col(Activity.id) == col(Progress.activity_id))
        .where(
            col(Progress.enrolment_id) == col(Enrolment.id),
            Progress.state == ProgressState.DONE,
            col(Activity.counts),
            is_shown(),
            is_for(col(Enrolment.id)),
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )
    return done * 100 >= share * counting


def has_accepted_capstone(session: Session, enrolment_id: UUID) -> bool:
    found = session.exec(
        select(Capstone.id)
        .join(TeamMember, col(TeamMember.team_id) == col(Capstone.team_id))
        .where(TeamMember.enrolment_id == enrolment_id, Capstone.status == CapstoneStatus.ACCEPTED)
    ).first()
    return found is not None
