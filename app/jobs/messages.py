"""Sending messages: over SMTP where a server is set, else kept for the outbox."""

import asyncio
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import structlog

from app.core import clock
from app.core.db import changing, reading
from app.core.links import with_links
from app.core.logging import named
from app.core.settings import settings
from app.models import Account, Message, MessageStatus
from app.services.notifications import message_to_send, record_sent, record_trouble

log = structlog.get_logger()


def send_message(message_id: UUID) -> None:
    """Send one message, unless an earlier run did.

    A crash between sending and noting repeats it once, under the same Message-ID, by which mail
    programs know it.
    """
    with reading() as session:
        message, account = message_to_send(session, message_id)
    if message.status is not MessageStatus.QUEUED:
        return
    server = settings().smtp_url.get_secret_value()
    if server:
        try:
            asyncio.run(deliver(as_mail(message, account), server))
        except Exception as error:  # noqa: BLE001 -- whatever it is counts as a try: tries end
            with changing() as session:
                record_trouble(session, message_id, str(error) or type(error).__name__)
            log.warning("mail not delivered", message=str(message_id), error=named(error))
            return
    with changing() as session:
        record_sent(session, message_id, at=clock.now(), kept=not server)
    log.info("message", message=str(message_id), kind=message.kind, sent=bool(server))


def as_mail(message: Message, account: Account) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = settings().mail_from
    mail["To"] = message.email or account.email
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = formatdate(message.created_at.timestamp())
    mail["Message-ID"] = f"<{message.id}@{urlsplit(settings().base_url).hostname}>"
    mail["Content-Language"] = message.language
    mail.set_content(with_links(message.body))
    return mail


async def deliver(mail: EmailMessage, server: str) -> None:
    """Send over ``smtp://user:password@host:port`` (STARTTLS where offered) or ``smtps://``."""
    url = urlsplit(server)
    await aiosmtplib.send(
        mail,
        hostname=url.hostname,
        port=url.port,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
        timeout=20,
    )
