"""What hour a live session is where the participants of an edition live."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, true
from sqlmodel import Session, col

from app.core.formats import is_zone, offset
from app.core.zones import main_zone
from app.models import PARTICIPANTS, Account, Enrolment

#: Between these hours people can be asked to come to a meeting.
DAY = range(7, 21)
NOON, AFTERNOON, EVENING = 12, 14, 18


class HourKind(StrEnum):
    MORNING = "morning"
    LUNCH = "lunch"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class People:
    """How many participants of a country keep the hours of a zone."""

    country: str
    zone: str
    number: int


@dataclass(frozen=True, slots=True)
class HourLine:
    """Everywhere that clocks show the same hour when the session begins."""

    begins: datetime  # in the local time of these places
    offset: str  # as in `UTC-5`
    countries: tuple[str, ...]
    people: int
    kind: HourKind


@dataclass(frozen=True, slots=True)
class HourTable:
    """What hour it is for everybody, from where it is earliest to where it is latest."""

    lines: tuple[HourLine, ...]

    @property
    def people(self) -> int:
        return sum(line.people for line in self.lines)

    @property
    def countries(self) -> int:
        return len({country for line in self.lines for country in line.countries})

    @property
    def outside(self) -> int:
        """For how many people it is too early or too late."""
        return sum(line.people for line in self.lines if line.kind is HourKind.OUTSIDE)


def people_by_zone(
    session: Session, edition_id: UUID, *, only_institution: UUID | None = None
) -> list[People]:
    """The participants of an edition by country (as on admission) and by their own zone.

    Who never told a zone is taken to live in the main one of the country.
    """
    rows = session.execute(
        select(col(Enrolment.country), col(Account.timezone), func.count())
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(
            col(Enrolment.edition_id) == edition_id,
            col(Enrolment.status).in_(PARTICIPANTS),
            col(Enrolment.institution_id) == only_institution if only_institution else true(),
        )
        .group_by(col(Enrolment.country), col(Account.timezone))
    )
    return [
        People(country, zone if zone != "UTC" and is_zone(zone) else main_zone(country), number)
        for country, zone, number in rows
    ]


def hour_table(people: list[People], starts_at: datetime, minutes: int) -> HourTable:
    alike: dict[datetime, list[People]] = defaultdict(list)
    for group in people:
        alike[starts_at.astimezone(ZoneInfo(group.zone)).replace(tzinfo=None)].append(group)
    return HourTable(
        tuple(
            HourLine(
                begins=begins,
                offset=offset(groups[0].zone, starts_at),
                countries=tuple(sorted({group.country for group in groups})),
                people=sum(group.number for group in groups),
                kind=kind_of(begins, minutes),
            )
            for begins, groups in sorted(alike.items())
        )
    )


def kind_of(begins: datetime, minutes: int) -> HourKind:
    """Which part of the day a session is in, judged by its beginning; its end must be by nine."""
    ends = begins + timedelta(minutes=minutes)
    latest = begins.replace(hour=DAY.stop, minute=0)
    if begins.hour not in DAY or ends > latest:
        return HourKind.OUTSIDE
    if begins.hour < NOON:
        return HourKind.MORNING
    if begins.hour < AFTERNOON:
        return HourKind.LUNCH
    return HourKind.AFTERNOON if begins.hour < EVENING else HourKind.EVENING
