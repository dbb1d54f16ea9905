"""Sending messages: over SMTP where a server is set, else kept for the outbox."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from itertools import takewhile
from uuid import UUID

import structlog
from sqlmodel import Session

from app.core import clock, mails, smtp
from app.core.db import changing, reading
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.links import with_links
from app.core.logging import named
from app.core.mails import Envelope, Page, Section
from app.core.settings import settings
from app.core.unsubscribing import unsubscribe_token
from app.models import Account, Delivery, Message, MessageKind, MessageStatus, Withheld
from app.queries.live_sessions import reminder_holds
from app.queries.message_choices import EVERYTHING, choices, due_digests
from app.queries.messages import items_of
from app.services.digests import gather, heading
from app.services.forum_letters import OF_FORUMS, letter_holds
from app.services.message_choices import address_bounces
from app.services.notifications import (
    message_to_send,
    middle,
    put_aside,
    record_sent,
    record_trouble,
)

log = structlog.get_logger()


@dataclass(frozen=True)
class Outgoing:
    """A message that is due, with what a digest holds; ``aside``: it is not sent now."""

    message: Message
    account: Account
    items: tuple[Message, ...] = ()
    aside: bool = False
    why: Withheld | None = None


def send_message(message_id: UUID) -> None:
    """Send one message, unless an earlier run did.

    A crash between sending and noting repeats it once, under the same Message-ID, by which mail
    programs know it.
    """
    with reading() as session:
        message, account = message_to_send(session, message_id)
        if message.status is not MessageStatus.QUEUED:
            return
        chosen = choices(session, account.id)
        delivery = chosen.get(message.about.group, Delivery.DIGEST)  # type: ignore[arg-type]  # -- a digest has no group
        outgoing = _decided(message, account, delivery, now=clock.now())
        items = items_of(session, message_id) if message.digest_day else ()
        if not _still_holds(session, message):
            outgoing = replace(outgoing, aside=True, why=outgoing.why or Withheld.OVERTAKEN)
    if outgoing.aside:
        with changing() as session:
            put_aside(session, message_id, outgoing.why)
        log.info("message aside", message=str(message_id), kind=message.kind, why=outgoing.why)
        return
    _hand_over(Outgoing(message, account, tuple(items)))


def _still_holds(session: Session, message: Message) -> bool:
    """Whether it is still so, and the person may still know of it."""
    holds = _HOLD.get(message.kind)
    if holds is None:
        return True
    occasion = message.occasion
    return occasion is not None and holds(session, message.account_id, occasion)


_HOLD: dict[str, Callable[[Session, UUID, str], bool]] = {
    MessageKind.SESSION_SOON: reminder_holds,
    **dict.fromkeys(OF_FORUMS, letter_holds),
}


def _decided(message: Message, account: Account, delivery: Delivery, *, now: datetime) -> Outgoing:
    """The one place that says whether a message leaves now, waits for the digest, or stays."""
    about = message.about
    if not account.may_be_written_to:
        return Outgoing(message, account, aside=True, why=Withheld.ACCOUNT_CLOSED)
    if message.holds_until and message.holds_until <= now:
        return Outgoing(message, account, aside=True, why=Withheld.TOO_LATE)
    if account.email_bounced_at and not about.security:
        return Outgoing(message, account, aside=True, why=Withheld.COMES_BACK)
    if about.at_once or about.group is None or delivery is Delivery.AT_ONCE:
        return Outgoing(message, account)
    why = Withheld.NOT_WANTED if delivery is Delivery.NECESSARY else None
    return Outgoing(message, account, aside=True, why=why)


def _hand_over(outgoing: Outgoing) -> None:
    message, server = outgoing.message, settings().smtp_url.get_secret_value()
    if server:
        try:
            smtp.deliver(as_mail(message, outgoing.account, outgoing.items), server)
        except Exception as error:  # noqa: BLE001 -- whatever it is counts as a try: tries end
            _note(outgoing, error, now=clock.now())
            return
    with changing() as session:
        record_sent(session, message.id, at=clock.now(), kept=not server)
    log.info("message", message=str(message.id), kind=message.kind, sent=bool(server))


def _note(outgoing: Outgoing, error: Exception, *, now: datetime) -> None:
    verdict, words = smtp.understood(error)
    with changing() as session:
        record_trouble(
            session, outgoing.message.id, words, hopeless=verdict is not smtp.Verdict.LATER
        )
        own = outgoing.message.recipient(outgoing.account.email) == outgoing.account.email
        if own and verdict is smtp.Verdict.BOUNCES:
            address_bounces(session, outgoing.account.id, words, now=now)
    log.warning(
        "mail not delivered",
        message=str(outgoing.message.id),
        verdict=verdict,
        error=named(error),
    )


def as_mail(message: Message, account: Account, items: tuple[Message, ...] = ()) -> EmailMessage:
    """Here, and nowhere else, a body becomes what leaves: links that work once are put in here."""
    body = with_links(message.body)
    unsubscribe = _unsubscribe_address(message, account)
    return mails.mail(
        as_page(message, body, items, unsubscribe),
        Envelope(
            str(message.id),
            _name_for(message, account),
            message.recipient(account.email),
            message.created_at,
            unsubscribe,
        ),
    )


def _name_for(message: Message, account: Account) -> str:
    """Who the mail is to; no name where the address may be anybody's: a stranger typed it in."""
    own = message.recipient(account.email) == account.email
    return account.name if own and not account.is_pending else ""


def as_page(
    message: Message, body: str, items: tuple[Message, ...] = (), unsubscribe: str = ""
) -> Page:
    """What the mail says; ``body`` is the message's, as whoever reads it may see it."""
    greeting, *paragraphs, closing = body.split("\n\n")
    sections = tuple(_section(item, middle(item.body), heading=item.subject) for item in items)
    if sections:
        first = heading(1, items[0])
        sections = (Section(tuple(takewhile(first.__ne__, paragraphs))), *sections)
    with speaking(message.language):
        return Page(
            language=message.language,
            subject=message.subject,
            greeting=greeting,
            sections=sections or (_section(message, paragraphs),),
            closing=closing,
            foot=_foot(unsubscribe),
        )


def _section(message: Message, paragraphs: list[str], heading: str = "") -> Section:
    """Of an announcement all but the first paragraph and the last is what its author wrote."""
    is_announcement = message.kind == MessageKind.ANNOUNCEMENT
    marked_up = (1, len(paragraphs) - 1) if is_announcement else None
    return Section(tuple(paragraphs), heading, marked_up)


def _foot(unsubscribe: str) -> tuple[str, ...]:
    if not unsubscribe:
        return ()
    return (
        _("Choose which messages you get, and when: %(address)s")
        % {"address": f"{settings().base_url}/account/messages"},
        _("No more messages of this kind: %(address)s") % {"address": unsubscribe},
    )


def _unsubscribe_address(message: Message, account: Account) -> str:
    """Empty for messages that come whatever one chose."""
    about = message.about
    if about.at_once:
        return ""
    group = about.group.value if about.group else EVERYTHING
    token = unsubscribe_token(account.id, group, account.unsubscribe_generation)
    return f"{settings().base_url}/unsubscribe/{token}"


def gather_digests() -> int:
    """Make the digests whose morning has come; say how many. Each is a transaction of its own."""
    now, made = clock.now(), 0
    with reading() as session:
        people = due_digests(session, now=now)
    for account_id in people:
        try:
            with changing() as session:
                made += gather(session, account_id, now=now) is not None
        except Exception as error:  # noqa: BLE001 -- one person's digest keeps nobody else waiting
            log.warning("digest not made", account=str(account_id), error=named(error))
    return made
