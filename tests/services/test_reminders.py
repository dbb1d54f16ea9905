"""That a session begins soon is told once to each who takes part, and never too late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from sqlmodel import Session, col, select

from app.core import clock
from app.core.db import changing
from app.core.settings import settings
from app.jobs import sweep
from app.jobs.messages import as_mail
from app.jobs.reminders import remind_of_sessions
from app.models import (
    Account,
    Delivery,
    Edition,
    EnrolmentStatus,
    LiveSession,
    Message,
    MessageChoice,
    MessageGroup,
    MessageStatus,
    Withheld,
)
from app.queries.live_sessions import reminder_of, to_remind
from app.services.enrolments import leave
from app.services.live_sessions import Plan, cancel, change, remind
from tests.counting import statements
from tests.make import Make

HOUR = timedelta(hours=1)
#: Ten in the morning in Bogotá, noon in São Paulo.
START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
DAY_BEFORE = START - 24 * HOUR


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"es": "Brechas", "en": "Gaps", "pt": "Lacunas"}))


@pytest.fixture
def ana(make: Make, edition: Edition) -> Account:
    return make.participant(edition, name="Ana", language="es", timezone="America/Bogota")


@pytest.fixture
def clinic(make: Make, edition: Edition) -> LiveSession:
    return make.live_session(edition, START, title="Clinic")


@pytest.fixture
def sweep_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def at(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        sweep()

    return at


class Mail(Protocol):
    def __call__(self, *, works: bool) -> None: ...


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Mail:
    """A mail server that cannot be reached, or none, where everything is kept at once."""

    def mail(*, works: bool) -> None:
        monkeypatch.setenv("TALLER_SMTP_URL", "" if works else "smtp://localhost:notaport")
        settings.cache_clear()

    return mail


def told(session: Session, kind: str = "session soon") -> list[Message]:
    session.expire_all()
    found = select(Message).where(Message.kind == kind).order_by(col(Message.id))
    return list(session.exec(found).all())


def moved(session: Session, clinic: LiveSession, make: Make, by: timedelta, at: datetime) -> None:
    local = datetime.fromisoformat(clinic.local_start)
    plan = Plan(clinic.title, local, clinic.timezone, clinic.minutes, "en", clinic.link, "", None)
    plan = replace(plan, local_start=local + by)
    with changing() as own:
        change(
            own, clinic.edition_id, clinic.id, plan, seen=clinic.sequence,
            by=make.coordinator().id, may_be_past=False, now=at,
        )  # fmt: skip
    session.refresh(clinic)


@pytest.mark.usefixtures("clinic")
def test_everybody_is_told_a_day_before_and_once_whatever_workers_do(
    session: Session, make: Make, edition: Edition, ana: Account, sweep_at: Callable[..., None]
) -> None:
    make.saved(  # so close to it nothing waits for a digest
        MessageChoice(account_id=ana.id, group=MessageGroup.SESSIONS, delivery=Delivery.DIGEST)
    )
    make.participant(edition, name="Bia", language="pt", timezone="America/Sao_Paulo")
    sweep_at(DAY_BEFORE - timedelta(minutes=1))
    assert told(session) == []
    for minutes in (0, 1, 600, 1400):  # as after a restart
        sweep_at(DAY_BEFORE + timedelta(minutes=minutes))

    spanish, portuguese = told(session)
    assert (spanish.account_id, spanish.status) == (ana.id, MessageStatus.KEPT)
    assert "“Brechas”" in spanish.body
    assert "10:00" in spanish.body
    assert "Bogotá" in spanish.body
    assert "“Lacunas”" in portuguese.body
    assert "12:00" in portuguese.body
    assert "secret-room" not in spanish.body
    assert as_mail(spanish, ana)["List-Unsubscribe"] is None


@pytest.mark.usefixtures("ana")
def test_the_link_leads_to_the_session(session: Session, clinic: LiveSession) -> None:
    with changing() as own:
        assert remind(own, clinic.id, now=DAY_BEFORE) == 1

    address = f"http://testserver/editions/{clinic.edition_id}/sessions/{clinic.id}"
    assert address in told(session)[0].body


@pytest.mark.usefixtures("ana")
def test_of_ten_workers_who_remind_at_once_each_person_hears_once(
    session: Session, make: Make, edition: Edition, clinic: LiveSession
) -> None:
    make.participant(edition)

    def work(_worker: int) -> int:
        with changing() as own:
            return remind(own, clinic.id, now=DAY_BEFORE)

    with ThreadPoolExecutor(10) as workers:
        assert sorted(workers.map(work, range(10))) == [0] * 9 + [2]
    assert len(told(session)) == 2


@pytest.mark.usefixtures("clinic")
def test_none_for_who_does_not_take_part_or_cannot_come_in(
    session: Session, make: Make, edition: Edition, sweep_at: Callable[..., None]
) -> None:
    for status in set(EnrolmentStatus) - {EnrolmentStatus.ACTIVE}:
        make.enrolment(make.account(), edition, status=status)
    make.participant(edition, suspended_at=DAY_BEFORE)
    make.participant(edition, deleted_at=DAY_BEFORE)
    make.participant(make.edition())
    make.tutor(edition)

    sweep_at(DAY_BEFORE)

    assert told(session) == []


@pytest.mark.usefixtures("ana")
def test_none_for_a_session_that_was_cancelled_and_what_waits_does_not_leave(
    session: Session, make: Make, clinic: LiveSession, sweep_at: Callable[..., None], mail: Mail
) -> None:
    mail(works=False)
    sweep_at(DAY_BEFORE)
    assert told(session)[0].status is MessageStatus.QUEUED

    with changing() as own:
        cancel(own, clinic.edition_id, clinic.id, by=make.coordinator().id, now=DAY_BEFORE)
    sweep_at(DAY_BEFORE + HOUR)

    (only,) = told(session)
    assert (only.status, only.trouble) == (MessageStatus.WITHHELD, Withheld.OVERTAKEN)


def test_who_leaves_before_a_late_reminder_is_not_reminded(
    session: Session,
    edition: Edition,
    ana: Account,
    clinic: LiveSession,
    sweep_at: Callable[..., None],
    mail: Mail,
) -> None:
    mail(works=False)
    sweep_at(DAY_BEFORE)
    with changing() as own:
        leave(own, ana.id, edition.id, because=None, word="", now=DAY_BEFORE + HOUR)
    mail(works=True)
    sweep_at(DAY_BEFORE + 2 * HOUR)

    (only,) = told(session)
    assert only.occasion == reminder_of(clinic.id)
    assert (only.status, only.trouble) == (MessageStatus.WITHHELD, Withheld.OVERTAKEN)


@pytest.mark.usefixtures("ana")
def test_a_reminder_that_could_not_leave_in_time_does_not_leave(
    session: Session, clinic: LiveSession, sweep_at: Callable[..., None], mail: Mail
) -> None:
    mail(works=False)
    sweep_at(START - HOUR)
    assert told(session)[0].status is MessageStatus.QUEUED
    mail(works=True)
    sweep_at(START)

    (only,) = told(session)
    assert (only.status, only.trouble) == (MessageStatus.WITHHELD, Withheld.TOO_LATE)
    assert only.holds_until == clinic.starts_at


@pytest.mark.parametrize(("minutes", "times"), [(16, 1), (15, 0), (-1, 0)])
@pytest.mark.usefixtures("ana", "clinic")
def test_what_is_near_already_is_told_until_the_room_opens(
    session: Session, sweep_at: Callable[..., None], minutes: int, times: int
) -> None:
    sweep_at(START - timedelta(minutes=minutes))

    assert len(told(session)) == times


@pytest.mark.usefixtures("ana", "clinic")
def test_who_comes_in_later_is_told_as_well(
    session: Session, make: Make, edition: Edition, sweep_at: Callable[..., None]
) -> None:
    sweep_at(DAY_BEFORE)
    late = make.participant(edition)
    sweep_at(DAY_BEFORE + HOUR)

    assert [message.account_id for message in told(session)][1:] == [late.id]


@pytest.mark.usefixtures("ana")
def test_a_session_that_moves_is_told_anew_a_day_before_its_new_hour(
    session: Session, make: Make, clinic: LiveSession, sweep_at: Callable[..., None]
) -> None:
    sweep_at(DAY_BEFORE)
    moved(session, clinic, make, 72 * HOUR, DAY_BEFORE + HOUR)
    sweep_at(START)
    assert len(told(session)) == 1

    sweep_at(DAY_BEFORE + 72 * HOUR)

    assert len(told(session)) == 2
    assert told(session)[-1].holds_until == START + 72 * HOUR


@pytest.mark.usefixtures("ana")
def test_who_hears_of_a_new_hour_that_is_near_is_not_reminded_besides(
    session: Session, make: Make, clinic: LiveSession, sweep_at: Callable[..., None]
) -> None:
    for hours in (-2, 2, -2):  # to and fro
        moved(session, clinic, make, hours * HOUR, DAY_BEFORE + HOUR)
    sweep_at(DAY_BEFORE + HOUR)

    assert told(session) == []
    assert len(told(session, "session moved")) == 3


def test_looking_takes_two_statements_where_all_are_told(
    session: Session, make: Make, edition: Edition, clinic: LiveSession
) -> None:
    make.crowd(edition, 20)
    with changing() as own:
        remind(own, clinic.id, now=DAY_BEFORE)

    with statements() as sent:
        assert to_remind(session, now=DAY_BEFORE) == []
    assert len(sent) == 2


@pytest.mark.usefixtures("ana", "clinic")
def test_a_clock_that_ran_back_reminds_nobody_twice(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (3, 1, 20, 2):
        monkeypatch.setattr(clock, "now", lambda at=DAY_BEFORE + hours * HOUR: at)
        remind_of_sessions()

    assert len(told(session)) == 1
