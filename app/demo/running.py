"""The tutor-led editions that are under way: their dates are counted from the day of the load."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.demo.accounts import PARTICIPANT, TUTOR, account_id, account_of
from app.demo.allocation import Participation
from app.demo.announcements import add_announcements
from app.demo.capstones import Assignment, add_capstone, works_for
from app.demo.catalogue import RUBRIC, course_id
from app.demo.chance import Chance
from app.demo.content import add_content
from app.demo.enrolments import add_staff, add_team, enrolment_id, place_of
from app.demo.forums import add_forum
from app.demo.learners import open_activities, study
from app.demo.matching import InstitutionKey
from app.demo.meetings import Meeting, add_attendance, add_meeting, planned_texts, spoken
from app.demo.people import Gender as Invented
from app.demo.people import Person, invent
from app.demo.rows import named
from app.demo.stage import Stage
from app.demo.teams import teams
from app.models import (
    Account,
    CapstoneKind,
    CapstoneStatus,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    Gender,
)

ZONE = "America/Montevideo"
HOUR = time(11)
MINUTES = 90
CAME = 0.8
FRIDAY = 4
GENDERS = {Invented.WOMAN: 55, Invented.MAN: 40, Invented.PREFERS_NOT_TO_SAY: 5}
#: What the participant of the demonstration has done in the edition that is under way.
DONE_BY_PARTICIPANT = 7


@dataclass(frozen=True)
class Work:
    """How far a team of a country is, and after how many versions."""

    status: CapstoneStatus
    versions: int


DRAFT = Work(CapstoneStatus.DRAFT, 0)
WAITING = Work(CapstoneStatus.SUBMITTED, 1)
WAITING_AGAIN = Work(CapstoneStatus.SUBMITTED, 2)
RETURNED = Work(CapstoneStatus.RETURNED, 1)
ACCEPTED = Work(CapstoneStatus.ACCEPTED, 2)


@dataclass(frozen=True)
class Running:
    """An edition under way, in weeks and days around today."""

    course: str
    languages: tuple[str, ...]
    began: int  # weeks ago
    weeks: int
    people: Mapping[InstitutionKey, int]
    works: Mapping[str, tuple[Work, ...]]  # of the teams of each country
    past: tuple[int, ...]  # days since each session that was held
    second_tutor: frozenset[str] = frozenset()  # the countries whose teams another one accompanies
    joined: tuple[tuple[Person, InstitutionKey], ...] = ()


BIG_DATA = Running(
    course="big-data-and-skills-gap",
    languages=("es",),
    began=5,
    weeks=16,
    people={
        ("SENA", "CO"): 3,
        ("SENATI", "PE"): 4,
        ("INA", "CR"): 3,
        ("CETP/UTU", "UY"): 4,
        ("INFOCAL", "BO"): 3,
        ("INFOTEP", "DO"): 3,
        ("CONALEP", "MX"): 3,
    },
    works={
        "CO": (RETURNED,),
        "PE": (WAITING,),
        "CR": (DRAFT,),
        "UY": (WAITING_AGAIN,),
        "BO": (ACCEPTED,),
        "DO": (DRAFT,),
        "MX": (WAITING,),
    },
    past=(35, 28, 19, 12, 5),
    joined=((PARTICIPANT.person, ("SENA", "CO")),),
)
LEADERSHIP = Running(
    course="leadership-for-industry-4-0",
    languages=("es", "pt"),
    began=3,
    weeks=8,
    people={
        ("SENAI", "BR"): 4,
        ("SENAC", "BR"): 3,
        ("IEFP", "PT"): 3,
        ("TKNIKA", "ES"): 4,
        ("SENCE", "CL"): 3,
        ("INFOCAL", "BO"): 3,
    },
    works={
        "BR": (WAITING, ACCEPTED),
        "PT": (DRAFT,),
        "ES": (WAITING,),
        "CL": (RETURNED,),
        "BO": (DRAFT,),
    },
    past=(20, 13, 6),
    second_tutor=frozenset({"BR", "PT"}),
)


def add_running(stage: Stage, tutors: Sequence[Account]) -> None:
    """Both editions, with their people, teams, works, sessions and progress so far."""
    taken = {account.email for account in stage.rows.of(Account)}
    speaks_portuguese = next(tutor for tutor in tutors if tutor.language == "pt")
    for kind in (BIG_DATA, LEADERSHIP):
        edition = stage.rows.add(_edition(kind, stage.today))
        both = [account_id(TUTOR.email), speaks_portuguese.id]
        add_staff(stage.rows, edition, both if kind.second_tutor else both[:1])
        people = _people(stage, kind, edition, taken)
        _add_works(stage, kind, edition, people, both)
        _add_sessions(stage, kind, edition, people)
        _add_progress(stage, kind, edition, people)
        add_announcements(stage, edition, kind.course, account_id(TUTOR.email))
        modules = stage.materials.course(kind.course).modules
        add_forum(stage, edition, kind.course, len(modules) + 1)


def monday(today: date, weeks: int) -> date:
    """The Monday of the week so many weeks from now; negative: ago."""
    return today + timedelta(weeks=weeks, days=-today.weekday())


def _edition(kind: Running, today: date) -> Edition:
    starts = monday(today, -kind.began)
    ends = starts + timedelta(weeks=kind.weeks, days=-3)  # a Friday
    return Edition(
        id=named("edition", kind.course, "running"),
        course_id=course_id(kind.course),
        slug=f"{starts:%Y-%m}",
        languages=list(kind.languages),
        starts_on=starts,
        ends_on=ends,
        reporting_year=ends.year,
        enrol_until=starts - timedelta(days=10),
        capacity=30,
        policy=EnrolmentPolicy.CLOSED,
        capstone=CapstoneKind.ROADMAP,
        rubric_id=RUBRIC,
        capstone_due_on=ends - timedelta(weeks=2),
        requires_capstone=True,
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def _began(edition: Edition) -> datetime:
    assert edition.starts_on  # noqa: S101 -- every edition of this file has its dates
    return _morning(edition.starts_on)


def _people(stage: Stage, kind: Running, edition: Edition, taken: set[str]) -> list[Participation]:
    """Their accounts and places, and what they are in the edition."""
    chance = Chance(f"people of {edition.id}")
    joined = list(kind.joined)
    for institution, number in kind.people.items():
        for _ in range(number):
            gender = chance.weighted(list(GENDERS), GENDERS.values())
            (person,) = invent(institution[1], gender, 1, chance=chance, taken=taken)
            stage.rows.add(account_of(person, institution))
            joined.append((person, institution))
    people = [
        Participation(
            person=person,
            edition=0,
            title=kind.course,
            gender=person.gender,
            country=institution[1],
            institution=institution,
            language=person.language if person.language in kind.languages else kind.languages[0],
            note="",
        )
        for person, institution in joined
    ]
    for part in people:
        admitted_at = _began(edition) - timedelta(days=6)
        place = stage.rows.add(place_of(part, edition, admitted_at=admitted_at))
        if part == people[-1] and kind is LEADERSHIP:
            _say_another(stage, place)
    return people


def _say_another(stage: Stage, place: Enrolment) -> None:
    """One person answered the question of gender in their own words, as some do."""
    place.gender = Gender.ANOTHER
    for account in stage.rows.of(Account):
        if account.id == place.account_id:
            account.gender, account.gender_word = Gender.ANOTHER, "Persona no binaria"


def _add_works(
    stage: Stage,
    kind: Running,
    edition: Edition,
    people: Sequence[Participation],
    tutors: Sequence[UUID],
) -> None:
    made = []
    for planned in teams(people):
        second = planned.members[0].country in kind.second_tutor
        made.append(add_team(stage.rows, edition, planned, tutors[second]))
    order = list(kind.works)
    made.sort(key=lambda team: order.index(team.planned.members[0].country))
    left = {country: iter(works) for country, works in kind.works.items()}
    works = stage.materials.bank.works
    for team, (work, title) in zip(made, works_for(made, works, kind.course), strict=True):
        goal = next(left[team.planned.members[0].country])
        since = Chance(f"days since {team.team.id}").whole(1, 5)
        assert team.team.tutor_id  # noqa: S101 -- given above
        assignment = Assignment(
            made=team,
            edition=edition,
            work=work,
            title=title,
            status=goal.status,
            versions=goal.versions,
            began=_began(edition),
            until=stage.now - timedelta(days=since, hours=2),
            tutor=team.team.tutor_id,
        )
        add_capstone(stage.rows, works, assignment)


def _add_sessions(
    stage: Stage, kind: Running, edition: Edition, people: Sequence[Participation]
) -> None:
    """Those that were held, one tomorrow, and then one each week."""
    days = list(_session_days(kind, edition, stage.today))
    languages = [spoken(kind.languages, number) for number in range(1, len(days) + 1)]
    texts = planned_texts(stage.materials.bank.sessions, languages)
    course = stage.materials.course(kind.course)
    for number, (day, language, (text, title)) in enumerate(
        zip(days, languages, texts, strict=True), 1
    ):
        local = datetime.combine(day, HOUR)
        meeting = Meeting(
            number=number,
            starts_at=local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC),
            local_start=local.isoformat(timespec="minutes"),
            timezone=ZONE,
            minutes=MINUTES,
            language=language,
            text=text,
            title=title,
            host=account_id(TUTOR.email),
        )
        session = add_meeting(stage, edition, course, meeting)
        if session.attendance_taken_at is None:
            continue
        chance = Chance(f"attendance of {session.id}")
        for part in people:
            if chance.happens(CAME):
                minutes = MINUTES if chance.happens(0.6) else chance.whole(40, MINUTES - 1)
                place = enrolment_id(edition, part.person.email)
                add_attendance(stage.rows, session, place, minutes)


def _session_days(kind: Running, edition: Edition, today: date) -> Iterator[date]:
    for ago in kind.past:
        day = today - timedelta(days=ago)
        yield day - timedelta(days=max(0, day.weekday() - FRIDAY))
    day = today + timedelta(days=1)
    while edition.ends_on and day <= edition.ends_on:
        yield day
        day += timedelta(weeks=1)


def _add_progress(
    stage: Stage, kind: Running, edition: Edition, people: Sequence[Participation]
) -> None:
    content = add_content(stage, edition, stage.materials.course(kind.course))
    readable = open_activities(content, stage.now)
    places = {place.id: place for place in stage.rows.of(Enrolment)}
    chance = Chance(f"progress in {edition.id}")
    for part in people:
        done = chance.whole(1, len(readable))
        if part.person.email == PARTICIPANT.email:
            done = DONE_BY_PARTICIPANT
        place = places[enrolment_id(edition, part.person.email)]
        study(stage.rows, place, readable, done, stage.now)
