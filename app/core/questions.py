"""Statements that every request asks: put together once, and asked without detours.

SQLAlchemy finds out at each execution how a statement is written, which for short ones takes longer
than the database's answer. Here it is asked once: for the SQL, and how values go in and come out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Select, Uuid
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

Convert = Callable[[Any], Any] | None


class Question:
    """A statement with values to come, each a ``bindparam`` with its type."""

    def __init__(self, statement: Select[tuple[Any, ...]]) -> None:
        self._statement = statement
        self._prepared: dict[str, _Prepared] = {}

    def row(self, session: Session, **values: Any) -> tuple[Any, ...] | None:
        """The one row that answers, if any."""
        connection = session.connection()
        dialect = connection.dialect
        if dialect.name not in self._prepared:
            self._prepared[dialect.name] = _prepare(self._statement, dialect)
        asked = self._prepared[dialect.name]
        given = asked.given(values)
        cursor = connection.connection.cursor()
        try:
            for hear in connection.dispatch.before_cursor_execute:  # as of any other statement
                hear(connection, cursor, asked.sql, given, None, False)  # noqa: FBT003 -- its own order
            cursor.execute(asked.sql, given)
            row = cursor.fetchone()
        finally:
            cursor.close()
        return row and asked.understood(row)


@dataclass(frozen=True)
class _Prepared:
    sql: str
    constants: dict[str, Any]
    into: tuple[tuple[str, Convert], ...]  # the values to come
    order: list[str] | None  # of values that are given by their place, not by name
    out_of: tuple[tuple[int, Callable[[Any], Any]], ...]

    def given(self, values: dict[str, Any]) -> dict[str, Any] | tuple[Any, ...]:
        found = self.constants.copy()
        for name, convert in self.into:
            found[name] = convert(values[name]) if convert else values[name]
        return found if self.order is None else tuple(found[name] for name in self.order)

    def understood(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        columns = list(row)
        for place, convert in self.out_of:
            columns[place] = convert(columns[place])
        return tuple(columns)


def _prepare(statement: Select[tuple[Any, ...]], dialect: Dialect) -> _Prepared:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 -- what a SELECT compiles to

    def own(kind: TypeEngine[Any]) -> TypeEngine[Any]:
        return kind.dialect_impl(dialect)

    into = {name: own(bind.type).bind_processor(dialect) for name, bind in compiled.binds.items()}
    constants = {
        name: (convert(bind.value) if (convert := into[name]) else bind.value)
        for name, bind in compiled.binds.items()
        if not bind.required
    }
    out_of = [_out(own(c.type), dialect) for c in statement.selected_columns]
    return _Prepared(
        sql=str(compiled),
        constants=constants,
        into=tuple((name, into[name]) for name, bind in compiled.binds.items() if bind.required),
        order=list(compiled.positiontup) if compiled.positiontup is not None else None,
        out_of=tuple((place, convert) for place, convert in enumerate(out_of) if convert),
    )


def _out(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    """How a value comes out. The same ids come out again and again: each is understood once."""
    convert = kind.result_processor(dialect, None)
    return lru_cache(maxsize=4096)(convert) if convert and isinstance(kind, Uuid) else convert
