"""How somebody stands before an edition that they might want to join."""

from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import Session, col

from app.models import Course, Edition, EnrolmentPolicy, EnrolmentStatus, is_over, takes_people
from app.queries.courses import EditionOffered


def edition_to_join(session: Session, course: str, edition: str) -> Edition | None:
    """The edition at `/courses/{course}/{edition}`, if its course is published."""
    return session.execute(
        select(Edition)
        .join(Course, col(Course.id) == col(Edition.course_id))
        .where(col(Course.slug) == course, col(Course.is_published), col(Edition.slug) == edition)
    ).scalar_one_or_none()


class Door(StrEnum):
    """What an edition says to somebody who wants to come in."""

    THEIRS = "theirs"  # they take part in it, or accompany it
    COMPLETED = "completed"
    APPLIED = "applied"
    WAITING = "waiting"
    LEFT = "left"  # declined or withdrawn: a coordinator may let them in again
    OPEN = "open"
    BY_APPLICATION = "by application"
    FULL = "full"
    CLOSED = "closed"
    ENDED = "ended"


_DOOR_OF = {
    EnrolmentStatus.ACTIVE: Door.THEIRS,
    EnrolmentStatus.COMPLETED: Door.COMPLETED,
    EnrolmentStatus.APPLIED: Door.APPLIED,
    EnrolmentStatus.WAITLISTED: Door.WAITING,
    EnrolmentStatus.WITHDRAWN: Door.LEFT,
    EnrolmentStatus.REJECTED: Door.LEFT,
}


def door(edition: EditionOffered, *, places_left: int | None, on: date) -> Door:
    """How the person who asks stands before ``edition``; None: there is place for all."""
    if edition.own_status:
        return _DOOR_OF[edition.own_status]
    if edition.own_role:
        return Door.THEIRS
    if is_over(edition, on):
        return Door.ENDED
    if not takes_people(edition, on):
        return Door.CLOSED
    if places_left == 0:
        return Door.FULL
    return Door.OPEN if edition.policy is EnrolmentPolicy.OPEN else Door.BY_APPLICATION
