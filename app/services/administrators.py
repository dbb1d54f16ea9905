"""Making the first administrator of an installation, from the command line."""

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session

from app.core import passwords
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Account, PlatformRole
from app.services.accounts import Person, register, weakness
from app.services.audit import record


def create_administrator(session: Session, person: Person, *, email: str, password: str) -> Account:
    """An account that may do everything on the platform."""
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise RuleBroken(
            _("This is no e-mail address: %(address)s") % {"address": email}
        ) from error
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise RuleBroken(
            _("A password has at least %(shortest)s letters.") % {"shortest": passwords.SHORTEST}
        )
    if reason := weakness(password, email=address):
        raise RuleBroken(reason)

    account = register(
        session, person, email=address, password_hash=passwords.hash_password(password)
    )
    account.platform_role = PlatformRole.ADMINISTRATOR
    session.add(account)
    record(session, None, "create administrator", "account", account.id)
    return account
