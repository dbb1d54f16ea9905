"""The rules of signing in and out: how long it lasts, what replaces what, and who must wait."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from app.core.errors import NotFound, TooMany
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.ids import token, token_hash
from app.models import SignIn, SignInTry, normalized_email
from app.queries.sign_ins import WINDOW, next_try_at

KEPT_FOR = timedelta(days=14)
A_WORKING_DAY = timedelta(hours=12)
#: How long the second step may take.
BETWEEN_STEPS = timedelta(minutes=15)


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
        )
    )
    session.flush()
    return secret


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


def refuse_guessing(session: Session, email: str, address: str, *, now: datetime) -> None:
    """Have those wait who failed too often, from where they failed."""
    may_try_at = next_try_at(session, email, address, now=now)
    if may_try_at is None:
        return
    seconds = max(1, int((may_try_at - now).total_seconds()))
    minutes = -(-seconds // 60)
    raise TooMany(
        ngettext(
            "Too many tries did not work. Try again in %(num)s minute.",
            "Too many tries did not work. Try again in %(num)s minutes.",
            minutes,
        )
        % {"num": minutes},
        wait=seconds,
    )


def note_failure(session: Session, email: str, address: str, *, now: datetime) -> None:
    """Count a failed try, and forget those that count no more: they hold e-mail addresses."""
    session.execute(delete(SignInTry).where(col(SignInTry.created_at) <= now - WINDOW))
    session.add(SignInTry(email=normalized_email(email)[:254], address=address, created_at=now))
    session.flush()


def forget_failures(session: Session, email: str, address: str) -> None:
    """Who got in has shown whose tries these were."""
    session.execute(
        delete(SignInTry).where(
            col(SignInTry.email) == normalized_email(email), col(SignInTry.address) == address
        )
    )


def one_at_a_time(session: Session, address: str) -> None:
    """Judge the tries of one place one after the other, so that many at once cannot slip through.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(address))))
