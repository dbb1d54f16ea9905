"""The rules of the second step: setting it up, doing it, and what replaces it in need.

Codes follow RFC 6238 (TOTP: SHA-1, six digits, half a minute), passkeys follow WebAuthn Level 3.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.core import passkeys
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import CODE_LETTERS, token_hash
from app.core.passkeys import NotRight
from app.core.sealing import seal, unseal
from app.models import Account, Authenticator, Passkey, RecoveryCode, SignIn
from app.queries.second_step import credentials_of, has_second_step
from app.services.notifications import tell
from app.services.tries import (
    forget_failures,
    note_failure,
    one_at_a_time,
    refuse_guessing,
)

STEP = 30  # seconds that a code is shown
#: A code may be this many steps early or late: clocks of telephones differ.
DRIFT = 1
RECOVERY_CODES = 10
MOST_PASSKEYS = 10
_PURPOSE = "authenticator"


# --- Codes of an application


def begin_authenticator(session: Session, sign_in_id: UUID, account_id: UUID) -> None:
    """Make a new secret. Until a code confirms it, nothing changes for signing in.

    It is for this sign-in alone: who was in before, or is in elsewhere, must not know the secret
    that the owner takes into use.
    """
    present = _authenticator(session, account_id)
    if present and present.confirmed_at:
        raise RuleBroken(_("You have an application for codes already. Remove it first."))
    if present and _begun_secret(present, sign_in_id):
        return  # reloading the page shows the same secret: it may have been scanned already
    present = present or Authenticator(account_id=account_id, sealed_secret="")
    present.sealed_secret = seal(f"{sign_in_id} {pyotp.random_base32()}", _PURPOSE)
    session.add(present)
    session.flush()


def secret_to_scan(session: Session, sign_in_id: UUID, account_id: UUID) -> str | None:
    """The secret of an application that is set up in this sign-in; never of one in use."""
    present = _authenticator(session, account_id)
    return _begun_secret(present, sign_in_id) if present else None


def _begun_secret(present: Authenticator, sign_in_id: UUID) -> str | None:
    if present.confirmed_at:
        return None
    begun_in, _blank, secret = unseal(present.sealed_secret, _PURPOSE).partition(" ")
    return secret if secret and begun_in == str(sign_in_id) else None


def confirm_authenticator(
    session: Session, sign_in_id: UUID, account: Account, code: str, *, now: datetime
) -> list[str]:
    """Take the application into use once it shows the right code; give new recovery codes."""
    present = _authenticator(session, account.id)
    secret = _begun_secret(present, sign_in_id) if present else None
    if present is None or secret is None:
        raise NotFound(_("Begin again: there is no application to confirm."))
    if not _fits(session, present, secret, code, now=now):
        raise RuleBroken(_("This code is not right, or has passed. Write the one you see now."))
    present.sealed_secret = seal(secret, _PURPOSE)
    present.confirmed_at = now
    session.add(present)
    _tell(session, account)
    return renew_recovery_codes(session, account.id)


def _authenticator(session: Session, account_id: UUID) -> Authenticator | None:
    return session.exec(
        select(Authenticator)
        .where(Authenticator.account_id == account_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _fits(
    session: Session, present: Authenticator, secret: str, code: str, *, now: datetime
) -> bool:
    """Whether the application shows this code now. Each works once, also for two at once."""
    typed = "".join(code.split())
    if not secret or not (typed.isascii() and typed.isdigit()):
        return False
    totp, this_step = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    for step in range(this_step - DRIFT, this_step + DRIFT + 1):
        if secrets.compare_digest(totp.generate_otp(step), typed):
            used = session.execute(
                update(Authenticator)
                .where(col(Authenticator.id) == present.id, col(Authenticator.last_step) < step)
                .values(last_step=step)
                .execution_options(synchronize_session=False)
            )
            return bool(used.rowcount)  # type: ignore[attr-defined]  # -- an UPDATE has one
    return False


# --- Codes on paper


def renew_recovery_codes(session: Session, account_id: UUID) -> list[str]:
    """Ten new codes, shown this once; those from before work no more."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=_hash(account_id, code)) for code in codes
    )
    session.flush()
    return codes


def _recovery_code() -> str:
    """Two groups of five, e.g. ``T7K49-WQX3H``: 50 bits."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _hash(account_id: UUID, code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return token_hash(f"recovery code {account_id} {plain}")


def _spend(session: Session, account_id: UUID, code: str, *, now: datetime) -> bool:
    spent = session.execute(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.code_hash) == _hash(account_id, code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    return bool(spent.rowcount)  # type: ignore[attr-defined]  # -- an UPDATE has one


# --- Doing the step


def try_code(session: Session, account: Account, code: str, *, now: datetime) -> bool:
    """Whether ``code`` is right; who failed too often waits, from wherever they try.

    Only who knows the password comes here, so this keeps no owner out on a stranger's behalf.
    """
    return _judged(session, account, lambda: _is_right(session, account, code, now=now), now=now)


def try_passkey(
    session: Session, sign_in_id: UUID, account: Account, answer: str, *, now: datetime
) -> bool:
    """Whether one of the person's passkeys signed what this sign-in was asked to have signed."""

    def signs() -> bool:
        return _signs(session, sign_in_id, account.id, answer, now=now)

    return _judged(session, account, signs, now=now)


def _judged(
    session: Session, account: Account, is_right: Callable[[], bool], *, now: datetime
) -> bool:
    door = f"second step {account.id}"
    one_at_a_time(session, door)
    refuse_guessing(session, account.email, door, now=now)
    if not is_right():
        note_failure(session, account.email, door, now=now)
        return False
    forget_failures(session, account.email, door)
    return True


def _is_right(session: Session, account: Account, code: str, *, now: datetime) -> bool:
    """It is what the application shows, or one of the codes on paper."""
    present = _authenticator(session, account.id)
    if present and present.confirmed_at:
        secret = unseal(present.sealed_secret, _PURPOSE)
        if _fits(session, present, secret, code, now=now):
            return True
    if not _spend(session, account.id, code, now=now):
        return False
    _tell_of_recovery(session, account)
    return True


# --- Passkeys


def challenge_to_make(session: Session, sign_in_id: UUID, account: Account) -> str:
    """What a browser is to make a key with, as JSON; remembered with its sign-in."""
    held = credentials_of(session, account.id)
    options, challenge = passkeys.asked_to_make(account.id, account.email, held=held)
    _remember(session, sign_in_id, challenge)
    return options


def challenge_to_sign(session: Session, sign_in_id: UUID, account_id: UUID) -> str:
    """What a browser is to sign, as JSON; remembered with its sign-in."""
    options, challenge = passkeys.asked_to_sign(held=credentials_of(session, account_id))
    _remember(session, sign_in_id, challenge)
    return options


def _remember(session: Session, sign_in_id: UUID, challenge: str) -> None:
    session.execute(update(SignIn).where(col(SignIn.id) == sign_in_id).values(challenge=challenge))


def _recall(session: Session, sign_in_id: UUID) -> str:
    """The challenge, which serves one answer only."""
    challenge = session.exec(
        select(SignIn.challenge).where(SignIn.id == sign_in_id).with_for_update()
    ).one()
    _remember(session, sign_in_id, "")
    if not challenge:
        raise RuleBroken(_("This took too long. Try again."))
    return challenge


def add_passkey(
    session: Session, sign_in_id: UUID, account: Account, *, name: str, answer: str
) -> list[str]:
    """Take a passkey into use; the first second step brings recovery codes with it."""
    try:
        key = passkeys.made(answer, challenge=_recall(session, sign_in_id))
    except NotRight as error:
        raise RuleBroken(_("This passkey could not be added. Try again.")) from error
    held = credentials_of(session, account.id)
    if len(held) >= MOST_PASSKEYS:
        raise RuleBroken(_("You have as many passkeys as we keep. Remove one first."))
    first = not has_second_step(session, account.id)
    session.add(
        Passkey(
            account_id=account.id,
            name=name,
            credential=key.credential,
            public_key=key.public_key,
            uses=key.uses,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise RuleBroken(_("This passkey is in use already.")) from error
    _tell(session, account, name)
    return renew_recovery_codes(session, account.id) if first else []


def _signs(
    session: Session, sign_in_id: UUID, account_id: UUID, answer: str, *, now: datetime
) -> bool:
    challenge = _recall(session, sign_in_id)
    try:
        key = session.exec(
            select(Passkey)
            .where(
                Passkey.account_id == account_id,
                Passkey.credential == passkeys.credential_in(answer),
            )
            .with_for_update()
        ).one_or_none()
        if key is None:
            return False
        uses = passkeys.signed(
            answer, challenge=challenge, public_key=key.public_key, uses=key.uses
        )
    except NotRight:
        return False
    key.uses, key.last_used_at = uses, now
    session.add(key)
    return True


# --- Taking it away


def remove_authenticator(session: Session, account: Account) -> None:
    gone = session.execute(delete(Authenticator).where(col(Authenticator.account_id) == account.id))
    if not gone.rowcount:  # type: ignore[attr-defined]  # -- a DELETE has one
        raise NotFound(_("You have no application for codes any more."))
    _tell_of_removal(session, account)


def remove_passkey(session: Session, account: Account, passkey_id: UUID) -> None:
    gone = session.execute(
        delete(Passkey).where(col(Passkey.id) == passkey_id, col(Passkey.account_id) == account.id)
    )
    if not gone.rowcount:  # type: ignore[attr-defined]  # -- a DELETE has one
        raise NotFound(_("You do not have this passkey any more."))
    _tell_of_removal(session, account)


def forget_second_step(session: Session, account: Account) -> None:
    """For somebody who lost everything: whoever looks after Taller knows who they are."""
    for table in (Authenticator, Passkey, RecoveryCode):
        session.execute(delete(table).where(col(table.account_id) == account.id))
    _tell_of_removal(session, account)


def _tidy(session: Session, account_id: UUID) -> None:
    """Codes on paper are of no use without a second step that they replace."""
    if not has_second_step(session, account_id):
        session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))


# --- What the person is told


def _tell(session: Session, account: Account, passkey: str = "") -> None:
    if passkey:
        tell(session, account, "passkey added", {"passkey": passkey})
    else:
        tell(session, account, "codes added", {})


def _tell_of_removal(session: Session, account: Account) -> None:
    _tidy(session, account.id)
    tell(session, account, "second step removed", {})


def _tell_of_recovery(session: Session, account: Account) -> None:
    tell(session, account, "recovery code used", {})
