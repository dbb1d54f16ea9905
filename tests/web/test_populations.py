"""What every list shows to everybody, worked out anew in plain Python for a thousand populations.

Each population is a world of its own with its institutions, people, editions, teams and all that is
written; all stand in one database, so that a list that is not cut shows another world's names.
"""

import asyncio
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import SQLModel

from app.core import clock, db
from app.core.feeds import feed_token
from app.core.ids import token_hash
from app.models import (
    NO_INSTITUTION,
    Account,
    Activity,
    ActivityKind,
    Announcement,
    ApiToken,
    Audience,
    Capstone,
    CapstoneKind,
    CapstoneStatus,
    CapstoneVersion,
    Certificate,
    Course,
    Edition,
    EditionStaff,
    Enrolment,
    EnrolmentCount,
    EnrolmentNote,
    EnrolmentPolicy,
    EnrolmentStatus,
    Forum,
    ForumPost,
    ForumTopic,
    Gender,
    Institution,
    LiveSession,
    Mode,
    Module,
    PlatformRole,
    StaffRole,
    Team,
    TeamMember,
)
from tests.conftest import ON_POSTGRESQL
from tests.make import NOW, a_sign_in
from tests.web.test_routes_and_roles import World

POPULATIONS = 200 if ON_POSTGRESQL else 1000
ASKED_IN_EACH = 3
#: Whoever is enrolled takes part in these states, and in no others.
TAKING_PART = {EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED}
#: Every name below is one of these words with its world's number and its own.
NAMED = re.compile(r"(?i)\b(per|cor|ins|tea|wor|not|new|mee|top)q(\d{4})x(\d+)\b")

type Names = set[str]


@dataclass(eq=False)
class Person:
    account: Account
    name: str
    runs_all: bool = False
    institution: Institution | None = None
    speaks_for: Institution | None = None


@dataclass(eq=False)
class Place:
    """Somebody in an edition; the institution is that of their admission."""

    row: Enrolment
    person: Person
    institution: Institution | None
    notes: list[tuple[str, bool]] = field(default_factory=list)  # and whether it is shared

    @property
    def takes_part(self) -> bool:
        return self.row.status in TAKING_PART


@dataclass(eq=False)
class Group:
    name: str
    work: str
    tutor: Person | None
    members: list[Place]
    waits: bool = True
    topic: str = ""


@dataclass(eq=False)
class News:
    name: str
    author: Person
    audience: Audience
    country: str = ""
    group: Group | None = None
    institution: Institution | None = None


@dataclass(eq=False)
class Run:
    row: Edition
    course: str
    session: str
    staff: dict[Person, StaffRole] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    forum: Activity | None = None
    topics: dict[str, str] = field(default_factory=dict)  # for all teams, and of the community

    def place_of(self, person: Person) -> Place | None:
        return next((place for place in self.places if place.person is person), None)


@dataclass
class Population:
    number: int
    people: list[Person] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    institutions: list[tuple[Institution, str]] = field(default_factory=list)
    rows: list[SQLModel] = field(default_factory=list)


# --- How a population comes about


def id_of(institution: Institution | None) -> UUID | None:
    return institution.id if institution else None


class Chance:
    """Makes one population, each time another."""

    def __init__(self, number: int) -> None:
        self.dice = random.Random(number)  # noqa: S311 -- repeatable
        self.made = Population(number)
        self.n = 0

    def named(self, word: str) -> str:
        self.n += 1
        return f"{word}q{self.made.number:04d}x{self.n}"

    def keep[T: SQLModel](self, row: T) -> T:
        self.made.rows.append(row)
        return row

    def population(self) -> Population:
        for _ in range(2):
            name = self.named("Ins")
            row = self.keep(Institution(acronym=name, name=f"{name} Institute", country="CO"))
            self.made.institutions.append((row, name))
        (one, _name), (other, _other) = self.made.institutions
        self.person(runs_all=True)
        self.person(speaks_for=one, institution=one)
        self.person(speaks_for=other, institution=other)
        for _ in range(self.dice.randint(2, 4)):
            self.person(institution=self.dice.choice([one, other, None]))
        for _ in range(2):
            self.run()
        return self.made

    def person(
        self,
        *,
        runs_all: bool = False,
        institution: Institution | None = None,
        speaks_for: Institution | None = None,
    ) -> None:
        name = self.named("Per")
        role = PlatformRole.COORDINATOR if runs_all or speaks_for else None
        account = Account(
            email=f"{name.lower()}@example.org", name=f"{name} Pérez", language="en",
            country=self.dice.choice(["CO", "PE"]), gender=self.dice.choice(list(Gender)),
            email_confirmed_at=NOW, platform_role=role,
            institution_id=id_of(institution),
            coordinates_id=id_of(speaks_for),
            email_bounced_at=NOW if self.dice.random() < 0.4 else None,
        )  # fmt: skip
        self.keep(account)
        self.made.people.append(Person(account, name, runs_all, institution, speaks_for))

    def run(self) -> None:
        title = self.named("Cor")
        course = Course(slug=title.lower(), mode=Mode.TUTOR_LED, hours=9, languages=["en"],
                        title={"en": title}, summary={"en": "What one learns."})  # fmt: skip
        row = Edition(
            course_id=self.keep(course).id, slug="run", languages=["en"], reporting_year=2026,
            starts_on=NOW.date(), ends_on=clock.now().date() + timedelta(days=60),
            policy=EnrolmentPolicy.OPEN, capstone=CapstoneKind.ROADMAP,
        )  # fmt: skip
        run = Run(self.keep(row), title, self.named("Mee"))
        self.made.runs.append(run)
        at = clock.now() + timedelta(days=5)
        self.keep(
            LiveSession(edition_id=row.id, title=run.session, language="en", starts_at=at,
                        timezone="UTC", local_start=f"{at:%Y-%m-%dT%H:%M}", minutes=60,
                        link="https://meet.example.org/x", changed_at=NOW)
        )  # fmt: skip
        for person in self.made.people:
            if not person.runs_all:
                self.relation(run, person)
        self.groups(run)
        self.news(run)
        self.talk(run)
        alike = Counter(
            (place.row.status, place.row.country, place.row.gender,
             place.row.institution_id or NO_INSTITUTION)
            for place in run.places
        )  # fmt: skip
        for (status, country, gender, institution), n in alike.items():
            self.keep(
                EnrolmentCount(edition_id=row.id, status=status, country=country, gender=gender,
                               institution_key=institution, course_id=course.id,
                               reporting_year=2026, n=n)
            )  # fmt: skip

    def relation(self, run: Run, person: Person) -> None:
        """Tutor, observer, enrolled in whichever state, or nothing."""
        kind = self.dice.choice(["tutor", "observer", "in", "in", "in", "in", "nothing"])
        if kind in set(StaffRole):
            run.staff[person] = StaffRole(kind)
            self.keep(EditionStaff(edition_id=run.row.id, account_id=person.account.id,
                                   role=StaffRole(kind)))  # fmt: skip
        elif kind == "in":
            then = self.dice.choice([person.institution] * 3 + [self.made.institutions[0][0], None])
            status = self.dice.choice(
                [EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED, *EnrolmentStatus]
            )
            row = Enrolment(
                account_id=person.account.id, edition_id=run.row.id, course_id=run.row.course_id,
                reporting_year=2026, status=status, gender=person.account.gender,
                country=person.account.country, institution_id=id_of(then), language="en",
                admitted_at=NOW,
            )  # fmt: skip
            place = Place(self.keep(row), person, then)
            run.places.append(place)
            for shared in self.dice.sample([True, False], self.dice.randint(0, 2)):
                name = self.named("Not")
                place.notes.append((name, shared))
                self.keep(EnrolmentNote(enrolment_id=row.id, body=name, shared=shared,
                                        author_id=self.made.people[0].account.id))  # fmt: skip
            if status is EnrolmentStatus.COMPLETED:
                self.certificate(place, run)

    def certificate(self, place: Place, run: Run) -> None:
        facts = {"recipient": place.person.account.name, "course": run.course, "hours": 9,
                 "course_language": "en", "institution": None, "country_code": "CO",
                 "issued_on": "2026-06-08"}  # fmt: skip
        self.keep(Certificate(enrolment_id=place.row.id, code=self.named("c"), facts=facts,
                              issued_at=NOW))  # fmt: skip

    def groups(self, run: Run) -> None:
        free = [place for place in run.places if place.takes_part]
        for _ in range(self.dice.randint(0, 2)):
            members, free = free[:1], free[1:]
            tutor = self.dice.choice([None, *self.made.people[1:], *run.staff])
            group = Group(self.named("Tea"), self.named("Wor"), tutor, members)
            group.waits = self.dice.random() < 0.7
            run.groups.append(group)
            team = self.keep(Team(edition_id=run.row.id, name=group.name,
                                  tutor_id=tutor.account.id if tutor else None))  # fmt: skip
            for member in members:
                self.keep(TeamMember(team_id=team.id, enrolment_id=member.row.id))
            status = CapstoneStatus.SUBMITTED if group.waits else CapstoneStatus.DRAFT
            work = self.keep(Capstone(edition_id=run.row.id, team_id=team.id, title=group.work,
                                      language="en", status=status))  # fmt: skip
            if group.waits:
                self.keep(CapstoneVersion(capstone_id=work.id, number=1, submitted_at=NOW,
                                          content={}, status=status))  # fmt: skip
            self.announce(run, Audience.TEAM, group=group, team=team)

    def news(self, run: Run) -> None:
        for audience in self.dice.sample([a for a in Audience if a is not Audience.TEAM], 3):
            whose = self.dice.choice([None, self.made.institutions[0][0]])
            self.announce(run, audience, institution=whose)

    def talk(self, run: Run) -> None:
        """A forum in which teams talk apart, and the community of the course."""
        module = self.keep(Module(edition_id=run.row.id, position=1, title={"en": "Talk"}))
        run.forum = self.keep(
            Activity(edition_id=run.row.id, module_id=module.id, position=1,
                     kind=ActivityKind.FORUM, title={"en": "Forum"})
        )  # fmt: skip
        forum = self.keep(Forum(activity_id=run.forum.id, by_team=True))
        community = self.keep(Forum(course_id=run.row.course_id))
        for where, kind in ((forum, "all"), (community, "community")):
            run.topics[kind] = self.topic(where)
        for group in run.groups:
            team = next(row for row in self.made.rows
                        if isinstance(row, Team) and row.name == group.name)  # fmt: skip
            group.topic = self.topic(forum, team)

    def topic(self, forum: Forum, team: Team | None = None) -> str:
        author, name = self.made.people[0].account, self.named("Top")
        row = self.keep(
            ForumTopic(forum_id=forum.id, team_id=team.id if team else None, title=name,
                       author_id=author.id, last_post_at=NOW)
        )  # fmt: skip
        self.keep(ForumPost(topic_id=row.id, number=1, author_id=author.id, body=f"Words {name}"))
        return name

    def announce(
        self,
        run: Run,
        audience: Audience,
        *,
        group: Group | None = None,
        team: Team | None = None,
        institution: Institution | None = None,
    ) -> None:
        country = "PE" if audience is Audience.COUNTRY else ""
        author = self.made.people[1] if institution else self.made.people[0]
        news = News(self.named("New"), author, audience, country, group, institution)
        run.news.append(news)
        self.keep(
            Announcement(edition_id=run.row.id, author_id=author.account.id, audience=audience,
                         team_id=team.id if team else None, country=country, recipients=1,
                         institution_id=id_of(institution),
                         title={"en": news.name}, body={"en": "Words."})
        )  # fmt: skip


# --- The policy, once more and in plain Python


def is_staff(run: Run, person: Person, *roles: StaffRole) -> bool:
    return person.runs_all or run.staff.get(person) in (roles or tuple(StaffRole))


def has_people(run: Run, person: Person) -> bool:
    """A focal point whose institution somebody named on admission, whatever came of it."""
    return person.speaks_for is not None and any(
        place.institution is person.speaks_for for place in run.places
    )


def is_in(run: Run, person: Person) -> bool:
    place = run.place_of(person)
    return is_staff(run, person) or has_people(run, person) or bool(place and place.takes_part)


def watches(run: Run, person: Person, place: Place) -> bool:
    return is_staff(run, person) or (
        person.speaks_for is not None and place.institution is person.speaks_for
    )


def is_theirs(run: Run, person: Person, group: Group) -> bool:
    """A tutor has their own teams, and those of nobody who is still a tutor there."""
    cared_for = run.staff.get(group.tutor) is StaffRole.TUTOR if group.tutor else False
    return not cared_for or group.tutor is person


def reads_work(run: Run, person: Person, group: Group) -> bool:
    if person.runs_all or run.staff.get(person) is StaffRole.OBSERVER:
        return True
    return run.staff.get(person) is StaffRole.TUTOR and is_theirs(run, person, group)


def answers(run: Run, person: Person, group: Group) -> bool:
    own = any(member.person is person for member in group.members)
    if person.runs_all:
        return not own
    return run.staff.get(person) is StaffRole.TUTOR and is_theirs(run, person, group) and not own


def reads_news(run: Run, person: Person, news: News) -> bool:
    if is_staff(run, person) or (is_in(run, person) and news.author is person):
        return True
    place = run.place_of(person)
    if place and place.takes_part and news.institution in (None, place.institution):
        to_them = {
            Audience.EVERYBODY: True,
            Audience.PARTICIPANTS: True,
            Audience.COUNTRY: place.row.country == news.country,
            Audience.TEAM: bool(news.group) and place in news.group.members
            if news.group
            else False,
        }
        if to_them.get(news.audience, False):
            return True
    if not has_people(run, person):
        return False
    to_all = news.audience in {Audience.EVERYBODY, Audience.PARTICIPANTS}
    return (news.institution is None and to_all) or news.institution is person.speaks_for


# --- The lists: the address of each, and the names that stand in it for somebody


@dataclass(frozen=True)
class Case:
    """A list of a population, for one of its people: what they are to find in it."""

    address: str
    word: str  # what kind of name
    names: Names
    by_key: bool = False


type Asked = Callable[[Population, Run, Person, random.Random], Case | None]


def people_page(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case:
    return Case(f"/editions/{run.row.id}/people?all=1", "Per", people_seen(run, person))


def people_seen(run: Run, person: Person) -> Names:
    return {place.person.name for place in run.places if watches(run, person, place)}


def people_csv(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case:
    return Case(f"/editions/{run.row.id}/people.csv", "Per", people_seen(run, person))


def people_found(all_: Population, run: Run, person: Person, dice: random.Random) -> Case:
    """By a name, or by the beginning of an address where addresses are seen."""
    wanted = dice.choice(all_.people)
    seen = people_seen(run, person) & {wanted.name}
    address = f"/editions/{run.row.id}/people.csv?q={wanted.name}+P%C3%A9rez"
    return Case(address, "Per", seen)


def people_by_key(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case:
    address = f"/api/v1/editions/{run.row.id}/people"
    return Case(address, "Per", people_seen(run, person), by_key=True)


def editions_by_key(
    all_: Population, _run: Run, person: Person, _dice: random.Random
) -> Case | None:
    seen = {run.course for run in all_.runs if is_in(run, person)}
    return None if person.runs_all else Case("/api/v1/editions", "Cor", seen, by_key=True)


def editions(all_: Population, _run: Run, person: Person, _dice: random.Random) -> Case:
    if person.runs_all:
        return Case(f"/editions?q=Corq{all_.number:04d}", "Cor", {run.course for run in all_.runs})
    seen = {run.course for run in all_.runs if is_in(run, person)}
    return Case("/editions", "Cor", seen if person.speaks_for else set())


def works(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case:
    seen = {group.name for group in run.groups if reads_work(run, person, group)}
    return Case(f"/editions/{run.row.id}/capstones", "Tea", seen)


def results(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case:
    """Of who takes part, as far as one accompanies their team or speaks for their institution."""

    def are_seen(place: Place) -> bool:
        groups = [group for group in run.groups if place in group.members]
        if person.runs_all or run.staff.get(person) is StaffRole.OBSERVER:
            return True
        own = all(is_theirs(run, person, group) for group in groups)
        if run.staff.get(person) is StaffRole.TUTOR and own:
            return True
        return person.speaks_for is not None and place.institution is person.speaks_for

    seen = {place.person.name for place in run.places if place.takes_part and are_seen(place)}
    return Case(f"/editions/{run.row.id}/results/all.csv", "Per", seen)


def queue(all_: Population, _run: Run, person: Person, _dice: random.Random) -> Case | None:
    seen = {
        group.work
        for run in all_.runs
        for group in run.groups
        if group.waits and answers(run, person, group)
    }
    return None if person.runs_all else Case("/reviews", "Wor", seen)


def announcements(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case:
    seen = {news.name for news in run.news if reads_news(run, person, news)}
    return Case(f"/editions/{run.row.id}/announcements", "New", seen)


def topics_of(run: Run, person: Person) -> Names:
    place = run.place_of(person)
    takes_part = place is not None and place.takes_part
    if not takes_part and not is_staff(run, person):
        return set()
    own = {g.topic for g in run.groups if any(member is place for member in g.members)}
    cared_for = {g.topic for g in run.groups if reads_work(run, person, g)}
    return {run.topics["all"]} | (own if takes_part else set()) | cared_for


def topics(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case | None:
    if run.forum is None:
        return None
    address = f"/editions/{run.row.id}/activities/{run.forum.id}"
    return Case(address, "Top", topics_of(run, person))


def topics_found(all_: Population, run: Run, person: Person, dice: random.Random) -> Case | None:
    case = topics(all_, run, person, dice)
    return case and Case(f"{case.address}?q=words+top", "Top", case.names)


def community(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case:
    place = run.place_of(person)
    is_there = is_staff(run, person) or (place is not None and place.takes_part)
    seen = {run.topics["community"]} if is_there else set[str]()
    return Case(f"/courses/{run.course.lower()}/community", "Top", seen)


def notes(_all: Population, run: Run, person: Person, dice: random.Random) -> Case | None:
    if not run.places:
        return None
    place = dice.choice(run.places)
    of_them = person.speaks_for is not None and place.institution is person.speaks_for
    seen = {name for name, shared in place.notes if person.runs_all or (of_them and shared)}
    return Case(f"/editions/{run.row.id}/people/{place.row.id}/notes", "Not", seen)


def feed(all_: Population, _run: Run, person: Person, _dice: random.Random) -> Case:
    """Those of the own editions; who runs the programme has those they host: none here."""
    seen = {
        run.session
        for run in all_.runs
        if person in run.staff or ((place := run.place_of(person)) and place.takes_part)
    }
    return Case(f"/calendar/{feed_token(person.account.id, 1)}.ics", "Mee", seen)


def sessions(_all: Population, run: Run, person: Person, _dice: random.Random) -> Case:
    seen = {run.session} if is_in(run, person) else set[str]()
    return Case(f"/editions/{run.row.id}/sessions", "Mee", seen)


def certificates(all_: Population, _run: Run, person: Person, _dice: random.Random) -> Case:
    seen = {
        place.person.name
        for run in all_.runs
        for place in run.places
        if place.row.status is EnrolmentStatus.COMPLETED
        and (person.runs_all or (person.speaks_for and place.institution is person.speaks_for))
    }
    return Case(f"/certificates?name=Perq{all_.number:04d}", "Per", seen)


def failing(all_: Population, _run: Run, person: Person, _dice: random.Random) -> Case | None:
    seen = {
        one.name
        for one in all_.people
        if one.account.email_bounced_at and one.institution is person.speaks_for
    }
    if person.runs_all:
        return None  # of all populations: more than a page holds
    return Case("/outbox/addresses", "Per", seen if person.speaks_for else set())


def accounts(all_: Population, _run: Run, person: Person, _dice: random.Random) -> Case:
    seen = {one.name for one in all_.people} if person.runs_all else set()
    return Case(f"/accounts?q=Perq{all_.number:04d}", "Per", seen)


def statistics(all_: Population, run: Run, person: Person, dice: random.Random) -> Case | None:
    """By edition, of one institution's people; of one edition for who runs the programme."""
    kind = dice.choice(["csv", "json"])
    if person.runs_all:
        address = f"/statistics.{kind}?by=edition&edition={run.row.id}&year=2026"
        is_named = kind == "json" or any(place.takes_part for place in run.places)  # as asked for
        seen = {run.course} if is_named else set()
        return Case(address, "Cor", seen)
    own = person.speaks_for
    seen = {
        one.course
        for one in all_.runs
        if own and any(place.institution is own and place.takes_part for place in one.places)
    }
    return Case(f"/statistics.{kind}?by=edition&year=2026", "Cor", seen)


def options(all_: Population, _run: Run, _person: Person, _dice: random.Random) -> Case:
    names = {name for _row, name in all_.institutions}
    return Case(f"/institutions/options?institution=Insq{all_.number:04d}", "Ins", names)


LISTS: list[Asked] = [
    *(people_page, people_csv, people_found, people_by_key, editions_by_key, editions, works),
    *(queue, announcements, notes, feed, sessions, certificates, failing, accounts, statistics),
    *(options, topics, topics_found, community, results),
]


#: Searches among all that there is are slow, and for who runs the programme cut by nothing else.
OF_ALL = {certificates, editions, accounts, statistics, options}


@dataclass
class Found:
    cases: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)  # lists in which there was something
    violations: list[str] = field(default_factory=list)

    def compare(self, asked: Asked, case: Case, person: Person, body: str, number: int) -> None:
        """Exactly the names that are due, and of whatever else is named nothing of another world.

        The reader's own name stands at the head of every page, and to who runs the programme all
        editions are offered to choose from.
        """
        self.cases[asked.__name__] += 1
        self.shown[asked.__name__] += bool(case.names)
        named = {match[0].capitalize() for match in NAMED.finditer(body)}
        got = {name for name in named if name.startswith(case.word)}
        if case.word == "Per":
            got, due = got - {person.name}, case.names - {person.name}
        else:
            due = case.names
        foreign = {name for name in named if NAMED.sub(r"\2", name) != f"{number:04d}"}
        if got != due or (foreign and not person.runs_all):
            self.violations.append(
                f"{asked.__name__} {case.address} as {person.name}: "
                f"too many {sorted(got - due)}, missing {sorted(due - got)}, "
                f"of others {sorted(foreign)}"
            )


@pytest.fixture
def populations(database: str) -> list[Population]:
    del database
    made = [Chance(number).population() for number in range(POPULATIONS)]
    put_in(row for one in made for row in one.rows)
    return made


def put_in(rows: Iterable[SQLModel]) -> None:
    by_table = defaultdict[str, list[dict[str, Any]]](list)
    for row in rows:
        by_table[str(row.__tablename__)].append(dict(row.__dict__))
    with db.changing() as own:
        for table in SQLModel.metadata.sorted_tables:
            if by_table[table.name]:
                own.connection().execute(table.insert(), by_table[table.name])


@dataclass(frozen=True)
class Asking:
    """Somebody of a population, or a stranger, before one of its lists."""

    number: int
    asked: Asked
    case: Case
    person: Person


def askings(populations: list[Population]) -> Iterator[Asking]:
    """Some lists of each population, each for one of its people or for one of the next."""
    for one, following in zip(populations, [*populations[1:], populations[0]], strict=True):
        dice = random.Random(-one.number)  # noqa: S311 -- as above
        for asked in dice.sample(LISTS, ASKED_IN_EACH):
            staff = [person for run in one.runs for person in run.staff]
            person = dice.choice([*one.people * 2, *staff, following.people[1]])
            case = asked(one, dice.choice(one.runs), person, dice)
            of_all = asked is options or (person.runs_all and asked in OF_ALL)
            is_slow = of_all and dice.random() < 0.8
            if case and (person in one.people or case.address.startswith("/editions/")):
                yield from [] if is_slow else [Asking(one.number, asked, case, person)]


def secrets_of(asking: list[Asking], world: World) -> Iterator[SQLModel]:
    """A sign-in for everybody who asks, and a key."""
    for person in {one.person for one in asking}:
        account, key = person.account, f"k{person.name}"
        world.cookies[person.name] = person.name
        world.keys[key] = key
        yield a_sign_in(account, token_hash(person.name))
        yield ApiToken(account_id=account.id, name="key", token_hash=token_hash(key))


def test_every_list_shows_what_the_policy_admits_and_nothing_else(
    populations: list[Population],
) -> None:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    world, found = World(create_app()), Found()
    asking = list(askings(populations))
    put_in(secrets_of(asking, world))

    async def ask_all() -> None:
        for one in asking:
            case, name = one.case, one.person.name
            answer = await world.ask("GET", case.address, f"k{name}" if case.by_key else name)
            body = answer.body if answer.status == 200 else ""
            found.compare(one.asked, case, one.person, body, one.number)

    asyncio.run(ask_all())

    cases = found.cases.total()
    print(f"{len(populations)} populations, {json.dumps(found.cases)}")
    print(f"{cases} cases run, {len(found.violations)} violations")
    assert not found.violations, "\n".join(found.violations[:20])
    assert cases > 2 * POPULATIONS
    assert all(found.shown[asked.__name__] >= POPULATIONS // 500 for asked in LISTS), found.shown
