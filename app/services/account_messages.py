"""Messages about the account itself: links that prove who one is, and news of what was changed.

Each link goes to the address that it is bound to, whatever the account's address is by then.
"""

from sqlmodel import Session

from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.settings import settings
from app.models import Account, Message
from app.services.notifications import write


def _holds() -> str:
    return _("The link works once, and within 60 minutes.")


def _not_you() -> str:
    return _("If it was not you who asked, do nothing: without the link nothing changes.")


def confirm_address(session: Session, account: Account, link: str) -> Message:
    """To somebody who says that the address is theirs: it may be anybody's."""
    with speaking(account.language):
        return write(
            session,
            account,
            "confirm address",
            _("Confirm your e-mail address"),
            _("Somebody, we think you, is making an account at Taller with this address."),
            _("Confirm that it is yours, and the account is ready: %(address)s")
            % {"address": link},
            _holds(),
            _("If it was not you, do nothing: the account is never made."),
            to=account.email,
            by_name=False,
        )


def already_registered(
    session: Session, account: Account, sign_in: str, new_password: str
) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "already registered",
            _("You already have an account"),
            _("Somebody, we think you, wanted to make an account with this address. You have one."),
            _("Sign in with this link: %(address)s") % {"address": sign_in},
            _("Or choose a new password: %(address)s") % {"address": new_password},
            _("Each link works once, and within 60 minutes."),
            _not_you(),
            to=account.email,
        )


def sign_in_link(session: Session, account: Account, link: str) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "sign-in link",
            _("Your link to sign in"),
            _("Sign in with this link: %(address)s") % {"address": link},
            _holds(),
            _not_you(),
            to=account.email,
        )


def password_link(session: Session, account: Account, link: str) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "password link",
            _("Choose a new password"),
            _("Choose a new password here: %(address)s") % {"address": link},
            _holds(),
            _not_you(),
            to=account.email,
        )


def password_changed(session: Session, account: Account) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "password changed",
            _("Your password was changed"),
            _("The password of your account was changed. Other sign-ins have ended."),
            _("If it was not you, choose a new one at once: %(address)s")
            % {"address": f"{settings().base_url}/sign-in/password"},
            to=account.email,
        )


def confirm_new_address(session: Session, account: Account, email: str, link: str) -> Message:
    """To the address that somebody wants to have: it may be a slip, and a stranger's."""
    with speaking(account.language):
        return write(
            session,
            account,
            "confirm new address",
            _("Confirm your new e-mail address"),
            _("Somebody wants to use this address for their account at Taller."),
            _("If it was you, say yes here, or no: %(address)s") % {"address": link},
            _("The present address has to say yes as well."),
            _holds(),
            _not_you(),
            to=email,
            by_name=False,
        )


def confirm_leaving_address(session: Session, account: Account, email: str, link: str) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "confirm leaving address",
            _("Do you want another e-mail address?"),
            _("Somebody who is signed in as you wants to use %(email)s instead of this address.")
            % {"email": email},
            _("If it was you, say yes here, or no: %(address)s") % {"address": link},
            _("The new address has to say yes as well."),
            _holds(),
            _("If it was not you, say no with the link, and change your password."),
            to=account.email,
        )


def address_wanted(session: Session, account: Account) -> Message:
    """To somebody whose address another person wants to have for their own account."""
    with speaking(account.language):
        return write(
            session,
            account,
            "address wanted",
            _("Your address belongs to your account"),
            _("Somebody wanted this address for another account. It is yours, and stays so."),
            _("If you have two accounts and want one, write to the coordinators of your course."),
            to=account.email,
        )


def address_changed(session: Session, account: Account, *, before: str) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "address changed",
            _("Your e-mail address was changed"),
            _("From now on you sign in with %(email)s, and messages go there.")
            % {"email": account.email},
            _("If it was not you, write to the coordinators of your course at once."),
            to=before,
        )
