"""Whose is which row: found from the foreign keys and from what is declared beside the columns."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    RowMapping,
    Table,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlmodel import Session, SQLModel, col

from app.core.personal import (
    ACCOUNTS,
    DECLARED,
    FILES,
    PLAIN,
    Role,
    declaration,
    declared,
    is_declared,
)
from app.models import (
    AccountDeletion,
    Certificate,
    CopyStatus,
    DataCopy,
    Enrolment,
    StoredFile,
    TeamMember,
)


@dataclass(frozen=True)
class Person:
    """Whoever rows are looked for."""

    id: UUID
    email: str


def tables() -> list[Table]:
    """All tables, those first to which others point."""
    return SQLModel.metadata.sorted_tables


@dataclass(frozen=True)
class Key:
    """A column that leads to a row of another table."""

    column: Column[Any]
    target: Column[Any]
    is_part: bool = False  # the row goes with the one that it leads to


@cache
def keys(table: Table) -> tuple[Key, ...]:
    """Foreign keys, and accounts' ids that are called keys without being held to it."""
    held = [
        Key(column, key.column, key.ondelete == "CASCADE")
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table is not table
    ]
    called = [
        Key(column, _accounts().c.id)
        for column in table.columns
        if isinstance(column.info.get(DECLARED), Role) and not column.foreign_keys
    ]
    return (*held, *called)


def _accounts() -> Table:
    return SQLModel.metadata.tables[ACCOUNTS]


@cache
def is_about_people(table: Table) -> bool:
    """Whether a key leads to an account, directly or through another such table."""
    return table.name == ACCOUNTS or any(is_about_people(key.target.table) for key in keys(table))


def undeclared(table: Table) -> list[str]:
    """Columns of a table about people of which nothing is said; a foreign key need say nothing."""
    return [
        column.name
        for column in table.columns
        if column.name not in PLAIN and not column.foreign_keys and not is_declared(column)
    ]


# --- How a table leads to a person


@cache
def keys_about(table: Table) -> tuple[Key, ...]:
    """The keys by which a row is about a person: `account_id`, or one to a row about them."""
    return tuple(key for key in keys(table) if _is_about(key))


def _is_about(key: Key) -> bool:
    role = key.column.info.get(DECLARED)
    if isinstance(role, Role):
        return role is Role.ABOUT
    if key.target.table.name == ACCOUNTS:
        return key.column.name == "account_id"
    return bool(keys_about(key.target.table))


@cache
def address_of_owner(table: Table) -> Column[Any] | None:
    """The e-mail address by which a row is somebody's that no key leads to."""
    return next((column for column, said in declared(table) if said.finds), None)


@cache
def keys_acting(table: Table) -> tuple[Key, ...]:
    """The keys that say who did something; a row without any belongs to what it is a part of."""
    own = tuple(key for key in keys(table) if key.target.table.name == ACCOUNTS)
    parts = (key for key in keys(table) if key.is_part and keys_acting(key.target.table))
    return own or tuple(parts)


def is_somebodys(table: Table) -> bool:
    """Whether its rows are about a person, rather than about something that people did."""
    finds = address_of_owner(table) is not None
    return table.name == ACCOUNTS or bool(keys_about(table)) or finds


def of_person(table: Table, person: Person) -> ColumnElement[bool]:
    """The rows of ``table`` that are about ``person`` or, of other tables, that they wrote."""
    if table.name == ACCOUNTS:
        return table.c.id == person.id
    conditions = [_leads(key, person) for key in keys_about(table)]
    if (address := address_of_owner(table)) is not None:
        conditions.append(address == person.email)
    if not conditions:
        conditions = [_leads(key, person) for key in keys_acting(table)]
    if table.name == FILES:
        conditions += [table.c.id.in_(files) for files in _pointed_to(person)]
    return or_(false(), *conditions)


def _leads(key: Key, person: Person) -> ColumnElement[bool]:
    target = key.target.table
    if target.name == ACCOUNTS:
        return key.column == person.id
    return key.column.in_(select(key.target).where(of_person(target, person)))


def file_keys(table: Table) -> list[Column[Any]]:
    return [key.parent for key in table.foreign_keys if key.column.table.name == FILES]


def _pointed_to(person: Person) -> Iterator[Any]:
    """The files of rows that are about the person."""
    for table in tables():
        if is_somebodys(table):
            for column in file_keys(table):
                yield select(column).where(of_person(table, person), column.is_not(None))


# --- Everything that is held about somebody


def tables_of_people() -> list[Table]:
    """Those that hold something of people, in an order in which none comes before its targets."""
    return [
        table
        for table in tables()
        if any(True for _ in declared(table)) and not _of_others_alone(table)
    ]


def _of_others_alone(table: Table) -> bool:
    return all(said.of_others for _column, said in declared(table))


def contained(table: Table) -> list[Column[Any]]:
    """What of a row goes into a person's copy: no secrets, nothing of others, nothing inward."""
    found = []
    for column in table.columns:
        said = declaration(column)
        if said is None:
            if column.name in PLAIN or column.foreign_keys:
                found.append(column)
        elif not (said.secret or said.of_others):
            found.append(column)
    return found


def rows_about(session: Session, table: Table, person: Person) -> Iterator[RowMapping]:
    query = select(*contained(table)).where(of_person(table, person))
    yield from session.execute(query.order_by(*table.primary_key)).mappings()


def files_about(session: Session, person: Person) -> list[StoredFile]:
    """The person's files: those they sent in, and those made for them; no earlier copies."""
    stored = SQLModel.metadata.tables[FILES]
    copies = select(col(DataCopy.file_id)).where(col(DataCopy.file_id).is_not(None))
    query = select(StoredFile).where(of_person(stored, person), col(StoredFile.id).not_in(copies))
    return list(session.execute(query.order_by(col(StoredFile.id))).scalars())


def unused_files(
    session: Session, *, among: Collection[UUID], sent_in_by: UUID | None = None
) -> list[UUID]:
    """Those ``among`` these, or sent in by somebody, to which nothing points any more."""
    used = [
        exists().where(column == col(StoredFile.id))
        for table in tables()
        for column in file_keys(table)
    ]
    theirs = col(StoredFile.uploaded_by_id) == sent_in_by if sent_in_by else false()
    these = or_(theirs, col(StoredFile.id).in_(among))
    query = select(col(StoredFile.id)).where(these, *(~one for one in used))
    return list(session.execute(query).scalars())


# --- Copies and deletion, as their owner sees them


@dataclass(frozen=True, slots=True)
class CopySeen:
    id: UUID
    status: CopyStatus
    created_at: datetime
    expires_at: datetime
    name: str | None
    size: int | None


def latest_copy(session: Session, account_id: UUID, *, now: datetime) -> CopySeen | None:
    row = session.execute(
        select(
            col(DataCopy.id),
            col(DataCopy.status),
            col(DataCopy.created_at),
            col(DataCopy.expires_at),
            col(StoredFile.name),
            col(StoredFile.size),
        )
        .join(StoredFile, col(StoredFile.id) == col(DataCopy.file_id), isouter=True)
        .where(col(DataCopy.account_id) == account_id, col(DataCopy.expires_at) > now)
        .order_by(col(DataCopy.created_at).desc(), col(DataCopy.id).desc())
        .limit(1)
    ).one_or_none()
    return CopySeen(*row) if row else None


def copy_file(
    session: Session, copy_id: UUID, account_id: UUID, *, now: datetime
) -> StoredFile | None:
    """The archive, for its owner alone and while it is kept."""
    return session.execute(
        select(StoredFile)
        .join(DataCopy, col(DataCopy.file_id) == col(StoredFile.id))
        .where(
            col(DataCopy.id) == copy_id,
            col(DataCopy.account_id) == account_id,
            col(DataCopy.expires_at) > now,
        )
    ).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much somebody has here, for saying what will become of it."""

    enrolments: int
    certificates: int
    team_works: int
    due_at: datetime | None


def belongings(session: Session, account_id: UUID) -> Belongings:
    own = col(Enrolment.account_id) == account_id
    counts = [
        select(func.count()).select_from(Enrolment).where(own),
        select(func.count())
        .select_from(Certificate)
        .join(Enrolment, col(Enrolment.id) == col(Certificate.enrolment_id))
        .where(own),
        select(func.count())
        .select_from(TeamMember)
        .join(Enrolment, col(Enrolment.id) == col(TeamMember.enrolment_id))
        .where(own),
        select(col(AccountDeletion.due_at)).where(col(AccountDeletion.account_id) == account_id),
    ]
    row = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return Belongings(*row)
