"""The rules of choosing how messages come: at once, once a day, or only what is necessary."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.work import Work, later
from app.models import (
    KINDS,
    Account,
    Delivery,
    Message,
    MessageChoice,
    MessageGroup,
    MessageStatus,
    Withheld,
)

DIGEST_HOURS = range(5, 12)


def choose_messages(
    session: Session, account_id: UUID, wanted: Mapping[MessageGroup, Delivery], *, hour: int
) -> None:
    """Take down what somebody wants from now on; it holds for what waits as well."""
    account = _locked(session, account_id)
    account.digest_hour = hour
    session.add(account)
    for group, delivery in wanted.items():
        _choose(session, account_id, group, delivery)


def choose_some(
    session: Session, account_id: UUID, wanted: Mapping[MessageGroup, Delivery]
) -> None:
    """The same for the groups that a message's link is about."""
    _locked(session, account_id)
    for group, delivery in wanted.items():
        _choose(session, account_id, group, delivery)


def unsubscribe(session: Session, account_id: UUID, groups: Collection[MessageGroup]) -> None:
    """From these groups only what is necessary. Doing it twice changes nothing."""
    _locked(session, account_id)
    for group in groups:
        _choose(session, account_id, group, Delivery.NECESSARY, undoable=True)


def subscribe_again(session: Session, account_id: UUID, groups: Collection[MessageGroup]) -> None:
    """Undo `unsubscribe`: what was chosen before it is chosen again."""
    _locked(session, account_id)
    for row in _rows(session, account_id):
        if row.group in groups and row.before and row.delivery is Delivery.NECESSARY:
            _choose(session, account_id, row.group, row.before)


def renew_links(session: Session, account_id: UUID) -> None:
    """The unsubscribe links of all messages that were sent end nothing from now on."""
    session.execute(
        update(Account)
        .where(col(Account.id) == account_id)
        .values(unsubscribe_generation=col(Account.unsubscribe_generation) + 1)
    )


def address_works(session: Session, account_id: UUID) -> None:
    """Write to somebody again whose messages came back; what waits is sent."""
    session.execute(
        update(Account)
        .where(col(Account.id) == account_id)
        .values(email_bounced_at=None, email_bounce_reason="")
    )


def address_bounces(session: Session, account_id: UUID, reason: str, *, now: datetime) -> None:
    """Note that an address takes no messages, and since when."""
    session.execute(
        update(Account)
        .where(col(Account.id) == account_id, col(Account.email_bounced_at).is_(None))
        .values(email_bounced_at=now, email_bounce_reason=reason[:300])
    )


def _locked(session: Session, account_id: UUID) -> Account:
    """The account, for this transaction alone: two choices of one moment come one after another."""
    return session.get_one(Account, account_id, with_for_update={"key_share": True})


def _rows(session: Session, account_id: UUID) -> list[MessageChoice]:
    found = session.exec(select(MessageChoice).where(MessageChoice.account_id == account_id))
    return list(found.all())


def _choose(
    session: Session,
    account_id: UUID,
    group: MessageGroup,
    delivery: Delivery,
    *,
    undoable: bool = False,
) -> None:
    row = session.exec(
        select(MessageChoice).where(
            MessageChoice.account_id == account_id, MessageChoice.group == group
        )
    ).one_or_none() or MessageChoice(account_id=account_id, group=group, delivery=Delivery.DIGEST)
    if undoable and row.delivery is delivery:
        return
    row.before = row.delivery if undoable else None
    row.delivery = delivery
    session.add(row)
    session.flush()
    _settle_waiting(session, account_id, group, delivery)


def _settle_waiting(
    session: Session, account_id: UUID, group: MessageGroup, delivery: Delivery
) -> None:
    """What waits for a digest goes the way that was chosen now."""
    if delivery is Delivery.DIGEST:
        return
    kinds = [kind.value for kind, about in KINDS.items() if about.group is group]
    waiting = session.exec(
        select(Message).where(
            Message.account_id == account_id,
            Message.status == MessageStatus.WAITING,
            col(Message.kind).in_(kinds),
        )
    ).all()
    for message in waiting:
        if delivery is Delivery.AT_ONCE:
            message.status = MessageStatus.QUEUED
            message.tried_at = None
            later(session, Work.SEND_MESSAGE, message.id)
        else:
            message.status = MessageStatus.WITHHELD
            message.trouble = Withheld.NOT_WANTED
        session.add(message)
