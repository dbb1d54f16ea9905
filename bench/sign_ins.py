"""Two hundred people who sign in at once, and how long pages take meanwhile."""

from collections.abc import Iterator

from sqlalchemy import insert

from app.core import clock, db, passwords
from app.models import Account
from bench.course import Pace, page_of
from bench.load import load, post, rush
from bench.places import Database, installation
from bench.programme import Programme, make_programme
from bench.report import Row
from bench.servers import Server, server

PEOPLE = 200
PASSWORD = "a long word for measuring"  # noqa: S105 -- opens a database that is thrown away
AIM = 5.0
#: Readers who look at a page, ask for the next one a moment later, and so on.
READERS = 4
MOMENT = 0.05


def measure_sign_ins(pace: Pace) -> Iterator[Row]:
    for database in Database:
        with installation(database) as place:
            programme = make_programme()
            crowd = _crowd()
            with server("app.main:app", place.environment, place.folder) as ours:
                yield from _meanwhile(ours, programme, crowd, database, pace)


def _crowd() -> list[bytes]:
    """Accounts with one password, hashed once, and the form that each of their owners sends."""
    hashed = passwords.hash_password(PASSWORD)
    people = [
        Account(
            email=f"crowd{n}@example.org",
            name="In Crowd",
            country="CL",
            password_hash=hashed,
            email_confirmed_at=clock.now(),
        )
        for n in range(PEOPLE)
    ]
    columns = Account.__table__.columns  # type: ignore[attr-defined]  # -- a table has columns
    with db.changing() as session:
        session.execute(
            insert(Account), [{c.key: getattr(one, c.key) for c in columns} for one in people]
        )
    word = PASSWORD.replace(" ", "+")
    return [post("/sign-in", f"email={one.email}&password={word}") for one in people]


def _meanwhile(
    ours: Server, programme: Programme, crowd: list[bytes], database: Database, pace: Pace
) -> Iterator[Row]:
    pages = [page_of(programme, reader) for reader in programme.readers]
    load(ours.port, pages, seconds=1)
    idle = load(ours.port, pages, seconds=2 * pace.seconds, connections=READERS, pause=MOMENT)
    during, signing_in = rush(
        ours.port, pages, crowd, connections=READERS, expected=303, pause=MOMENT
    )
    where = f"{PEOPLE} people sign in at once, {database}"
    for percent, aim in ((50, None), (99, AIM)):
        a, b = during.percentile(percent), idle.percentile(percent)
        yield Row(
            f"{where}: pages meanwhile, p{percent}",
            f"{a:,.1f} ms",
            f"{b:,.1f} ms idle",
            round(a / b, 2),
            f"≤ {aim:.2f}" if aim else "",
            a / b <= aim if aim else None,
        )
    yield Row(
        f"{where}: until all are in",
        f"{signing_in.seconds:,.1f} s",
        f"{ours.memory() / 1e6:,.0f} MB at most",
    )
