"""The second step of signing in: what a person holds beside the password."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table


class Authenticator(Table, table=True):
    """An application that shows a new code every half minute (TOTP, RFC 6238)."""

    account_id: UUID = Field(foreign_key="account.id", unique=True, ondelete="CASCADE")
    sealed_secret: str = Field(max_length=400, description="encrypted with the installation's key")
    confirmed_at: datetime | None = Field(default=None, description="None: not yet in use")
    last_step: int = Field(default=0, description="the half minute whose code was used last")


class Passkey(Table, table=True):
    """A key that a device or a stick keeps, and that signs a challenge (WebAuthn)."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=60)
    credential: str = Field(unique=True, max_length=1400, description="its name, base64url")
    public_key: str = Field(max_length=2000, description="COSE key, base64url")
    uses: int = Field(default=0, description="the device's own counter; a copy would fall behind")
    last_used_at: datetime | None = None


class RecoveryCode(Table, table=True):
    """A code on paper that replaces the second step once."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    code_hash: str = Field(unique=True, max_length=64)
    used_at: datetime | None = None
