"""Handing one mail to the mail server, and understanding its answer."""

import asyncio
import re
from email.message import EmailMessage
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import aiosmtplib

#: A server that says nothing for so long is given up, and a whole delivery that takes this often.
SECONDS_TO_ANSWER = 20.0
ANSWERS = 3


class Verdict(StrEnum):
    """What a failed delivery means for another try."""

    LATER = "later"
    NEVER = "never"  # the server will not take this message
    BOUNCES = "bounces"  # there is no such mailbox, or it takes nothing


class Trouble(NamedTuple):
    verdict: Verdict
    words: str


def deliver(mail: EmailMessage, server: str) -> None:
    """Send over ``smtp://user:password@host:port`` or ``smtps://…``.

    ``smtp://`` speaks TLS where the server offers it (STARTTLS). It has to offer it before a
    password crosses a network, unless the address ends in ``?starttls=no``.
    """
    asyncio.run(_deliver(mail, urlsplit(server)))


async def _deliver(mail: EmailMessage, url: SplitResult) -> None:
    asked = {name: values[-1] for name, values in parse_qs(url.query).items()}
    patience = float(asked.get("timeout", SECONDS_TO_ANSWER))
    recipient = mail["To"].addresses[0].addr_spec
    international = not recipient.isascii()
    content = as_sent(mail, international=international)
    async with asyncio.timeout(ANSWERS * patience):
        await aiosmtplib.send(
            content,
            sender=mail["From"].addresses[0].addr_spec,
            recipients=[recipient],
            mail_options=["SMTPUTF8"] if international else None,
            hostname=url.hostname,
            port=url.port,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            start_tls=_start_tls(url, asked.get("starttls", "")),
            timeout=patience,
        )


def as_sent(mail: EmailMessage, *, international: bool) -> bytes:
    """``international``: with an address that only UTF-8 can spell (RFC 6532)."""
    policy: Any = mail.policy
    return mail.as_bytes(policy=policy.clone(utf8=international))


def _start_tls(url: SplitResult, wish: str) -> bool | None:
    """None: where it is offered. A network must not be able to talk us out of it."""
    if url.scheme == "smtps" or wish == "no":
        return False
    crosses_a_network = not _is_this_machine(url.hostname or "")
    return True if wish == "required" or (url.username and crosses_a_network) else None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def understood(error: Exception) -> Trouble:
    """What went wrong, and whether another try makes sense. A wrong setting may be put right."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        return understood(error.recipients[0])
    if isinstance(error, TimeoutError):
        return Trouble(Verdict.LATER, "The mail server did not answer in time.")
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return Trouble(Verdict.LATER, str(error) or type(error).__name__)
    words = f"{error.code} {error.message}"
    return Trouble(_verdict(error, words), words)


def _verdict(error: aiosmtplib.SMTPResponseException, words: str) -> Verdict:
    if not is_final(error.code):
        return Verdict.LATER
    if isinstance(error, aiosmtplib.SMTPRecipientRefused):
        return Verdict.BOUNCES if blames_mailbox(words) else Verdict.NEVER
    if isinstance(error, aiosmtplib.SMTPDataError):
        return Verdict.BOUNCES if _names_mailbox(words) else Verdict.NEVER
    return Verdict.LATER  # refused are we, not this message


def is_final(code: int) -> bool:
    return 500 <= code < 600  # noqa: PLR2004 -- RFC 5321, section 4.2.1


#: RFC 3463: x.1 is about an address (but 1.7 and 1.8, the sender's), x.2 a mailbox, 0.0 unsaid.
_MAILBOX = re.compile(r"\b5\.(0\.0|1\.(?![78]\b)\d{1,3}|2\.\d{1,3})\b")
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


def _names_mailbox(words: str) -> bool:
    return bool(_MAILBOX.search(words))


def blames_mailbox(words: str) -> bool:
    """Whether the mailbox is at fault: the enhanced code says so, or there is none."""
    return _names_mailbox(words) or not _ENHANCED.search(words)
