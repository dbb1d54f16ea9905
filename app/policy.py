"""Who may do what. The whole policy is the table below; a row's own conditions stand beside it."""

from collections.abc import Set as AbstractSet
from enum import StrEnum


class Role(StrEnum):
    """What somebody is, here and now: in an edition, or on the whole platform."""

    VISITOR = "visitor"
    SIGNED_IN = "signed in"
    PARTICIPANT = "participant"  # enrolled in this edition, active or completed
    OBSERVER = "observer"  # of this edition
    TUTOR = "tutor"  # of this edition
    FOCAL = "focal"  # a coordinator bound to one institution, for its own people only
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    # on the platform
    SEE_EDITIONS = "see the list of editions"
    SEE_STATISTICS = "see statistics"
    SEE_ANNUAL_REPORT = "see the annual report"
    SEE_INSTITUTIONS = "see the institutions"
    CHANGE_INSTITUTIONS = "change the institutions"
    PROPOSE_NAMES = "propose names of the own institution"
    NAME_FOCAL_POINTS = "name focal points"
    SEE_CERTIFICATES = "see issued certificates"
    REVOKE_CERTIFICATES = "revoke certificates"
    REDRAW_CERTIFICATES = "draw certificates again"
    NOMINATE = "name their own people"
    REVIEW_QUEUE = "open the review queue"
    SEE_OUTBOX = "see the outbox"
    SEE_AUDIT_LOG = "see the audit log"
    # in an edition
    VIEW_EDITION = "view the edition"
    TAKE_ACTIVITIES = "take its activities"
    SEE_PEOPLE = "see its people"
    SEE_GENDER = "see the gender of its people"
    SEE_ADDRESSES = "see its people's addresses"
    READ_APPLICATIONS = "read their applications"
    ADMIT_PEOPLE = "admit and withdraw people"
    WRITE_CAPSTONE = "write the team's capstone"
    READ_CAPSTONES = "read all capstones"
    REVIEW_CAPSTONES = "review capstones"
    SCHEDULE_SESSIONS = "schedule live sessions"
    TAKE_ATTENDANCE = "take attendance"
    CHANGE_EDITION = "change the edition"


_STAFF = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_TEACHING = _STAFF | {Role.TUTOR}
_WATCHING = _TEACHING | {Role.OBSERVER}

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.SEE_EDITIONS: _STAFF | {Role.FOCAL},
    Action.SEE_STATISTICS: _STAFF | {Role.FOCAL},
    Action.SEE_ANNUAL_REPORT: _STAFF,
    Action.SEE_INSTITUTIONS: _STAFF | {Role.FOCAL},
    Action.CHANGE_INSTITUTIONS: _STAFF,
    Action.PROPOSE_NAMES: frozenset({Role.FOCAL}),
    Action.NAME_FOCAL_POINTS: _STAFF,
    Action.SEE_CERTIFICATES: _STAFF | {Role.FOCAL},
    Action.REVOKE_CERTIFICATES: _STAFF,
    Action.REDRAW_CERTIFICATES: _STAFF,
    Action.NOMINATE: frozenset({Role.FOCAL}),  # for editions that take people so
    Action.REVIEW_QUEUE: _TEACHING,
    Action.SEE_OUTBOX: frozenset({Role.ADMINISTRATOR}),
    Action.SEE_AUDIT_LOG: frozenset({Role.ADMINISTRATOR}),
    Action.VIEW_EDITION: _WATCHING | {Role.PARTICIPANT, Role.FOCAL},
    Action.TAKE_ACTIVITIES: frozenset({Role.PARTICIPANT}),
    Action.SEE_PEOPLE: _WATCHING | {Role.FOCAL},
    Action.SEE_GENDER: _STAFF | {Role.FOCAL},  # of the people that they see
    Action.SEE_ADDRESSES: _STAFF | {Role.FOCAL},  # as above
    Action.READ_APPLICATIONS: _STAFF | {Role.FOCAL},  # as above
    Action.ADMIT_PEOPLE: _STAFF,
    Action.WRITE_CAPSTONE: frozenset({Role.PARTICIPANT}),
    Action.READ_CAPSTONES: _WATCHING,
    Action.REVIEW_CAPSTONES: _TEACHING,
    Action.SCHEDULE_SESSIONS: _TEACHING,
    Action.TAKE_ATTENDANCE: _TEACHING,
    Action.CHANGE_EDITION: _STAFF,
}


def permits(roles: AbstractSet[Role], action: Action) -> bool:
    """Whether any of somebody's ``roles`` allows ``action``."""
    return not ALLOWED[action].isdisjoint(roles)
