"""Bringing the database to the newest shape, and telling whether it is there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_REVISION = re.compile(r"^(revision|down_revision)\b[^=]*= (?:\"(\w+)\"|None)$", re.MULTILINE)


#: What SQLite and PostgreSQL look for words in; no model speaks of it.
_INDEX_OF_WORDS = re.compile(r"search_words|ix_search_entry_words")


def is_modelled(_thing: object, name: str | None, *_about: object) -> bool:
    """Whether a part of the database is one that the models know (Alembic's `include_object`)."""
    return _INDEX_OF_WORDS.match(name or "") is None


def config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 -- half a second that a server start saves

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    if connection is not None:
        made.attributes["connection"] = connection
    return made


def upgrade(engine: Engine, to: str = "head") -> None:
    from alembic import command  # noqa: PLC0415 -- as above

    with changing_shape(engine) as connection:
        command.upgrade(config(connection), to)


def downgrade(engine: Engine, to: str = "base") -> None:
    from alembic import command  # noqa: PLC0415 -- as above

    with changing_shape(engine) as connection:
        command.downgrade(config(connection), to)


@contextmanager
def changing_shape(engine: Engine) -> Iterator[Connection]:
    """One transaction. SQLite changes most tables by making them anew and dropping the old one.

    With foreign keys watched, that would delete everything that refers to it; so they are looked at
    before the end instead (https://sqlite.org/lang_altertable.html, section 7).
    """
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        by_copying = connection.dialect.name == "sqlite"
        if by_copying:
            raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                if by_copying and (broken := raw.execute("PRAGMA foreign_key_check").fetchall()):
                    message = f"A migration broke references: {broken[:3]}"
                    raise RuntimeError(message)
        finally:
            if by_copying:
                raw.execute("PRAGMA foreign_keys = ON")


@cache
def head() -> str:
    """The newest revision: the one that no other names as the one before it."""
    revisions: set[str] = set()
    before: set[str] = set()
    for file in (MIGRATIONS / "versions").glob("*.py"):
        for kind, name in _REVISION.findall(file.read_text()):
            (revisions if kind == "revision" else before).add(name)
    [newest] = revisions - before
    return newest


def is_current(engine: Engine) -> bool:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        at = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(at == head())
