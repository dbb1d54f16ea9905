"""Passwords: hashed slowly, by one patient thread, so that many sign-ins never stop the pages."""

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

#: OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))

SHORTEST = 10
LONGEST = 200
#: With fewer different letters it is a key held down, or two in turn.
FEWEST_LETTERS = 4


def _be_patient() -> None:
    """Let threads that answer pages go first (Linux: niceness is per thread)."""
    _nobody()  # made now, so that the first unknown account is not the slower one
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
    except (AttributeError, OSError):
        return


@cache
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="passwords", initializer=_be_patient)


@cache
def _nobody() -> str:
    """A hash to compare with when there is no such account: it must take as long."""
    return _hasher.hash("nobody has this password")


def hashing(password: str) -> Future[str]:
    """`hash_password`, for those who can await it and hold no thread meanwhile."""
    return _worker().submit(_hasher.hash, password)


def hash_password(password: str) -> str:
    return hashing(password).result()


def password_matches(password: str, hashed: str | None) -> bool:
    """Whether ``password`` is the one; as slow for an unknown account as for a known one."""

    def compare() -> bool:
        matches = _hasher.verify(password[:LONGEST], hashed or _nobody())
        return matches and hashed is not None

    return _worker().submit(compare).result()


@cache
def _common() -> frozenset[str]:
    listed = Path(__file__).with_name("common-passwords.txt").read_text(encoding="utf-8")
    return frozenset(listed.split())


def is_common(password: str) -> bool:
    """Whether it is among the first that somebody who guesses would try."""
    plain = "".join(password.casefold().split())
    return plain in _common() or len(set(plain)) < FEWEST_LETTERS
