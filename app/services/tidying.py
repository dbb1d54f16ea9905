"""What goes by itself, by the declarations beside the columns: each rule is told the time."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select
from sqlmodel import Session

from app.core.personal import AGES, Kept, declared
from app.queries.own_data import file_keys, tables
from app.services.uploads import let_go


def swept(kept: Kept) -> list[Table]:
    """The tables whose rows are kept that long; a test sees that all personal columns agree."""
    return [table for table in tables() if kept in {said.kept for _column, said in declared(table)}]


def forget_old(session: Session, kept: Kept, *, now: datetime) -> int:
    """Rows that are older than they may become."""
    oldest = now - AGES[kept]
    return sum(_forget(session, table, table.c.created_at <= oldest) for table in swept(kept))


def forget_ended(session: Session, *, now: datetime) -> int:
    """Rows that say themselves when they end: sign-ins, links, copies of one's data."""
    return sum(
        _forget(session, table, table.c.expires_at <= now) for table in swept(Kept.UNTIL_IT_ENDS)
    )


def _forget(session: Session, table: Table, which: ColumnElement[bool]) -> int:
    """Delete rows together with the files that are kept for them alone."""
    files = [
        file_id
        for column in file_keys(table)
        for file_id in session.execute(select(column).where(which, column.is_not(None))).scalars()
    ]
    gone: Any = session.execute(delete(table).where(which))
    for file_id in files:
        let_go(session, file_id)
    session.flush()
    return int(gone.rowcount)
