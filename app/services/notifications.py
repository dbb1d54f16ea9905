"""Telling people: a message is written with the change it tells of, and sent by the worker."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app.core import formats
from app.core.db import Texts
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import choose, speaking
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.core.links import without_places
from app.core.settings import settings
from app.core.text import one_line
from app.core.work import Work, later
from app.models import (
    Account,
    Message,
    MessageKind,
    MessageStatus,
    MessageWording,
    Withheld,
)
from app.queries.live_sessions import Recipient
from app.queries.wordings import wordings_of
from app.queries.work import MOST_TRIES
from app.services.audit import record
from app.services.letters import BUILT_IN, Letter, Values
from app.services.wordings import composed
from certificates import Facts

#: What a placeholder brings: words, texts or an hour, or what is said once the language is known.
type Said = str | Mapping[str, str] | datetime | Callable[[], str]
#: What a letter tells, by the names of its placeholders.
type News = Mapping[str, Said]

LONGEST_SUBJECT = 200
LONGEST_NAME = 250


def write(
    session: Session,
    account: Account,
    kind: MessageKind | str,
    subject: str,
    *paragraphs: str,
    to: str = "",
    by_name: bool = True,
) -> Message:
    """Queue a message. Compose it within ``speaking(account.language)``.

    ``to`` is another address than the account's. Not ``by_name``: nobody has shown yet that the
    address is theirs, and a stranger who typed it in chooses no words of ours.
    To an account that was deleted nothing goes: the message is not kept.
    """
    message = Message(
        account_id=account.id,
        email=to,
        kind=MessageKind(kind).value,
        language=account.language,
        subject=one_line(subject)[:LONGEST_SUBJECT],
        body=body_of(account.name if by_name else "", paragraphs),
    )
    if account.deleted_at is None:
        session.add(message)
        later(session, Work.SEND_MESSAGE, message.id)
    return message


def body_of(name: str, paragraphs: Iterable[str]) -> str:
    known = without_places(one_line(name)[:LONGEST_NAME])
    greeting = _("Hello %(name)s,") % {"name": known} if known else _("Hello,")
    closing = _("Taller, the learning workshop of the network") + f"\n{settings().base_url}"
    return "\n\n".join([greeting, *(p.strip() for p in paragraphs), closing])


def middle(body: str) -> list[str]:
    """The paragraphs between the greeting and the closing words."""
    return body.split("\n\n")[1:-1]


def said(value: Said) -> str:
    """A value as a letter says it, in the language and the zone that hold now."""
    if callable(value):
        return value()
    if isinstance(value, datetime):
        return formats.moment(value)
    return value if isinstance(value, str) else choose(value)


def tell(
    session: Session,
    account: Account,
    letter: str,
    about: News,
    *,
    to: str = "",
    own: Mapping[str, MessageWording] | None = None,
) -> Message:
    """Write one of the letters of `BUILT_IN`, in the reader's language and the hours of their zone.

    ``to`` is another address than the account's of the moment. ``own`` are an installation's words
    for the letter, by language, for who tells thousands and has read them once.
    """
    built_in = BUILT_IN[letter]
    if built_in.kind is None:
        raise ValueError(letter)
    own = wordings_of(session, letter) if own is None else own
    with speaking(account.language), formats.living_in(account.timezone):
        values = {name: said(value) for name, value in about.items()}
        subject, paragraphs = composed(
            letter, {"name": account.name, **values}, own.get(account.language)
        )
        by_name = not built_in.to_anybody
        return write(session, account, built_in.kind, subject, *paragraphs, to=to, by_name=by_name)


def welcome(session: Session, account: Account) -> Message:
    return tell(session, account, "welcome", {"address": f"{settings().base_url}/home"})


def place_given(session: Session, account: Account, title: Texts, edition_id: UUID) -> Message:
    address = f"{settings().base_url}/editions/{edition_id}"
    return tell(session, account, "place given", {"course": title, "address": address})


def certificate_ready(session: Session, account: Account, facts: Facts) -> Message:
    about = {
        "course": facts.course,
        "address": f"{settings().base_url}/certificates/{facts.code}.pdf",
        "check": facts.verify_url,
    }
    return tell(session, account, "certificate ready", about)


def certificate_withdrawn(session: Session, account: Account, facts: Facts, reason: str) -> Message:
    about = {"code": facts.code, "course": facts.course, "reason": reason}
    return tell(session, account, "certificate withdrawn", about)


@dataclass(frozen=True, slots=True)
class CapstoneNews:
    """A tutor's decision on a team's work, as the message to each member speaks of it."""

    title: str
    number: int  # of the version
    is_accepted: bool
    message: str  # what the tutor wrote to the team
    address: str


def capstone_decided(session: Session, account: Account, news: CapstoneNews) -> Message:
    about = {
        "title": news.title,
        "number": str(news.number),
        "message": news.message,
        "address": news.address,
    }
    letter = "capstone accepted" if news.is_accepted else "capstone returned"
    return tell(session, account, letter, about)


@dataclass(frozen=True, slots=True)
class SessionNews:
    """A live session as its messages speak of it."""

    address: str
    course: Texts
    title: str
    starts_at: datetime
    minutes: int

    def about(self) -> dict[str, Said]:
        return {
            "course": self.course,
            "title": self.title,
            "moment": self.starts_at,
            "minutes": str(self.minutes),
            "zone": lambda: formats.zone_name(formats.current_zone(), self.starts_at),
            "address": self.address,
        }


class Once(NamedTuple):
    """What is told each person once, and until when it is of use."""

    occasion: str
    until: datetime


def session_soon(
    session: Session, people: Iterable[Recipient], news: SessionNews, *, once: Once, now: datetime
) -> int:
    """Remind everybody, each in their language and with the hours of their zone."""
    return tell_many(session, people, "session soon", news.about(), now=now, once=once)


def session_moved(
    session: Session,
    people: Iterable[Recipient],
    news: SessionNews,
    *,
    before: datetime,
    now: datetime,
    once: Once | None = None,
) -> None:
    about = {**news.about(), "before": before, "now": news.starts_at}
    tell_many(session, people, "session moved", about, now=now, once=once)


def session_cancelled(
    session: Session, people: Iterable[Recipient], news: SessionNews, *, now: datetime
) -> None:
    tell_many(session, people, "session cancelled", news.about(), now=now)


def tell_many(
    session: Session,
    people: Iterable[Recipient],
    letter: str,
    about: News,
    *,
    now: datetime,
    once: Once | None = None,
) -> int:
    """The same letter to all, each in their language; values are said once a language and zone."""
    built_in = BUILT_IN[letter]
    if built_in.kind is None:
        raise ValueError(letter)
    own = wordings_of(session, letter)
    known: dict[tuple[str, str], Values] = {}

    def compose(person: Recipient) -> Letter:
        key = (person.language, person.timezone)
        if key not in known:
            known[key] = {name: said(value) for name, value in about.items()}
        return composed(letter, {"name": person.name, **known[key]}, own.get(person.language))

    return write_to_many(session, people, built_in.kind, compose, now=now, once=once)


def write_to_many(
    session: Session,
    people: Iterable[Recipient],
    kind: MessageKind,
    compose: Callable[[Recipient], Letter],
    *,
    now: datetime,
    once: Once | None = None,
) -> int:
    """Queue messages to all in one statement; say how many. Each is composed in its language."""
    rows: list[dict[str, Any]] = []
    for person in people:
        with speaking(person.language), formats.living_in(person.timezone):
            subject, paragraphs = compose(person)
            rows.append(
                {
                    "id": uuid7(),
                    "created_at": now,
                    "account_id": person.id,
                    "kind": kind.value,
                    "language": person.language,
                    "subject": one_line(subject)[:LONGEST_SUBJECT],
                    "body": body_of(person.name, paragraphs),
                    "status": MessageStatus.QUEUED,
                    "tries": 0,
                    "tried_at": None,
                    "trouble": "",
                    "occasion": once.occasion if once else None,
                    "holds_until": once.until if once else None,
                }
            )
    if rows:
        session.execute(insert(Message), rows)
    for row in rows:
        later(session, Work.SEND_MESSAGE, row["id"])
    return len(rows)


def call_off(session: Session, occasion: str) -> None:
    """What was told for an occasion holds no more: what has not left stays here."""
    of_it = col(Message.occasion) == occasion
    session.execute(
        update(Message)
        .where(of_it, col(Message.status) == MessageStatus.QUEUED)
        .values(status=MessageStatus.WITHHELD, trouble=Withheld.OVERTAKEN.value)
    )
    session.execute(update(Message).where(of_it).values(occasion=None))


def message_to_send(session: Session, message_id: UUID) -> tuple[Message, Account]:
    message = session.get(Message, message_id)
    account = session.get(Account, message.account_id) if message else None
    if message is None or account is None:
        raise NotFound(_("There is no such message."))
    return message, account


def put_aside(session: Session, message_id: UUID, why: Withheld | None) -> None:
    """Do not send a message now: None leaves it for the person's digest, else it is never sent."""
    message, _account = message_to_send(session, message_id)
    if message.status is not MessageStatus.QUEUED:
        return
    message.status = MessageStatus.WITHHELD if why else MessageStatus.WAITING
    message.trouble = why.value if why else ""
    session.add(message)


def record_sent(session: Session, message_id: UUID, *, at: datetime, kept: bool) -> None:
    """``kept``: there is no mail server, the message is only to be read in the outbox."""
    message, _account = message_to_send(session, message_id)
    message.status = MessageStatus.KEPT if kept else MessageStatus.SENT
    message.sent_at = at
    message.trouble = ""
    session.add(message)
    if message.digest_day:
        session.execute(
            update(Message).where(col(Message.digest_id) == message_id).values(sent_at=at)
        )


def send_again(session: Session, message_id: UUID, *, by: UUID) -> None:
    """Queue a message anew that could not be delivered, as if it had never been tried."""
    message, _account = message_to_send(session, message_id)
    if message.status is not MessageStatus.FAILED:
        raise RuleBroken(_("Only a message that was not delivered can be sent again."))
    message.status = MessageStatus.QUEUED
    message.tries = 0
    message.tried_at = None
    message.trouble = ""
    session.add(message)
    record(
        session,
        by,
        "send message again",
        "message",
        message_id,
        before={"status": MessageStatus.FAILED.value},
        after={"status": MessageStatus.QUEUED.value},
    )
    later(session, Work.SEND_MESSAGE, message_id)


def record_trouble(
    session: Session, message_id: UUID, trouble: str, *, hopeless: bool = False
) -> None:
    """Note a try that failed; ``hopeless``: the server said that another one would fail as well."""
    message, _account = message_to_send(session, message_id)
    message.tries += 1
    message.trouble = one_line(trouble)[:500]
    if hopeless or message.tries >= MOST_TRIES:
        message.status = MessageStatus.FAILED
    session.add(message)


def account_stays(session: Session, account: Account) -> Message:
    address = f"{settings().base_url}/account/password"
    return tell(session, account, "account stays", {"address": address})
