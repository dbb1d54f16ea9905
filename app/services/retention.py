"""Forgetting: what has had its time goes, by the declarations beside the columns."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select
from sqlmodel import Session, col

from app.core.personal import AGES, Kept, declared
from app.models import Account
from app.queries.accounts import nobody_yet
from app.queries.own_data import file_keys, tables, unused_files
from app.services.uploads import let_go

#: An address that nobody confirmed within a day will not be; who wants it registers again.
UNCONFIRMED_FOR = timedelta(days=1)


def forget_what_is_over(session: Session, *, now: datetime) -> int:
    """Rows of every table that are too old, or that say themselves that they have ended."""
    old = sum(forget_old(session, kept, now=now) for kept in AGES)
    return old + forget_ended(session, now=now)


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
    for file_id in unused_files(session, among=files):
        let_go(session, file_id)
    session.flush()
    return int(gone.rowcount)


def forget_the_unconfirmed(session: Session, *, now: datetime) -> None:
    """Remove the accounts that somebody asked for and did not confirm."""
    over = delete(Account).where(*nobody_yet(), col(Account.created_at) <= now - UNCONFIRMED_FOR)
    session.execute(over.execution_options(synchronize_session=False))
