"""Days that move by whole weeks: a Wednesday stays a Wednesday, and an hour the same hour."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.zones import NoSuchHour, instant_of


def weeks_between(old: date, new: date) -> int:
    """How many whole weeks come nearest to the way from one day to the other."""
    return round((new - old).days / 7)


def day_moved(day: date, weeks: int) -> date:
    return day + timedelta(weeks=weeks)


def instant_moved(instant: datetime, weeks: int, zone: str) -> datetime:
    """The instant at which clocks in ``zone`` show the same hour, so many weeks later.

    Where they jump over that hour, what they show in its place.
    """
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    moved = local + timedelta(weeks=weeks)
    try:
        return instant_of(moved.replace(fold=0), zone).instant
    except NoSuchHour as jumped:
        return instant_of(jumped.instead, zone).instant
