"""Telling people: a message is written with the change it tells of, and sent by the worker."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session

from app.core import formats
from app.core.db import Texts
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import choose, speaking
from app.core.i18n import gettext as _
from app.core.ids import uuid7
from app.core.settings import settings
from app.core.work import Work, later
from app.models import Account, Message, MessageStatus
from app.queries.live_sessions import Recipient
from app.queries.work import MOST_TRIES
from app.services.audit import record
from certificates import Facts


def write(
    session: Session,
    account: Account,
    kind: str,
    subject: str,
    *paragraphs: str,
    to: str = "",
    by_name: bool = True,
) -> Message:
    """Queue a message. Compose it within ``speaking(account.language)``.

    ``to`` is another address than the account's. Not ``by_name``: nobody has shown yet that the
    address is theirs, and a stranger who typed it in chooses no words of ours.
    """
    message = Message(
        account_id=account.id,
        email=to,
        kind=kind,
        language=account.language,
        subject=subject[:200],
        body=_body(account.name if by_name else "", paragraphs),
    )
    session.add(message)
    later(session, Work.SEND_MESSAGE, message.id)
    return message


def _body(name: str, paragraphs: Iterable[str]) -> str:
    greeting = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
    closing = _("Taller, the learning workshop of the network") + f"\n{settings().base_url}"
    return "\n\n".join([greeting, *paragraphs, closing])


def welcome(session: Session, account: Account) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "welcome",
            _("Your account at Taller"),
            _("You have an account now. Sign in with this e-mail address and your password."),
            _("Your courses are here: %(address)s") % {"address": f"{settings().base_url}/home"},
        )


def place_given(session: Session, account: Account, title: Texts, edition_id: UUID) -> Message:
    with speaking(account.language):
        course = choose(title, account.language)
        return write(
            session,
            account,
            "place given",
            _("You have a place in “%(course)s”") % {"course": course},
            _("You have a place in the course “%(course)s”.") % {"course": course},
            _("Begin here: %(address)s")
            % {"address": f"{settings().base_url}/editions/{edition_id}"},
        )


def application_declined(
    session: Session, account: Account, title: Texts, _edition_id: UUID
) -> Message:
    with speaking(account.language):
        course = choose(title, account.language)
        return write(
            session,
            account,
            "application declined",
            _("Your application for “%(course)s”") % {"course": course},
            _("We could not give you a place in the course “%(course)s” this time.")
            % {"course": course},
            _("Other courses are open here: %(address)s") % {"address": settings().base_url},
        )


def place_taken_away(
    session: Session, account: Account, title: Texts, _edition_id: UUID
) -> Message:
    with speaking(account.language):
        course = choose(title, account.language)
        return write(
            session,
            account,
            "place taken away",
            _("You no longer take part in “%(course)s”") % {"course": course},
            _("A coordinator took you out of the course “%(course)s”. What you did is kept.")
            % {"course": course},
            _("If you think this is a mistake, write to the coordinators of your course."),
        )


def certificate_ready(session: Session, account: Account, facts: Facts) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "certificate ready",
            _("Your certificate is ready"),
            _("You completed the course “%(course)s”, and your certificate is ready.")
            % {"course": facts.course},
            _("Download it here: %(address)s")
            % {"address": f"{settings().base_url}/certificates/{facts.code}.pdf"},
            _("Whoever wants to check it finds it here: %(address)s")
            % {"address": facts.verify_url},
        )


def certificate_withdrawn(session: Session, account: Account, facts: Facts, reason: str) -> Message:
    with speaking(account.language):
        return write(
            session,
            account,
            "certificate withdrawn",
            _("Your certificate was withdrawn"),
            _("Your certificate %(code)s for the course “%(course)s” was withdrawn.")
            % {"code": facts.code, "course": facts.course},
            _("The reason given is: %(reason)s") % {"reason": reason},
            _("If you think this is a mistake, write to the coordinators of your course."),
        )


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
        about = {"number": news.number, "title": news.title}
        if news.is_accepted:
            subject = _("Accepted: %(title)s") % about
            deed = _("Your tutor accepted version %(number)s of your team's work “%(title)s”.")
        else:
            subject = _("To revise: %(title)s") % about
            deed = _(
                "Your tutor returned version %(number)s of your team's work “%(title)s” "
                "and asks for changes."
            )
        return write(
            session,
            account,
            "capstone decided",
            subject,
            deed % about,
            *filter(None, [news.message]),
            _("The comments are here: %(address)s") % {"address": news.address},
        )


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

    def letter() -> Letter:
        return Letter(
            _("New time: %(title)s") % {"title": news.title},
            (
                _("A live session of the course “%(course)s” has a new time.")
                % {"course": choose(news.course)},
                news.title,
                _("Before: %(moment)s") % {"moment": formats.moment(before)},
                _("Now: %(moment)s") % {"moment": formats.moment(news.starts_at)},
                _("It lasts %(minutes)s minutes. Hours are in %(zone)s.")
                % {"minutes": news.minutes, "zone": _zone_at(news.starts_at)},
                _("Everything about the session: %(address)s") % {"address": news.address},
            ),
        )

    _write_to_many(session, people, "session moved", letter, now=now)


def session_cancelled(
    session: Session, people: Iterable[Recipient], news: SessionNews, *, now: datetime
) -> None:
    def letter() -> Letter:
        return Letter(
            _("Cancelled: %(title)s") % {"title": news.title},
            (
                _("A live session of the course “%(course)s” will not take place.")
                % {"course": choose(news.course)},
                news.title,
                _("It was to begin on %(moment)s, %(zone)s.")
                % {
                    "moment": formats.moment(news.starts_at),
                    "zone": _zone_at(news.starts_at),
                },
                _("The other sessions of the course: %(address)s") % {"address": news.address},
            ),
        )

    _write_to_many(session, people, "session cancelled", letter, now=now)


def _zone_at(instant: datetime) -> str:
    return formats.zone_name(formats.current_zone(), instant)


class Letter(NamedTuple):
    subject: str
    paragraphs: tuple[str, ...]


def _write_to_many(
    session: Session,
    people: Iterable[Recipient],
    kind: str,
    letter: Callable[[], Letter],
    *,
    now: datetime,
) -> None:
    """Queue the same news for all in one statement, composed once a language and zone."""
    composed: dict[tuple[str, str], Letter] = {}
    rows: list[dict[str, Any]] = []
    for person in people:
        with speaking(person.language), formats.living_in(person.timezone):
            key = (person.language, person.timezone)
            subject, paragraphs = composed.get(key) or composed.setdefault(key, letter())
            rows.append(
                {
                    "id": uuid7(),
                    "created_at": now,
                    "account_id": person.id,
                    "kind": kind,
                    "language": person.language,
                    "subject": subject[:200],
                    "body": _body(person.name, paragraphs),
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


def message_to_send(session: Session, message_id: UUID) -> tuple[Message, Account]:
    message = session.get(Message, message_id)
    account = session.get(Account, message.account_id) if message else None
    if message is None or account is None:
        raise NotFound(_("There is no such message."))
    return message, account


def record_sent(session: Session, message_id: UUID, *, at: datetime, kept: bool) -> None:
    """``kept``: there is no mail server, the message is only to be read in the outbox."""
    message, _account = message_to_send(session, message_id)
    message.status = MessageStatus.KEPT if kept else MessageStatus.SENT
    message.sent_at = at
    message.trouble = ""
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
    record(session, by, "send message again", "message", message_id)
    later(session, Work.SEND_MESSAGE, message_id)


def record_trouble(session: Session, message_id: UUID, trouble: str) -> None:
    message, _account = message_to_send(session, message_id)
    message.tries += 1
    message.trouble = trouble[:500]
    if message.tries >= MOST_TRIES:
        message.status = MessageStatus.FAILED
    session.add(message)
