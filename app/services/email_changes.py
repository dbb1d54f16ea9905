"""Another e-mail address: the new and the present one have to say yes, and either can say no."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.core.errors import Conflict, RuleBroken
from app.core.i18n import gettext as _
from app.models import Account, EmailChange, LinkKind, Message, normalized_email
from app.queries.accounts import nobody_yet
from app.services.account_messages import (
    address_changed,
    address_wanted,
    confirm_leaving_address,
    confirm_new_address,
)
from app.services.links import HOLDS, LinkVoid, end_links, give_link, use_link
from app.services.sign_ins import end_sign_ins
from app.services.tries import note_request

BOTH = (LinkKind.NEW_ADDRESS, LinkKind.OLD_ADDRESS)
#: Without a password one shows who one is by having signed in a moment ago.
FRESH = timedelta(minutes=15)


def began_just_now(began_at: datetime | None, *, now: datetime) -> bool:
    return began_at is not None and began_at > now - FRESH


def ask_to_change(
    session: Session, account_id: UUID, email: str, address: str, *, now: datetime
) -> list[Message]:
    """Ask both addresses. What was asked before is forgotten.

    If the new one is somebody's, its owner is told, and nobody else.
    """
    account, email = session.get_one(Account, account_id), normalized_email(email)
    if email == account.email:
        raise RuleBroken(_("This is your address already."))
    if not note_request(session, account.email, address, LinkKind.OLD_ADDRESS, now=now):
        raise RuleBroken(_("You asked three times within an hour. Try again later."))
    cancel_change(session, account_id)
    session.add(
        EmailChange(account_id=account_id, email=email, expires_at=now + HOLDS, created_at=now)
    )
    link = give_link(session, account, LinkKind.OLD_ADDRESS, now=now)
    written = [confirm_leaving_address(session, account, email, link)]
    if note_request(session, email, address, LinkKind.NEW_ADDRESS, now=now):
        written.append(_to_the_new_address(session, account, email, now=now))
    return written


def _to_the_new_address(
    session: Session, account: Account, email: str, *, now: datetime
) -> Message:
    holder = session.exec(select(Account).where(Account.email == email)).one_or_none()
    if holder and not holder.is_pending:
        return address_wanted(session, holder)
    link = give_link(session, account, LinkKind.NEW_ADDRESS, now=now, email=email)
    return confirm_new_address(session, account, email, link)


def cancel_change(session: Session, account_id: UUID) -> None:
    session.execute(delete(EmailChange).where(col(EmailChange.account_id) == account_id))
    end_links(session, account_id, BOTH)


def refuse_change(session: Session, secret: str, *, now: datetime) -> None:
    """Say no, from either address."""
    _token, account = use_link(session, secret, *BOTH, now=now)
    cancel_change(session, account.id)


def confirm_change(
    session: Session, secret: str, *, but: UUID | None = None, now: datetime
) -> str | None:
    """Say yes from one of the addresses. Both have: gives the new one, which holds from now on.

    ``but`` is the sign-in in which that happens; the person's others end.
    """
    token, account = use_link(session, secret, *BOTH, now=now)
    change = session.exec(
        select(EmailChange)
        .where(EmailChange.account_id == account.id, EmailChange.expires_at > now)
        .with_for_update()
    ).one_or_none()
    if change is None or (token.kind is LinkKind.NEW_ADDRESS and token.email != change.email):
        raise LinkVoid(_("This link does not work any more."))
    if token.kind is LinkKind.NEW_ADDRESS:
        change.confirmed_new_at = now
    else:
        change.confirmed_old_at = now
    session.add(change)
    session.flush()
    if not (change.confirmed_new_at and change.confirmed_old_at):
        return None
    _move(session, account, change.email, but=but, now=now)
    return change.email


def _move(
    session: Session, account: Account, email: str, *, but: UUID | None, now: datetime
) -> None:
    _make_room(session, email)
    before, account.email = account.email, email
    account.email_confirmed_at = now
    session.add(account)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(_("Somebody else has this address by now.")) from error
    end_links(session, account.id)
    end_sign_ins(session, account.id, but=but)
    address_changed(session, account, before=before)


def _make_room(session: Session, email: str) -> None:
    """Who only registered with an address, and never confirmed it, does not keep it from others."""
    session.execute(delete(Account).where(col(Account.email) == email, *nobody_yet()))
