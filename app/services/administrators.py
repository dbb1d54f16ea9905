"""What whoever runs an installation does to accounts, from the command line."""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session

from app.core import passwords
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import LANGUAGES, is_country
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.core.zones import main_zone
from app.models import Account, Gender, PlatformRole
from app.queries.accounts import credentials
from app.services import deletions, second_step
from app.services.accounts import Person, change_password, register, weakness
from app.services.audit import record


def create_administrator(
    session: Session,
    *,
    name: str,
    email: str,
    country: str,
    language: str,
    password: str,
    now: datetime,
) -> Account:
    """An account that may do everything here; whoever makes it vouches for the address."""
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise RuleBroken(
            _("This is no e-mail address: %(address)s") % {"address": email}
        ) from error
    person = _person(one_line(name), country.upper(), language)
    account = register(
        session, person, email=address, password_hash=_hash(password, address), now=now
    )
    account.platform_role = PlatformRole.ADMINISTRATOR
    session.add(account)
    record(
        session,
        None,
        "create administrator",
        "account",
        account.id,
        before={"role": None},
        after={"role": PlatformRole.ADMINISTRATOR.value},
    )
    return account


def _person(name: str, country: str, language: str) -> Person:
    if not name:
        raise RuleBroken(_("A person has a name."))
    if not is_country(country):
        raise RuleBroken(_("This is no country: %(code)s") % {"code": country})
    if language not in LANGUAGES:
        raise RuleBroken(_("Taller speaks %(languages)s.") % {"languages": ", ".join(LANGUAGES)})
    return Person(
        name=name,
        country=country,
        institution_id=None,
        gender=Gender.NOT_ANSWERED,
        gender_word="",
        language=language,
        timezone=main_zone(country),
    )


def set_password(session: Session, *, email: str, password: str, now: datetime) -> None:
    """A new password for somebody who forgot theirs; whoever was signed in with it is not now.

    Who gives it vouches for the address as well.
    """
    known = credentials(session, email)
    if known is None:
        raise NotFound(_("Nobody has an account with %(address)s.") % {"address": email})
    account = session.get_one(Account, known.id)
    account.email_confirmed_at = account.email_confirmed_at or now
    session.add(account)
    change_password(session, known.id, _hash(password, email))
    record(session, None, "set password", "account", known.id)


def forget_second_step(session: Session, *, email: str) -> None:
    """For somebody who lost the device and the codes."""
    known = credentials(session, email)
    if known is None:
        raise NotFound(_("Nobody has an account with %(address)s.") % {"address": email})
    second_step.forget_second_step(session, session.get_one(Account, known.id))
    record(session, None, "forget second step", "account", known.id)


def delete_account(session: Session, *, email: str, with_certificates: bool, now: datetime) -> None:
    """For somebody who asked for it in person, at once."""
    known = credentials(session, email)
    if known is None:
        raise NotFound(_("Nobody has an account with %(address)s.") % {"address": email})
    deletions.delete_account(
        session, known.id, with_certificates=with_certificates, by=None, now=now
    )


def _hash(password: str, email: str) -> str:
    password = password.strip()  # as forms do
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise RuleBroken(
            _("A password has at least %(shortest)s letters.") % {"shortest": passwords.SHORTEST}
        )
    if reason := weakness(password, email=email):
        raise RuleBroken(reason)
    return passwords.hash_password(password)
