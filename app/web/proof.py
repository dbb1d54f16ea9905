"""Proving who one is by a password: slowly on purpose, and without keeping anybody else waiting."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from sqlmodel import Session

from app.core import clock
from app.core.db import reading
from app.core.passwords import password_matches
from app.queries.accounts import Credentials, credentials
from app.services.tries import (
    forget_failures,
    note_failure,
    one_at_a_time,
    refuse_guessing,
)
from app.web.db import unit_of_work
from app.web.threads import in_a_thread


@dataclass(frozen=True)
class Claim:
    """Somebody says that this is their account; ``place`` is where they say so from."""

    email: str
    password: str
    place: str


async def once_proven[T](claim: Claim, deed: Callable[[Session, Credentials], T]) -> T | None:
    """Do ``deed`` if the password is the account's; else count a failure, and give None.

    Looking at a password takes tens of milliseconds in the one thread that does it. People wait for
    that outside of everything: of threads in which pages are made, and of transactions (one would
    lock out every writer of SQLite). What is written follows in a short one, which counts the
    failures once more: many tries at once must not slip through together. And it is the password
    of then that has to be right: another one may have been chosen meanwhile, to keep somebody out.
    """
    return await in_a_thread(lambda: _prove(claim, deed), among=_threads())


@cache
def _threads() -> Executor:
    """One looks up the next account while the other's password is looked at."""
    return ThreadPoolExecutor(2, thread_name_prefix="sign-ins")


def _prove[T](claim: Claim, deed: Callable[[Session, Credentials], T]) -> T | None:
    known = _known(claim)
    matches = password_matches(claim.password, known.password_hash if known else None)
    return _judge(claim, known if matches else None, deed)


def _known(claim: Claim) -> Credentials | None:
    with reading() as session:
        refuse_guessing(session, claim.email, claim.place, now=clock.now())
        return credentials(session, claim.email)


def _judge[T](
    claim: Claim, proven: Credentials | None, deed: Callable[[Session, Credentials], T]
) -> T | None:
    now = clock.now()
    with unit_of_work() as session:
        one_at_a_time(session, claim.place)
        refuse_guessing(session, claim.email, claim.place, now=now)
        if proven is None or credentials(session, claim.email, held=True) != proven:
            note_failure(session, claim.email, claim.place, now=now)
            return None
        forget_failures(session, claim.email, claim.place)
        return deed(session, proven)
