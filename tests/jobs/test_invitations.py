"""Sending invitations: in the language chosen, with the link that opens, and not for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import ClassVar

import pytest
from sqlmodel import Session, select

from app.core.db import changing
from app.core.settings import settings
from app.jobs.invitations import send_invitation
from app.models import EnrolmentPolicy, Invitation, InvitationState
from app.queries.work import MOST_TRIES
from app.services.invitations import invite, link_of, revoke_invitation
from tests.make import Make
from tests.sink import listening

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)


class MailServer(StreamRequestHandler):
    """Takes every message (RFC 5321), and shows it."""

    taken: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                self.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(
                b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 fine\r\n"
            )


@contextmanager
def a_mail_server(patch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    MailServer.taken.clear()
    with ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        patch.setenv("TALLER_SMTP_URL", f"smtp://127.0.0.1:{server.server_address[1]}")
        settings.cache_clear()
        yield MailServer.taken
        server.shutdown()


def invited(session: Session, make: Make) -> Invitation:
    edition = make.edition(
        make.course(title={"es": "Empleos verdes", "en": "Green jobs"}),
        policy=EnrolmentPolicy.INVITATION,
    )
    boss = make.coordinator().id
    invite(session, edition.id, ["ana@example.org"], language="es", by=boss, now=NOW)
    return session.exec(select(Invitation)).one()


def test_an_invitation_arrives_with_its_link_in_its_language_and_once(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = invited(session, make)

    with a_mail_server(monkeypatch) as taken:
        send_invitation(one.id)
        send_invitation(one.id)

    (mail,) = [message_from_bytes(content, policy=policy.default) for content in taken]
    text = mail.get_body().get_content()  # type: ignore[union-attr]  # -- it has one
    session.refresh(one)
    assert one.state is InvitationState.SENT
    assert (mail["To"], mail["Subject"]) == (
        "ana@example.org",
        "Tiene una invitación a “Empleos verdes”",
    )
    assert link_of(one.id, one.generation) in text


def test_what_was_taken_back_is_not_sent(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = invited(session, make)
    revoke_invitation(session, one.edition_id, one.id, by=make.coordinator().id, now=NOW)

    with a_mail_server(monkeypatch) as taken:
        send_invitation(one.id)

    assert taken == []


def test_what_cannot_be_delivered_is_given_up_and_shown(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = invited(session, make)
    monkeypatch.setenv("TALLER_SMTP_URL", "smtp://localhost:notaport")
    settings.cache_clear()

    for _ in range(MOST_TRIES):
        send_invitation(one.id)

    session.refresh(one)
    assert (one.state, one.tries) == (InvitationState.FAILED, MOST_TRIES)


def test_a_refused_address_is_given_up_at_once(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = invited(session, make)

    with listening() as sink:
        sink.to_recipient = "550 5.1.1 No such user here"
        monkeypatch.setenv("TALLER_SMTP_URL", f"smtp://127.0.0.1:{sink.port}")
        settings.cache_clear()
        send_invitation(one.id)

    session.refresh(one)
    assert (one.state, one.tries) == (InvitationState.FAILED, 1)


def test_mail_programs_take_a_new_link_for_a_new_mail(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = invited(session, make)
    boss = make.coordinator().id

    with a_mail_server(monkeypatch) as taken:
        send_invitation(one.id)
        with changing() as own:
            invite(own, one.edition_id, [one.email], language="es", by=boss, now=NOW)
        send_invitation(one.id)

    numbers = {message_from_bytes(content)["Message-ID"] for content in taken}
    assert len(taken) == len(numbers) == 2
