"""A fresh copy of the migrated database for every test, a client that can sign in, and builders.

``TALLER_TEST_DATABASE=postgresql`` runs the same tests on PostgreSQL.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck
from hypothesis import settings as examples
from sqlalchemy import URL, make_url
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core import db, files, i18n, migrating
from app.core.formats import live_in
from app.core.ids import token, token_hash
from app.core.settings import secret_key, settings
from app.jobs.queue import queue
from app.models import Account
from app.web.cookie import cookie_name
from tests.make import Make, a_sign_in
from tests.postgres import Copy, copy_of, emptied_copies, quick_folder, running_postgres

# How long an example takes says how busy the machine is.
examples.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("busy")
ON_POSTGRESQL = os.environ.get("TALLER_TEST_DATABASE") == "postgresql"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database has been run with SQLite; on PostgreSQL it would be the same."""
    if not ON_POSTGRESQL:
        return
    elsewhere = [item for item in items if not _touches_a_database(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if _touches_a_database(item)]


def _touches_a_database(item: pytest.Item) -> bool:
    asks_for = getattr(item, "fixturenames", ())
    return not {"template", "database", "demonstration"}.isdisjoint(asks_for)


@pytest.fixture(scope="session", autouse=True)
def _known_engines() -> Iterator[None]:
    """Keep the engine of each address, without its connections: it knows the statements by heart.

    Putting them into SQL anew for every test would take a good part of the time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "make_engine", cache(db.make_engine))
        yield


@pytest.fixture(scope="session")
def template() -> Iterator[URL]:
    """The address of a migrated, empty database that every test gets a copy of."""
    if ON_POSTGRESQL:
        with running_postgres() as address:
            _migrate(address)
            yield make_url(address)
    else:
        with TemporaryDirectory(prefix="taller-", dir=quick_folder()) as folder:
            file = Path(folder, "template.db")
            _migrate(f"sqlite:///{file}")
            # Fold the write-ahead log into the one file that is copied.
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("PRAGMA journal_mode = DELETE")
            yield make_url(f"sqlite:///{file}")


def _migrate(address: str) -> None:
    engine = db.make_engine(address)
    migrating.upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def copies(template: URL) -> Iterator[Copy]:
    """Copies of the empty database, one at a time: they all have the same address."""
    if ON_POSTGRESQL:
        with emptied_copies(template.render_as_string(hide_password=False)) as copy:
            yield copy
    else:
        with TemporaryDirectory(prefix="taller-", dir=quick_folder()) as folder:
            yield lambda: _file_copy(template, Path(folder))


@contextmanager
def _file_copy(template: URL, folder: Path) -> Iterator[str]:
    file = folder / "taller.db"
    shutil.copyfile(str(template.database), file)
    yield f"sqlite:///{file}"
    for written in folder.iterdir():
        written.unlink()


@pytest.fixture
def database(copies: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The test's own database and folder, and the product looking at nothing else."""
    with copies() as url, in_use(url, tmp_path, monkeypatch):
        yield url


@contextmanager
def in_use(url: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The product uses this database and this folder within the block."""
    patch.setenv("TALLER_DATABASE_URL", url)
    patch.setenv("TALLER_DATA_DIR", str(folder / "var"))
    patch.setenv("TALLER_BASE_URL", "http://testserver")
    _forget()
    yield
    _forget()


@dataclass(frozen=True)
class Demonstration:
    """The demonstration, loaded once: the database to copy, its files, and when that was."""

    url: URL
    files: Path
    now: datetime


@pytest.fixture(scope="session")
def demonstration(
    template: URL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    """For `loaded`; nobody may change it."""
    from app.demo.load import load  # noqa: PLC0415 -- takes a second, and few tests need it

    now = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
    folder = tmp_path_factory.mktemp("demonstration")
    patch = pytest.MonkeyPatch()
    with a_copy(template, folder, patch) as url:
        load(today=now.date(), now=now)
        patch.undo()
        _forget()
        yield Demonstration(make_url(url), folder / "var", now)


@contextmanager
def a_copy(original: URL, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """A copy of any database, made anew, which the product uses within the block."""
    with ExitStack() as stack:
        if ON_POSTGRESQL:
            copy = copy_of(original.render_as_string(hide_password=False))
        else:
            quick = stack.enter_context(TemporaryDirectory(prefix="taller-", dir=quick_folder()))
            copy = _file_copy(original, Path(quick))
        url = stack.enter_context(copy)
        stack.enter_context(in_use(url, folder, patch))
        yield url


@pytest.fixture
def loaded(
    demonstration: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The demonstration in a database and a folder of the test's own."""
    shutil.copytree(demonstration.files, tmp_path / "var")
    with a_copy(demonstration.url, tmp_path, monkeypatch) as url:
        yield url


def _forget() -> None:
    """Let everything that is remembered per process be asked anew."""
    if queue.cache_info().currsize:
        queue().huey.storage.close()
    for remembered in (settings, secret_key, files.store, queue):
        remembered.cache_clear()
    db.connect_anew()
    i18n.speak("en")
    live_in("UTC")


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """A session in which every flush is kept at once, so that the product sees it."""
    del database
    with Session(db.reading_engine(), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def make(session: Session) -> Make:
    return Make(session)


class Browser(TestClient):
    """A browser without JavaScript, in English unless told otherwise."""

    def sign_in(self, account: Account) -> None:
        secret = token()
        with db.changing() as session:
            session.add(a_sign_in(account, token_hash(secret)))
        self.cookies.set(cookie_name(), secret)

    def sign_out(self) -> None:
        self.cookies.delete(cookie_name())


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """The thread with the event loop in which applications answer, one after the other."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def browser(database: str, portal: BlockingPortal) -> Iterator[Browser]:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    del database
    app = create_app()
    client = Browser(
        app,
        follow_redirects=False,
        headers={"Accept-Language": "en"},
        raise_server_exceptions=True,
    )
    client.portal = portal
    with portal.wrap_async_context_manager(app.router.lifespan_context(app)):
        yield client
