"""Proving who one is by a password: slowly on purpose, and without keeping anybody else waiting."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.core import clock
from app.core.db import reading
from app.core.passwords import comparing
from app.queries.accounts import Credentials, credentials
from app.services.sign_ins import (
    forget_failures,
    note_failure,
    one_at_a_time,
    refuse_guessing,
)
from app.web.db import unit_of_work


@dataclass(frozen=True)
class Claim:
    """Somebody says that this is their account; ``place`` is where they say so from."""

    email: str
    password: str
    place: str


async def once_proven[T](claim: Claim, deed: Callable[[Session, Credentials], T]) -> T | None:
    """Do ``deed`` if the password is the account's; else count a failure, and give None.

    Looking at a password takes tens of milliseconds in the one thread that does it, and people
    queue for it. Meanwhile no transaction is open (it would lock out every writer of SQLite) and no
    thread waits (pages need them). What is written follows in a short transaction of its own,
    which counts the failures once more: many tries at once must not slip through together.
    """
    known = await run_in_threadpool(_known, claim)
    hashed = known.password_hash if known else None
    matches = await asyncio.wrap_future(comparing(claim.password, hashed))
    return await run_in_threadpool(_judge, claim, known if matches else None, deed)


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
        if proven is None:
            note_failure(session, claim.email, claim.place, now=now)
            return None
        forget_failures(session, claim.email, claim.place)
        return deed(session, proven)
