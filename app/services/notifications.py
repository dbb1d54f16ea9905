"""Telling people: a message is written with the change it tells of, and sent by the worker."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlmodel import Session, col

from app.core import formats
from app.core.db import Texts
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import choose, speaking
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.core.settings import settings
from app.core.text import one_line
from app.core.work import Work, later
from app.models import Account, Message, MessageKind, MessageStatus, Withheld
from app.queries.live_sessions import Recipient
from app.queries.wordings import wordings_of
from app.queries.work import MOST_TRIES
from app.services.audit import record
from app.services.wordings import BUILT_IN, Letter, Values, composed
from certificates import Facts

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
    known = one_line(name)[:LONGEST_NAME]
    greeting = _("Hello %(name)s,") % {"name": known} if known else _("Hello,")
    closing = _("Taller, the learning workshop of the network") + f"\n{settings().base_url}"
    return "\n\n".join([greeting, *(p.strip() for p in paragraphs), closing])


def middle(body: str) -> list[str]:
    """The paragraphs between the greeting and the closing words."""
    return body.split("\n\n")[1:-1]


def tell(session: Session, account: Account, letter: str, about: Values) -> Message:
    """Write one of the letters of `BUILT_IN`. Say it within ``speaking(account.language)``."""
    own = wordings_of(session, letter).get(account.language)
    subject, paragraphs = composed(letter, {"name": account.name, **about}, own)
    return write(session, account, BUILT_IN[letter].kind, subject, *paragraphs)


def welcome(session: Session, account: Account) -> Message:
    with speaking(account.language):
        return tell(session, account, "welcome", {"address": f"{settings().base_url}/home"})


def place_given(session: Session, account: Account, title: Texts, edition_id: UUID) -> Message:
    with speaking(account.language):
        address = f"{settings().base_url}/editions/{edition_id}"
        about = {"course": choose(title, account.language), "address": address}
        return tell(session, account, "place given", about)


def application_declined(
    session: Session, account: Account, title: Texts, _edition_id: UUID
) -> Message:
    with speaking(account.language):
        about = {"course": choose(title, account.language), "address": settings().base_url}
        return tell(session, account, "application declined", about)


def place_taken_away(
    session: Session, account: Account, title: Texts, _edition_id: UUID
) -> Message:
    with speaking(account.language):
        about = {"course": choose(title, account.language)}
        return tell(session, account, "place taken away", about)


def certificate_ready(session: Session, account: Account, facts: Facts) -> Message:
    with speaking(account.language):
        about = {
            "course": facts.course,
            "address": f"{settings().base_url}/certificates/{facts.code}.pdf",
            "check": facts.verify_url,
        }
        return tell(session, account, "certificate ready", about)


def certificate_withdrawn(session: Session, account: Account, facts: Facts, reason: str) -> Message:
    with speaking(account.language):
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
    with speaking(account.language):
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


def session_moved(
    session: Session,
    people: Iterable[Recipient],
    news: SessionNews,
    *,
    before: datetime,
    now: datetime,
) -> None:
    """Tell everybody the new time, each in their language and with the hours of their zone."""

    def about() -> Values:
        return {
            "course": choose(news.course),
            "title": news.title,
            "before": formats.moment(before),
            "now": formats.moment(news.starts_at),
            "minutes": str(news.minutes),
            "zone": _zone_at(news.starts_at),
            "address": news.address,
        }

    tell_many(session, people, "session moved", about, now=now)


def session_cancelled(
    session: Session, people: Iterable[Recipient], news: SessionNews, *, now: datetime
) -> None:
    def about() -> Values:
        return {
            "course": choose(news.course),
            "title": news.title,
            "moment": formats.moment(news.starts_at),
            "zone": _zone_at(news.starts_at),
            "address": news.address,
        }

    tell_many(session, people, "session cancelled", about, now=now)


def _zone_at(instant: datetime) -> str:
    return formats.zone_name(formats.current_zone(), instant)


def tell_many(
    session: Session,
    people: Iterable[Recipient],
    letter: str,
    about: Callable[[], Values],
    *,
    now: datetime,
) -> None:
    """The same letter to all, each in their language; ``about`` is asked once a language and zone.

    It is asked within both, so that it can say hours and titles as they are read there.
    """
    own = wordings_of(session, letter)
    known: dict[tuple[str, str], Values] = {}

    def compose(person: Recipient) -> Letter:
        key = (person.language, person.timezone)
        values = known.get(key) or known.setdefault(key, about())
        return composed(letter, {"name": person.name, **values}, own.get(person.language))

    write_to_many(session, people, BUILT_IN[letter].kind, compose, now=now)


def write_to_many(
    session: Session,
    people: Iterable[Recipient],
    kind: MessageKind,
    compose: Callable[[Recipient], Letter],
    *,
    now: datetime,
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
                }
            )
    if rows:
        session.execute(insert(Message), rows)
    for row in rows:
        later(session, Work.SEND_MESSAGE, row["id"])
    return len(rows)


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


def record_unwanted(session: Session, message_id: UUID) -> None:
    """The account was suspended meanwhile: the message stays here, and is not tried again."""
    message, _account = message_to_send(session, message_id)
    message.status = MessageStatus.KEPT
    message.trouble = _("The account is suspended.")
    session.add(message)


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
    with speaking(account.language):
        return write(
            session,
            account,
            MessageKind.ACCOUNT_STAYS,
            _("Your account stays"),
            _("You signed in, so your account will not be deleted. Nothing was removed."),
            _("If it was not you who signed in, change your password: %(address)s")
            % {"address": f"{settings().base_url}/account/password"},
        )
