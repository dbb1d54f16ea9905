"""How the worker hears of work: told after each change, and by a sweep that finds what was missed.

The rows themselves say what is due; the queue only saves waiting for the next sweep.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from time import monotonic
from uuid import UUID

import structlog
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.api import TaskWrapper
from sqlalchemy import make_url

from app.core import clock
from app.core.db import changing, reading
from app.core.logging import named
from app.core.settings import settings
from app.core.work import Work
from app.jobs.handlers import HANDLERS
from app.jobs.messages import gather_digests
from app.jobs.reminders import remind_of_sessions
from app.jobs.search import bring_search_up_to_date
from app.jobs.tidying import tidy_up
from app.jobs.waiting_lists import move_lines_on
from app.queries.work import due
from app.services.work import take_up

#: Less than the minute after which the next one begins.
SECONDS_FOR_A_SWEEP = 45.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Queue:
    huey: Huey
    do: TaskWrapper
    sweep: TaskWrapper


@cache
def queue() -> Queue:
    """The queue of this installation, with its two tasks: one row, and the sweep."""
    url = make_url(settings().database_url)
    if url.get_backend_name() == "sqlite":
        settings().data_dir.mkdir(parents=True, exist_ok=True)
        huey = SqliteHuey("taller", filename=str(settings().data_dir / "jobs.db"), results=False)
    else:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        huey = PostgresHuey("taller", dsn=dsn, results=False)
    every_minute = huey.periodic_task(crontab(minute="*"), name="sweep")
    return Queue(huey, do=huey.task(name="do")(do), sweep=every_minute(sweep))


#: Two threads that ask for it first would each make one, and leave the other's connection open.
_one_is_made = Lock()


def tell(work: Iterable[tuple[Work, UUID]]) -> None:
    """Tell the worker what waits. If it cannot be told, its sweep finds it within a minute."""
    for kind, row in work:
        try:
            with _one_is_made:
                made = queue()
            made.do(kind.value, str(row))
        except Exception as error:  # noqa: BLE001 -- the change is kept whatever the queue says
            log.warning("queue unreachable", kind=kind.value, error=named(error))


def do(kind: str, row: str) -> None:
    """Do one piece of work unless another has it. What fails is left for a later sweep."""
    try:
        with changing() as session:
            is_ours = take_up(session, Work(kind), UUID(row), now=clock.now())
        if is_ours:
            tell(HANDLERS[Work(kind)](UUID(row)) or ())
    except Exception:
        log.exception("work failed", kind=kind, row=row)


def sweep() -> int:
    """Do what is due, and forget what is over; say how many rows were due.

    After a while it leaves the rest to the next sweep, so that of two threads one is always free
    for whoever waits for a link while thousands of messages leave.

    Lines of those who wait and reminders come first: they write messages.
    """
    move_lines_on()
    remind_of_sessions()
    gather_digests()
    with reading() as session:
        waiting = due(session, now=clock.now())
    enough = monotonic() + SECONDS_FOR_A_SWEEP
    for kind, row in waiting:
        if monotonic() >= enough:
            break
        do(kind.value, str(row))
    tidy_up(clock.now())
    bring_search_up_to_date()
    return len(waiting)
