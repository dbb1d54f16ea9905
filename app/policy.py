"""Who may do what. The whole policy is the table below; a row's own conditions stand beside it."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


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
    WRITE_CATALOGUE = "write courses into the catalogue"
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
    SEE_BOUNCES = "see addresses that fail"
    CHANGE_WORDINGS = "change messages' wording"
    SEE_AUDIT_LOG = "see the audit log"
    EXPORT_AUDIT_LOG = "export the audit log"
    SEE_ACCOUNTS = "see accounts"
    GIVE_PLATFORM_ROLES = "give roles on the platform"
    SUSPEND_ACCOUNTS = "suspend accounts"
    END_SIGN_INS = "end somebody's sign-ins"
    VIEW_AS_PARTICIPANT = "view as a participant"
    # in an edition
    VIEW_EDITION = "view the edition"
    TAKE_ACTIVITIES = "take its activities"
    SEE_PEOPLE = "see its people"
    SEE_GENDER = "see the gender of its people"
    SEE_ADDRESSES = "see its people's addresses"
    READ_APPLICATIONS = "read their applications"
    ADMIT_PEOPLE = "admit and withdraw people"
    IMPORT_PEOPLE = "import people"
    NOTE_PEOPLE = "keep notes on its people"
    SUPPORT_APPLICANTS = "support applicants"
    WRITE_CAPSTONE = "write the team's capstone"
    READ_CAPSTONES = "read all capstones"
    REVIEW_CAPSTONES = "review capstones"
    SCHEDULE_SESSIONS = "schedule live sessions"
    TAKE_ATTENDANCE = "take attendance"
    SEE_RESULTS = "see the results of its people"
    CHANGE_RESULTS = "give other results"
    CHANGE_EDITION = "change the edition"
    WRITE_CONTENT = "write its content"
    SEE_SURVEY_RESULTS = "see what surveys say"
    OPEN_NEXT_EDITION = "open the next edition"
    READ_ANNOUNCEMENTS = "read all announcements"
    ANNOUNCE = "write announcements"
    ANNOUNCE_TO_ALL = "write announcements to all"
    APPOINT_STAFF = "say who accompanies it"
    READ_FORUM = "read its forums"
    WRITE_FORUM = "write in its forums"
    MODERATE_FORUM = "look after its forums"
    # among the people of all editions of a course
    READ_COMMUNITY = "read the community"
    WRITE_COMMUNITY = "write in the community"
    MODERATE_COMMUNITY = "look after the community"


_STAFF = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
_TEACHING = _STAFF | {Role.TUTOR}
_WATCHING = _TEACHING | {Role.OBSERVER}

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.SEE_EDITIONS: _STAFF | {Role.FOCAL},
    Action.WRITE_CATALOGUE: _STAFF,
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
    Action.SEE_BOUNCES: _STAFF | {Role.FOCAL},  # of the people that they see
    Action.CHANGE_WORDINGS: frozenset({Role.ADMINISTRATOR}),
    Action.SEE_AUDIT_LOG: _STAFF,
    Action.EXPORT_AUDIT_LOG: frozenset({Role.ADMINISTRATOR}),
    Action.SEE_ACCOUNTS: _STAFF,
    Action.GIVE_PLATFORM_ROLES: frozenset({Role.ADMINISTRATOR}),
    Action.SUSPEND_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
    Action.END_SIGN_INS: frozenset({Role.ADMINISTRATOR}),
    Action.VIEW_AS_PARTICIPANT: _STAFF,
    Action.VIEW_EDITION: _WATCHING | {Role.PARTICIPANT, Role.FOCAL},
    Action.TAKE_ACTIVITIES: frozenset({Role.PARTICIPANT}),
    Action.SEE_PEOPLE: _WATCHING | {Role.FOCAL},
    Action.SEE_GENDER: _STAFF | {Role.FOCAL},  # of the people that they see
    Action.SEE_ADDRESSES: _STAFF | {Role.FOCAL},  # as above
    Action.READ_APPLICATIONS: _STAFF | {Role.FOCAL},  # as above
    Action.ADMIT_PEOPLE: _STAFF,
    Action.IMPORT_PEOPLE: _STAFF,
    Action.NOTE_PEOPLE: _STAFF,
    Action.SUPPORT_APPLICANTS: frozenset({Role.FOCAL}),  # of their own institution
    Action.WRITE_CAPSTONE: frozenset({Role.PARTICIPANT}),
    Action.READ_CAPSTONES: _WATCHING,
    Action.REVIEW_CAPSTONES: _TEACHING,
    Action.SCHEDULE_SESSIONS: _TEACHING,
    Action.TAKE_ATTENDANCE: _TEACHING,
    Action.SEE_RESULTS: _WATCHING | {Role.FOCAL},
    Action.CHANGE_RESULTS: _TEACHING,
    Action.CHANGE_EDITION: _STAFF,
    Action.WRITE_CONTENT: _TEACHING,
    Action.SEE_SURVEY_RESULTS: _TEACHING,  # others may see those that are shown to participants
    Action.OPEN_NEXT_EDITION: _TEACHING,
    Action.READ_ANNOUNCEMENTS: _WATCHING,  # others read those that are for them
    Action.ANNOUNCE: _TEACHING | {Role.FOCAL},  # a focal point: to the own people alone
    Action.ANNOUNCE_TO_ALL: _TEACHING,
    Action.APPOINT_STAFF: _STAFF,
    Action.READ_FORUM: _WATCHING | {Role.PARTICIPANT},
    Action.WRITE_FORUM: _TEACHING | {Role.PARTICIPANT},
    Action.MODERATE_FORUM: _TEACHING,
    Action.READ_COMMUNITY: _WATCHING | {Role.PARTICIPANT},
    Action.WRITE_COMMUNITY: _TEACHING | {Role.PARTICIPANT},
    Action.MODERATE_COMMUNITY: _TEACHING,
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as conditions look at them."""

    id: UUID
    coordinates_id: UUID | None = None  # the institution that a focal point speaks for
    team_id: UUID | None = None  # in which they are


@dataclass(frozen=True, slots=True)
class About:
    """The row that is asked for, as far as conditions look at it."""

    institution_id: UUID | None = None  # of the person
    tutor_id: UUID | None = None  # the team's own; None: it has none, and all of its edition are
    edition_id: UUID | None = None  # where the event happened; None: on the platform
    team_id: UUID | None = None  # whose room it is in; None: it is for all
    by_team: bool = False  # where it is, each team has a room of its own


type Condition = Callable[[Asker, About], bool]


def own_people(asker: Asker, about: About) -> bool:
    return asker.coordinates_id is not None and about.institution_id == asker.coordinates_id


def own_teams(asker: Asker, about: About) -> bool:
    return about.tutor_id in {None, asker.id}


def own_room(asker: Asker, about: About) -> bool:
    return about.team_id in {None, asker.team_id}


def own_room_alone(asker: Asker, about: About) -> bool:
    """Where teams talk apart, what one of them says to all would be heard by the others."""
    if about.by_team:
        return about.team_id is not None and about.team_id == asker.team_id
    return about.team_id is None


def of_an_edition(_asker: Asker, about: About) -> bool:
    return about.edition_id is not None


#: What a role is allowed only with some rows; with the others it is as if there were none.
ONLY: dict[tuple[Action, Role], Condition] = {
    (Action.SEE_STATISTICS, Role.FOCAL): own_people,
    (Action.SEE_CERTIFICATES, Role.FOCAL): own_people,
    (Action.SEE_PEOPLE, Role.FOCAL): own_people,
    (Action.SEE_GENDER, Role.FOCAL): own_people,
    (Action.SEE_ADDRESSES, Role.FOCAL): own_people,
    (Action.READ_CAPSTONES, Role.TUTOR): own_teams,
    (Action.REVIEW_CAPSTONES, Role.TUTOR): own_teams,
    (Action.SEE_RESULTS, Role.FOCAL): own_people,
    (Action.SEE_RESULTS, Role.TUTOR): own_teams,
    (Action.CHANGE_RESULTS, Role.TUTOR): own_teams,
    (Action.SEE_AUDIT_LOG, Role.COORDINATOR): of_an_edition,
    (Action.READ_FORUM, Role.PARTICIPANT): own_room,
    (Action.WRITE_FORUM, Role.PARTICIPANT): own_room_alone,
    (Action.READ_FORUM, Role.TUTOR): own_teams,
    (Action.WRITE_FORUM, Role.TUTOR): own_teams,
    (Action.MODERATE_FORUM, Role.TUTOR): own_teams,
}


def permits(roles: AbstractSet[Role], action: Action) -> bool:
    """Whether any of somebody's ``roles`` allows ``action``, be it with some rows only."""
    return not ALLOWED[action].isdisjoint(roles)


def permits_with(roles: AbstractSet[Role], action: Action, asker: Asker, about: About) -> bool:
    """Whether any of somebody's ``roles`` allows ``action`` with this row."""
    return any(
        (condition := ONLY.get((action, role))) is None or condition(asker, about)
        for role in ALLOWED[action] & roles
    )


def permits_with_all(roles: AbstractSet[Role], action: Action) -> bool:
    """Whether any of somebody's ``roles`` allows ``action`` whatever the row: no list is cut."""
    return any((action, role) not in ONLY for role in ALLOWED[action] & roles)
