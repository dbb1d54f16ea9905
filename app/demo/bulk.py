"""Writing rows by the million: texts straight into a table, past the ORM, in one transaction."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlmodel import Session, SQLModel

from app.core.db import engine

#: What a loading connection to SQLite may do, which no other one should: a power cut may cost the
#: database, and parents are not looked up, since the loader has just written them itself.
HASTY = (
    "PRAGMA synchronous = OFF",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA cache_size = -524288",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA analysis_limit = 1000",
)

type Text = str | None


class Shape:
    """The columns of a model, and the texts of a plain row of it."""

    def __init__(self, plain: SQLModel, moment: Callable[[datetime], str]) -> None:
        columns = SQLModel.metadata.tables[str(plain.__tablename__)].columns
        self.table = str(plain.__tablename__)
        self.columns = [column.key for column in columns]
        self._plain = [_text(getattr(plain, name), moment) for name in self.columns]

    def places(self, *names: str) -> list[int]:
        return [self.columns.index(name) for name in names]

    def row(self, places: Sequence[int], values: Sequence[Text]) -> list[Text]:
        """A plain row with ``values`` at ``places``."""
        made = self._plain.copy()
        for place, value in zip(places, values, strict=True):
            made[place] = value
        return made


class Bulk:
    """A transaction that takes rows of texts."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self.session = session
        self._raw: Any = connection.connection.driver_connection
        self.sqlite = connection.dialect.name == "sqlite"

    def moment(self, at: datetime) -> str:
        """An instant as this database reads it."""
        if self.sqlite:
            return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return at.isoformat()

    @contextmanager
    def unindexed(self, *models: type[SQLModel]) -> Iterator[None]:
        """Within the block their indexes are gone: made once at the end they cost far less."""
        tables = [SQLModel.metadata.tables[str(model.__tablename__)] for model in models]
        indexes = [index for table in tables for index in table.indexes]
        connection = self.session.connection()
        for index in indexes:
            index.drop(connection)
        yield
        for index in indexes:
            index.create(connection)

    def insert(self, shape: Shape, rows: list[list[Text]]) -> None:
        columns = ", ".join(shape.columns)
        if self.sqlite:
            marks = ", ".join("?" * len(shape.columns))
            self._raw.executemany(
                f"INSERT INTO {shape.table} ({columns}) VALUES ({marks})",  # noqa: S608 -- our own names
                rows,
            )
            return
        with (
            self._raw.cursor() as cursor,
            cursor.copy(f"COPY {shape.table} ({columns}) FROM STDIN") as copy,
        ):
            copy.write("".join(map(_line, rows)))


@contextmanager
def bulk() -> Iterator[Bulk]:
    """Kept when the block ends, undone when it raises."""
    connection = engine().connect()
    try:
        if connection.dialect.name == "sqlite":
            raw: Any = connection.connection.driver_connection
            for pragma in HASTY:
                raw.execute(pragma)
        with Session(connection) as session, session.begin():
            session.connection()
            yield Bulk(session, connection)
            session.execute(text("ANALYZE"))  # how much there is now: plans are made from that
    finally:
        connection.invalidate()  # nobody else shall work so hastily
        connection.close()


def _line(row: list[Text]) -> str:
    r"""A line of COPY's text format; our own texts hold no tab, line break or backslash."""
    return "\t".join(r"\N" if cell is None else cell for cell in row) + "\n"


def _text(value: Any, moment: Callable[[datetime], str]) -> Text:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, bool | int):
        return str(int(value))
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return moment(value)
    return json.dumps(value)
