"""The digest: what may wait, once a day, in the morning of where somebody lives."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.i18n import gettext as _
from app.core.i18n import ngettext, speaking
from app.core.work import Work, later
from app.models import Account, Message, MessageKind, MessageStatus
from app.queries.message_choices import local
from app.services.notifications import LONGEST_SUBJECT, body_of, middle

#: So that a digest stays a letter; the rest comes in the next one.
MOST_ITEMS = 50


def gather(session: Session, account_id: UUID, *, now: datetime) -> Message | None:
    """Put all that waits for somebody into one message, unless today's was made already."""
    account = session.get(Account, account_id, with_for_update={"key_share": True})
    if account is None or not account.may_be_written_to or account.email_bounced_at:
        return None
    today = local(now, account.timezone).date()
    made = select(Message.id).where(
        Message.account_id == account_id, col(Message.digest_day) == today
    )
    if session.exec(made).first() is not None:
        return None
    waiting = session.exec(
        select(Message)
        .where(Message.account_id == account_id, Message.status == MessageStatus.WAITING)
        .order_by(col(Message.id))
        .limit(MOST_ITEMS)
    ).all()
    if not waiting:
        return None
    with speaking(account.language):
        subject, body = _words(account.name, list(waiting))
    digest = Message(
        account_id=account_id,
        created_at=now,
        kind=MessageKind.DIGEST.value,
        language=account.language,
        subject=subject[:LONGEST_SUBJECT],
        body=body,
        digest_day=today,
    )
    session.add(digest)
    session.flush()
    for message in waiting:
        message.status, message.digest_id = MessageStatus.DIGESTED, digest.id
        session.add(message)
    later(session, Work.SEND_MESSAGE, digest.id)
    return digest


def _words(name: str, items: list[Message]) -> tuple[str, str]:
    subject = ngettext("%(num)s message from Taller", "%(num)s messages from Taller", len(items))
    paragraphs = [_("This came for you since the last time.")]
    for number, item in enumerate(items, 1):
        paragraphs += [f"{number}. {item.subject}", *middle(item.body)]
    return subject % {"num": len(items)}, body_of(name, paragraphs)
