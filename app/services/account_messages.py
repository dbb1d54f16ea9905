"""Messages about the account itself: links that prove who one is, and news of what was changed.

Each link goes to the address that it is bound to, whatever the account's address is by then.
"""

from sqlmodel import Session

from app.core.settings import settings
from app.models import Account, Message
from app.services.notifications import tell


def confirm_address(session: Session, account: Account, link: str) -> Message:
    """To somebody who says that the address is theirs: it may be anybody's."""
    return tell(session, account, "confirm address", {"address": link}, to=account.email)


def already_registered(
    session: Session, account: Account, sign_in: str, new_password: str
) -> Message:
    about = {"address": sign_in, "password": new_password}
    return tell(session, account, "already registered", about, to=account.email)


def sign_in_link(session: Session, account: Account, link: str) -> Message:
    return tell(session, account, "link to sign in", {"address": link}, to=account.email)


def password_link(session: Session, account: Account, link: str) -> Message:
    return tell(session, account, "link to a new password", {"address": link}, to=account.email)


def password_changed(session: Session, account: Account) -> Message:
    about = {"address": f"{settings().base_url}/sign-in/password"}
    return tell(session, account, "password changed", about, to=account.email)


def key_made(session: Session, account: Account, name: str) -> Message:
    about = {"title": name, "address": f"{settings().base_url}/sign-in/password"}
    return tell(session, account, "key made", about, to=account.email)


def confirm_new_address(session: Session, account: Account, email: str, link: str) -> Message:
    """To the address that somebody wants to have: it may be a slip, and a stranger's."""
    return tell(session, account, "confirm new address", {"address": link}, to=email)


def confirm_leaving_address(session: Session, account: Account, email: str, link: str) -> Message:
    about = {"email": email, "address": link}
    return tell(session, account, "confirm leaving address", about, to=account.email)


def address_wanted(session: Session, account: Account) -> Message:
    """To somebody whose address another person wants to have for their own account."""
    return tell(session, account, "address wanted", {}, to=account.email)


def address_changed(session: Session, account: Account, *, before: str) -> Message:
    return tell(session, account, "address changed", {"email": account.email}, to=before)
