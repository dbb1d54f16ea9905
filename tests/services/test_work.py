"""Work is done once, however many workers see it, and tried again when it failed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session

from app.core import clock
from app.core.settings import settings
from app.core.work import Work
from app.jobs import queue
from app.jobs.queue import do, sweep
from app.models import Message, MessageStatus
from app.queries.work import ABANDONED, MOST_TRIES, may_be_taken_up
from app.services.invitations import invite
from app.services.work import take_up
from tests.make import Make


def letter(make: Make) -> Message:
    """A message that waits."""
    return make.saved(
        Message(account_id=make.account().id, kind="k", language="en", subject="s", body="b")
    )


@pytest.fixture
def no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server's address that no library understands."""
    monkeypatch.setenv("TALLER_SMTP_URL", "smtp://localhost:notaport")
    settings.cache_clear()


def test_of_ten_workers_one_takes_a_message_up(make: Make) -> None:
    from app.core.db import changing  # noqa: PLC0415 -- of the test's own database

    message, now = letter(make).id, clock.now()

    def ask(_worker: int) -> bool:
        with changing() as session:
            return take_up(session, Work.SEND_MESSAGE, message, now=now)

    with ThreadPoolExecutor(10) as workers:
        assert sorted(workers.map(ask, range(10))) == [False] * 9 + [True]


def test_what_a_worker_died_with_is_taken_up_by_another(make: Make, session: Session) -> None:
    message, now = letter(make).id, clock.now()

    def ask(later: timedelta) -> bool:
        return take_up(session, Work.SEND_MESSAGE, message, now=now + later)

    assert ask(timedelta())
    assert not ask(ABANDONED - timedelta(seconds=1))
    assert ask(ABANDONED)


def test_what_was_done_is_not_taken_up_again(make: Make, session: Session) -> None:
    message = letter(make)
    do(Work.SEND_MESSAGE, str(message.id))
    session.refresh(message)

    assert message.status is MessageStatus.KEPT
    assert not take_up(session, Work.SEND_MESSAGE, message.id, now=clock.now() + ABANDONED)


@pytest.mark.usefixtures("no_mail")
def test_whatever_goes_wrong_counts_as_a_try_and_tries_end(
    make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, began = letter(make), clock.now()
    for hours in range(MOST_TRIES + 2):
        monkeypatch.setattr(clock, "now", lambda at=began + timedelta(hours=20 * hours): at)
        sweep()

    session.refresh(message)
    assert (message.tries, message.status) == (MOST_TRIES, MessageStatus.FAILED)


@pytest.mark.usefixtures("no_mail")
def test_an_old_row_that_fails_waits_between_its_tries(
    make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, began = letter(make), clock.now() + timedelta(days=30)
    for minutes in range(5):
        monkeypatch.setattr(clock, "now", lambda at=began + timedelta(minutes=minutes): at)
        sweep()

    session.refresh(message)
    assert message.tries == 2  # at once, after two minutes, and next after four more


@pytest.mark.usefixtures("no_mail")
@pytest.mark.parametrize("kind", list(Work))
def test_every_kind_of_work_knows_when_it_is_tried_again(kind: Work) -> None:
    now = clock.now()
    for tries in range(1, MOST_TRIES):
        assert not may_be_taken_up(kind, tries, now, now=now)
        assert may_be_taken_up(kind, tries, now - timedelta(days=1), now=now)


@pytest.mark.usefixtures("no_mail")
def test_an_invitation_that_fails_keeps_no_message_from_leaving(
    make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition, boss = make.edition(), make.coordinator()
    invite(session, edition.id, ["ana@example.org"], language="es", by=boss.id, now=clock.now())
    sweep()
    monkeypatch.setenv("TALLER_SMTP_URL", "")
    settings.cache_clear()
    message = letter(make)

    sweep()

    session.refresh(message)
    assert message.status is MessageStatus.KEPT


def test_a_sweep_leaves_the_rest_to_the_next_once_it_took_long_enough(
    make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [letter(make) for _ in range(3)]

    def left() -> int:
        session.expire_all()
        return sum(session.get_one(Message, m.id).status is MessageStatus.QUEUED for m in messages)

    monkeypatch.setattr(queue, "SECONDS_FOR_A_SWEEP", 0)
    sweep()
    assert left() == 3
    monkeypatch.undo()
    sweep()
    assert left() == 0
