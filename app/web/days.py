"""Days that people mean: with those at the ends of the calendar nothing can be reckoned."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from app.core.i18n import gettext as _

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def _of_our_time[D: date](day: D) -> D:
    on = day.date() if isinstance(day, datetime) else day
    if not FIRST_DAY <= on <= LAST_DAY:
        raise ValueError(_("Write a date, such as 2026-05-31."))
    return day


Day = Annotated[date, AfterValidator(_of_our_time)]
Instant = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
