"""The rules of having an account: making one, changing what it says, and its password."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core import passwords
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Account, Gender, LinkKind, normalized_email
from app.services.account_messages import password_changed
from app.services.keys import end_keys
from app.services.links import Entered, end_links, entered, use_link
from app.services.notifications import welcome
from app.services.sign_ins import end_sign_ins


class AddressTaken(RuleBroken):
    """Somebody has an account with this e-mail address."""


@dataclass(frozen=True)
class Person:
    """What a person tells us of themselves; all of it theirs to change."""

    name: str
    country: str
    institution_id: UUID | None
    gender: Gender
    gender_word: str
    language: str
    timezone: str
    theme: str = ""
    data_saver: bool = False


def address_taken() -> AddressTaken:
    return AddressTaken(_("An account with this address exists. Sign in instead."))


def register(
    session: Session, person: Person, *, email: str, password_hash: str | None, now: datetime
) -> Account:
    """Make an account whose address needs no confirmation, and welcome its owner.

    Of two with one address, the first gets it; who never confirmed it has none.
    """
    address = normalized_email(email)
    account = session.exec(select(Account).where(Account.email == address)).one_or_none()
    if account and not account.is_pending:
        raise address_taken()
    account = account or Account(email=address, name="", country="")
    take_down(account, person)
    account.password_hash = password_hash
    account.email_confirmed_at = now
    session.add(account)
    session.flush()
    end_links(session, account.id)
    welcome(session, account)
    return account


def take_down(account: Account, person: Person) -> None:
    """Write what a person tells us into their account."""
    account.sqlmodel_update(_kept(person))


def change_person(session: Session, account_id: UUID, person: Person) -> None:
    """Take down what a person now says. Enrolments and certificates keep what was said before."""
    session.execute(update(Account).where(col(Account.id) == account_id).values(**_kept(person)))


def _kept(person: Person) -> dict[str, object]:
    own_word = person.gender_word if person.gender is Gender.ANOTHER else ""
    return vars(person) | {"gender_word": own_word}


def weakness(password: str, *, email: str) -> str | None:
    """Why a password would be guessed, in a sentence; None if it may do."""
    plain, address = password.casefold(), normalized_email(email)
    if plain in {address, address.partition("@")[0]}:
        return _("Choose something else than your e-mail address.")
    if passwords.is_common(password):
        return _("Many people use this password, so it is guessed first. Choose another one.")
    return None


def change_password(
    session: Session, account_id: UUID, password_hash: str, *, but: UUID | None = None
) -> None:
    """Set a new password and end the person's sign-ins, all ``but`` the one it was changed in.

    Whoever may have got in before holds nothing any more: keys to the API and the calendar's
    address end as well, and so do links that were sent. The person is told.
    """
    session.execute(
        update(Account).where(col(Account.id) == account_id).values(password_hash=password_hash)
    )
    end_keys(session, account_id)
    renew_calendar(session, account_id)
    end_links(session, account_id)
    end_sign_ins(session, account_id, but=but)
    password_changed(session, session.get_one(Account, account_id))


def reset_password(session: Session, secret: str, password_hash: str, *, now: datetime) -> Entered:
    """Choose a new password with a link, which shows that its reader has the address."""
    token, account = use_link(session, secret, LinkKind.PASSWORD, now=now)
    made = entered(session, token, account, now=now)
    change_password(session, account.id, password_hash)
    return made


def renew_calendar(session: Session, account_id: UUID) -> None:
    """Give the person's calendar a new address; the old one opens nothing from now on."""
    session.execute(
        update(Account)
        .where(col(Account.id) == account_id)
        .values(calendar_generation=col(Account.calendar_generation) + 1)
    )
