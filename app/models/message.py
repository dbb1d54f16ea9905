"""A message to a person: written in the transaction of its cause, sent by the worker."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, Index, UniqueConstraint

from app.core.db import Table, stored_as_text
from app.core.personal import Kept, Seen, Why, impersonal, personal

SENT = personal(why=Why.MESSAGES, kept=Kept.YEAR, seen=Seen.ADMINISTRATORS)
CHOSEN = personal(why=Why.MESSAGES, kept=Kept.ACCOUNT, seen=Seen.PERSON)


class MessageGroup(StrEnum):
    """What messages are about; for each a person chooses how they come."""

    ACCOUNT = "account"
    ADMISSION = "admission"
    SESSIONS = "sessions"
    CAPSTONE = "capstone"
    CERTIFICATES = "certificates"
    ANNOUNCEMENTS = "announcements"
    FORUM = "forum"


class MessageKind(StrEnum):
    WELCOME = "welcome"
    CONFIRM_ADDRESS = "confirm address"
    ALREADY_REGISTERED = "already registered"
    SIGN_IN_LINK = "sign-in link"
    PASSWORD_LINK = "password link"  # noqa: S105 -- a kind of message
    PASSWORD_CHANGED = "password changed"  # noqa: S105 -- a kind of message
    KEY_MADE = "key made"
    CONFIRM_NEW_ADDRESS = "confirm new address"
    CONFIRM_LEAVING_ADDRESS = "confirm leaving address"
    ADDRESS_WANTED = "address wanted"
    ADDRESS_CHANGED = "address changed"
    PROVIDER_LINKED = "provider linked"
    SECOND_STEP_ADDED = "second step added"
    SECOND_STEP_REMOVED = "second step removed"
    RECOVERY_CODE_USED = "recovery code used"
    INSTITUTION_ACCEPTED = "institution accepted"
    INSTITUTION_DECLINED = "institution declined"
    INSTITUTION_NAME_DECIDED = "institution name decided"
    MADE_FOCAL_POINT = "made focal point"
    SEAT_OFFERED = "seat offered"
    OFFER_LAPSED = "offer lapsed"
    APPLICATION_RECEIVED = "application received"
    PUT_IN_LINE = "put in line"
    WAITLISTED = "put on the waiting list"
    NOMINATED = "nominated"
    ENROLLED_BY_COORDINATOR = "enrolled by a coordinator"
    DECISION_TAKEN_BACK = "decision taken back"
    PLACE_GIVEN = "place given"
    APPLICATION_DECLINED = "application declined"
    PLACE_TAKEN_AWAY = "place taken away"
    SESSION_SOON = "session soon"
    SESSION_MOVED = "session moved"
    SESSION_CANCELLED = "session cancelled"
    CAPSTONE_DECIDED = "capstone decided"
    CERTIFICATE_READY = "certificate ready"
    CERTIFICATE_WITHDRAWN = "certificate withdrawn"
    ANNOUNCEMENT = "announcement"
    FORUM_TOPIC = "forum topic"
    FORUM_REPLY = "forum reply"
    FORUM_ANSWERED = "forum answered"
    FORUM_HIDDEN = "forum hidden"
    COPY_READY = "copy ready"
    ACCOUNT_GOES = "account goes"
    ACCOUNT_STAYS = "account stays"
    DIGEST = "digest"


class About(NamedTuple):
    """What is true of every message of a kind."""

    group: MessageGroup | None  # None: a digest, which may hold something of each
    at_once: bool = False  # whatever the person chose
    security: bool = False  # even to an address whose messages come back


#: What opens an account, or tells of who may be opening it.
_SAFETY = About(MessageGroup.ACCOUNT, at_once=True, security=True)

KINDS: dict[MessageKind, About] = {
    MessageKind.WELCOME: About(MessageGroup.ACCOUNT, at_once=True),
    MessageKind.CONFIRM_ADDRESS: _SAFETY,
    MessageKind.ALREADY_REGISTERED: _SAFETY,
    MessageKind.SIGN_IN_LINK: _SAFETY,
    MessageKind.PASSWORD_LINK: _SAFETY,
    MessageKind.PASSWORD_CHANGED: _SAFETY,
    MessageKind.KEY_MADE: _SAFETY,
    MessageKind.CONFIRM_NEW_ADDRESS: _SAFETY,
    MessageKind.CONFIRM_LEAVING_ADDRESS: _SAFETY,
    MessageKind.ADDRESS_WANTED: _SAFETY,
    MessageKind.ADDRESS_CHANGED: _SAFETY,
    MessageKind.PROVIDER_LINKED: _SAFETY,
    MessageKind.COPY_READY: _SAFETY,
    MessageKind.ACCOUNT_GOES: _SAFETY,
    MessageKind.ACCOUNT_STAYS: _SAFETY,
    MessageKind.SECOND_STEP_ADDED: _SAFETY,
    MessageKind.SECOND_STEP_REMOVED: _SAFETY,
    MessageKind.RECOVERY_CODE_USED: _SAFETY,
    MessageKind.INSTITUTION_ACCEPTED: About(MessageGroup.ACCOUNT, at_once=True),
    MessageKind.INSTITUTION_DECLINED: About(MessageGroup.ACCOUNT, at_once=True),
    MessageKind.INSTITUTION_NAME_DECIDED: About(MessageGroup.ACCOUNT, at_once=True),
    MessageKind.MADE_FOCAL_POINT: About(MessageGroup.ACCOUNT, at_once=True),
    MessageKind.SEAT_OFFERED: About(MessageGroup.ADMISSION, at_once=True),
    MessageKind.OFFER_LAPSED: About(MessageGroup.ADMISSION),
    MessageKind.APPLICATION_RECEIVED: About(MessageGroup.ADMISSION),
    MessageKind.PUT_IN_LINE: About(MessageGroup.ADMISSION),
    MessageKind.WAITLISTED: About(MessageGroup.ADMISSION),
    MessageKind.NOMINATED: About(MessageGroup.ADMISSION),
    MessageKind.ENROLLED_BY_COORDINATOR: About(MessageGroup.ADMISSION, at_once=True),
    MessageKind.DECISION_TAKEN_BACK: About(MessageGroup.ADMISSION),
    MessageKind.PLACE_GIVEN: About(MessageGroup.ADMISSION, at_once=True),
    MessageKind.APPLICATION_DECLINED: About(MessageGroup.ADMISSION),
    MessageKind.PLACE_TAKEN_AWAY: About(MessageGroup.ADMISSION),
    MessageKind.SESSION_SOON: About(MessageGroup.SESSIONS, at_once=True),
    MessageKind.SESSION_MOVED: About(MessageGroup.SESSIONS, at_once=True),
    MessageKind.SESSION_CANCELLED: About(MessageGroup.SESSIONS, at_once=True),
    MessageKind.CAPSTONE_DECIDED: About(MessageGroup.CAPSTONE),
    MessageKind.CERTIFICATE_READY: About(MessageGroup.CERTIFICATES),
    MessageKind.CERTIFICATE_WITHDRAWN: About(MessageGroup.CERTIFICATES),
    MessageKind.ANNOUNCEMENT: About(MessageGroup.ANNOUNCEMENTS),
    MessageKind.FORUM_TOPIC: About(MessageGroup.FORUM),
    MessageKind.FORUM_REPLY: About(MessageGroup.FORUM),
    MessageKind.FORUM_ANSWERED: About(MessageGroup.FORUM),
    MessageKind.FORUM_HIDDEN: About(MessageGroup.FORUM, at_once=True),
    MessageKind.DIGEST: About(None),
}
#: Kinds that a newer or an older Taller wrote: nobody chose anything about them.
_UNKNOWN = About(MessageGroup.ACCOUNT, at_once=True)
#: The groups about which a person chooses; what concerns the account comes at once.
CHOSEN_GROUPS = tuple(group for group in MessageGroup if group is not MessageGroup.ACCOUNT)


class MessageStatus(StrEnum):
    QUEUED = "queued"
    WAITING = "waiting"  # for the person's next digest
    SENT = "sent"
    DIGESTED = "digested"  # sent within a digest
    KEPT = "kept"  # no mail server is set: shown in the outbox
    WITHHELD = "withheld"  # not sent, for a reason that `Withheld` says
    FAILED = "failed"


class Withheld(StrEnum):
    """Why a message is not sent."""

    NOT_WANTED = "not wanted"  # the person asked for what is necessary alone
    COMES_BACK = "comes back"  # the address takes no messages
    ACCOUNT_CLOSED = "account closed"
    TOO_LATE = "too late"  # what it tells of has begun
    OVERTAKEN = "overtaken"  # what it tells of was changed meanwhile


class Delivery(StrEnum):
    """How somebody wants the messages of a group that may wait."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    NECESSARY = "necessary"  # those alone that come at once whatever one chose


_TOLD_ONCE = text("occasion IS NOT NULL")


class Message(Table, table=True):
    __table_args__ = (
        UniqueConstraint("account_id", "digest_day"),  # one digest a day
        Index(None, "created_at"),
        Index(
            "ix_message_occasion",
            "occasion",
            "account_id",
            unique=True,
            sqlite_where=_TOLD_ONCE,
            postgresql_where=_TOLD_ONCE,
        ),
    )

    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    email: str = Field(
        default="",
        max_length=254,
        sa_column_kwargs=personal(
            why=Why.MESSAGES, kept=Kept.YEAR, seen=Seen.ADMINISTRATORS, server_default=""
        ),
        description="where it goes, if not to the account's address of the moment",
    )
    kind: str = Field(max_length=40, description="a `MessageKind`", sa_column_kwargs=SENT)
    language: str = Field(max_length=2, sa_column_kwargs=SENT)
    subject: str = Field(max_length=200, sa_column_kwargs=SENT)
    body: str = Field(sa_column_kwargs=SENT)
    status: MessageStatus = Field(
        default=MessageStatus.QUEUED,
        sa_type=stored_as_text(MessageStatus),
        index=True,
        sa_column_kwargs=impersonal(),
    )
    tries: int = Field(default=0, sa_column_kwargs=impersonal())
    tried_at: datetime | None = Field(
        default=None, description="when a worker last took it up", sa_column_kwargs=impersonal()
    )
    trouble: str = Field(
        default="",
        max_length=500,
        description="withheld: a `Withheld`",
        sa_column_kwargs=impersonal(),
    )
    sent_at: datetime | None = Field(default=None, sa_column_kwargs=SENT)
    digest_id: UUID | None = Field(
        default=None,
        foreign_key="message.id",
        index=True,
        ondelete="SET NULL",
        description="the digest in which it was sent",
    )
    digest_day: date | None = Field(
        default=None,
        description="of a digest: the day it is for, where the person lives",
        sa_column_kwargs=SENT,
    )
    occasion: str | None = Field(
        default=None,
        max_length=80,
        description="of what is told each person once: what that is",
        sa_column_kwargs=impersonal(),
    )
    holds_until: datetime | None = Field(
        default=None, description="when it is of no use any more", sa_column_kwargs=impersonal()
    )

    @property
    def about(self) -> About:
        return about(self.kind)

    def recipient(self, address: str) -> str:
        """Its own address where it has one, else ``address``, the account's."""
        return self.email or address


def about(kind: str) -> About:
    """What is true of all messages of a kind."""
    return KINDS[MessageKind(kind)] if kind in set(MessageKind) else _UNKNOWN


class MessageChoice(Table, table=True):
    """How somebody wants the messages of a group. Without a row: in a digest."""

    __table_args__ = (UniqueConstraint("account_id", "group"),)

    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    group: MessageGroup = Field(sa_type=stored_as_text(MessageGroup), sa_column_kwargs=CHOSEN)
    delivery: Delivery = Field(sa_type=stored_as_text(Delivery), sa_column_kwargs=CHOSEN)
    before: Delivery | None = Field(
        default=None,
        sa_type=stored_as_text(Delivery),
        description="what one click on a message's own link took the place of, for the undo",
        sa_column_kwargs=CHOSEN,
    )


class MessageWording(Table, table=True):
    """An installation's own words for a letter in one language, in place of the built-in ones."""

    __table_args__ = (UniqueConstraint("letter", "language"),)

    letter: str = Field(
        max_length=40,
        description="a key of `BUILT_IN` in services/wordings.py",
        sa_column_kwargs=impersonal(),
    )
    language: str = Field(max_length=2, sa_column_kwargs=impersonal())
    subject: str = Field(max_length=200, sa_column_kwargs=impersonal())
    body: str = Field(
        description="paragraphs with an empty line between them", sa_column_kwargs=impersonal()
    )
    changed_at: datetime = Field(sa_column_kwargs=impersonal())
    changed_by_id: UUID | None = Field(default=None, foreign_key="account.id")
