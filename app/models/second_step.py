"""The second step of signing in: what a person holds beside the password."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table
from app.core.personal import Kept, Seen, Why, impersonal, personal

HELD = personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.PERSON)
SECRET = personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.NOBODY, secret=True)


class Authenticator(Table, table=True):
    """An application that shows a new code every half minute (TOTP, RFC 6238)."""

    account_id: UUID = Field(foreign_key="account.id", unique=True, ondelete="CASCADE")
    sealed_secret: str = Field(
        max_length=400, description="encrypted with the installation's key", sa_column_kwargs=SECRET
    )
    confirmed_at: datetime | None = Field(
        default=None, description="None: not yet in use", sa_column_kwargs=HELD
    )
    last_step: int = Field(
        default=0,
        description="the half minute whose code was used last",
        sa_column_kwargs=impersonal(),
    )


class Passkey(Table, table=True):
    """A key that a device or a stick keeps, and that signs a challenge (WebAuthn)."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=60, sa_column_kwargs=HELD)
    credential: str = Field(
        unique=True, max_length=1400, description="its name, base64url", sa_column_kwargs=HELD
    )
    public_key: str = Field(
        max_length=2000, description="COSE key, base64url", sa_column_kwargs=HELD
    )
    uses: int = Field(
        default=0,
        description="the device's own counter; a copy would fall behind",
        sa_column_kwargs=impersonal(),
    )
    last_used_at: datetime | None = Field(default=None, sa_column_kwargs=HELD)


class RecoveryCode(Table, table=True):
    """A code on paper that replaces the second step once."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    code_hash: str = Field(unique=True, max_length=64, sa_column_kwargs=SECRET)
    used_at: datetime | None = Field(default=None, sa_column_kwargs=HELD)
