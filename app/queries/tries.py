"""Counting what was tried and asked for: wrong secrets, and messages with a link."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import (
    LinkKind,
    LinkRequest,
    RequestStatus,
    SignInTry,
    TryKind,
    normalized_email,
)

WINDOW = timedelta(minutes=15)
#: Messages count for as long as the links in them hold: who gets no more of them has some.
MAIL_WINDOW = timedelta(minutes=60)
MOST_MAILS = 3
MOST_REQUESTS_OF_ADDRESS = 100


class Limit(NamedTuple):
    """Failures within the window after which the next try waits.

    For one e-mail address tried from one place, and for all that are tried from one place. Never
    for an e-mail address alone: a stranger could keep its owner out.
    """

    of_pair: int
    of_address: int


LIMITS = {
    TryKind.PASSWORD: Limit(10, 50),
    TryKind.SECRET: Limit(50, 50),
    TryKind.KEY: Limit(10, 50),
}


def next_try_at(
    session: Session, email: str, address: str, *, now: datetime, kind: TryKind = TryKind.PASSWORD
) -> datetime | None:
    """When the next try is allowed; None: at once."""
    failures = session.exec(
        select(SignInTry.created_at, SignInTry.email)
        .where(
            SignInTry.address == address,
            SignInTry.kind == kind,
            SignInTry.created_at > now - WINDOW,
        )
        .order_by(col(SignInTry.created_at))
    ).all()
    everybodys = [at for at, _tried in failures]
    of_pair = [at for at, tried in failures if tried == normalized_email(email)]
    limit = LIMITS[kind]
    waits = [
        times[-most] + WINDOW
        for times, most in ((of_pair, limit.of_pair), (everybodys, limit.of_address))
        if len(times) >= most
    ]
    return max(waits, default=None)


def next_request_at(session: Session, address: str, *, now: datetime) -> datetime | None:
    """When a place may ask for messages again; None: at once."""
    counted = session.exec(
        select(LinkRequest.created_at)
        .where(LinkRequest.address == address, LinkRequest.created_at > now - WINDOW)
        .order_by(col(LinkRequest.created_at).desc())
        .offset(MOST_REQUESTS_OF_ADDRESS - 1)
        .limit(1)
    ).one_or_none()
    return counted and counted + WINDOW


def has_had_enough(session: Session, email: str, kind: LinkKind, *, now: datetime) -> bool:
    """Whether an address was sent as many messages of a kind as it may get."""
    asked = session.exec(
        select(func.count())
        .select_from(LinkRequest)
        .where(
            LinkRequest.email == normalized_email(email),
            LinkRequest.kind == kind,
            LinkRequest.status != RequestStatus.LEFT,
            LinkRequest.created_at > now - MAIL_WINDOW,
        )
    ).one()
    return asked >= MOST_MAILS
