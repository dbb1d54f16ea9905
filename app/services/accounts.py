"""The rules of having an account: making one, changing what it says, and its password."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.core import passwords
from app.core.errors import RuleBroken
from app.core.i18n import gettext as _
from app.models import Account, ApiToken, Gender, normalized_email
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


def address_taken() -> AddressTaken:
    return AddressTaken(_("An account with this address exists. Sign in instead."))


def register(session: Session, person: Person, *, email: str, password_hash: str | None) -> Account:
    """Make an account, and welcome its owner. Of two with one address, the first gets it."""
    account = Account(
        email=normalized_email(email),
        password_hash=password_hash,
        name=person.name,
        country=person.country,
        language=person.language,
    )
    account.sqlmodel_update(_kept(person))
    session.add(account)
    try:
        session.flush()
    except IntegrityError as error:
        if "email" in str(error.orig):
            raise address_taken() from error
        raise
    welcome(session, account)
    return account


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
    address end as well.
    """
    session.execute(
        update(Account).where(col(Account.id) == account_id).values(password_hash=password_hash)
    )
    session.execute(delete(ApiToken).where(col(ApiToken.account_id) == account_id))
    renew_calendar(session, account_id)
    end_sign_ins(session, account_id, but=but)


def renew_calendar(session: Session, account_id: UUID) -> None:
    """Give the person's calendar a new address; the old one opens nothing from now on."""
    session.execute(
        update(Account)
        .where(col(Account.id) == account_id)
        .values(calendar_generation=col(Account.calendar_generation) + 1)
    )
