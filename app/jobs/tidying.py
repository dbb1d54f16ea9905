"""Tidying up: what is kept for a time goes, and so do accounts whose day has come."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from sqlmodel import Session

from app.core import clock
from app.core.db import changing, reading
from app.core.logging import named
from app.core.personal import AGES
from app.core.work import noted
from app.services import deletions
from app.services.tidying import forget_ended, forget_old

log = structlog.get_logger()


def tidy() -> None:
    """For the worker, each quarter of an hour."""
    tidy_at(clock.now())


def tidy_at(now: datetime) -> None:
    """Follow every rule, each in a transaction of its own: one that fails keeps none back."""
    for kept in AGES:
        _follow(kept.value, partial(forget_old, kept=kept, now=now))
    _follow("ended", partial(forget_ended, now=now))
    _follow("reminders", partial(deletions.remind, now=now))
    with reading() as session:
        going = deletions.due(session, now=now)
    for account in going:
        _follow("deletion", partial(deletions.carry_out, account_id=account, now=now))


def _follow(name: str, rule: Callable[[Session], object]) -> None:
    """The worker finds in its next sweep what a rule leaves to be done."""
    try:
        with changing() as session:
            done = rule(session)
            noted(session)
        if done:
            log.info("tidied", rule=name, rows=done)
    except Exception as error:  # noqa: BLE001 -- the other rules are followed all the same
        log.warning("not tidied", rule=name, error=named(error))
