"""The rules of closing an account for a time, and of opening it again."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete
from sqlmodel import Session, col, select

from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.models import Account, SignIn, Suspension
from app.services.audit import record
from app.services.roles import Authority, standing_of
from app.services.sign_ins import end_sign_ins
from app.services.viewing import end_looks_at


def suspend(session: Session, account_id: UUID, reason: str, *, by: UUID, now: datetime) -> None:
    """Close an account: from the next request on nothing of it opens anything."""
    Authority.of(session, by).over(account_id)
    account = _account(session, account_id)
    if account.suspended_at is not None:
        raise Conflict(_("This account is suspended already."))
    before = standing_of(account)
    account.suspended_at = now
    suspension = Suspension(
        account_id=account_id, begun_by_id=by, reason=_said(reason), created_at=now
    )
    session.add_all([account, suspension])
    session.flush()
    end_sign_ins(session, account_id)
    end_looks_at(session, account_id)
    record(
        session,
        by,
        "suspend account",
        "account",
        account_id,
        before=before,
        after=standing_of(account),
        suspension=str(suspension.id),
    )


def reactivate(session: Session, account_id: UUID, reason: str, *, by: UUID, now: datetime) -> None:
    """Open an account again. Its keys and its calendar work as before; its owner signs in anew."""
    Authority.of(session, by).over(account_id)
    account = _account(session, account_id)
    if account.suspended_at is None:
        raise Conflict(_("This account is not suspended."))
    before = standing_of(account)
    account.suspended_at = None
    session.add(account)
    suspension = _open_suspension(session, account_id)
    if suspension:
        suspension.ended_at, suspension.ended_by_id = now, by
        suspension.reason_to_end = _said(reason)
        session.add(suspension)
    session.flush()
    record(
        session,
        by,
        "reactivate account",
        "account",
        account_id,
        before=before,
        after=standing_of(account),
        suspension=str(suspension.id) if suspension else None,
    )


def _open_suspension(session: Session, account_id: UUID) -> Suspension | None:
    return session.exec(
        select(Suspension)
        .where(Suspension.account_id == account_id, col(Suspension.ended_at).is_(None))
        .order_by(col(Suspension.id).desc())
    ).first()


def _account(session: Session, account_id: UUID) -> Account:
    account = session.get(Account, account_id, with_for_update={"key_share": True})
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def _said(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Say why, for those who look it up later."))
    return reason[:500]


def sign_out(
    session: Session, account_id: UUID, *, sign_in_id: UUID | None = None, by: UUID
) -> None:
    """End somebody's sign-ins for them, or one: after the loss of a phone, say."""
    Authority.of(session, by)
    _account(session, account_id)
    ending = delete(SignIn).where(col(SignIn.account_id) == account_id)
    if sign_in_id:
        ending = ending.where(col(SignIn.id) == sign_in_id)
    ended = cast("CursorResult[Any]", session.execute(ending)).rowcount
    if not ended:
        raise NotFound(_("They are not signed in there any more."))
    record(
        session,
        by,
        "end sign-ins",
        "account",
        account_id,
        before={"sign_ins": ended},
        after={"sign_ins": 0},
    )
