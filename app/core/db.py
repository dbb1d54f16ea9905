"""The database: the base of every table, the types all share, and the two kinds of session."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Connection, Engine, Enum, String, TypeDecorator, event, make_url
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, Session, SQLModel, create_engine

from app.core.clock import now
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.core.settings import settings
from app.core.text import folded

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

#: The option of connections on which SQLite begins no transaction.
ONLY_LOOKS = "only_looks"

#: A text in several languages, e.g. ``{"es": "Módulo 1", "en": "Module 1"}``.
Texts = dict[str, str]


def stored_as_text(choices: type[StrEnum]) -> Enum:
    """A column type that stores each choice by its value, e.g. ``"tutor_led"``."""
    return Enum(choices, native_enum=False, length=40, values_callable=list)


def localized(**given: Any) -> Any:
    """A column for ``Texts``: assign a new dictionary to change it, never edit it in place."""
    return Field(default_factory=dict, sa_type=JSON, **given)


class PersonName(TypeDecorator[str]):
    """A person's name. Of who deleted their account none is kept: the reader's language says so."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, _dialect: object) -> str | None:
        return _("Deleted account") if value == "" else value


class MemberName(PersonName):
    """The name of somebody who wrote with a team."""

    cache_ok = True

    def process_result_value(self, value: str | None, _dialect: object) -> str | None:
        return _("Former member") if value == "" else value


class Table(SQLModel):
    """What every table has: a snake-case name, an id known before it is saved, a birth date."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    created_at: datetime = Field(default_factory=now)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 -- called on the class
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def make_engine(url: str) -> Engine:
    """An engine for ``url``, with what each database needs to be safe under many writers."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=10, hide_parameters=True
        )
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "timeout": 5}, hide_parameters=True
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so, and only there
    connection.create_function("folded", 1, lambda text: text and folded(text), deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 5000")  # first: journal_mode itself may have to wait
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first and then writes would fail."""
    if not connection.get_execution_options().get(ONLY_LOOKS):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@cache
def engine() -> Engine:
    return make_engine(settings().database_url)


@cache
def reading_engine() -> Engine:
    """The same pool, read in autocommit: no BEGIN and no ROLLBACK around a look-up.

    SQLAlchemy's way of saying so would cost SQLite's connection all its prepared statements each
    time, by a PRAGMA.
    """
    if engine().dialect.name == "sqlite":
        return engine().execution_options(**{ONLY_LOOKS: True})
    return engine().execution_options(isolation_level="AUTOCOMMIT")


def connect_anew() -> None:
    """Let go of the database and ask the settings again: after a fork, and in tests."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    reading_engine.cache_clear()


#: Writers of one process queue here rather than poll SQLite's lock, which lets some starve.
_one_writer = Lock()


class LookUp(Session):
    """A session that only looks: it has one connection, and begins nothing on it by itself."""

    def __init__(self, only: Connection) -> None:
        super().__init__(only, autoflush=False)
        self._only = only

    def connection(self, *_arguments: Any, **_options: Any) -> Connection:
        return self._only


@contextmanager
def reading() -> Iterator[Session]:
    with reading_engine().connect() as connection, LookUp(connection) as session:
        yield session


@contextmanager
def changing() -> Iterator[Session]:
    """A transaction: kept when the block ends, undone when it raises."""
    alone = engine().dialect.name == "sqlite"
    if alone:
        _one_writer.acquire()
    try:
        with Session(engine(), expire_on_commit=False) as session:
            yield session
            session.commit()
    finally:
        if alone:
            _one_writer.release()
