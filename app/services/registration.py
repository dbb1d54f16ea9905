"""Making an account: asked for by anybody, made by whoever reads what is sent to the address."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.core.ids import token_hash
from app.models import Account, LinkKind, Message, normalized_email
from app.services.account_messages import already_registered, confirm_address
from app.services.accounts import Person, take_down
from app.services.institution_proposals import Proposed, settle_institution
from app.services.links import Entered, end_links, entered, give_link, use_link
from app.services.notifications import welcome
from app.services.tries import note_request, one_at_a_time


@dataclass(frozen=True)
class Registration:
    """What somebody typed to make an account, and from which browser and place."""

    person: Person
    email: str
    password_hash: str
    onward: str
    browser: str
    address: str
    proposed: Proposed | None = None  # an institution that we do not know


def ask_to_register(session: Session, asked: Registration, *, now: datetime) -> Message | None:
    """Write to the address: how to confirm it, or that it has an account.

    Who asked learns nothing of which. An address that nobody confirmed belongs to nobody: whoever
    asks next replaces it. None: the address has had enough messages for now.
    """
    email = normalized_email(asked.email)
    one_at_a_time(session, email)
    if not note_request(session, email, asked.address, LinkKind.CONFIRM, now=now):
        return None
    account = session.exec(select(Account).where(Account.email == email)).one_or_none()
    if account and not account.is_pending:
        return already_registered(
            session,
            account,
            give_link(session, account, LinkKind.SIGN_IN, now=now, onward=asked.onward),
            give_link(session, account, LinkKind.PASSWORD, now=now, onward=asked.onward),
        )
    account = _pending(session, account, asked, email, now=now)
    link = give_link(
        session, account, LinkKind.CONFIRM, now=now, onward=asked.onward, browser=asked.browser
    )
    return confirm_address(session, account, link)


def _pending(
    session: Session, account: Account | None, asked: Registration, email: str, *, now: datetime
) -> Account:
    account = account or Account(email=email, name="", country="")
    end_links(session, account.id)
    take_down(account, asked.person)
    account.password_hash = asked.password_hash
    account.created_at = now
    session.add(account)
    session.flush()
    settle_institution(session, account.id, asked.proposed)
    return account


def is_same_browser(browser_hash: str, browser: str) -> bool:
    return bool(browser) and token_hash(browser) == browser_hash


def confirm_registration(
    session: Session, secret: str, *, browser: str, password_hash: str | None, now: datetime
) -> Entered:
    """Make the account of the person who reads what is sent to its address.

    In another browser than the one in which it was asked for, they choose the password: a stranger
    may have asked, and would know the first one.
    """
    token, account = use_link(session, secret, LinkKind.CONFIRM, now=now)
    if not is_same_browser(token.browser_hash, browser):
        if password_hash is None:
            raise RuleBroken(_("Choose a password."))
        account.password_hash = password_hash
    end_links(session, account.id)
    made = entered(session, token, account, now=now)
    welcome(session, account)
    return made
