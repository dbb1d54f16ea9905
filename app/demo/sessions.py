"""Spreads the reported live sessions over the editions, and says who came and for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

from app.demo.allocation import REPORTED, Participation
from app.demo.chance import Chance
from app.demo.matching import ImpossiblePlan
from app.demo.people import countries
from app.demo.sources import EditionRow, Mode

SESSIONS = 111
MINUTES = 181 * 60 + 30  # "more than 180 hours"
LENGTHS = (60, 75, 90, 105, 120)
STEP = 15
FEWEST = 4  # sessions of an edition
HOME = "UY"  # where the centre is, whose clock an edition of many countries goes by
HOURS = (9, 10, 11, 14, 15)  # with the longest session all end by five o'clock
MIDDAY_HOURS = (10, 11, 12)  # when it is day from Mexico to Spain
CAME = (0.7, 0.9)
SATURDAY = 5


@dataclass(frozen=True)
class PlannedSession:
    """A live session: ``number`` counts from 1 within its edition."""

    edition: int
    number: int
    day: date
    at: time
    timezone: str
    minutes: int

    @property
    def starts_at(self) -> datetime:
        """The instant, UTC."""
        local = datetime.combine(self.day, self.at, tzinfo=ZoneInfo(self.timezone))
        return local.astimezone(UTC)

    @property
    def local_start(self) -> str:
        """As it was agreed: 2022-06-09T10:00."""
        return f"{self.day.isoformat()}T{self.at.strftime('%H:%M')}"


@dataclass(frozen=True)
class PlannedAttendance:
    participation: Participation
    minutes: int


def sessions(
    editions: Sequence[EditionRow],
    year: int = REPORTED.year,
    *,
    number: int = SESSIONS,
    minutes: int = MINUTES,
) -> tuple[PlannedSession, ...]:
    """``number`` live sessions of ``minutes`` in all, on working days of the year's editions."""
    days = {
        edition: _working_days(row)
        for edition, row in enumerate(editions)
        if row.reporting_year == year and row.mode is Mode.TUTOR_LED
    }
    numbers = _numbers(days, number)
    lengths = iter(_lengths(number, minutes))
    return tuple(
        PlannedSession(
            edition=edition,
            number=n + 1,
            day=own_days[(2 * n + 1) * len(own_days) // (2 * numbers[edition])],
            at=_at(editions[edition]),
            timezone=_timezone(editions[edition]),
            minutes=next(lengths),
        )
        for edition, own_days in days.items()
        for n in range(numbers[edition])
    )


def attendance(
    session: PlannedSession, participations: Sequence[Participation]
) -> tuple[PlannedAttendance, ...]:
    """Who of the edition came, seven to nine in ten of them, and for how many minutes."""
    everybody = [part for part in participations if part.edition == session.edition]
    chance = Chance(f"attendance of session {session.number} of edition {session.edition}")
    fewest = ceil(CAME[0] * len(everybody))
    most = max(fewest, floor(CAME[1] * len(everybody)))
    eager = sorted(everybody, key=lambda part: chance.between(0, _reliability(part)), reverse=True)
    came = {part.person.email for part in eager[: chance.whole(fewest, most)]}
    return tuple(
        PlannedAttendance(part, _stay(session.minutes, chance))
        for part in everybody
        if part.person.email in came
    )


def _working_days(row: EditionRow) -> list[date]:
    if row.starts is None or row.ends is None:
        raise ImpossiblePlan(f"{row.title}: its dates were not reported, so it can have no session")
    days = (row.starts + timedelta(days=n) for n in range((row.ends - row.starts).days + 1))
    return [day for day in days if day.weekday() < SATURDAY]


def _numbers(days: Mapping[int, Sequence[date]], number: int) -> Mapping[int, int]:
    """How many sessions each edition has: the next always goes where they are furthest apart."""
    numbers = dict.fromkeys(days, FEWEST)
    if sum(numbers.values()) > number or any(len(own) < FEWEST for own in days.values()):
        raise ImpossiblePlan(
            f"{number} sessions are too few, or an edition too short, for {FEWEST} an edition"
        )
    while sum(numbers.values()) < number:
        roomy = [edition for edition in days if numbers[edition] < len(days[edition])]
        if not roomy:
            raise ImpossiblePlan(f"the editions have not enough working days for {number} sessions")
        numbers[max(roomy, key=lambda edition: len(days[edition]) / numbers[edition])] += 1
    return numbers


def _lengths(number: int, minutes: int) -> list[int]:
    """The length of each session, different ones, of ``minutes`` in all."""
    if minutes % STEP or not number * min(LENGTHS) <= minutes <= number * max(LENGTHS):
        raise ImpossiblePlan(f"{number} sessions of a usual length cannot last {minutes} minutes")
    chance = Chance("lengths of sessions")
    lengths = [chance.pick(LENGTHS) for _ in range(number)]
    while missing := minutes - sum(lengths):
        change = STEP if missing > 0 else -STEP
        open_ones = [n for n, length in enumerate(lengths) if length + change in LENGTHS]
        lengths[chance.pick(open_ones)] += change
    return lengths


def _at(row: EditionRow) -> time:
    """An edition meets at the same hour every time."""
    hours = HOURS if len(row.place) == 1 else MIDDAY_HOURS
    return time(Chance(f"hour of {row.title}").pick(hours))


def _timezone(row: EditionRow) -> str:
    return countries()[row.place[0] if row.place else HOME].timezone


def _reliability(part: Participation) -> float:
    """Some come nearly always, some every other time."""
    return Chance(f"reliability of {part.person.email} in {part.title}").between(0.6, 2.5)


def _stay(length: int, chance: Chance) -> int:
    """Most stay to the end, some leave or join in between."""
    return length if chance.happens(0.6) else chance.whole(length * 2 // 5, length - 1)
