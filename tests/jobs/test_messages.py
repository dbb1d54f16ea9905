"""Messages as mail: what arrives at a real mail server, and what becomes of what does not."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session

from app.core import clock
from app.core.settings import settings
from app.jobs import messages as jobs
from app.jobs.messages import send_message
from app.jobs.queue import sweep
from app.models import KINDS, Account, Delivery, Message, MessageKind, MessageStatus, Withheld
from app.models.message import MessageChoice, MessageGroup
from app.services.admission_news import declined
from app.services.notifications import place_given, welcome, write
from tests.make import Make
from tests.sink import PASSWORD, Sink, listening, part

BEGAN = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
TITLE = {"es": "Brechas", "pt": "Lacunas", "en": "Gaps", "fr": "Écarts"}


def use(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setenv("TALLER_SMTP_URL", server)
    settings.cache_clear()


@pytest.fixture
def sink(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    del database
    with listening() as sink:
        use(monkeypatch, f"smtp://127.0.0.1:{sink.port}?timeout=0.5")
        yield sink


@pytest.fixture
def send(session: Session, make: Make) -> Callable[..., Message]:
    """Send the welcome to somebody, and look what became of it."""

    def send(**given: Any) -> Message:
        message = welcome(session, make.account(**given))
        session.flush()
        send_message(message.id)
        session.refresh(message)
        return message

    return send


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.parametrize(
    ("language", "hello", "deed"),
    [
        ("es", "Hola, Ana Núñez:", "Comience aquí"),
        ("pt", "Olá, Ana Núñez,", "Comece aqui"),
        ("en", "Hello Ana Núñez,", "Begin here"),
        ("fr", "Bonjour Ana Núñez,", "Commencez ici"),
    ],
)
def test_a_mail_speaks_its_readers_language_in_both_parts(
    session: Session, make: Make, sink: Sink, language: str, hello: str, deed: str
) -> None:
    account = make.account(name="Ana Núñez", email="ana@example.org", language=language)
    make.saved(
        MessageChoice(
            account_id=account.id, group=MessageGroup.ADMISSION, delivery=Delivery.AT_ONCE
        )
    )
    message = place_given(session, account, TITLE, make.edition().id)
    session.flush()
    send_message(message.id)

    mail = sink.mail
    assert [e.rcpt_tos for e in sink.envelopes] == [["ana@example.org"]]
    assert mail.get_content_type() == "multipart/alternative"
    assert str(mail["To"]) == "Ana Núñez <ana@example.org>"
    assert mail["Content-Language"] == language
    text, html = part(mail, "plain"), BeautifulSoup(part(mail, "html"), "lxml")
    assert text.startswith(hello)
    assert deed in text
    assert TITLE[language] in text
    assert html.html is not None
    assert html.html["lang"] == language
    assert hello in html.get_text()
    assert html.find("a", string=lambda words: bool(words and deed in words))


def test_a_mail_names_itself_and_how_to_end_it(session: Session, make: Make, sink: Sink) -> None:
    account = make.account()
    make.saved(
        MessageChoice(
            account_id=account.id, group=MessageGroup.ADMISSION, delivery=Delivery.AT_ONCE
        )
    )
    for message in (declined(session, account, TITLE), welcome(session, account)):
        session.flush()
        send_message(message.id)

    place, account_mail = sink.mails
    assert place["From"].addresses[0].addr_spec == "no-reply@taller.example"
    assert place["Auto-Submitted"] == "auto-generated"
    assert place["List-Unsubscribe"].startswith("<http://testserver/unsubscribe/admission.")
    assert place["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert place["List-Unsubscribe"].strip("<>") in part(place, "plain")
    assert account_mail["List-Unsubscribe"] is None
    assert "unsubscribe" not in part(account_mail, "plain") + part(account_mail, "html")


@pytest.mark.parametrize(
    "name",
    [
        "Ana\r\nBcc: eve@example.org",
        'Ana "la jefa", <eve@example.org>',
        "=?utf-8?q?Eve?= Pérez",
        "\u202eanA \u2066Pérez\u2069",
        "Ñ" * 10_000,
        "A" * 10_000,
        "Ana <b>Pérez</b> {{7*7}} {address.__class__} %(name)s",
    ],
)
def test_a_name_reaches_one_person_and_breaks_out_of_nothing(
    sink: Sink, session: Session, make: Make, name: str
) -> None:
    # SQLite keeps longer names than the column says; an older row may hold one.
    account = Account(
        name=name[:250] if session.get_bind().dialect.name == "postgresql" else name,
        email="ana@example.org",
        country="CO",
        language="en",
    )
    message = write(session, make.saved(account), MessageKind.WELCOME, name, name)
    session.flush()
    send_message(message.id)

    mail = sink.mail
    assert [e.rcpt_tos for e in sink.envelopes] == [["ana@example.org"]]
    assert [a.addr_spec for a in mail["To"].addresses] == ["ana@example.org"]
    assert (mail["Bcc"], mail["Cc"], mail["Reply-To"]) == (None, None, None)
    assert [one.defects for one in mail.walk()] == [[], [], []]
    assert all(not header.defects for header in mail.values())
    assert mail["Subject"] == message.subject
    assert "\u202e" not in str(mail["To"]) + str(mail["Subject"]) + part(mail, "plain")
    html = BeautifulSoup(part(mail, "html"), "lxml")
    assert html.find("b") is None
    content = sink.envelopes[0].content
    assert isinstance(content, bytes)
    assert max(map(len, content.split(b"\r\n"))) < 998
    if "{{" in name:
        assert name in part(mail, "plain")
        assert name in html.get_text()


def test_the_html_part_loads_nothing_and_shows_where_foreign_links_lead(
    sink: Sink, session: Session, make: Make
) -> None:
    message = write(
        session,
        make.account(),
        "welcome",
        "S",
        "Trust me: https://evil.example/?a=1&b=2 <img src=x>",
    )
    session.flush()
    send_message(message.id)

    html = BeautifulSoup(part(sink.mail, "html"), "lxml")
    assert html.find_all(["img", "script", "link", "iframe", "form"]) == []
    link = html.find("a", href="https://evil.example/?a=1&b=2")
    assert link
    assert link.get_text() == "https://evil.example/?a=1&b=2"
    assert "url(" not in str(html)


def test_a_crash_between_sending_and_noting_repeats_the_same_message(
    sink: Sink, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = welcome(session, make.account())
    session.flush()
    with monkeypatch.context() as crash:
        crash.setattr(jobs, "record_sent", lambda *_args, **_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send_message(message.id)
    send_message(message.id)
    send_message(message.id)

    first, second = sink.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{message.id}@testserver>"
    session.refresh(message)
    assert message.status is MessageStatus.SENT


def test_what_was_undone_is_never_sent(sink: Sink, session: Session) -> None:
    del session
    assert sweep() == 0
    assert sink.envelopes == []


def test_a_server_that_is_busy_is_asked_again_for_a_day(
    sink: Sink, session: Session, make: Make, at: Callable[[datetime], None]
) -> None:
    message = welcome(session, make.account())
    session.flush()
    sink.to_recipient = "451 4.7.1 greylisted"
    tried: list[float] = []
    for minutes in range(28 * 60):
        if minutes % 60 in {0, 2, 17} or minutes < 80:  # enough of them to meet each try
            at(BEGAN + timedelta(days=30, minutes=minutes))
            before = message.tries
            sweep()
            session.refresh(message)
            if message.tries > before:
                tried.append(minutes / 60)

    gaps = [after - before for before, after in pairwise(tried)]
    assert message.status is MessageStatus.FAILED
    assert "451" in message.trouble
    assert gaps == sorted(gaps)
    assert 23 < tried[-1] < 27
    account = session.get_one(Account, message.account_id)
    session.refresh(account)
    assert account.email_bounced_at is None


@pytest.mark.parametrize(
    ("answer", "bounces"),
    [
        ("550 5.1.1 no such user", True),
        ("550 no such mailbox", True),
        ("552 5.2.2 mailbox full", True),
        ("550 5.7.1 we do not like your network", False),
    ],
)
def test_a_refused_recipient_is_not_asked_again(
    sink: Sink, session: Session, send: Callable[..., Message], answer: str, bounces: bool
) -> None:
    sink.to_recipient = answer
    message = send()

    account = session.get_one(Account, message.account_id)
    session.refresh(account)
    assert (message.status, message.tries) == (MessageStatus.FAILED, 1)
    assert message.trouble == answer
    assert bool(account.email_bounced_at) is bounces
    assert account.email_bounce_reason == (answer if bounces else "")


def test_a_refused_text_says_nothing_about_the_address(
    sink: Sink, session: Session, send: Callable[..., Message]
) -> None:
    sink.to_content = "554 5.6.0 looks like spam"
    message = send()

    account = session.get_one(Account, message.account_id)
    session.refresh(account)
    assert message.status is MessageStatus.FAILED
    assert account.email_bounced_at is None


def test_a_server_that_says_nothing_is_given_up_for_now(
    sink: Sink, send: Callable[..., Message]
) -> None:
    sink.silence = 3
    message = send()

    assert (message.status, message.tries) == (MessageStatus.QUEUED, 1)
    assert message.trouble == "The mail server did not answer in time."


def test_a_server_that_is_not_there_is_tried_again(
    sink: Sink, send: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, f"smtp://127.0.0.1:{sink.port + 1 if sink.port < 65535 else 1}")
    message = send()

    assert (message.status, message.tries) == (MessageStatus.QUEUED, 1)


@pytest.mark.parametrize(("password", "arrives"), [("p%40ss%2Fword", True), ("wrong", False)])
def test_a_password_opens_the_server_and_a_wrong_one_can_be_put_right(
    send: Callable[..., Message],
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    arrives: bool,
) -> None:
    with listening(asks_for_password=True) as sink:
        use(monkeypatch, f"smtp://taller:{password}@127.0.0.1:{sink.port}")
        message = send()

    assert message.status is (MessageStatus.SENT if arrives else MessageStatus.QUEUED)
    assert PASSWORD not in message.trouble


def test_tls_can_be_asked_for(
    sink: Sink, send: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, f"smtp://127.0.0.1:{sink.port}?starttls=required")
    message = send()

    assert message.status is MessageStatus.QUEUED
    assert "TLS" in message.trouble
    assert sink.envelopes == []


def test_an_address_beyond_ascii_is_spelt_as_its_server_knows_it(
    sink: Sink, send: Callable[..., Message]
) -> None:
    assert send(email="ana@exämple.org").status is MessageStatus.SENT
    assert send(email="ñandú@example.org").status is MessageStatus.SENT
    assert [e.rcpt_tos for e in sink.envelopes] == [
        ["ana@xn--exmple-cua.org"],
        ["ñandú@example.org"],
    ]


def test_nothing_goes_to_an_address_that_fails_but_what_keeps_the_account_safe(
    sink: Sink, send: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = send(email_bounced_at=BEGAN)

    assert (message.status, message.trouble) == (MessageStatus.WITHHELD, Withheld.COMES_BACK)
    safe = KINDS[MessageKind.WELCOME]._replace(security=True)
    monkeypatch.setitem(KINDS, MessageKind.WELCOME, safe)
    assert send(email_bounced_at=BEGAN).status is MessageStatus.SENT
    assert len(sink.envelopes) == 1


def test_nothing_goes_to_a_closed_account(
    sink: Sink, send: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Account, "may_be_written_to", False)
    message = send()

    assert (message.status, message.trouble) == (MessageStatus.WITHHELD, Withheld.ACCOUNT_CLOSED)
    assert sink.envelopes == []


def test_an_unknown_kind_is_an_error(session: Session, make: Make) -> None:
    with pytest.raises(ValueError, match="gossip"):
        write(session, make.account(), "gossip", "Psst", "Have you heard?")
