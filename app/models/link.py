"""Links that work once: the token behind each, the requests for them, and a change of address."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table, stored_as_text


class LinkKind(StrEnum):
    """What a link does; it does nothing else."""

    CONFIRM = "confirm"  # the address of a new account
    SIGN_IN = "sign_in"
    PASSWORD = "password"  # noqa: S105 -- chooses a new one
    NEW_ADDRESS = "new_address"  # says yes to a change of address, at the new one
    OLD_ADDRESS = "old_address"  # the same, at the one that was known


class OneTimeToken(Table, table=True):
    """What is kept of a link: whom it is for, and a hash of its secret."""

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    kind: LinkKind = Field(sa_type=stored_as_text(LinkKind))
    email: str = Field(max_length=254, description="where it was sent; with another it is void")
    token_hash: str = Field(unique=True, max_length=64)
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None
    onward: str = Field(default="", max_length=2000, description="where its owner was going")
    browser_hash: str = Field(
        default="", max_length=64, description="of the secret given to the browser that asked"
    )


class RequestStatus(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"  # if anybody is at the address
    LEFT = "left"  # too many had been sent: nothing was done, and it counts against nobody


class LinkRequest(Table, table=True):
    """Somebody asked for a message with a link. It counts, whoever is at the address or nobody."""

    email: str = Field(max_length=254, index=True)
    address: str = Field(max_length=64, index=True, description="where they asked from")
    kind: LinkKind = Field(sa_type=stored_as_text(LinkKind))
    onward: str = Field(default="", max_length=2000)
    status: RequestStatus = Field(
        default=RequestStatus.ASKED, sa_type=stored_as_text(RequestStatus), index=True
    )
    tries: int = 0
    tried_at: datetime | None = Field(default=None, description="when a worker last took it up")


class EmailChange(Table, table=True):
    """A person wants another address; both addresses have to say yes."""

    account_id: UUID = Field(foreign_key="account.id", unique=True, ondelete="CASCADE")
    email: str = Field(max_length=254, description="the new one")
    confirmed_new_at: datetime | None = None
    confirmed_old_at: datetime | None = None
    expires_at: datetime = Field(index=True)
