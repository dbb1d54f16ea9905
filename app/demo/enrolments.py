"""Places in editions: the enrolments of the demonstration, and the counts that go with them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.demo.accounts import account_id
from app.demo.allocation import Participation
from app.demo.catalogue import institution_id
from app.demo.rows import Rows, named
from app.demo.teams import PlannedTeam
from app.models import (
    NO_INSTITUTION,
    Account,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Gender,
    StaffRole,
    Team,
    TeamMember,
)


@dataclass(frozen=True)
class TeamMade:
    """A team as it was written, with what its capstone needs to know of it."""

    team: Team
    planned: PlannedTeam
    members: tuple[Enrolment, ...]


def enrolment_id(edition: Edition, email: str) -> UUID:
    return named("enrolment", edition.id, email)


def place_of(part: Participation, edition: Edition, *, admitted_at: datetime) -> Enrolment:
    """A participant's place, with what they were on admission."""
    return Enrolment(
        id=enrolment_id(edition, part.person.email),
        created_at=admitted_at - timedelta(days=4),
        account_id=account_id(part.person.email),
        edition_id=edition.id,
        course_id=edition.course_id,
        reporting_year=edition.reporting_year,
        status=EnrolmentStatus.ACTIVE,
        gender=Gender(part.gender.value),
        country=part.country,
        institution_id=institution_id(part.institution),
        language=part.language,
        admitted_at=admitted_at,
    )


def place_for(account: Account, edition: Edition, *, asked_at: datetime) -> Enrolment:
    """The place of somebody who enrols by themselves, with what their account says now."""
    language = account.language if account.language in edition.languages else edition.languages[0]
    return Enrolment(
        id=enrolment_id(edition, account.email),
        created_at=asked_at,
        account_id=account.id,
        edition_id=edition.id,
        course_id=edition.course_id,
        reporting_year=edition.reporting_year,
        status=EnrolmentStatus.ACTIVE,
        gender=account.gender,
        country=account.country,
        institution_id=account.institution_id,
        language=language,
        admitted_at=asked_at,
    )


def add_staff(rows: Rows, edition: Edition, tutors: Iterable[UUID]) -> None:
    for tutor in tutors:
        rows.add(
            EditionStaff(
                id=named("staff", edition.id, tutor),
                edition_id=edition.id,
                account_id=tutor,
                role=StaffRole.TUTOR,
            )
        )


def add_team(rows: Rows, edition: Edition, planned: PlannedTeam, tutor: UUID) -> TeamMade:
    team = rows.add(
        Team(
            id=named("team", edition.id, planned.name),
            edition_id=edition.id,
            name=planned.name,
            tutor_id=tutor,
        )
    )
    places = {place.id: place for place in rows.of(Enrolment)}
    members = tuple(places[enrolment_id(edition, part.person.email)] for part in planned.members)
    for member in members:
        rows.add(TeamMember(id=named("member", member.id), team_id=team.id, enrolment_id=member.id))
    return TeamMade(team, planned, members)


def add_counts(rows: Rows) -> None:
    """How many of the enrolments so far are alike: what statistics stand on."""
    alike = Counter(
        (
            place.edition_id,
            place.status,
            place.country,
            place.gender,
            place.institution_id or NO_INSTITUTION,
            place.course_id,
            place.reporting_year,
        )
        for place in rows.of(Enrolment)
    )
    for (edition, status, country, gender, institution, course, year), n in alike.items():
        rows.add(
            EnrolmentCount(
                edition_id=edition,
                status=status,
                country=country,
                gender=gender,
                institution_key=institution,
                course_id=course,
                reporting_year=year,
                n=n,
            )
        )
