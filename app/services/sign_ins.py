"""The rules of signing in and out: how long it lasts, and what replaces what."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import token, token_hash
from app.models import Account, AccountDeletion, SignIn
from app.services.notifications import account_stays

KEPT_FOR = timedelta(days=14)
A_WORKING_DAY = timedelta(hours=12)
#: How long the second step may take.
BETWEEN_STEPS = timedelta(minutes=15)
#: Last use is noted that exactly: a write in every look-up would cost more than it tells.
NOTED_EACH = timedelta(hours=1)


def begin_sign_in(
    session: Session,
    account_id: UUID,
    *,
    browser: str,
    keep: bool,
    second_step_due: bool = False,
    replaces: str = "",
    now: datetime,
) -> str:
    """Sign a person in, and give the secret that their browser keeps; we keep only its hash.

    ``replaces`` is the secret this browser had before: it opens nothing from now on. While the
    second step is due the new one opens nothing but the page of that step.
    """
    refuse_suspended(session, account_id)
    lasts = KEPT_FOR if keep else A_WORKING_DAY
    if replaces:
        session.execute(delete(SignIn).where(col(SignIn.token_hash) == token_hash(replaces)))
    session.execute(
        delete(SignIn).where(col(SignIn.account_id) == account_id, col(SignIn.expires_at) <= now)
    )
    secret = token()
    session.add(
        SignIn(
            account_id=account_id,
            token_hash=token_hash(secret),
            browser=browser[:200],
            expires_at=now + (BETWEEN_STEPS if second_step_due else lasts),
            second_step_due=second_step_due,
            created_at=now,
            seen_at=now,
        )
    )
    session.flush()
    _refuse_deleted(session, account_id)
    if not second_step_due:
        _keep_account(session, account_id)
    return secret


def _refuse_deleted(session: Session, account_id: UUID) -> None:
    """The account may have been deleted while its password was looked at."""
    if session.exec(select(Account.deleted_at).where(Account.id == account_id)).one():
        raise NotFound(_("There is no such account."))


def _keep_account(session: Session, account_id: UUID) -> None:
    """Who signs in wants the account: if it was to be deleted, it is not."""
    called_off = session.execute(
        delete(AccountDeletion).where(col(AccountDeletion.account_id) == account_id)
    )
    if called_off.rowcount:  # type: ignore[attr-defined]  # -- a DELETE has one
        account_stays(session, session.get_one(Account, account_id))


def refuse_suspended(session: Session, account_id: UUID) -> None:
    """For whoever has shown that the account is theirs, by whatever means."""
    known = select(Account.id).where(Account.id == account_id, col(Account.suspended_at).is_(None))
    if session.exec(known).first() is None:
        raise RuleBroken(_("This account is suspended. Write to the people who run your courses."))


def end_sign_in(session: Session, account_id: UUID, sign_in_id: UUID) -> None:
    """End one of a person's own sign-ins."""
    ended = session.execute(
        delete(SignIn).where(col(SignIn.id) == sign_in_id, col(SignIn.account_id) == account_id)
    )
    if not ended.rowcount:  # type: ignore[attr-defined]  # -- a DELETE has one
        raise NotFound(_("You are not signed in there any more."))


def end_sign_ins(session: Session, account_id: UUID, *, but: UUID | None = None) -> None:
    """End a person's sign-ins everywhere, or everywhere ``but`` in one browser."""
    ending = delete(SignIn).where(col(SignIn.account_id) == account_id)
    if but:
        ending = ending.where(col(SignIn.id) != but)
    session.execute(ending)


def note_use(session: Session, sign_in_id: UUID, *, now: datetime) -> None:
    """Remember that a sign-in was used, so that its owner can tell the browsers apart."""
    session.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(seen_at=now))
