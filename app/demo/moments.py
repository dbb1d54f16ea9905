"""When people do things: in their working hours, and never in the future."""

from datetime import datetime, timedelta

from app.demo.chance import Chance

#: Hours of UTC in which it is day from Mexico to Spain.
HOURS = (13, 21)


def at_work(moment: datetime, chance: Chance, *, latest: datetime) -> datetime:
    """Some minute in the working hours of that day, or of the day before if it is too late."""
    found = moment.replace(hour=chance.whole(*HOURS), minute=chance.whole(0, 59), second=0)
    return found if found <= latest else found - timedelta(days=1)
