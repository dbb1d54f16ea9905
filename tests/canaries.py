"""Canaries: in each column that is declared personal, a value that is nowhere else.

Everything is made from the tables themselves, so that a new table is seeded without a word.
"""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    String,
    Table,
    Uuid,
)
from sqlmodel import Session, SQLModel

from app.core.ids import uuid7
from app.core.personal import ACCOUNTS, Personal, declaration
from app.models import EnrolmentStatus
from app.queries.own_data import is_about_people, is_somebodys, keys, tables

FAR = datetime(2190, 1, 1, tzinfo=UTC)
#: Letters that no text has (private use), so that two of them are a canary in a column of two.
STRANGE = 0xE000
numbers = count(1)

MODELS = {
    mapper.local_table: mapper.class_
    for mapper in SQLModel._sa_registry.mappers  # noqa: SLF001 -- SQLModel has no other way
}
#: What a row needs that neither type nor default tells.
NEEDED: dict[tuple[str, str], Any] = {
    ("data_copy", "file_id"): None,
    ("opening_rule", "activity_id"): None,
    ("enrolment", "status"): EnrolmentStatus.ACTIVE,  # whose place is decided
    ("live_session", "minutes"): 60,
}
#: A row of another table that it needs although its column may be empty.
LEADS: dict[tuple[str, str], str] = {("opening_rule", "module_id"): "module"}


class Canaries:
    """The rows of one person, and what was written into them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.rows: dict[str, dict[str, Any]] = {}
        self.seeded: dict[tuple[str, str], str] = {}
        for table in tables():
            if is_about_people(table) or is_somebodys(table):
                self._row(table)

    @property
    def account(self) -> dict[str, Any]:
        return self.rows[ACCOUNTS]

    def said(self, column: tuple[str, str]) -> Personal:
        table, name = column
        found = declaration(SQLModel.metadata.tables[table].columns[name])
        assert found is not None
        return found

    def _row(self, table: Table) -> dict[str, Any]:
        if table.name not in self.rows:
            row = {column.name: self._value(table, column) for column in table.columns}
            self.session.execute(table.insert().values(row))
            self.rows[table.name] = row
        return self.rows[table.name]

    def _value(self, table: Table, column: Column[Any]) -> Any:
        if (table.name, column.name) in NEEDED:
            return NEEDED[table.name, column.name]
        if (table.name, column.name) in LEADS:
            return self._row(SQLModel.metadata.tables[LEADS[table.name, column.name]])["id"]
        leads = next((key.target for key in keys(table) if key.column is column), None)
        if leads is not None:
            return self._row(leads.table)[leads.name]
        return None if column.foreign_keys else self._told(table, column)

    def _told(self, table: Table, column: Column[Any]) -> Any:
        """A canary, if the column can hold one."""
        said = declaration(column)
        if said is None or said.of_others:
            return self._plain(column)
        if said.finds:
            return self._row(SQLModel.metadata.tables[ACCOUNTS])["email"]
        value = canary(column)
        if value is None:
            return self._plain(column)
        self.seeded[table.name, column.name] = as_found(value)
        return value

    def _plain(self, column: Column[Any]) -> Any:
        """A value that does, and that tells nothing: the default, if there is one."""
        field = MODELS[column.table].model_fields[column.name]
        if not field.is_required():
            return field.get_default(call_default_factory=True)
        if isinstance(column.type, Enum):
            return next(iter(column.type.enum_class or ()))
        if is_date(column):
            return date(2026, 1, 1) if isinstance(column.type, Date) else FAR
        n = next(numbers)
        number = 1_000_000 + n if column.unique else n
        kinds = {Uuid: uuid7(), Boolean: False, Integer: number, Float: 0.0, JSON: {}}
        kind = next((kind for kind in kinds if isinstance(column.type, kind)), None)
        return kinds[kind] if kind else f"x{n}"[: length(column)]


def canary(column: Column[Any]) -> Any:
    """None for a choice between a few values, which cannot be told from another's."""
    n = next(numbers)
    if isinstance(column.type, Enum | Boolean):
        return None
    if isinstance(column.type, Uuid):
        return uuid7()
    if isinstance(column.type, Integer | Float):
        return 77_000_000 + n
    if isinstance(column.type, JSON):
        return {"canary": strange(n)}
    if is_date(column):
        return (FAR + timedelta(days=n)).date() if isinstance(column.type, Date) else later(n)
    return strange(n)


def strange(n: int) -> str:
    return chr(STRANGE + n // 6000) + chr(STRANGE + 100 + n % 6000)


def later(n: int) -> datetime:
    return FAR + timedelta(days=n, seconds=n)


def is_date(column: Column[Any]) -> bool:
    kind = getattr(column.type, "impl_instance", column.type)
    return isinstance(kind, Date | DateTime)


def length(column: Column[Any]) -> int | None:
    kind = getattr(column.type, "impl_instance", column.type)
    return kind.length if isinstance(kind, String) else None


def as_found(value: Any) -> str:
    if isinstance(value, dict):
        return str(value["canary"])
    return value.isoformat() if isinstance(value, date) else str(value)


def everything(session: Session) -> str:
    """All that the database holds, as text."""
    return "\n".join(
        json.dumps(dict(row), ensure_ascii=False, default=as_found)
        for table in tables()
        for row in session.execute(table.select()).mappings()
    )
