"""Keys to the JSON API: made by a person for a program, shown once, and withdrawn at any time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import token, token_hash
from app.models import Account, ApiToken
from app.queries.accounts import how_many_keys
from app.services.account_messages import key_made

MOST_KEYS = 20
#: Lets people and scanners of public code see what a stray key opens.
BEGINNING = "taller_"


def make_key(session: Session, account_id: UUID, *, name: str) -> str:
    """A new key that opens the API as its owner, who is told. We keep its hash alone.

    The owner's row is held: a key that is made while the password changes ends with the others.
    """
    account = session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if how_many_keys(session, account_id) >= MOST_KEYS:
        raise RuleBroken(_("You have twenty keys. Withdraw one that is not used any more."))
    secret = BEGINNING + token()
    session.add(ApiToken(account_id=account_id, name=name, token_hash=token_hash(secret)))
    session.flush()
    key_made(session, account, name)
    return secret


def end_keys(session: Session, account_id: UUID) -> None:
    """Have no key of a person open anything: it may have been made by another, or for less."""
    session.execute(delete(ApiToken).where(col(ApiToken.account_id) == account_id))


def withdraw_key(session: Session, account_id: UUID, key_id: UUID, *, now: datetime) -> None:
    withdrawn = session.execute(
        update(ApiToken)
        .where(
            col(ApiToken.id) == key_id,
            col(ApiToken.account_id) == account_id,
            col(ApiToken.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )
    if not withdrawn.rowcount:  # type: ignore[attr-defined]  # -- an UPDATE has one
        raise NotFound(_("There is no such key."))
