"""Reports of mail servers: believed when they bring back a message of ours, and not otherwise."""

import io
import sys
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from app import cli
from app.core.bounces import report
from app.core.db import changing
from app.models import Account, Invitation, InvitationState, Message
from app.services.bounces import take_reports
from app.services.invitations import invite, mail_number, record_invitation_sent
from app.services.notifications import welcome
from tests.make import Make

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: no-reply@taller.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you…

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Wed, 18 Nov 2026 15:00:00 +0000

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550 5.1.1 <{to}>: no such
    user here

--B
Content-Type: {kind}

{original}
--B--
"""


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(email="ana@example.org")


@pytest.fixture
def message(session: Session, ana: Account) -> Message:
    message = welcome(session, ana)
    session.flush()
    return message


PLAIN = {
    "to": "Ana@Example.org",
    "action": "failed",
    "status": "5.1.1",
    "kind": "text/rfc822-headers",
}


def written(message: Message, **given: str) -> bytes:
    original = f"Subject: Hello\nMessage-ID: <{message.id}@testserver>\nTo: x@example.org\n"
    return REPORT.format(**PLAIN | {"original": original} | given).encode()


def taken(raw: bytes) -> int:
    with changing() as own:
        return take_reports(own, report(raw), now=NOW)


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_marks_the_address_of_the_message_it_brings_back(
    session: Session, ana: Account, message: Message, kind: str
) -> None:
    assert taken(written(message, kind=kind)) == 1
    assert taken(written(message, kind=kind)) == 0
    session.refresh(ana)
    assert ana.email_bounced_at == NOW
    assert ana.email_bounce_reason == "550 5.1.1 <Ana@Example.org>: no such user here"


@pytest.mark.parametrize(
    "given",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delivered", "status": "2.1.5"},
        {"status": "4.2.2"},
        {"status": "5.7.1"},
        {"to": "somebody@example.org"},
        {"original": "Subject: no number\n"},
        {"original": "Message-ID: <01a221df-41cf-7c17-af88-201a13f54729@testserver>\n"},
        {"original": "Message-ID: <------------------------------------@testserver>\n"},
        {"kind": "text/plain"},
    ],
)
def test_other_reports_mark_nobody(
    session: Session, ana: Account, message: Message, given: dict[str, str]
) -> None:
    assert taken(written(message, **given)) == 0
    session.refresh(ana)
    assert ana.email_bounced_at is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: I am on holiday\n\nBack on Monday.",
        b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status",
        b"\xff\xfe\x00" * 1000,
    ],
)
def test_what_is_no_report_is_none(raw: bytes) -> None:
    assert report(raw) == []


def test_an_invitation_that_came_back_is_shown_as_not_delivered(
    session: Session, make: Make
) -> None:
    edition, boss = make.edition(), make.coordinator()
    invite(session, edition.id, ["ana@example.org"], language="es", by=boss.id, now=NOW)
    one = session.exec(select(Invitation)).one()
    record_invitation_sent(session, one.id, now=NOW)
    make.saved(one)

    def comes_back(generation: int) -> int:
        original = f"Message-ID: <{mail_number(one.id, generation)}@testserver>\n"
        return taken(REPORT.format(**PLAIN | {"original": original}).encode())

    assert comes_back(one.generation + 1) == 0
    assert comes_back(one.generation) == 1
    session.refresh(one)
    assert one.state is InvitationState.FAILED


def test_somebody_who_has_another_address_by_now_is_not_marked(
    make: Make, ana: Account, message: Message
) -> None:
    ana.email = "new@example.org"
    make.saved(ana)
    assert taken(written(message)) == 0


def test_the_command_reads_a_pipe_and_never_troubles_the_mail_server(
    session: Session,
    ana: Account,
    message: Message,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def pipe(raw: bytes) -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        with pytest.raises(SystemExit) as ended:
            cli.main(["bounce"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    assert "nothing was changed" in pipe(b"Subject: hi\n\nhi")
    assert "1 of 1 addresses marked" in pipe(written(message))
    session.refresh(ana)
    assert ana.email_bounced_at is not None
