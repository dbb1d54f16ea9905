"""Reading what a person holds for the second step of signing in, and who stands before it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from app.models import Account, Authenticator, Passkey, PlatformRole, RecoveryCode, SignIn
from app.queries.visits import is_open


@dataclass(frozen=True, slots=True)
class HalfSignedIn:
    """Somebody who has done the first step, and not the second."""

    sign_in_id: UUID
    account_id: UUID
    email: str
    language: str
    platform_role: PlatformRole | None


@dataclass(frozen=True, slots=True)
class PasskeySeen:
    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What a person holds for it."""

    has_authenticator: bool
    passkeys: list[PasskeySeen]
    codes_left: int

    @property
    def is_set_up(self) -> bool:
        return self.has_authenticator or bool(self.passkeys)


def half_signed_in(session: Session, token_hash: str, *, now: datetime) -> HalfSignedIn | None:
    row = session.execute(
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            SignIn.id, Account.id, Account.email, Account.language, Account.platform_role
        )
        .join(Account, col(Account.id) == col(SignIn.account_id))
        .where(
            SignIn.token_hash == token_hash,
            col(SignIn.second_step_due).is_(True),
            is_open(),
            SignIn.expires_at > now,
        )
    ).one_or_none()
    return HalfSignedIn(*row) if row else None


def has_second_step(session: Session, account_id: UUID) -> bool:
    """Whether the person set one up, of whichever kind."""
    authenticator = exists().where(
        col(Authenticator.account_id) == account_id, col(Authenticator.confirmed_at).is_not(None)
    )
    passkey = exists().where(col(Passkey.account_id) == account_id)
    return bool(session.execute(select(authenticator | passkey)).scalar_one())


def needs_second_step(session: Session, account_id: UUID, *, staff_must: bool) -> bool:
    """Whether the password alone is not enough for this person."""
    if has_second_step(session, account_id):
        return True
    role = session.exec(select(Account.platform_role).where(Account.id == account_id)).one()
    return staff_must and role is not None


def second_step(session: Session, account_id: UUID) -> SecondStep:
    authenticator = session.exec(
        select(Authenticator.id).where(
            Authenticator.account_id == account_id, col(Authenticator.confirmed_at).is_not(None)
        )
    ).one_or_none()
    passkeys = session.exec(
        select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.last_used_at)
        .where(Passkey.account_id == account_id)
        .order_by(col(Passkey.id))
    ).all()
    left = session.exec(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, col(RecoveryCode.used_at).is_(None))
    ).one()
    return SecondStep(authenticator is not None, [PasskeySeen(*row) for row in passkeys], left)


def credentials_of(session: Session, account_id: UUID) -> list[str]:
    """The names of a person's passkeys, by which their device finds the right one."""
    return list(
        session.exec(select(Passkey.credential).where(Passkey.account_id == account_id)).all()
    )
