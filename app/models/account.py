"""An account: a person, what they told us of themselves, and where they are signed in."""

from datetime import datetime
from enum import StrEnum
from unicodedata import normalize
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table, stored_as_text


class Gender(StrEnum):
    """What a person said; five answers kept apart, and never guessed."""

    WOMAN = "woman"
    MAN = "man"
    ANOTHER = "another"
    PREFERS_NOT_TO_SAY = "prefers_not_to_say"
    NOT_ANSWERED = "not_answered"  # left blank, or never asked: imported records


class PlatformRole(StrEnum):
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


class Account(Table, table=True):
    email: str = Field(unique=True, max_length=254, description="as `normalized_email` gives it")
    name: str = Field(max_length=250, description="as it is printed on certificates")
    password_hash: str | None = Field(default=None, max_length=200)
    gender: Gender = Field(default=Gender.NOT_ANSWERED, sa_type=stored_as_text(Gender))
    gender_word: str = Field(default="", max_length=60, description="own word for another gender")
    country: str = Field(max_length=2, description="ISO 3166-1 alpha-2")
    institution_id: UUID | None = Field(default=None, foreign_key="institution.id", index=True)
    language: str = Field(default="es", max_length=2)
    timezone: str = Field(default="UTC", max_length=64, description="IANA name")
    theme: str = Field(default="", max_length=5)
    platform_role: PlatformRole | None = Field(default=None, sa_type=stored_as_text(PlatformRole))
    coordinates_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        description="the one institution whose people this coordinator sees; None: all",
    )
    calendar_generation: int = Field(default=1, description="raised to revoke the feed's address")
    is_demo: bool = False


class SignIn(Table, table=True):
    """A browser in which somebody is signed in: can be listed and revoked."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)
    browser: str = Field(default="", max_length=200)
    expires_at: datetime
    second_step_due: bool = Field(default=False, description="opens nothing until it is done")
    challenge: str = Field(default="", max_length=100, description="what a passkey is to sign")


class SignInTry(Table, table=True):
    """A failed sign-in, counted to slow down those who guess."""

    email: str = Field(max_length=254, index=True)
    address: str = Field(max_length=64, index=True)


class ApiToken(Table, table=True):
    """A key to the JSON API, shown once when it is made."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=80)
    token_hash: str = Field(unique=True, max_length=64)
    revoked_at: datetime | None = None


def normalized_email(typed: str) -> str:
    """The one spelling of an address that we keep: trimmed, in lower case, letters in one form."""
    return normalize("NFKC", typed).strip().lower()
