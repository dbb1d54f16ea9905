"""The digest: once a day where somebody lives, whatever clocks and workers do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.core import clock
from app.core.db import changing
from app.jobs.messages import as_mail
from app.jobs.queue import sweep
from app.models import (
    Account,
    Delivery,
    Message,
    MessageChoice,
    MessageGroup,
    MessageStatus,
    Withheld,
)
from app.services.admission_news import declined
from app.services.digests import gather
from app.services.message_choices import address_works, choose_messages
from app.services.notifications import welcome
from tests.make import Make
from tests.sink import part

#: Ten in the morning in Bogotá, nine at night in Dili.
MORNING = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
NIGHT = MORNING - timedelta(hours=12)
TITLE = {"en": "Gaps", "es": "Brechas"}


@pytest.fixture
def sweep_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def at(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        sweep()  # finds what may wait,
        sweep()  # and whose morning it is

    return at


@pytest.fixture
def ana(make: Make) -> Account:
    return make.account(timezone="America/Bogota", name="Ana Pérez")


@pytest.fixture
def news(session: Session) -> Callable[..., Message]:
    """Something that may wait, written just now."""

    def news(account: Account, at: datetime = NIGHT) -> Message:
        message = declined(session, account, TITLE)
        message.created_at = at
        session.flush()
        return message

    return news


def digests(session: Session, account: Account) -> list[Message]:
    session.expire_all()
    found = select(Message).where(
        Message.account_id == account.id, col(Message.digest_day).is_not(None)
    )
    return list(session.exec(found.order_by(col(Message.id))).all())


def chosen(make: Make, account: Account, delivery: Delivery) -> None:
    make.saved(
        MessageChoice(account_id=account.id, group=MessageGroup.ADMISSION, delivery=delivery)
    )


def state(session: Session, message: Message) -> tuple[MessageStatus, str]:
    session.refresh(message)
    return message.status, message.trouble


def test_what_may_wait_comes_the_next_morning_in_one_message(
    session: Session, ana: Account, news: Any, sweep_at: Any
) -> None:
    evening = MORNING - timedelta(hours=12)
    first, second = news(ana, evening), news(ana, evening)
    for at in (evening, MORNING - timedelta(hours=3, minutes=1)):  # 22:00 and 6:59 in Bogotá
        sweep_at(at)
        assert [state(session, m)[0] for m in (first, second)] == [MessageStatus.WAITING] * 2
    sweep_at(MORNING - timedelta(hours=3))

    (one,) = digests(session, ana)
    assert one.digest_day == date(2026, 11, 18)
    assert one.subject == "2 messages from Taller"
    assert one.status is MessageStatus.KEPT
    assert state(session, first)[0] is MessageStatus.DIGESTED
    mail = as_mail(one, ana, (first, second))
    assert mail["List-Unsubscribe"].startswith("<http://testserver/unsubscribe/all.")
    text, html = part(mail, "plain"), part(mail, "html")
    assert text.count("We could not give you a place in the course “Gaps” this time.") == 2
    assert html.count("<h2") == 2
    assert html.count('href="http://testserver"') == 3  # with the closing words
    assert text.count("Hello Ana Pérez,") == 1


def test_a_second_message_of_the_day_waits_for_tomorrow(
    session: Session, ana: Account, news: Any, sweep_at: Any
) -> None:
    news(ana)
    sweep_at(MORNING)
    later = news(ana, MORNING)
    for hours in (1, 2, 8):
        sweep_at(MORNING + timedelta(hours=hours))
    assert len(digests(session, ana)) == 1
    assert state(session, later)[0] is MessageStatus.WAITING
    sweep_at(MORNING + timedelta(days=1))
    assert len(digests(session, ana)) == 2


@pytest.mark.parametrize("jump", [-6, -1, 1, 6])
def test_a_clock_that_jumps_makes_no_second_digest(
    session: Session, ana: Account, news: Any, sweep_at: Any, jump: int
) -> None:
    seven = MORNING - timedelta(hours=3)
    for at in (seven, seven + timedelta(hours=jump), seven + timedelta(minutes=1)):
        news(ana)
        sweep_at(at)
    assert len(digests(session, ana)) == 1
    sweep_at(seven + timedelta(days=1))
    assert len(digests(session, ana)) == 2


def test_a_clock_that_ran_a_year_ahead_keeps_nobody_waiting(
    session: Session, ana: Account, news: Any, sweep_at: Any
) -> None:
    news(ana)
    sweep_at(MORNING + timedelta(days=364))
    news(ana)
    sweep_at(MORNING)
    sweep_at(MORNING + timedelta(minutes=1))

    assert [one.digest_day for one in digests(session, ana)] == [
        date(2027, 11, 17),
        date(2026, 11, 18),
    ]


def test_six_hours_without_a_worker_lose_nothing(
    session: Session, ana: Account, news: Any, sweep_at: Any
) -> None:
    news(ana)
    sweep_at(MORNING - timedelta(hours=4))  # 6:00
    sweep_at(MORNING + timedelta(hours=2))  # 12:00

    assert len(digests(session, ana)) == 1


def test_of_two_workers_one_makes_the_digest(
    session: Session, ana: Account, news: Any, make: Make
) -> None:
    for _ in range(3):
        message = news(ana)
        message.status = MessageStatus.WAITING
        make.saved(message)

    def make_it(_worker: int) -> bool:
        with changing() as own:
            return gather(own, ana.id, now=MORNING) is not None

    with ThreadPoolExecutor(4) as workers:
        assert sorted(workers.map(make_it, range(4))) == [False] * 3 + [True]
    (only,) = digests(session, ana)
    assert only.subject == "3 messages from Taller"

    late = news(ana)
    late.status = MessageStatus.WAITING
    make.saved(late)
    assert not make_it(5)  # that was told of the same morning before the digest was made
    assert state(session, late)[0] is MessageStatus.WAITING


def test_what_is_urgent_waits_for_nobody(
    session: Session, ana: Account, sweep_at: Any, make: Make
) -> None:
    chosen(make, ana, Delivery.NECESSARY)
    message = welcome(session, ana)
    session.flush()
    sweep_at(MORNING)

    assert state(session, message)[0] is MessageStatus.KEPT


@pytest.mark.parametrize(
    ("delivery", "status", "reason"),
    [
        (Delivery.AT_ONCE, MessageStatus.KEPT, ""),
        (Delivery.NECESSARY, MessageStatus.WITHHELD, Withheld.NOT_WANTED),
    ],
)
def test_a_choice_is_followed(
    session: Session,
    ana: Account,
    news: Any,
    sweep_at: Any,
    delivery: Delivery,
    status: MessageStatus,
    reason: str,
) -> None:
    session.add(MessageChoice(account_id=ana.id, group=MessageGroup.ADMISSION, delivery=delivery))
    place = news(ana)
    sweep_at(MORNING - timedelta(hours=5))

    assert state(session, place) == (status, reason)


def test_what_waits_goes_the_way_that_is_chosen_next(
    session: Session, ana: Account, news: Any, sweep_at: Any
) -> None:
    early = MORNING - timedelta(hours=5)
    waits = news(ana, early)
    sweep_at(early)
    with changing() as own:
        choose_messages(own, ana.id, {MessageGroup.CAPSTONE: Delivery.AT_ONCE}, hour=7)
    assert state(session, waits)[0] is MessageStatus.WAITING
    with changing() as own:
        choose_messages(own, ana.id, {MessageGroup.ADMISSION: Delivery.AT_ONCE}, hour=7)
    sweep_at(early)
    assert state(session, waits)[0] is MessageStatus.KEPT
    with changing() as own:
        choose_messages(own, ana.id, {MessageGroup.ADMISSION: Delivery.DIGEST}, hour=7)
    waits = news(ana, early)
    sweep_at(early)
    with changing() as own:
        choose_messages(own, ana.id, {MessageGroup.ADMISSION: Delivery.NECESSARY}, hour=7)
    assert state(session, waits) == (MessageStatus.WITHHELD, Withheld.NOT_WANTED)


def test_the_digest_of_an_address_that_fails_waits_until_it_works(
    session: Session, ana: Account, news: Any, sweep_at: Any, make: Make
) -> None:
    waits = news(ana)
    sweep_at(MORNING - timedelta(hours=5))
    ana.email_bounced_at = MORNING
    make.saved(ana)
    sweep_at(MORNING)
    assert digests(session, ana) == []
    with changing() as own:
        address_works(own, ana.id)
    sweep_at(MORNING + timedelta(minutes=1))
    assert len(digests(session, ana)) == 1
    assert state(session, waits)[0] is MessageStatus.DIGESTED


def test_the_hour_is_that_of_where_somebody_lives(
    session: Session, make: Make, news: Any, sweep_at: Any
) -> None:
    madrid = make.account(timezone="Europe/Madrid")
    mexico = make.account(timezone="America/Mexico_City", digest_hour=9)
    nowhere = make.account(timezone="Nowhere/Land")
    for account in (madrid, mexico, nowhere):
        news(account)
    sweep_at(datetime(2026, 11, 18, 6, 30, tzinfo=UTC))  # 7:30, 0:30, and 6:30
    assert [len(digests(session, one)) for one in (madrid, mexico, nowhere)] == [1, 0, 0]
    sweep_at(datetime(2026, 11, 18, 15, 0, tzinfo=UTC))  # 9:00 in Mexico
    assert [len(digests(session, one)) for one in (madrid, mexico, nowhere)] == [1, 1, 1]
