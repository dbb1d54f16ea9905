"""Links that work once: the token behind each, the requests for them, and a change of address."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

OF_LINK = personal(why=Why.SIGN_IN, kept=Kept.UNTIL_IT_ENDS, seen=Seen.PERSON)
SECRET_OF_LINK = personal(why=Why.SIGN_IN, kept=Kept.UNTIL_IT_ENDS, seen=Seen.NOBODY, secret=True)
OF_REQUEST = personal(why=Why.SIGN_IN, kept=Kept.HOUR, seen=Seen.NOBODY)


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
    kind: LinkKind = Field(sa_type=stored_as_text(LinkKind), sa_column_kwargs=OF_LINK)
    email: str = Field(
        max_length=254,
        description="where it was sent; with another it is void",
        sa_column_kwargs=OF_LINK,
    )
    token_hash: str = Field(unique=True, max_length=64, sa_column_kwargs=SECRET_OF_LINK)
    expires_at: datetime = Field(index=True, sa_column_kwargs=OF_LINK)
    used_at: datetime | None = Field(default=None, sa_column_kwargs=OF_LINK)
    onward: str = Field(
        default="",
        max_length=2000,
        description="where its owner was going",
        sa_column_kwargs=OF_LINK,
    )
    browser_hash: str = Field(
        default="",
        max_length=64,
        description="of the secret given to the browser that asked",
        sa_column_kwargs=SECRET_OF_LINK,
    )


class RequestStatus(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"  # if anybody is at the address
    LEFT = "left"  # too many had been sent: nothing was done, and it counts against nobody


class LinkRequest(Table, table=True):
    """Somebody asked for a message with a link. It counts, whoever is at the address or nobody."""

    email: str = Field(
        max_length=254,
        index=True,
        sa_column_kwargs=personal(why=Why.SIGN_IN, kept=Kept.HOUR, seen=Seen.NOBODY, finds=True),
    )
    address: str = Field(
        max_length=64, index=True, description="where they asked from", sa_column_kwargs=OF_REQUEST
    )
    kind: LinkKind = Field(sa_type=stored_as_text(LinkKind), sa_column_kwargs=impersonal())
    onward: str = Field(default="", max_length=2000, sa_column_kwargs=OF_REQUEST)
    status: RequestStatus = Field(
        default=RequestStatus.ASKED,
        sa_type=stored_as_text(RequestStatus),
        index=True,
        sa_column_kwargs=impersonal(),
    )
    tries: int = Field(default=0, sa_column_kwargs=impersonal())
    tried_at: datetime | None = Field(
        default=None, description="when a worker last took it up", sa_column_kwargs=impersonal()
    )


class EmailChange(Table, table=True):
    """A person wants another address; both addresses have to say yes."""

    account_id: UUID = Field(foreign_key="account.id", unique=True, ondelete="CASCADE")
    email: str = Field(max_length=254, description="the new one", sa_column_kwargs=OF_LINK)
    confirmed_new_at: datetime | None = Field(default=None, sa_column_kwargs=OF_LINK)
    confirmed_old_at: datetime | None = Field(default=None, sa_column_kwargs=OF_LINK)
    expires_at: datetime = Field(index=True, sa_column_kwargs=OF_LINK)
