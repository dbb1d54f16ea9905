"""Reading who is known by the word of which provider."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Account, LinkedIdentity, PlatformRole


@dataclass(frozen=True, slots=True)
class IdentitySeen:
    id: UUID
    issuer: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Whose account a provider's word opens, and where their day begins."""

    account_id: UUID
    platform_role: PlatformRole | None


def known_by(session: Session, issuer: str, subject: str) -> Known | None:
    row = session.exec(
        select(Account.id, Account.platform_role)
        .join(LinkedIdentity, col(LinkedIdentity.account_id) == col(Account.id))
        .where(LinkedIdentity.issuer == issuer, LinkedIdentity.subject == subject)
    ).one_or_none()
    return Known(*row) if row else None


def identities_of(session: Session, account_id: UUID) -> list[IdentitySeen]:
    """The providers whose word opens a person's account, as they were linked."""
    rows = session.exec(
        select(LinkedIdentity.id, LinkedIdentity.issuer, LinkedIdentity.created_at)
        .where(LinkedIdentity.account_id == account_id)
        .order_by(col(LinkedIdentity.id))
    ).all()
    return [IdentitySeen(*row) for row in rows]
