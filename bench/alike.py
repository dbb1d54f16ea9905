"""Whether the time an answer takes tells strangers that an address has an account."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import erfc, sqrt
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import insert

from app.core import clock, db, passwords
from app.models import Account
from bench.course import Pace
from bench.load import ask, post
from bench.places import Database, installation
from bench.report import Row
from bench.servers import Server, server

#: Of each kind of question, half about known addresses and half about unknown ones.
TIMINGS, FEW = 500, 40
LEAST_P = 0.01
#: Whose addresses they are, in words of one length: longer ones make a longer page.
KINDS = ("known", "other")
#: Answers on the beat are mostly waited for: so many at once, fewer where a password is hashed.
ASKERS = {"/sign-in": 1, "/register": 2, "/sign-in/link": 4, "/sign-in/password": 4}
PASSWORD = "a long word for measuring"  # noqa: S105 -- opens a database that is thrown away
WRONG = "another long word"
PERSON = {"name": "Ana Pérez", "country": "UY", "language": "es", "password": PASSWORD}


def _form(**given: str) -> str:
    return urlencode(given)


#: What a stranger can ask about an address, and the status of the answer.
QUESTIONS: dict[str, tuple[str, Callable[[str], str], int]] = {
    "a wrong password": ("/sign-in", lambda email: _form(email=email, password=WRONG), 422),
    "a link to sign in": ("/sign-in/link", lambda email: _form(email=email), 200),
    "a new password": ("/sign-in/password", lambda email: _form(email=email), 200),
    "an account": ("/register", lambda email: _form(email=email, **PERSON), 200),
}


def measure_alike(pace: Pace) -> Iterator[Row]:
    timings = TIMINGS if pace.seconds > 1 else FEW
    for database in Database:
        with installation(database) as place:
            _make_known(timings)
            with server("app.main:app", place.environment, place.folder) as ours:
                for n, what in enumerate(QUESTIONS):
                    yield _compared(ours, what, n, database, timings)


def _make_known(how_many: int) -> None:
    hashed = passwords.hash_password(PASSWORD)
    columns = Account.__table__.columns  # type: ignore[attr-defined]  # -- a table has columns
    people = [
        Account(
            email=f"known{n}@example.org",
            name="Ana Pérez",
            country="UY",
            password_hash=hashed,
            email_confirmed_at=clock.now(),
        )
        for n in range(how_many)
    ]
    with db.changing() as session:
        session.execute(
            insert(Account), [{c.key: getattr(one, c.key) for c in columns} for one in people]
        )


def _compared(ours: Server, what: str, number: int, database: Database, timings: int) -> Row:
    """Asked in turn, each time from another place, so that nobody is made to wait."""
    path, form, status = QUESTIONS[what]

    def asked(n: int) -> dict[str, float]:
        took = {}
        for kind in KINDS if n % 2 else reversed(KINDS):
            place = f"10.{number}.{n // 250}.{n % 250}"
            request = post(path, form(f"{kind}{n}@example.org"), X_Forwarded_For=place)
            began = time.perf_counter()
            answer = ask(ours.port, request)
            took[kind] = time.perf_counter() - began
            if answer.status != status:
                raise AssertionError(f"{what}: {answer.status}")
        return took

    with ThreadPoolExecutor(ASKERS[path]) as askers:
        found = list(askers.map(asked, range(timings)))
    took_known, took_unknown = ([took[kind] for took in found] for kind in KINDS)
    known, unknown = median(took_known) * 1000, median(took_unknown) * 1000
    p = chance_of_alike(took_known, took_unknown)
    return Row(
        f"asking for {what}, {database}: known addresses",
        f"{known:,.2f} ms",
        f"{unknown:,.2f} ms unknown",
        round(known / unknown, 2),
        f"p = {p:.2f} ≥ {LEAST_P}",
        p >= LEAST_P,
    )


def chance_of_alike(some: list[float], others: list[float]) -> float:
    """How likely two samples differ that much by chance alone (Mann and Whitney, two-sided)."""
    ranked = sorted([(x, 0) for x in some] + [(x, 1) for x in others])
    rank_sum = sum(rank for rank, (_x, group) in enumerate(ranked, 1) if group == 0)
    n, m = len(some), len(others)
    u = rank_sum - n * (n + 1) / 2
    z = (u - n * m / 2) / sqrt(n * m * (n + m + 1) / 12)
    return erfc(abs(z) / sqrt(2))
