"""An edition as long as those of the programme, and people who are variously far in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import Session

from app.core import clock, db
from app.core.ids import token, token_hash
from app.models import (
    Account,
    Activity,
    ActivityKind,
    CapstoneKind,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
    Gender,
    Institution,
    LiveSession,
    Mode,
    Module,
    OpeningRule,
    Progress,
    ProgressState,
    RuleKind,
    SignIn,
)

MODULES = 8
ACTIVITIES = 6  # of each module
DONE = 14  # by the first person
PEOPLE = 50
SEED = 20221122
ZONE = "America/Santo_Domingo"

_THINGS = (
    "a skills gap and what it costs",
    "online vacancies, read with care",
    "the survey that nobody answers",
    "three countries and their methods",
    "a workshop plan for the first month",
    "employers’ words and ours",
    "the table of occupations",
    "records, people and their rights",
)
_ABOUT = ("Look at", "Compare", "Write down", "Discuss", "Try out", "Check what you know:")
_KINDS = (
    ActivityKind.PAGE,
    ActivityKind.PAGE,
    ActivityKind.VIDEO,
    ActivityKind.PAGE,
    ActivityKind.FILE,
    ActivityKind.QUIZ,
)
_NAMES = ("Ana", "Beatriz", "Carlos", "Dalila", "Esteban", "Fátima", "Gustavo")


@dataclass(frozen=True)
class Reader:
    """A participant who is signed in: their enrolment, and the secret of their browser."""

    name: str
    account_id: UUID
    enrolment_id: UUID
    secret: str
    states: dict[UUID, ProgressState]


@dataclass(frozen=True)
class Programme:
    edition_id: UUID
    readers: tuple[Reader, ...]

    @property
    def address(self) -> str:
        return f"/editions/{self.edition_id}"


def make_programme(people: int = PEOPLE) -> Programme:
    """Write the edition into the database. The first reader has done 14 of 48 activities."""
    now = clock.now()
    with db.changing() as session:
        institution = _added(
            session,
            Institution(acronym="INFOTEP", name="Institute for technical training", country="DO"),
        )
        edition = _edition(session, now.date())
        activities = list(_activities(session, edition, now.date()))
        _live_session(session, edition, now)
        chance = Random(SEED)
        readers = tuple(
            _reader(session, edition, institution, n, _progress(activities, n, chance), now)
            for n in range(people)
        )
    return Programme(edition.id, readers)


def _added[T: (Institution, Course, Edition, Module, Activity, Account, Enrolment)](
    session: Session, row: T
) -> T:
    session.add(row)
    session.flush()
    return row


def _edition(session: Session, today: date) -> Edition:
    course = _added(
        session,
        Course(
            slug="big-data-and-the-skills-gap",
            mode=Mode.TUTOR_LED,
            hours=40,
            languages=["en"],
            title={"en": "Big Data and the skills gap"},
            summary={"en": "What one learns."},
        ),
    )
    return _added(
        session,
        Edition(
            course_id=course.id,
            slug="measured",
            languages=["en"],
            starts_on=today - timedelta(days=60),
            ends_on=today + timedelta(days=60),
            reporting_year=today.year,
            capstone=CapstoneKind.PROJECT,
        ),
    )


def _activities(session: Session, edition: Edition, today: date) -> Iterator[Activity]:
    """The activities of the open modules; the last module opens next month."""
    for position, thing in enumerate(_THINGS):
        module = _added(
            session,
            Module(
                edition_id=edition.id,
                position=position,
                title={"en": thing.capitalize()},
                summary={"en": f"By the end you can tell others about {thing}, with an example."},
            ),
        )
        opens_later = position == MODULES - 1
        if opens_later:
            session.add(
                OpeningRule(
                    edition_id=edition.id,
                    module_id=module.id,
                    kind=RuleKind.DATE,
                    opens_on=today + timedelta(days=30),
                )
            )
        for n, (about, kind) in enumerate(zip(_ABOUT, _KINDS, strict=True)):
            activity = _added(
                session,
                Activity(
                    edition_id=edition.id,
                    module_id=module.id,
                    position=n,
                    kind=kind,
                    title={"en": f"{about} {thing}"},
                    minutes=10 + 5 * n,
                ),
            )
            if not opens_later:
                yield activity


def _live_session(session: Session, edition: Edition, now: datetime) -> None:
    starts_at = (now + timedelta(days=3)).replace(hour=15, minute=0, second=0, microsecond=0)
    session.add(
        LiveSession(
            edition_id=edition.id,
            title="Questions on the first table",
            language="en",
            starts_at=starts_at,
            timezone="UTC",
            local_start=f"{starts_at:%Y-%m-%dT%H:%M}",
            minutes=90,
            changed_at=now,
        )
    )


def _progress(activities: Sequence[Activity], n: int, chance: Random) -> dict[UUID, ProgressState]:
    """One after the other up to where somebody is; the others skip some and leave some begun."""
    if n == 0:
        return dict.fromkeys((a.id for a in activities[:DONE]), ProgressState.DONE)
    reached = chance.randrange(len(activities))
    states = {a.id: ProgressState.DONE for a in activities[:reached] if chance.random() > 0.1}  # noqa: PLR2004 -- a tenth of them
    states[activities[reached].id] = ProgressState.STARTED
    return states


def _reader(
    session: Session,
    edition: Edition,
    institution: Institution,
    n: int,
    states: dict[UUID, ProgressState],
    now: datetime,
) -> Reader:
    account = _added(
        session,
        Account(
            email=f"reader{n}@example.org",
            name=f"{_NAMES[n % len(_NAMES)]} Rojas Peña",
            country=institution.country,
            institution_id=institution.id,
            language="en",
            timezone=ZONE,
            gender=(Gender.WOMAN, Gender.MAN)[n % 2],
        ),
    )
    enrolment = _added(
        session,
        Enrolment(
            account_id=account.id,
            edition_id=edition.id,
            course_id=edition.course_id,
            reporting_year=edition.reporting_year,
            status=EnrolmentStatus.ACTIVE,
            gender=account.gender,
            country=account.country,
            institution_id=institution.id,
            language="en",
            admitted_at=now,
        ),
    )
    secret = token()
    session.add(
        SignIn(
            account_id=account.id,
            token_hash=token_hash(secret),
            expires_at=now + timedelta(days=1),
        )
    )
    for activity_id, state in states.items():
        session.add(
            Progress(
                enrolment_id=enrolment.id, activity_id=activity_id, state=state, changed_at=now
            )
        )
    return Reader(account.name, account.id, enrolment.id, secret, states)
