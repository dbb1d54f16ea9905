"""An account: a person, what they told us of themselves, and where they are signed in."""

from datetime import datetime
from enum import StrEnum
from unicodedata import category, normalize
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlmodel import Field

from app.core.clock import now
from app.core.db import PersonName, Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal
from app.core.text import SHAPELESS

SETTING = personal(why=Why.SETTINGS, kept=Kept.ACCOUNT, seen=Seen.PERSON)
OF_SIGN_IN = personal(why=Why.SIGN_IN, kept=Kept.UNTIL_IT_ENDS, seen=Seen.PERSON)
SECRET_OF_SIGN_IN = personal(
    why=Why.SIGN_IN, kept=Kept.UNTIL_IT_ENDS, seen=Seen.NOBODY, secret=True
)
OF_KEY = personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.PERSON)
SUSPENDED = personal(why=Why.ACCOUNTABILITY, kept=Kept.ACCOUNT, seen=Seen.ADMINISTRATORS)


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

    email: str = Field(
        unique=True,
        max_length=254,
        description="as `normalized_email` gives it",
        sa_column_kwargs=personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS),
    )
    email_confirmed_at: datetime | None = Field(
        default=None,
        description="when somebody showed that they read what is sent there",
        sa_column_kwargs=personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.COORDINATORS),
    )
    name: str = Field(
        sa_type=PersonName(250),
        description="as it is printed on certificates",
        sa_column_kwargs=personal(why=Why.KNOWN, kept=Kept.ACCOUNT, seen=Seen.COURSE),
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
        sa_column_kwargs=personal(why=Why.KNOWN, kept=Kept.ACCOUNT, seen=Seen.COURSE),
    )
    institution_id: UUID | None = Field(
        default=None,
        foreign_key="institution.id",
        index=True,
        sa_column_kwargs=personal(why=Why.KNOWN, kept=Kept.ACCOUNT, seen=Seen.COURSE),
    )
    language: str = Field(default="es", max_length=2, sa_column_kwargs=SETTING)
    timezone: str = Field(
        default="UTC", max_length=64, description="IANA name", sa_column_kwargs=SETTING
    )
    theme: str = Field(default="", max_length=5, sa_column_kwargs=SETTING)
    data_saver: bool = Field(
        default=False,
        sa_column_kwargs=personal(
            why=Why.SETTINGS, kept=Kept.ACCOUNT, seen=Seen.PERSON, server_default=false()
        ),
    )
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
    digest_hour: int = Field(
        default=7, description="the hour of the digest in their zone", sa_column_kwargs=SETTING
    )
    unsubscribe_generation: int = Field(
        default=1, description="raised to make sent links void", sa_column_kwargs=impersonal()
    )
    email_bounced_at: datetime | None = Field(
        default=None,
        description="since when messages to the address come back",
        sa_column_kwargs=personal(why=Why.MESSAGES, kept=Kept.ACCOUNT, seen=Seen.ADMINISTRATORS),
    )
    email_bounce_reason: str = Field(
        default="",
        max_length=300,
        sa_column_kwargs=personal(why=Why.MESSAGES, kept=Kept.ACCOUNT, seen=Seen.ADMINISTRATORS),
    )
    suspended_at: datetime | None = Field(
        default=None,
        description="since then it opens nothing and gets no mail; `Suspension` says why",
        sa_column_kwargs=personal(
            why=Why.ACCOUNTABILITY, kept=Kept.ACCOUNT, seen=Seen.ADMINISTRATORS
        ),
    )

    @property
    def may_be_written_to(self) -> bool:
        """Nothing is sent to somebody who cannot get in."""
        return self.suspended_at is None and self.deleted_at is None

    @property
    def is_pending(self) -> bool:
        """Whether somebody registered with this address and has not confirmed it.

        It is nobody's account yet. Imported people have no password before they come themselves.
        """
        return self.email_confirmed_at is None and self.password_hash is not None


class Suspension(Table, table=True):
    """A time during which an account was closed: who said so and why, at its begin and its end."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    begun_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    reason: str = Field(max_length=500, sa_column_kwargs=SUSPENDED)
    ended_at: datetime | None = Field(default=None, sa_column_kwargs=SUSPENDED)
    ended_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    reason_to_end: str = Field(default="", max_length=500, sa_column_kwargs=SUSPENDED)


class SignIn(Table, table=True):
    """A browser in which somebody is signed in: can be listed and revoked."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64, sa_column_kwargs=SECRET_OF_SIGN_IN)
    browser: str = Field(default="", max_length=200, sa_column_kwargs=OF_SIGN_IN)
    expires_at: datetime = Field(index=True, sa_column_kwargs=OF_SIGN_IN)
    seen_at: datetime = Field(
        default_factory=now, description="last use, to the hour", sa_column_kwargs=OF_SIGN_IN
    )
    second_step_due: bool = Field(
        default=False, description="opens nothing until it is done", sa_column_kwargs=impersonal()
    )
    challenge: str = Field(
        default="",
        max_length=100,
        description="what a passkey is to sign",
        sa_column_kwargs=SECRET_OF_SIGN_IN,
    )
    viewing_as_id: UUID | None = Field(
        default=None,
        foreign_key="account.id",
        ondelete="SET NULL",
        description="the participant whose pages support looks at in this browser",
    )
    viewing_until: datetime | None = Field(default=None, sa_column_kwargs=OF_SIGN_IN)


class TryKind(StrEnum):
    """What was tried: what can be guessed, which people make up, or a long secret, which cannot."""

    PASSWORD = "password"  # noqa: S105 -- the name of a kind
    SECRET = "secret"  # noqa: S105 -- as above: of a link, or a key to the API
    KEY = "key"  # of an edition, for coming into it


class SignInTry(Table, table=True):
    """A secret that was not right, counted to slow down those who guess."""

    kind: TryKind = Field(
        default=TryKind.PASSWORD,
        sa_type=stored_as_text(TryKind),
        sa_column_kwargs=impersonal(server_default=TryKind.PASSWORD.value),
    )
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
