"""Who must wait, and who gets no more messages, by a clock of our own."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core.errors import TooMany
from app.models import LinkKind, LinkRequest, RequestStatus
from app.queries.tries import MAIL_WINDOW, MOST_MAILS, MOST_REQUESTS_OF_ADDRESS, WINDOW
from app.services.links import HOLDS
from app.services.tries import note_request, note_wrong_secret, refuse_guessing
from tests.make import NOW, Make

ANA, PLACE, ELSEWHERE = "ana@example.org", "203.0.113.9", "198.51.100.7"
MINUTE = timedelta(minutes=1)
SIGN_IN = LinkKind.SIGN_IN


def ask(session: Session, times: int, email: str = ANA, place: str = PLACE) -> list[bool]:
    """Whether each request, a second apart from NOW, is let through."""
    return [
        bool(note_request(session, email, place, SIGN_IN, now=NOW + timedelta(seconds=n)))
        for n in range(times)
    ]


def test_an_address_gets_three_messages_of_a_kind_an_hour(session: Session) -> None:
    assert ask(session, 5) == [True] * 3 + [False] * 2
    assert not note_request(session, ANA.upper(), ELSEWHERE, SIGN_IN, now=NOW + 59 * MINUTE)
    assert note_request(session, ANA, PLACE, LinkKind.PASSWORD, now=NOW + MINUTE)
    assert note_request(session, "luis@example.org", PLACE, SIGN_IN, now=NOW + MINUTE)


def test_who_goes_on_asking_for_somebody_does_not_keep_messages_from_them(
    session: Session,
) -> None:
    """What was left alone does not count, and the links of what was sent hold that long."""
    ask(session, MOST_MAILS)
    for minute in range(10, 60, 10):
        note_request(session, ANA, PLACE, SIGN_IN, now=NOW + minute * MINUTE)

    left = session.exec(select(LinkRequest).where(LinkRequest.status == RequestStatus.LEFT)).all()
    assert len(left) == 5
    assert note_request(session, ANA, ELSEWHERE, SIGN_IN, now=NOW + 61 * MINUTE)
    assert MAIL_WINDOW <= HOLDS


def test_a_place_asks_for_as_many_messages_as_a_class_would(session: Session) -> None:
    for n in range(MOST_REQUESTS_OF_ADDRESS):
        ask(session, 1, email=f"p{n}@example.org")

    with pytest.raises(TooMany, match="in 15 minutes") as told:
        ask(session, 1, email="one@example.org")
    assert told.value.wait == WINDOW.total_seconds()
    assert ask(session, 1, place=ELSEWHERE) == [True]
    assert note_request(session, "one@example.org", PLACE, SIGN_IN, now=NOW + WINDOW)


def test_wrong_secrets_wait_and_keep_nobodys_password_out(session: Session) -> None:
    for _ in range(50):
        note_wrong_secret(session, PLACE, now=NOW)

    with pytest.raises(TooMany):
        note_wrong_secret(session, PLACE, now=NOW + MINUTE)
    note_wrong_secret(session, ELSEWHERE, now=NOW + MINUTE)
    refuse_guessing(session, ANA, PLACE, now=NOW + MINUTE)


def test_unknown_addresses_are_noted_like_known_ones(session: Session, make: Make) -> None:
    make.account(email=ANA)
    ask(session, 1)
    ask(session, 1, email="nobody@example.org")

    known, unknown = session.exec(select(LinkRequest)).all()
    without = {"id", "email", "created_at"}
    assert known.model_dump(exclude=without) == unknown.model_dump(exclude=without)
