"""Tidying up: what is kept for a time goes, and so do accounts whose day has come."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from sqlmodel import Session

from app.core.db import changing, reading
from app.core.work import noted
from app.services import deletions, people_imports, resumable
from app.services.retention import forget_the_unconfirmed, forget_what_is_over

log = structlog.get_logger()


def tidy_up(now: datetime) -> None:
    """Follow every rule, each in a transaction of its own: one that fails keeps none back."""
    _follow(partial(forget_what_is_over, now=now))
    _follow(partial(forget_the_unconfirmed, now=now))
    _follow(partial(people_imports.forget_old, now=now))
    _follow(partial(resumable.sweep, now=now))
    _follow(partial(deletions.remind, now=now))
    with reading() as session:
        going = deletions.due(session, now=now)
    for account in going:
        _follow(partial(deletions.carry_out, account_id=account, now=now))


def _follow(rule: Callable[[Session], object]) -> None:
    """What it leaves to be done is found by the next sweep."""
    try:
        with changing() as session:
            rule(session)
            noted(session)
    except Exception:
        log.exception("not tidied up")
