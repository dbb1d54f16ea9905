"""A mail server on this machine that keeps what it gets, or answers as a test wants it to."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

PASSWORD = "p@ss/word"


@dataclass
class Sink:
    """``to_recipient`` and ``to_content`` are the server's answers; ``silence`` in seconds."""

    port: int
    to_recipient: str = "250 OK"
    to_content: str = "250 OK"
    silence: float = 0
    envelopes: list[Envelope] = field(default_factory=list)

    understood: list[EmailMessage] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        """Each is understood once: whoever waits for hundreds asks again and again."""
        for envelope in self.envelopes[len(self.understood) :]:
            self.understood.append(as_mail(envelope.content))
        return list(self.understood)

    @property
    def mail(self) -> EmailMessage:
        """The one mail that came."""
        (only,) = self.mails
        return only


class _Handler:
    """The server looks at every attribute of this, so it holds nothing else."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_RCPT(  # noqa: N802 -- called so by the server
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._sink.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self._sink.to_recipient

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self._sink.silence)
        if self._sink.to_content.startswith("250"):
            self._sink.envelopes.append(envelope)
        return self._sink.to_content


def as_mail(content: Any) -> EmailMessage:
    mail = message_from_bytes(bytes(content), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def part(mail: EmailMessage, subtype: str) -> str:
    """The text of the part of that kind."""
    (found,) = [one for one in mail.walk() if one.get_content_type() == f"text/{subtype}"]
    return str(found.get_content())


@contextmanager
def listening(*, asks_for_password: bool = False) -> Iterator[Sink]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = Sink(port)

    def knows(_server: Any, _session: Any, _envelope: Any, _how: Any, data: Any) -> AuthResult:
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    controller = Controller(
        _Handler(sink),
        hostname="127.0.0.1",
        port=port,
        authenticator=knows if asks_for_password else None,
        auth_require_tls=False,
        enable_SMTPUTF8=True,
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
