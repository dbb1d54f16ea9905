"""Who must wait: those who guess, and those who have messages sent; never who is guessed at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from app.core.errors import TooMany
from app.core.i18n import ngettext
from app.core.work import Work, later
from app.models import (
    LinkKind,
    LinkRequest,
    RequestStatus,
    SignInTry,
    TryKind,
    normalized_email,
)
from app.queries.tries import WINDOW, has_had_enough, next_request_at, next_try_at

LONGEST_EMAIL = 254


def refuse_guessing(
    session: Session, email: str, address: str, *, now: datetime, kind: TryKind = TryKind.PASSWORD
) -> None:
    """Have those wait who failed too often, from where they failed."""
    may_try_at = next_try_at(session, email, address, now=now, kind=kind)
    if may_try_at is None:
        return
    seconds, minutes = _until(may_try_at, now)
    raise TooMany(
        ngettext(
            "Too many tries did not work. Try again in %(num)s minute.",
            "Too many tries did not work. Try again in %(num)s minutes.",
            minutes,
        )
        % {"num": minutes},
        wait=seconds,
    )


def _until(moment: datetime, now: datetime) -> tuple[int, int]:
    """In seconds, and in minutes as one says them."""
    seconds = max(1, int((moment - now).total_seconds()))
    return seconds, -(-seconds // 60)


def note_failure(
    session: Session, email: str, address: str, *, now: datetime, kind: TryKind = TryKind.PASSWORD
) -> None:
    """Count a failed try, and forget those that count no more: they hold e-mail addresses."""
    session.execute(delete(SignInTry).where(col(SignInTry.created_at) <= now - WINDOW))
    session.add(
        SignInTry(
            email=normalized_email(email)[:LONGEST_EMAIL],
            address=address,
            kind=kind,
            created_at=now,
        )
    )
    session.flush()


def note_wrong_secret(session: Session, address: str, *, now: datetime) -> None:
    """Count a link or a key that opens nothing; nobody can guess one, but many tries cost us.

    They count for the place alone and not against its passwords: a program in an office that goes
    on with an old key must not keep the people of the office out. What is right always opens.
    """
    one_at_a_time(session, address)
    refuse_guessing(session, "", address, now=now, kind=TryKind.SECRET)
    note_failure(session, "", address, now=now, kind=TryKind.SECRET)


@dataclass(frozen=True)
class AtTheDoor:
    """Who tries the key of an edition, and from where.

    They count wherever they go, as nobody else can try in their name; and so does the place,
    as somebody could have many accounts.
    """

    account_id: UUID
    email: str
    place: str

    @property
    def counted_at(self) -> tuple[str, str]:
        return f"key {self.account_id}", self.place


def refuse_guessing_keys(session: Session, who: AtTheDoor, *, now: datetime) -> None:
    for counted_at in who.counted_at:
        one_at_a_time(session, counted_at)
        refuse_guessing(session, who.email, counted_at, now=now, kind=TryKind.KEY)


def note_wrong_key(session: Session, who: AtTheDoor, *, now: datetime) -> None:
    for counted_at in who.counted_at:
        note_failure(session, who.email, counted_at, now=now, kind=TryKind.KEY)


def forget_failures(session: Session, email: str, address: str) -> None:
    """Who got in has shown whose tries these were."""
    session.execute(
        delete(SignInTry).where(
            col(SignInTry.email) == normalized_email(email),
            col(SignInTry.address) == address,
            col(SignInTry.kind) == TryKind.PASSWORD,
        )
    )


def one_at_a_time(session: Session, key: str) -> None:
    """Judge the tries of one place one after the other, so that many at once cannot slip through.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))


def refuse_flooding(session: Session, address: str, *, now: datetime) -> None:
    """Have those wait who asked for more messages than a whole class would."""
    may_ask_at = next_request_at(session, address, now=now)
    if may_ask_at is None:
        return
    seconds, minutes = _until(may_ask_at, now)
    raise TooMany(
        ngettext(
            "Too many messages were asked for from here. Try again in %(num)s minute.",
            "Too many messages were asked for from here. Try again in %(num)s minutes.",
            minutes,
        )
        % {"num": minutes},
        wait=seconds,
    )


def note_request(
    session: Session,
    email: str,
    address: str,
    kind: LinkKind,
    *,
    now: datetime,
    onward: str = "",
    answered: bool = True,
) -> LinkRequest | None:
    """Count a request for a message with a link; None: this address gets no more of them now.

    It is the same work whether anybody is at the address or not. One that is not ``answered`` at
    once waits for the worker.
    """
    one_at_a_time(session, normalized_email(email))
    refuse_flooding(session, address, now=now)
    enough = has_had_enough(session, email, kind, now=now)
    waits = RequestStatus.ANSWERED if answered else RequestStatus.ASKED
    request = LinkRequest(
        email=normalized_email(email)[:LONGEST_EMAIL],
        address=address,
        kind=kind,
        onward=onward,
        status=RequestStatus.LEFT if enough else waits,
        created_at=now,
    )
    session.add(request)
    session.flush()
    if request.status is RequestStatus.ASKED:
        later(session, Work.ANSWER_REQUEST, request.id)
    return None if enough else request
