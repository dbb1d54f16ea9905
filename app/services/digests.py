"""The digest: what may wait, once a day, in the morning of where somebody lives."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.i18n import speaking
from app.core.text import one_line
from app.core.work import Work, later
from app.models import Account, Message, MessageKind, MessageStatus, MessageWording, Withheld
from app.queries.message_choices import local
from app.queries.wordings import wordings_of
from app.services.forum_letters import OF_FORUMS, letter_holds
from app.services.notifications import LONGEST_SUBJECT, body_of, middle
from app.services.wordings import composed

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
    waiting = [message for message in waiting if _still_holds(session, message)]
    if not waiting:
        return None
    own = wordings_of(session, MessageKind.DIGEST.value).get(account.language)
    with speaking(account.language):
        subject, body = _words(account.name, list(waiting), own)
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


def _still_holds(session: Session, message: Message) -> bool:
    """What somebody may read no more is left out for good: they left, or it was hidden."""
    if message.kind not in OF_FORUMS:
        return True
    holds = message.occasion and letter_holds(session, message.account_id, message.occasion)
    if not holds:
        message.status, message.trouble = MessageStatus.WITHHELD, Withheld.OVERTAKEN.value
        session.add(message)
    return bool(holds)


def _words(name: str, items: list[Message], own: MessageWording | None) -> tuple[str, str]:
    subject, intro = composed("digest", {"name": name, "num": str(len(items))}, own)
    paragraphs = list(intro)
    for number, item in enumerate(items, 1):
        paragraphs += [heading(number, item), *middle(item.body)]
    return one_line(subject), body_of(name, paragraphs)


def heading(number: int, item: Message) -> str:
    return f"{number}. {item.subject}"
