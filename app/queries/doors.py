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
    LEFT = "left"  # declined or taken out: a coordinator may let them in again
    OPEN = "open"
    BY_KEY = "by key"
    BY_APPLICATION = "by application"
    BY_NOMINATION = "by nomination"
    BY_INVITATION = "by invitation"
    LINE = "line"  # it is full, and one can wait
    FULL = "full"
    NOT_YET = "not yet"
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
_DOOR_BY = {
    EnrolmentPolicy.OPEN: Door.OPEN,
    EnrolmentPolicy.KEY: Door.BY_KEY,
    EnrolmentPolicy.APPLICATION: Door.BY_APPLICATION,
    EnrolmentPolicy.NOMINATION: Door.BY_NOMINATION,
    EnrolmentPolicy.INVITATION: Door.BY_INVITATION,
}
#: Through these one comes in at once, or else waits.
_AT_ONCE = frozenset({Door.OPEN, Door.BY_KEY})


def door(edition: EditionOffered, *, places_left: int | None, on: date) -> Door:
    """How the person who asks stands before ``edition``; None: there is place for all."""
    comes_back = edition.own_status is EnrolmentStatus.WITHDRAWN and edition.own_choice
    if edition.own_status and not (comes_back and takes_people(edition, on)):
        return _DOOR_OF[edition.own_status]
    if edition.own_role:
        return Door.THEIRS
    if not takes_people(edition, on):
        return _shut(edition, on)
    found = _DOOR_BY[edition.policy]
    if places_left == 0 and not edition.waiting_list and found in _AT_ONCE | {Door.BY_APPLICATION}:
        return Door.FULL
    return Door.LINE if places_left == 0 and found in _AT_ONCE else found


def _shut(edition: EditionOffered, on: date) -> Door:
    if is_over(edition, on):
        return Door.ENDED
    return Door.NOT_YET if _opens_later(edition, on) else Door.CLOSED


def _opens_later(edition: EditionOffered, on: date) -> bool:
    is_closed = edition.policy is EnrolmentPolicy.CLOSED
    return not is_closed and edition.enrol_from is not None and on < edition.enrol_from
