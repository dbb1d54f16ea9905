"""Deleting an account: what is the person's goes, what others and figures need stays nobody's."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, delete, update
from sqlmodel import Session, SQLModel, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import UNKNOWN_COUNTRY, speaking
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.core.personal import ACCOUNTS, declared, lasts
from app.core.settings import settings
from app.models import (
    Account,
    AccountDeletion,
    Capstone,
    CapstoneVersion,
    Certificate,
    CertificateStatus,
    Enrolment,
    EnrolmentStatus,
    PlatformRole,
)
from app.queries.own_data import (
    Person,
    file_keys,
    is_somebodys,
    keys_acting,
    of_person,
    tables,
    unused_files,
)
from app.services.audit import record
from app.services.enrolments import change_status
from app.services.notifications import News, tell
from app.services.sign_ins import end_sign_ins
from app.services.uploads import let_go

#: Long enough to come back from a holiday, short enough to be gone within the month of the law.
GRACE = timedelta(days=14)
#: How long before the day the person is reminded.
NOTICE = timedelta(days=3)
NOT_DECIDED = (EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED)


# --- Asking for it


def ask_to_delete(
    session: Session, account_id: UUID, *, with_certificates: bool, now: datetime
) -> None:
    """Put down that the account goes, and sign its owner out: who signs in again keeps it."""
    _hold_administrators(session)
    account = session.get_one(Account, account_id, with_for_update=True)
    _refuse_last_administrator(session, account)
    session.execute(delete(AccountDeletion).where(col(AccountDeletion.account_id) == account_id))
    due_at = now + GRACE
    session.add(
        AccountDeletion(account_id=account_id, due_at=due_at, with_certificates=with_certificates)
    )
    end_sign_ins(session, account_id)
    _announce(session, account, due_at)


def _hold_administrators(session: Session) -> None:
    """Before the account itself, in the order that all keep: of two who go at once, one stays."""
    session.exec(
        select(Account.id)
        .where(Account.platform_role == PlatformRole.ADMINISTRATOR)
        .order_by(col(Account.id))
        .with_for_update(key_share=True)
    ).all()


def _refuse_last_administrator(session: Session, account: Account) -> None:
    if account.platform_role is not PlatformRole.ADMINISTRATOR:
        return
    others = session.exec(
        select(Account.id).where(
            Account.platform_role == PlatformRole.ADMINISTRATOR,
            col(Account.suspended_at).is_(None),
            Account.id != account.id,
        )
    ).first()
    if others is None:
        raise RuleBroken(_("You are the last administrator. Make somebody else one first."))


def remind(session: Session, *, now: datetime) -> int:
    """Tell those whose account goes in a few days, once."""
    soon = session.exec(
        select(AccountDeletion).where(
            AccountDeletion.due_at <= now + NOTICE, col(AccountDeletion.reminded_at).is_(None)
        )
    ).all()
    for one in soon:
        one.reminded_at = now
        session.add(one)
        _announce(session, session.get_one(Account, one.account_id), one.due_at)
    return len(soon)


def _announce(session: Session, account: Account, due_at: datetime) -> None:
    about: News = {"moment": due_at, "address": f"{settings().base_url}/sign-in"}
    tell(session, account, "account goes", about)


def due(session: Session, *, now: datetime) -> list[UUID]:
    """The accounts whose day has come."""
    return list(
        session.exec(select(AccountDeletion.account_id).where(AccountDeletion.due_at <= now))
    )


def carry_out(session: Session, account_id: UUID, *, now: datetime) -> None:
    """Delete an account whose day has come. Meanwhile its owner may have come back."""
    asked = session.exec(
        select(AccountDeletion)
        .where(AccountDeletion.account_id == account_id, AccountDeletion.due_at <= now)
        .with_for_update()
    ).one_or_none()
    if asked is None:
        return
    try:
        delete_account(
            session, account_id, with_certificates=asked.with_certificates, by=account_id, now=now
        )
    except RuleBroken:  # the last administrator by now: the wish is void
        session.delete(asked)


# --- Doing it


def delete_account(
    session: Session,
    account_id: UUID,
    *,
    with_certificates: bool = False,
    by: UUID | None,
    now: datetime,
) -> None:
    """Take away all that is declared to go with the account, and leave a row that is nobody's."""
    _hold_administrators(session)
    account = session.get(Account, account_id, with_for_update=True)
    if account is None or account.deleted_at:
        raise NotFound(_("There is no such account."))
    _refuse_last_administrator(session, account)
    person = Person(account.id, account.email)
    _leave_queues(session, account_id, now=now)
    if with_certificates:
        _withdraw_certificates(session, account_id, now=now)
    _forget_among_members(session, account_id)
    files = _files_that_go(session, person)
    session.flush()
    for table in reversed(tables()):
        _forget_in(session, table, person)
    _make_nobodys(session, account, now=now)
    for file_id in unused_files(session, sent_in_by=account_id, among=files):
        let_go(session, file_id)
    record(session, by, "delete account", "account", account_id)


def _leave_queues(session: Session, account_id: UUID, *, now: datetime) -> None:
    """Whose place is not decided yet wants none any more; others move up."""
    waiting = session.exec(
        select(Enrolment).where(
            Enrolment.account_id == account_id, col(Enrolment.status).in_(NOT_DECIDED)
        )
    ).all()
    for enrolment in waiting:
        change_status(session, enrolment, EnrolmentStatus.WITHDRAWN, now=now)


def _withdraw_certificates(session: Session, account_id: UUID, *, now: datetime) -> None:
    """Their codes go on saying that there was one and that it was withdrawn; not whose it was."""
    given = session.exec(
        select(Certificate)
        .join(Enrolment, col(Enrolment.id) == col(Certificate.enrolment_id))
        .where(Enrolment.account_id == account_id)
    ).all()
    for one in given:
        if one.status is not CertificateStatus.REVOKED:
            with speaking(one.facts.get("language", "")):
                one.revoked_reason = _("Withdrawn at the wish of the person it was given to.")
            one.status, one.revoked_at = CertificateStatus.REVOKED, now
        one.facts = one.facts | {"recipient": "–", "institution": "", "country": ""}
        file_id, one.file_id = one.file_id, None
        session.add(one)
        session.flush()
        if file_id:
            let_go(session, file_id)


def _forget_among_members(session: Session, account_id: UUID) -> None:
    """What teams handed in keeps the names of that day's members."""
    editions = select(Enrolment.edition_id).where(Enrolment.account_id == account_id)
    kept = session.exec(
        select(CapstoneVersion)
        .join(Capstone, col(Capstone.id) == col(CapstoneVersion.capstone_id))
        .where(col(Capstone.edition_id).in_(editions))
    ).all()
    for version in kept:
        members = version.content.get("members", [])
        if any(member.get("id") == str(account_id) for member in members):
            version.content = version.content | {"members": _nameless(members, account_id)}
            session.add(version)


def _nameless(members: Iterable[dict[str, Any]], account_id: UUID) -> list[dict[str, Any]]:
    gone = str(account_id)
    return [m | {"name": ""} if m.get("id") == gone else m for m in members]


def _files_that_go(session: Session, person: Person) -> list[UUID]:
    """The files of rows that go: letters, copies. What else points to one keeps it."""
    return [
        file_id
        for table in tables()
        if _goes_whole(table)
        for column in file_keys(table)
        for file_id in session.execute(
            select(column).where(of_person(table, person), column.is_not(None))
        ).scalars()
    ]


def _goes_whole(table: Table) -> bool:
    return table.name != ACCOUNTS and is_somebodys(table) and not lasts(table)


def _forget_in(session: Session, table: Table, person: Person) -> None:
    """Delete the person's rows, or empty those of their columns that go with the account."""
    if _goes_whole(table):
        session.execute(delete(table).where(of_person(table, person)))
        return
    values = _emptied(table)
    written_by_them = is_somebodys(table) or bool(keys_acting(table))
    if values and written_by_them and table.name != ACCOUNTS:
        session.execute(update(table).where(of_person(table, person)).values(values))


def _emptied(table: Table) -> dict[str, Any]:
    return {
        column.name: _empty(column)
        for column, said in declared(table)
        if not said.kept.outlasts_the_account
    }


def _empty(column: Column[Any]) -> Any:
    """What stands in a column before anybody says anything: its default, or nothing."""
    models = {mapper.local_table: mapper.class_ for mapper in _mappers()}
    field = models[column.table].model_fields[column.name]
    if not field.is_required():
        return field.get_default(call_default_factory=True)
    kind = getattr(column.type, "impl_instance", column.type)
    return None if column.nullable else kind.python_type()


def _mappers() -> Iterable[Any]:
    return SQLModel._sa_registry.mappers  # noqa: SLF001 -- SQLModel has no other way


def _make_nobodys(session: Session, account: Account, *, now: datetime) -> None:
    """The row that enrolments and texts point to; nobody can sign in to it or write to it."""
    values = _emptied(Account.__table__) | {  # type: ignore[attr-defined]  # -- a table has one
        "email": f"deleted-{uuid7()}@invalid",
        "country": UNKNOWN_COUNTRY,
        "calendar_generation": account.calendar_generation + 1,
        "deleted_at": now,
    }
    session.execute(update(Account).where(col(Account.id) == account.id).values(values))
    session.expire(account)
