"""A synthetic programme for measuring: as many enrolments as asked for, plausibly spread."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import text
from sqlmodel import select

from app.core.errors import RuleBroken
from app.core.settings import settings
from app.demo.bulk import Bulk, Shape, Text, bulk
from app.demo.load import Progress
from app.demo.people import countries
from app.demo.rows import Rows, named
from app.models import (
    PARTICIPANTS,
    Account,
    Course,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Gender,
    Institution,
    Mode,
)

FEWEST, MOST = 10_000, 20_000_000
PEOPLE = (200, 5000)  # of an edition
INSTITUTIONS = (1, 12)  # of an edition
EDITIONS_OF_A_COURSE = 12
EDITIONS_OF_AN_INSTITUTION = 3
#: So many enrolments go with one account.
EACH = 1.3
YEARS = 10

GENDERS = {
    Gender.WOMAN: 505,
    Gender.MAN: 461,
    Gender.ANOTHER: 4,
    Gender.PREFERS_NOT_TO_SAY: 18,
    Gender.NOT_ANSWERED: 12,
}
STATUSES = {
    EnrolmentStatus.COMPLETED: 72,
    EnrolmentStatus.ACTIVE: 13,
    EnrolmentStatus.WITHDRAWN: 8,
    EnrolmentStatus.REJECTED: 4,
    EnrolmentStatus.APPLIED: 2,
    EnrolmentStatus.WAITLISTED: 1,
}
EVERY_GENDER = tuple(GENDERS)
#: Ids that follow each other lie beside each other on disk, as those of real people do.
_HALF = 64
_VARIANT = 0b10 << 62
ACCOUNTS = named("synthetic accounts").int >> _HALF << _HALF | _VARIANT
PLACES = named("synthetic enrolments").int >> _HALF << _HALF | _VARIANT


@dataclass(frozen=True)
class Grown:
    """How much was added; nothing if a synthetic programme was there before."""

    enrolments: int = 0
    accounts: int = 0
    editions: int = 0


def grow(enrolments: int, *, today: date, progress: Progress | None = None) -> Grown:
    """Add a synthetic programme of ``enrolments`` in one transaction."""
    if settings().in_production:
        raise RuleBroken("A synthetic programme is never loaded in production.")
    if not FEWEST <= enrolments <= MOST:
        raise RuleBroken(f"A synthetic programme has {FEWEST} to {MOST} enrolments.")
    with bulk() as into:
        if into.session.exec(select(Course.id).where(Course.slug == _slug(0))).first():
            return Grown()
        return _Growth(into, enrolments, today).add(progress or (lambda _done, _of, _what: None))


class _Growth:
    """The programme while it grows: its people have numbers, the earliest the smallest."""

    def __init__(self, into: Bulk, enrolments: int, today: date) -> None:
        self.into, self.today = into, today
        self.random = Random(f"scale {enrolments}")
        self.sizes = list(_sizes(self.random, enrolments))
        network = max(INSTITUTIONS[1], len(self.sizes) // EDITIONS_OF_AN_INSTITUTION)
        catalogue = len(self.sizes) // EDITIONS_OF_A_COURSE + 1
        self.homes = list(countries().values())
        self.institutions = [self._institution(n) for n in range(network)]
        self.courses = [self._course(n) for n in range(catalogue)]
        self.genders = bytearray()  # of everybody so far: the same in all their enrolments
        self.places = 0

    def add(self, progress: Progress) -> Grown:
        editions = [self._edition(n) for n in range(len(self.sizes))]
        rows = Rows()
        for row in (*self.institutions, *self.courses, *editions):
            rows.add(row)
        rows.write(self.into.session, lambda _n: None)
        with self.into.unindexed(Account, Enrolment):
            for edition, size in zip(editions, self.sizes, strict=True):
                self._fill(edition, size)
                progress(self.places, sum(self.sizes), "Writing")
            progress(self.places, sum(self.sizes), "Making indexes")
        self.into.session.execute(text(LINE_UP))
        return Grown(self.places, len(self.genders), len(editions))

    def _institution(self, number: int) -> Institution:
        return Institution(
            id=named("synthetic institution", number),
            acronym=f"SYN{number + 1}",
            name=f"Synthetic institute {number + 1}",
            country=self.homes[number % len(self.homes)].code,
            is_example=True,
        )

    def _course(self, number: int) -> Course:
        return Course(
            id=named("synthetic course", number),
            slug=_slug(number),
            mode=Mode.TUTOR_LED,
            hours=self.random.randrange(8, 80, 4),
            languages=["es"],
            title={"es": f"Curso sintético {number + 1}", "en": f"Synthetic course {number + 1}"},
        )

    def _edition(self, number: int) -> Edition:
        """The editions follow each other through the years up to today."""
        days = 365 * YEARS * (len(self.sizes) - number - 1) // len(self.sizes)
        ends = self.today - timedelta(days=days)
        return Edition(
            id=named("synthetic edition", number),
            course_id=self.courses[number % len(self.courses)].id,
            slug=f"{ends.year}-{number + 1}",
            languages=["es"],
            starts_on=ends - timedelta(days=70),
            ends_on=ends,
            reporting_year=ends.year,
        )

    def _fill(self, edition: Edition, size: int) -> None:
        """One edition: the accounts that are new, everybody's place, and the counts of these."""
        sends = self.random.sample(
            range(len(self.institutions)), self.random.randint(*INSTITUTIONS)
        )
        weights = [self.random.uniform(0.4, 4) for _ in sends]
        senders = self.random.choices(sends, weights, k=size)
        first = len(self.genders)
        numbers = list(self._numbers(size))
        new = [pair for pair in zip(numbers, senders, strict=True) if pair[0] >= first]
        self.genders.extend(
            self.random.choices(range(len(EVERY_GENDER)), list(GENDERS.values()), k=len(new))
        )
        self._write_accounts(edition, new)
        self._write_places(edition, numbers, senders)
        self.places += size

    def _numbers(self, size: int) -> Iterator[int]:
        """Who takes part: mostly new people, some who took part before, nobody twice."""
        first = following = len(self.genders)
        seen: set[int] = set()
        for _ in range(size):
            number = self.random.randrange(first) if first else 0
            if not first or number in seen or self.random.random() * EACH < 1:
                number = following
                following += 1
            seen.add(number)
            yield number

    def _write_accounts(self, edition: Edition, new: Sequence[tuple[int, int]]) -> None:
        made = _morning(edition.starts_on)
        plain = Account(
            email="",
            name="",
            country="",
            is_demo=True,
            created_at=made,
            email_confirmed_at=made,
        )
        shape = Shape(plain, self.into.moment)
        at = shape.places("id", "email", "name", "gender", "country", "institution_id", "timezone")
        rows: list[list[Text]] = []
        for number, sender in new:
            home = self.homes[sender % len(self.homes)]
            gender = EVERY_GENDER[self.genders[number]]
            given = home.common.men if gender is Gender.MAN else home.common.women
            surnames = home.common.surnames
            values = (
                f"{ACCOUNTS + number:032x}",
                f"synthetic{number:08}@example.org",
                f"{given[number % len(given)]} {surnames[number // 7 % len(surnames)]}",
                gender.value,
                home.code,
                self.institutions[sender].id.hex,
                home.timezone,
            )
            rows.append(shape.row(at, values))
        self.into.insert(shape, rows)

    def _write_places(
        self, edition: Edition, numbers: Sequence[int], senders: Sequence[int]
    ) -> None:
        shapes = {status: Shape(_place(edition, status), self.into.moment) for status in STATUSES}
        at = next(iter(shapes.values())).places(
            "id", "account_id", "gender", "country", "institution_id"
        )
        statuses = self.random.choices(list(STATUSES), list(STATUSES.values()), k=len(numbers))
        alike: Counter[tuple[EnrolmentStatus, int, int]] = Counter()
        rows: list[list[Text]] = []
        for n, (number, sender, status) in enumerate(
            zip(numbers, senders, statuses, strict=True), self.places
        ):
            gender = self.genders[number]
            alike[status, gender, sender] += 1
            values = (
                f"{PLACES + n:032x}",
                f"{ACCOUNTS + number:032x}",
                EVERY_GENDER[gender].value,
                self.institutions[sender].country,
                self.institutions[sender].id.hex,
            )
            rows.append(shapes[status].row(at, values))
        self.into.insert(shapes[EnrolmentStatus.ACTIVE], rows)
        self._write_counts(edition, alike)

    def _write_counts(
        self, edition: Edition, alike: Counter[tuple[EnrolmentStatus, int, int]]
    ) -> None:
        rows = Rows()
        for (status, gender, sender), n in alike.items():
            rows.add(
                EnrolmentCount(
                    edition_id=edition.id,
                    status=status,
                    country=self.institutions[sender].country,
                    gender=EVERY_GENDER[gender],
                    institution_key=self.institutions[sender].id,
                    course_id=edition.course_id,
                    reporting_year=edition.reporting_year,
                    n=n,
                )
            )
        rows.write(self.into.session, lambda _n: None)


#: Those who wait stand in line as they came, in every edition that has no line yet.
LINE_UP = """
    INSERT INTO waiting_place (enrolment_id, edition_id, position)
    SELECT id, edition_id, row_number() OVER (PARTITION BY edition_id ORDER BY created_at, id)
    FROM enrolment
    WHERE status = 'waitlisted'
      AND edition_id NOT IN (SELECT edition_id FROM waiting_place)
"""


def _sizes(random: Random, enrolments: int) -> Iterator[int]:
    """How many take part in each edition: few editions are large; all add up."""
    left = enrolments
    while left:
        size = int(PEOPLE[0] * (PEOPLE[1] / PEOPLE[0]) ** random.random())
        if left - size < PEOPLE[0]:
            size = left
        yield size
        left -= size


def _place(edition: Edition, status: EnrolmentStatus) -> Enrolment:
    """What all places of an edition with one status have in common."""
    admitted = status in {*PARTICIPANTS, EnrolmentStatus.WITHDRAWN}
    return Enrolment(
        created_at=_morning(edition.starts_on) - timedelta(days=9),
        account_id=edition.id,
        edition_id=edition.id,
        course_id=edition.course_id,
        reporting_year=edition.reporting_year,
        status=status,
        gender=Gender.NOT_ANSWERED,
        country="",
        admitted_at=_morning(edition.starts_on) - timedelta(days=4) if admitted else None,
        completed_at=_morning(edition.ends_on) if status is EnrolmentStatus.COMPLETED else None,
    )


def _slug(number: int) -> str:
    return f"synthetic-course-{number + 1}"


def _morning(day: date | None) -> datetime:
    return datetime.combine(day or date.min, time(12), tzinfo=UTC)
