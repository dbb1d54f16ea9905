"""Reading links that work once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from app.core.ids import token_hash
from app.models import Account, EmailChange, LinkKind, OneTimeToken


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """A link that still works, as its page shows it."""

    kind: LinkKind
    account_id: UUID
    email: str  # where it was sent
    name: str
    present_email: str
    browser_hash: str
    new_email: str | None


def still_works(*, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions on a token and its account: unused, in time, and of the right address.

    What was sent to an address that the account has no more opens nothing.
    """
    return (
        col(OneTimeToken.used_at).is_(None),
        col(OneTimeToken.expires_at) > now,
        or_(
            col(OneTimeToken.kind) == LinkKind.NEW_ADDRESS,
            col(OneTimeToken.email) == col(Account.email),
        ),
    )


def link_seen(session: Session, secret: str, *, now: datetime) -> LinkSeen | None:
    row = session.exec(
        select(  # type: ignore[call-overload]  # -- more columns than SQLModel's overloads know
            OneTimeToken.kind,
            OneTimeToken.account_id,
            OneTimeToken.email,
            Account.name,
            Account.email,
            OneTimeToken.browser_hash,
            EmailChange.email,
        )
        .join(Account, col(Account.id) == col(OneTimeToken.account_id))
        .join(EmailChange, col(EmailChange.account_id) == col(Account.id), isouter=True)
        .where(col(OneTimeToken.token_hash) == token_hash(secret), *still_works(now=now))
    ).one_or_none()
    return LinkSeen(*row) if row else None
