"""The rows of a load: made in memory first, then written together, parents before children."""

from collections import defaultdict
from collections.abc import Callable
from uuid import UUID, uuid5

from sqlalchemy import Table as SqlTable
from sqlalchemy import insert
from sqlmodel import Session, SQLModel

PROGRAMME = UUID("6f1b3c52-6d0f-5c5e-9d5b-1f0f6f6a7a11")
AT_ONCE = 2000


def named(*parts: object) -> UUID:
    """The id of a thing by its name: the same in every load, so that its address stays too."""
    return uuid5(PROGRAMME, "/".join(map(str, parts)))


class Rows:
    """Everything that a load will write."""

    def __init__(self) -> None:
        self._of: dict[SqlTable, list[SQLModel]] = defaultdict(list)

    def add[T: SQLModel](self, row: T) -> T:
        self._of[_table(type(row))].append(row)
        return row

    def of[T: SQLModel](self, model: type[T]) -> list[T]:
        """The rows of one table so far."""
        return [row for row in self._of[_table(model)] if isinstance(row, model)]

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def write(self, session: Session, progress: Callable[[int], object]) -> None:
        """``progress`` hears of each number of rows written."""
        for table in SQLModel.metadata.sorted_tables:
            rows = self._of[table]
            for start in range(0, len(rows), AT_ONCE):
                piece = rows[start : start + AT_ONCE]
                session.execute(insert(table), [_values(row, table) for row in piece])
                progress(len(piece))


def _values(row: SQLModel, table: SqlTable) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in table.columns}


def _table(model: type[SQLModel]) -> SqlTable:
    return SQLModel.metadata.tables[str(model.__tablename__)]
