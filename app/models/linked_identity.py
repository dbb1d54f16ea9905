"""Who somebody is at a provider of sign-ins: its word opens the account that this leads to."""

from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from app.core.db import Table
from app.core.personal import Kept, Seen, Why, personal


class LinkedIdentity(Table, table=True):
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    issuer: str = Field(
        max_length=255,
        description="the provider's address",
        sa_column_kwargs=personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.PERSON),
    )
    subject: str = Field(
        max_length=255,
        description="the person's name there, theirs for ever",
        sa_column_kwargs=personal(why=Why.SIGN_IN, kept=Kept.ACCOUNT, seen=Seen.PERSON),
    )
