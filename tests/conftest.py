"""A fresh copy of the migrated database for every test, a client that can sign in, and builders.

``TALLER_TEST_DATABASE=postgresql`` runs the same tests on PostgreSQL.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text
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
from tests.postgres import running_postgres

ON_POSTGRESQL = os.environ.get("TALLER_TEST_DATABASE") == "postgresql"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """The address of a migrated, empty database that every test gets a copy of."""
    if ON_POSTGRESQL:
        with running_postgres() as address:
            _migrate(address)
            yield make_url(address)
    else:
        file = tmp_path_factory.mktemp("template") / "template.db"
        _migrate(f"sqlite:///{file}")
        # Fold the write-ahead log into the one file that is copied.
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        yield make_url(f"sqlite:///{file}")


def _migrate(address: str) -> None:
    engine = db.make_engine(address)
    migrating.upgrade(engine)
    engine.dispose()


def _on_server(template: URL, command: str) -> None:
    engine = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()


@pytest.fixture
def database(template: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The test's own database and folder, and the product looking at nothing else."""
    with a_copy(template, tmp_path, monkeypatch) as url:
        yield url


@contextmanager
def a_copy(template: URL, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """A copy of the database at ``template``, which the product uses within the block."""
    if ON_POSTGRESQL:
        name = f"test_{uuid4().hex}"
        _on_server(template, f'CREATE DATABASE {name} TEMPLATE "{template.database}"')
        url = template.set(database=name).render_as_string(hide_password=False)
    else:
        shutil.copy(str(template.database), folder / "taller.db")
        url = f"sqlite:///{folder / 'taller.db'}"
    patch.setenv("TALLER_DATABASE_URL", url)
    patch.setenv("TALLER_DATA_DIR", str(folder / "var"))
    patch.setenv("TALLER_BASE_URL", "http://testserver")
    _forget()
    yield url
    _forget()
    if ON_POSTGRESQL:
        _on_server(template, f"DROP DATABASE {name} WITH (FORCE)")


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


@pytest.fixture
def browser(database: str) -> Iterator[Browser]:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    del database
    with Browser(
        create_app(),
        follow_redirects=False,
        headers={"Accept-Language": "en"},
        raise_server_exceptions=True,
    ) as client:
        yield client
