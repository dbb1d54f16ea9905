"""Reading accounts: what a person told us of themselves, and the keys they made."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func
from sqlmodel import Session, col, select

from app.models import (
    Account,
    ApiToken,
    EditionStaff,
    EmailChange,
    Enrolment,
    Gender,
    Institution,
    PlatformRole,
    normalized_email,
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in needs to know of an account."""

    id: UUID
    password_hash: str | None
    platform_role: PlatformRole | None


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """What a person told us of themselves, as their own page shows it."""

    name: str
    email: str
    gender: Gender
    gender_word: str
    country: str
    language: str
    timezone: str
    theme: str
    data_saver: bool
    institution_id: UUID | None
    institution_acronym: str | None
    institution_country: str | None
    calendar_generation: int
    wanted_email: str | None  # instead of the present one, once both have said yes
    wanted_new_said_yes: datetime | None
    wanted_old_said_yes: datetime | None


@dataclass(frozen=True, slots=True)
class KeySeen:
    """A key to the JSON API that still opens it; the key itself is known to its owner alone."""

    id: UUID
    name: str
    created_at: datetime


def credentials(session: Session, email: str, *, held: bool = False) -> Credentials | None:
    """Of whoever has the address. No password opens an account whose address nobody confirmed.

    ``held``: until this is kept, nobody gives the account another password.
    """
    opening = case((col(Account.email_confirmed_at).is_not(None), col(Account.password_hash)))
    query = select(Account.id, opening, Account.platform_role).where(
        Account.email == normalized_email(email)
    )
    row = session.exec(query.with_for_update(key_share=True) if held else query).one_or_none()
    return Credentials(*row) if row else None


def account_by_email(session: Session, email: str) -> Account | None:
    """The account of whoever reads what is sent there; who confirmed nothing has none."""
    account = session.exec(
        select(Account).where(Account.email == normalized_email(email))
    ).one_or_none()
    return None if account is None or account.is_pending else account


def nobody_yet() -> tuple[ColumnElement[bool], ...]:
    """The conditions on accounts that nobody confirmed and that nobody else's work refers to."""
    return (
        col(Account.email_confirmed_at).is_(None),
        col(Account.password_hash).is_not(None),
        ~exists().where(col(Enrolment.account_id) == col(Account.id)).correlate(Account),
        ~exists().where(col(EditionStaff.account_id) == col(Account.id)).correlate(Account),
    )


def has_password(session: Session, account_id: UUID) -> bool:
    found = session.exec(select(Account.password_hash).where(Account.id == account_id)).one()
    return found is not None


def person(session: Session, account_id: UUID, *, now: datetime) -> PersonSeen:
    row = session.exec(
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            Account.name,
            Account.email,
            Account.gender,
            Account.gender_word,
            Account.country,
            Account.language,
            Account.timezone,
            Account.theme,
            Account.data_saver,
            Account.institution_id,
            Institution.acronym,
            Institution.country,
            Account.calendar_generation,
            EmailChange.email,
            EmailChange.confirmed_new_at,
            EmailChange.confirmed_old_at,
        )
        .join(Institution, col(Institution.id) == col(Account.institution_id), isouter=True)
        .join(
            EmailChange,
            and_(col(EmailChange.account_id) == col(Account.id), col(EmailChange.expires_at) > now),
            isouter=True,
        )
        .where(Account.id == account_id)
    ).one()
    return PersonSeen(*row)


def keys_of(session: Session, account_id: UUID) -> list[KeySeen]:
    """The keys that a person can still use, the newest first."""
    rows = session.exec(
        select(ApiToken.id, ApiToken.name, ApiToken.created_at)
        .where(ApiToken.account_id == account_id, col(ApiToken.revoked_at).is_(None))
        .order_by(col(ApiToken.id).desc())
    ).all()
    return [KeySeen(*row) for row in rows]


def how_many_keys(session: Session, account_id: UUID) -> int:
    return session.exec(
        select(func.count())
        .select_from(ApiToken)
        .where(ApiToken.account_id == account_id, col(ApiToken.revoked_at).is_(None))
    ).one()
