"""An account: a person, what they told us of themselves, and where they are signed in."""

from datetime import datetime
from enum import StrEnum
from unicodedata import category, normalize
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlmodel import Field

from app.core.clock import now
from app.core.db import Table, stored_as_text
from app.core.text import SHAPELESS


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


#: Who registered and did not confirm: few, and looked for each minute among millions.
_PENDING = text("email_confirmed_at IS NULL AND password_hash IS NOT NULL")


class Account(Table, table=True):
    __table_args__ = (
        Index("ix_account_pending", "created_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
    )

    email: str = Field(unique=True, max_length=254, description="as `normalized_email` gives it")
    email_confirmed_at: datetime | None = Field(
        default=None, description="when somebody showed that they read what is sent there"
    )
    name: str = Field(max_length=250, description="as it is printed on certificates")
    password_hash: str | None = Field(default=None, max_length=200)
    gender: Gender = Field(default=Gender.NOT_ANSWERED, sa_type=stored_as_text(Gender))
    gender_word: str = Field(default="", max_length=60, description="own word for another gender")
    country: str = Field(max_length=2, description="ISO 3166-1 alpha-2")
    institution_id: UUID | None = Field(default=None, foreign_key="institution.id", index=True)
    language: str = Field(default="es", max_length=2)
    timezone: str = Field(default="UTC", max_length=64, description="IANA name")
    theme: str = Field(default="", max_length=5)
    data_saver: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    platform_role: PlatformRole | None = Field(default=None, sa_type=stored_as_text(PlatformRole))
    coordinates_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        description="the one institution whose people this coordinator sees; None: all",
    )
    calendar_generation: int = Field(default=1, description="raised to revoke the feed's address")
    is_demo: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether somebody registered with this address and has not confirmed it.

        It is nobody's account yet. Imported people have no password before they come themselves.
        """
        return self.email_confirmed_at is None and self.password_hash is not None


class SignIn(Table, table=True):
    """A browser in which somebody is signed in: can be listed and revoked."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)
    browser: str = Field(default="", max_length=200)
    expires_at: datetime = Field(index=True)
    seen_at: datetime = Field(default_factory=now, description="last use, to the hour")
    second_step_due: bool = Field(default=False, description="opens nothing until it is done")
    challenge: str = Field(default="", max_length=100, description="what a passkey is to sign")


class TryKind(StrEnum):
    """What was tried: a password, which can be guessed, or a long secret, which cannot."""

    PASSWORD = "password"  # noqa: S105 -- the name of a kind
    SECRET = "secret"  # noqa: S105 -- as above: of a link, or a key to the API


class SignInTry(Table, table=True):
    """A secret that was not right, counted to slow down those who guess."""

    kind: TryKind = Field(
        default=TryKind.PASSWORD,
        sa_type=stored_as_text(TryKind),
        sa_column_kwargs={"server_default": TryKind.PASSWORD.value},
    )
    email: str = Field(max_length=254, index=True)
    address: str = Field(max_length=64, index=True)


class ApiToken(Table, table=True):
    """A key to the JSON API, shown once when it is made."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=80)
    token_hash: str = Field(unique=True, max_length=64)
    revoked_at: datetime | None = None


def normalized_email(typed: str) -> str:
    """The one spelling of an address that we keep, however it is typed or pasted.

    Letters in one form and in lower case; no blanks around it and no marks without a shape, which
    hide in what is copied; a domain without the dot at its end, and in its own letters.
    """
    letters = normalize("NFKC", typed).strip().lower()
    plain = normalize("NFKC", "".join(c for c in letters if category(c) not in SHAPELESS))
    local, at, domain = plain.rpartition("@")
    return f"{local}{at}{_in_own_letters(domain.removesuffix('.'))}"


def _in_own_letters(domain: str) -> str:
    if "xn--" not in domain:
        return domain
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
