"""What time it is. Only the edges ask; rules are told."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    return now().astimezone(ZoneInfo(zone)).date()
