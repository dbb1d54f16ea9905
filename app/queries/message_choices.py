"""Reading how people want their messages, and whose digest is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.core.formats import is_zone
from app.models import (
    CHOSEN_GROUPS,
    Account,
    Delivery,
    Message,
    MessageChoice,
    MessageGroup,
    MessageStatus,
)

#: Between two digests lies a night at least, whatever clocks and zones do.
BETWEEN_DIGESTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants their messages, and how they fare."""

    account_id: UUID
    language: str
    timezone: str
    digest_hour: int
    generation: int
    bounced_at: datetime | None
    bounce_reason: str
    chosen: Mapping[MessageGroup, Delivery]

    def delivery(self, group: MessageGroup) -> Delivery:
        return self.chosen.get(group, Delivery.DIGEST)


def wishes(session: Session, account_id: UUID) -> Wishes | None:
    row = session.execute(
        select(
            col(Account.id),
            col(Account.language),
            col(Account.timezone),
            col(Account.digest_hour),
            col(Account.unsubscribe_generation),
            col(Account.email_bounced_at),
            col(Account.email_bounce_reason),
        ).where(col(Account.id) == account_id)
    ).one_or_none()
    return Wishes(*(*row, choices(session, account_id))) if row else None


def choices(session: Session, account_id: UUID) -> dict[MessageGroup, Delivery]:
    rows = session.execute(
        select(col(MessageChoice.group), col(MessageChoice.delivery)).where(
            col(MessageChoice.account_id) == account_id
        )
    )
    return {MessageGroup(group): Delivery(delivery) for group, delivery in rows}


def scope(group: str) -> tuple[MessageGroup, ...]:
    """The groups that a link of ``group`` is about: a digest's is about all of them."""
    if group == EVERYTHING:
        return CHOSEN_GROUPS
    return tuple(one for one in CHOSEN_GROUPS if one == group)


#: What the link of a digest is about.
EVERYTHING = "all"


def due_digests(session: Session, *, now: datetime) -> list[UUID]:
    """Who has something waiting since before this morning's hour, and no digest of today."""
    mine = col(Message.account_id) == col(Account.id)
    waits = select(func.min(Message.created_at)).where(
        mine, col(Message.status) == MessageStatus.WAITING
    )
    made = col(Message.digest_day).is_not(None)
    last_day = select(func.max(Message.digest_day)).where(mine)
    last_at = select(func.max(Message.created_at)).where(mine, made)
    rows = session.execute(
        select(
            col(Account.id),
            col(Account.timezone),
            col(Account.digest_hour),
            *(q.correlate(Account).scalar_subquery() for q in (waits, last_day, last_at)),
        ).where(
            col(Account.id).in_(
                select(col(Message.account_id)).where(col(Message.status) == MessageStatus.WAITING)
            ),
            col(Account.email_bounced_at).is_(None),
        )
    )
    return [
        account_id
        for account_id, zone, hour, since, day, at in rows
        if since < _this_morning(now, zone, hour) <= now
        and local(now, zone).date() != day
        and (at is None or abs(now - at) >= BETWEEN_DIGESTS)
    ]


def _this_morning(now: datetime, zone: str, hour: int) -> datetime:
    return local(now, zone).replace(hour=hour, minute=0, second=0, microsecond=0)


def local(now: datetime, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone if is_zone(zone) else "UTC"))
