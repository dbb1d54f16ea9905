"""The editions that the centre reported: their people, teams, works, sessions and attendance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from app.demo.allocation import REPORTED, Participation
from app.demo.capstones import Assignment, add_capstone, works_for
from app.demo.catalogue import RUBRIC, course_id
from app.demo.chance import Chance
from app.demo.courses import CourseFolder
from app.demo.enrolments import (
    TeamMade,
    add_staff,
    add_team,
    enrolment_id,
    place_of,
)
from app.demo.materials import Materials
from app.demo.meetings import Meeting, add_attendance, add_meeting, planned_texts, spoken
from app.demo.rows import named
from app.demo.sessions import attendance
from app.demo.sources import EditionRow
from app.demo.stage import Stage
from app.demo.surveys import ASKED_IN, add_survey
from app.demo.teams import teams
from app.models import (
    Account,
    CapstoneKind,
    CapstoneStatus,
    Edition,
    EnrolmentPolicy,
    EnrolmentStatus,
)

#: How the works of ended editions stand, in a hundred: most were accepted, some never finished.
OUTCOMES = {
    CapstoneStatus.ACCEPTED: 92,
    CapstoneStatus.RETURNED: 3,
    CapstoneStatus.SUBMITTED: 2,
    CapstoneStatus.DRAFT: 3,
}
#: Of those whose team's work was accepted, so many finished everything else too.
FINISHED = 0.93
#: So many teams or fewer can be accompanied by one tutor.
TEAMS_OF_A_TUTOR = 6
EVENING = time(18, tzinfo=UTC)
MORNING = time(14, tzinfo=UTC)


@dataclass(frozen=True)
class _Reported:
    """An edition of the report while its rows are made."""

    number: int
    row: EditionRow
    course: CourseFolder
    edition: Edition
    participations: Sequence[Participation]
    tutors: Sequence[Account]

    @property
    def began(self) -> datetime:
        assert self.edition.starts_on  # noqa: S101 -- the planner needs the dates too
        return datetime.combine(self.edition.starts_on, MORNING)

    @property
    def ended(self) -> datetime:
        assert self.edition.ends_on  # noqa: S101 -- the planner needs the dates too
        return datetime.combine(self.edition.ends_on, EVENING)


def add_programme(stage: Stage, tutors: Sequence[Account]) -> None:
    """All tutor-led editions of the reported year, person by person."""
    outcomes = _outcomes()
    for one in _reported(stage.materials, tutors):
        stage.rows.add(one.edition)
        add_staff(stage.rows, one.edition, (tutor.id for tutor in one.tutors))
        admitted_at = one.began - timedelta(days=6)
        places = [
            stage.rows.add(place_of(part, one.edition, admitted_at=admitted_at))
            for part in one.participations
        ]
        _add_works(stage, one, outcomes)
        _add_sessions(stage, one)
        if one.course.head.slug == ASKED_IN:
            add_survey(stage, one.edition, places)


def _reported(materials: Materials, tutors: Sequence[Account]) -> Iterator[_Reported]:
    for number, row in enumerate(materials.editions):
        participations = materials.programme.of_edition(number)
        if not participations:
            continue
        course = materials.courses[row.title]
        edition = Edition(
            id=named("edition", course.head.slug, REPORTED.year),
            course_id=course_id(course.head.slug),
            slug=str(REPORTED.year),
            languages=list(row.languages),
            starts_on=row.starts,
            ends_on=row.ends,
            reporting_year=row.reporting_year,
            enrol_until=row.starts - timedelta(days=10) if row.starts else None,
            capacity=len(participations),
            policy=EnrolmentPolicy.CLOSED,
            capstone=CapstoneKind(row.capstone.value) if row.capstone else None,
            rubric_id=RUBRIC,
            capstone_due_on=row.ends - timedelta(days=7) if row.ends else None,
            requires_capstone=True,
        )
        chosen = _tutors_for(row, len(teams(participations)), tutors)
        yield _Reported(number, row, course, edition, participations, chosen)


def _tutors_for(row: EditionRow, number: int, tutors: Sequence[Account]) -> list[Account]:
    """One of each language of the edition, and a second one where there are many teams."""
    chance = Chance(f"tutors of {row.title}")
    chosen = [
        chance.pick([tutor for tutor in tutors if tutor.language == language])
        for language in row.languages
    ]
    if number > TEAMS_OF_A_TUTOR and len(chosen) == 1:
        left = [t for t in tutors if t.language in row.languages and t not in chosen]
        chosen += [chance.pick(left)] if left else []
    return chosen


def _outcomes() -> Iterator[CapstoneStatus]:
    """How each work stands: first one of each kind, so that every state can be seen."""
    yield from OUTCOMES
    chance = Chance("outcomes")
    while True:
        yield chance.weighted(list(OUTCOMES), OUTCOMES.values())


def _add_works(stage: Stage, one: _Reported, outcomes: Iterator[CapstoneStatus]) -> None:
    planned = teams(one.participations)
    made = [
        add_team(stage.rows, one.edition, team, one.tutors[n % len(one.tutors)].id)
        for n, team in enumerate(planned)
    ]
    works = stage.materials.bank.works
    given = works_for(made, works, one.course.head.slug)
    for n, (team, (work, title)) in enumerate(zip(made, given, strict=True)):
        status = next(outcomes)
        chance = Chance(f"versions of {team.team.id}")
        assignment = Assignment(
            made=team,
            edition=one.edition,
            work=work,
            title=title,
            status=status,
            versions=0 if status is CapstoneStatus.DRAFT else chance.whole(1, 2),
            began=one.began,
            until=one.ended,
            tutor=one.tutors[n % len(one.tutors)].id,
        )
        add_capstone(stage.rows, works, assignment)
        if status is CapstoneStatus.ACCEPTED:
            _complete(team, one.ended, chance)


def _complete(team: TeamMade, at: datetime, chance: Chance) -> None:
    for member in team.members:
        if chance.happens(FINISHED):
            member.status = EnrolmentStatus.COMPLETED
            member.completed_at = at


def _add_sessions(stage: Stage, one: _Reported) -> None:
    planned = [session for session in stage.materials.sessions if session.edition == one.number]
    languages = [spoken(one.row.languages, session.number) for session in planned]
    texts = planned_texts(stage.materials.bank.sessions, languages)
    for session, language, (text, title) in zip(planned, languages, texts, strict=True):
        meeting = Meeting(
            number=session.number,
            starts_at=session.starts_at,
            local_start=session.local_start,
            timezone=session.timezone,
            minutes=session.minutes,
            language=language,
            text=text,
            title=title,
            host=one.tutors[session.number % len(one.tutors)].id,
        )
        held = add_meeting(stage, one.edition, one.course, meeting)
        for came in attendance(session, one.participations):
            place = enrolment_id(one.edition, came.participation.person.email)
            add_attendance(stage.rows, held, place, came.minutes)
