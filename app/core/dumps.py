"""Copying a whole database to a file while people work in it, and putting such a file back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, create_engine, make_url, text

from app.core.db import engine
from app.core.errors import RuleBroken
from app.core.settings import settings

#: What a copy is called in an archive, by the kind of database that it is of.
NAMES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}


@dataclass(frozen=True)
class Dump:
    """A copy of the database, and a connection that sees exactly what is in it."""

    path: Path
    connection: Connection


def kind() -> str:
    return make_url(settings().database_url).get_backend_name()


@contextmanager
def dumped(folder: Path) -> Iterator[Dump]:
    """A copy in ``folder``, as the database is at this moment."""
    path = folder / NAMES[kind()]
    with _sqlite_dump(path) if kind() == "sqlite" else _postgresql_dump(path) as dump:
        yield dump


def put_back(path: Path) -> None:
    """Make the database what it was when ``path`` was copied from it."""
    if kind() == "sqlite":
        _put_sqlite_back(path)
    else:
        _postgresql(
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            f"--dbname={_conninfo()}",
            str(path),
        )


def looks_whole(path: Path) -> bool:
    """Whether a copy can be read to its end."""
    if kind() == "postgresql":
        with path.open("rb") as file:
            return file.read(5) == b"PGDMP"
    try:
        with closing(sqlite3.connect(path)) as copy:
            return bool(copy.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


@contextmanager
def _sqlite_dump(path: Path) -> Iterator[Dump]:
    with closing(_opened()) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    seen = create_engine(URL.create("sqlite", database=str(path)))
    try:
        with seen.connect() as connection:
            yield Dump(path, connection)
    finally:
        seen.dispose()


def _put_sqlite_back(path: Path) -> None:
    """Over the database as it is, in one transaction: whoever has it open sees the new one."""
    with closing(sqlite3.connect(path)) as copy, closing(_opened()) as target:
        target.execute("PRAGMA busy_timeout = 20000")
        copy.backup(target)
        target.execute("PRAGMA journal_mode = WAL")


def _opened() -> sqlite3.Connection:
    file = Path(make_url(settings().database_url).database or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(file)


@contextmanager
def _postgresql_dump(path: Path) -> Iterator[Dump]:
    """The copy and the connection share a snapshot: neither sees what happens meanwhile."""
    with engine().connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        shared = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _postgresql(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={shared}",
            f"--file={path}",
            f"--dbname={_conninfo()}",
        )
        yield Dump(path, connection)


def _postgresql(program: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 -- our own arguments, no shell
        [_found(program), *arguments],
        env=os.environ | _unseen(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[0]
        raise RuleBroken(f"{program} did not succeed: {last}")


def _unseen() -> dict[str, str]:
    """The password, and how long to wait for those who are at work in a table."""
    password = make_url(settings().database_url).password or ""
    return {"PGPASSWORD": password, "PGOPTIONS": "-c lock_timeout=20s"}


def _found(program: str) -> str:
    """The newest one of this machine: an older one refuses a newer server."""
    debian = Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    newest = sorted(debian, key=lambda path: int(path.parts[-3]), reverse=True)
    found = str(newest[0]) if newest else shutil.which(program)
    if found is None:
        raise RuleBroken(f"{program} is missing: install the package postgresql-client.")
    return found


def _conninfo() -> str:
    """The address for PostgreSQL's own programs; the password goes another way, unseen."""
    url = make_url(settings().database_url)
    given = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "dbname": url.database,
        **{key: _one(value) for key, value in url.query.items()},
    }
    return make_conninfo(**{key: str(value) for key, value in given.items() if value is not None})


def _one(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else value[-1]
