"""Installations to measure: a database of its own each, migrated, and thrown away afterwards."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from app.core import db, files, migrating
from app.core.settings import secret_key, settings
from tests.postgres import running_postgres


class Database(StrEnum):
    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"


@dataclass(frozen=True)
class Place:
    """An installation: its folder, and the environment of its processes."""

    database: Database
    folder: Path
    environment: dict[str, str]


@contextmanager
def installation(database: Database, *, env: str = "production") -> Iterator[Place]:
    """An empty installation, at which this process looks too until the block ends."""
    with TemporaryDirectory(prefix="taller-bench-") as name:
        folder = Path(name)
        if database is Database.SQLITE:
            with _looking_at(database, folder, f"sqlite:///{folder / 'taller.db'}", env) as place:
                yield place
        else:
            with running_postgres() as url, _looking_at(database, folder, url, env) as place:
                yield place


@contextmanager
def _looking_at(database: Database, folder: Path, url: str, env: str) -> Iterator[Place]:
    given = {
        "TALLER_ENV": env,
        "TALLER_DATABASE_URL": url,
        "TALLER_DATA_DIR": str(folder),
        "TALLER_STORAGE_URL": "",
        "TALLER_SECRET_KEY": secrets.token_urlsafe(48),
        "TALLER_SMTP_URL": "",
        "TALLER_BASE_URL": "http://localhost",
        "TALLER_LOG_LEVEL": "INFO",
    }
    before = dict(os.environ)
    os.environ.update(given)
    _ask_anew()
    try:
        migrating.upgrade(db.engine())
        yield Place(database, folder, given)
    finally:
        os.environ.clear()
        os.environ.update(before)
        _ask_anew()


def _ask_anew() -> None:
    """Forget which installation this process looked at."""
    for remembered in (settings, secret_key, files.store):
        remembered.cache_clear()
    db.connect_anew()
