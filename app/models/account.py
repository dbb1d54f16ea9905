"""An account: a person, what they told us of themselves, and where they are signed in."""

from datetime import datetime
from enum import StrEnum
from unicodedata import normalize
from uuid import UUID

from sqlmodel import Field

from app.core.db import PersonName, Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

SETTING = personal(why=Why.SETTINGS, kept=Kept.ACCOUNT, seen=Seen.PERSON)
OF_SIGN_IN = personal(why=Why.SIGN_IN, kept=Kept.UNTIL_IT_ENDS, seen=Seen.PERSON)
SECRET_OF_SIGN_IN = personal(
    why=Why.SIGN_IN, kept=Kept.UNTIL_IT_ENDS, seen=Seen.NOBODY, secret=True
)
OF_KEY = personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.PERSON)


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
    email: str = Field(
        unique=True,
        max_length=254,
        description="as `normalized_email` gives it",
        sa_column_kwargs=personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS),
    )
    name: str = Field(
        sa_type=PersonName(250),
        description="as it is printed on certificates",
        sa_column_kwargs=personal(why=Why.KNOWN, kept=Kept.ACCOUNT, seen=Seen.TEAM),
    )
    password_hash: str | None = Field(
        default=None,
        max_length=200,
        sa_column_kwargs=personal(
            why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.NOBODY, secret=True
        ),
    )
    gender: Gender = Field(
        default=Gender.NOT_ANSWERED,
        sa_type=stored_as_text(Gender),
        sa_column_kwargs=personal(why=Why.FIGURES, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS),
    )
    gender_word: str = Field(
        default="",
        max_length=60,
        description="own word for another gender",
        sa_column_kwargs=personal(why=Why.FIGURES, kept=Kept.ACCOUNT, seen=Seen.PERSON),
    )
    country: str = Field(
        max_length=2,
        description="ISO 3166-1 alpha-2",
        sa_column_kwargs=personal(why=Why.KNOWN, kept=Kept.ACCOUNT, seen=Seen.TEAM),
    )
    institution_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        index=True,
        sa_column_kwargs=personal(why=Why.KNOWN, kept=Kept.ACCOUNT, seen=Seen.TEAM),
    )
    language: str = Field(default="es", max_length=2, sa_column_kwargs=SETTING)
    timezone: str = Field(
        default="UTC", max_length=64, description="IANA name", sa_column_kwargs=SETTING
    )
    theme: str = Field(default="", max_length=5, sa_column_kwargs=SETTING)
    platform_role: PlatformRole | None = Field(
        default=None,
        sa_type=stored_as_text(PlatformRole),
        sa_column_kwargs=personal(
            why=Why.ACCOUNTABILITY, kept=Kept.ACCOUNT, seen=Seen.ADMINISTRATORS
        ),
    )
    coordinates_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        description="the one institution whose people this coordinator sees; None: all",
        sa_column_kwargs=personal(
            why=Why.ACCOUNTABILITY, kept=Kept.ACCOUNT, seen=Seen.ADMINISTRATORS
        ),
    )
    calendar_generation: int = Field(
        default=1, description="raised to revoke the feed's address", sa_column_kwargs=impersonal()
    )
    is_demo: bool = Field(default=False, sa_column_kwargs=impersonal())
    deleted_at: datetime | None = Field(
        default=None,
        description="nobody's from then on: enrolments and texts point to it",
        sa_column_kwargs=impersonal(),
    )


class SignIn(Table, table=True):
    """A browser in which somebody is signed in: can be listed and revoked."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64, sa_column_kwargs=SECRET_OF_SIGN_IN)
    browser: str = Field(default="", max_length=200, sa_column_kwargs=OF_SIGN_IN)
    expires_at: datetime = Field(sa_column_kwargs=OF_SIGN_IN)
    second_step_due: bool = Field(
        default=False, description="opens nothing until it is done", sa_column_kwargs=impersonal()
    )
    challenge: str = Field(
        default="",
        max_length=100,
        description="what a passkey is to sign",
        sa_column_kwargs=SECRET_OF_SIGN_IN,
    )


class SignInTry(Table, table=True):
    """A failed sign-in, counted to slow down those who guess."""

    email: str = Field(
        max_length=254,
        index=True,
        sa_column_kwargs=personal(
            why=Why.SIGN_IN, kept=Kept.QUARTER_HOUR, seen=Seen.NOBODY, finds=True
        ),
    )
    address: str = Field(
        max_length=64,
        index=True,
        sa_column_kwargs=personal(why=Why.SIGN_IN, kept=Kept.QUARTER_HOUR, seen=Seen.NOBODY),
    )


class ApiToken(Table, table=True):
    """A key to the JSON API, shown once when it is made."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=80, sa_column_kwargs=OF_KEY)
    token_hash: str = Field(
        unique=True,
        max_length=64,
        sa_column_kwargs=personal(
            why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.NOBODY, secret=True
        ),
    )
    revoked_at: datetime | None = Field(default=None, sa_column_kwargs=OF_KEY)


def normalized_email(typed: str) -> str:
    """The one spelling of an address that we keep: trimmed, in lower case, letters in one form."""
    return normalize("NFKC", typed).strip().lower()
