"""Agreeing on a session, moving it, cancelling it, and who hears of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.core.errors import Conflict, NotFound, RuleBroken
from app.core.work import Work, noted
from app.models import (
    Account,
    Attendance,
    AuditEvent,
    Edition,
    EnrolmentStatus,
    LiveSession,
    Message,
    SessionStatus,
)
from app.services.live_sessions import Agreed, Plan, cancel, change, enter, schedule
from tests.make import Make

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAN = Plan(
    title="Clinic",
    local_start=datetime(2026, 6, 9, 10, 0),  # noqa: DTZ001 -- as clocks show it
    timezone="America/Bogota",
    minutes=90,
    language="es",
    link="https://meet.example.org/clinic",
    agenda="1. Questions",
    host_id=None,
)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"en": "Big Data", "es": "Grandes datos"}))


@pytest.fixture
def tutor(make: Make, edition: Edition) -> Account:
    return make.tutor(edition)


def scheduled(session: Session, edition: Edition, tutor: Account, plan: Plan = PLAN) -> Agreed:
    return schedule(session, edition.id, plan, by=tutor.id, may_be_past=False, now=NOW)


def changed(session: Session, live: LiveSession, tutor: Account, plan: Plan) -> Agreed:
    return change(
        session,
        live.edition_id,
        live.id,
        plan,
        seen=live.sequence,
        by=tutor.id,
        may_be_past=False,
        now=NOW + HOUR,
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def version(session: Session, edition: Edition) -> int:
    session.expire_all()
    return session.get_one(Edition, edition.id).version


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2026-06-09T10:00", "America/Bogota", "2026-06-09T15:00"),
        ("2026-06-09T10:00", "America/Santiago", "2026-06-09T14:00"),
        ("2026-12-09T10:00", "America/Santiago", "2026-12-09T13:00"),
        ("2026-07-09T10:00", "Europe/Madrid", "2026-07-09T08:00"),
        ("2026-06-09T10:00", "America/Mexico_City", "2026-06-09T16:00"),
        ("2026-06-09T10:00", "Atlantic/Cape_Verde", "2026-06-09T11:00"),
    ],
)
def test_a_session_keeps_the_agreed_hour_and_the_instant_it_is(
    session: Session, edition: Edition, tutor: Account, local: str, zone: str, instant: str
) -> None:
    plan = replace(PLAN, local_start=at(local), timezone=zone)

    agreed = scheduled(session, edition, tutor, plan)

    session.expire_all()
    kept = session.get_one(LiveSession, agreed.live_session.id)
    assert (kept.local_start, kept.timezone) == (local, zone)
    assert kept.starts_at == at(instant).replace(tzinfo=UTC)
    assert (kept.sequence, kept.status) == (0, SessionStatus.SCHEDULED)


def test_a_new_session_is_seen_by_everybody_in_the_edition(
    session: Session, edition: Edition, tutor: Account
) -> None:
    before = version(session, edition)

    scheduled(session, edition, tutor)

    assert version(session, edition) == before + 1


def test_an_hour_that_the_clocks_jump_over_is_refused(
    session: Session, edition: Edition, tutor: Account
) -> None:
    gap = replace(PLAN, local_start=at("2026-09-06T00:30"), timezone="America/Santiago")

    with pytest.raises(RuleBroken, match=r"In Santiago .* 00:30 does not exist. Choose 01:30."):
        scheduled(session, edition, tutor, gap)

    assert session.exec(select(LiveSession)).all() == []


def test_of_an_hour_that_comes_twice_the_first_is_taken_and_said(
    session: Session, edition: Edition, tutor: Account
) -> None:
    twice = replace(PLAN, local_start=at("2026-10-25T02:30"), timezone="Europe/Madrid")

    agreed = scheduled(session, edition, tutor, twice)

    assert agreed.twice
    assert agreed.live_session.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_only_who_may_note_the_past_can_schedule_in_it(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    yesterday = replace(PLAN, local_start=at("2026-06-07T10:00"))

    with pytest.raises(RuleBroken, match="That hour has passed"):
        scheduled(session, edition, tutor, yesterday)
    noted_after = schedule(
        session, edition.id, yesterday, by=make.coordinator().id, may_be_past=True, now=NOW
    )

    assert noted_after.live_session.starts_at < NOW


def test_a_session_is_hosted_by_a_tutor_or_by_who_runs_the_programme(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    coordinator, stranger = make.coordinator(), make.tutor(make.edition())

    scheduled(session, edition, tutor, replace(PLAN, host_id=tutor.id))
    schedule(
        session,
        edition.id,
        replace(PLAN, host_id=coordinator.id),
        by=coordinator.id,
        may_be_past=True,
        now=NOW,
    )
    for host in (stranger.id, coordinator.id, UUID(int=7)):
        with pytest.raises(RuleBroken, match="hosted by a tutor"):
            scheduled(session, edition, tutor, replace(PLAN, host_id=host))


def test_moving_a_session_tells_everybody_in_their_language_and_zone(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    ana = make.participant(edition, name="Ana Ruiz", language="en", timezone="America/Bogota")
    rui = make.participant(edition, name="Rui Luz", language="en", timezone="Atlantic/Cape_Verde")
    make.enrolment(make.account(), edition, status=EnrolmentStatus.WITHDRAWN)
    make.enrolment(make.account(), edition, status=EnrolmentStatus.APPLIED)
    make.participant(make.edition())
    live = scheduled(session, edition, tutor).live_session

    agreed = changed(session, live, tutor, replace(PLAN, local_start=at("2026-06-10T11:00")))

    messages = {m.account_id: m for m in session.exec(select(Message))}
    assert agreed.told == 2
    assert messages.keys() == {ana.id, rui.id}
    assert messages[ana.id].subject == "New time: Clinic"
    assert "Hello Ana Ruiz," in messages[ana.id].body
    assert "the course “Big Data”" in messages[ana.id].body
    assert "Before: Tue 9 June, 10:00" in messages[ana.id].body
    assert "Now: Wed 10 June, 11:00" in messages[ana.id].body
    assert "Before: Tue 9 June, 14:00" in messages[rui.id].body
    assert "Now: Wed 10 June, 15:00" in messages[rui.id].body
    assert f"/editions/{edition.id}/sessions/{live.id}" in messages[rui.id].body
    assert all("meet.example.org" not in m.body for m in messages.values())
    assert sorted(noted(session)) == sorted((Work.SEND_MESSAGE, m.id) for m in messages.values())


def test_a_message_speaks_the_language_of_who_gets_it(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    make.participant(edition, language="es")
    live = scheduled(session, edition, tutor).live_session

    changed(session, live, tutor, replace(PLAN, minutes=60))

    message = session.exec(select(Message)).one()
    assert message.language == "es"
    assert "Grandes datos" in message.body
    assert "mar 9 de junio, 15:00" in message.body


def test_a_change_raises_the_sequence_that_calendars_look_at(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    make.participant(edition)
    live = scheduled(session, edition, tutor).live_session
    before = version(session, edition)

    agreed = changed(session, live, tutor, replace(PLAN, agenda="1. Other questions"))

    assert (agreed.live_session.sequence, agreed.live_session.changed_at) == (1, NOW + HOUR)
    assert version(session, edition) == before + 1
    assert agreed.told == 0
    assert session.exec(select(Message)).all() == []


def test_saving_the_same_changes_nothing(
    session: Session, edition: Edition, tutor: Account
) -> None:
    live = scheduled(session, edition, tutor).live_session
    before = version(session, edition)

    changed(session, session.get_one(LiveSession, live.id), tutor, PLAN)

    kept = session.get_one(LiveSession, live.id)
    assert (kept.sequence, kept.changed_at) == (0, NOW)
    assert version(session, edition) == before


def test_the_same_instant_in_another_zone_is_no_move(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    make.participant(edition)
    live = scheduled(session, edition, tutor).live_session

    plan = replace(PLAN, timezone="America/Montevideo", local_start=at("2026-06-09T12:00"))
    agreed = changed(session, live, tutor, plan)

    assert agreed.live_session.timezone == "America/Montevideo"
    assert agreed.live_session.sequence == 1
    assert agreed.told == 0


def test_of_two_who_change_a_session_the_second_is_told(
    session: Session, edition: Edition, tutor: Account
) -> None:
    live = scheduled(session, edition, tutor).live_session
    changed(session, live, tutor, replace(PLAN, title="Clinic, first"))

    with pytest.raises(Conflict):
        change(
            session,
            edition.id,
            live.id,
            replace(PLAN, title="Clinic, second"),
            seen=0,
            by=tutor.id,
            may_be_past=False,
            now=NOW,
        )

    assert session.get_one(LiveSession, live.id).title == "Clinic, first"


def test_a_held_session_keeps_its_hour_but_its_words_can_change(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    held = make.live_session(edition, datetime(2026, 6, 1, 15, 0, tzinfo=UTC))
    same = replace(PLAN, title="Clinic, held", local_start=at("2026-06-01T10:00"))

    agreed = changed(session, held, tutor, same)
    with pytest.raises(RuleBroken, match="That hour has passed"):
        changed(session, held, tutor, replace(same, local_start=at("2026-06-02T10:00")))

    assert agreed.live_session.title == "Clinic, held"


def test_who_was_there_cannot_be_moved_away(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    held = make.live_session(edition, datetime(2026, 6, 1, 15, 0, tzinfo=UTC))
    there = make.enrolment(make.account(), edition)
    make.saved(Attendance(live_session_id=held.id, enrolment_id=there.id, minutes=80))
    same = replace(PLAN, local_start=at("2026-06-01T10:00"))

    with pytest.raises(RuleBroken, match="80 minutes"):
        changed(session, held, tutor, replace(same, minutes=60))
    with pytest.raises(RuleBroken, match="later than now"):
        changed(session, held, tutor, replace(same, local_start=at("2026-06-20T10:00")))
    with pytest.raises(RuleBroken, match="took place"):
        cancel(session, edition.id, held.id, by=tutor.id, now=NOW)


def test_cancelling_tells_everybody_and_leaves_a_record(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    person = make.participant(edition, timezone="Europe/Madrid")
    live = scheduled(session, edition, tutor).live_session
    before = version(session, edition)

    told = cancel(session, edition.id, live.id, by=tutor.id, now=NOW)

    kept = session.get_one(LiveSession, live.id)
    message = session.exec(select(Message)).one()
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "cancel live session")).one()
    assert told == 1
    assert (kept.status, kept.sequence, kept.changed_at) == (SessionStatus.CANCELLED, 1, NOW)
    assert version(session, edition) == before + 1
    assert message.account_id == person.id
    assert message.subject == "Cancelled: Clinic"
    assert "It was to begin on Tue 9 June, 17:00, Madrid time (UTC+2)." in message.body
    assert (event.actor_id, event.subject_id) == (tutor.id, live.id)
    assert event.edition_id == edition.id
    assert event.details == {"before": {"status": "scheduled"}, "after": {"status": "cancelled"}}


def test_cancelling_twice_tells_nobody_twice(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    make.participant(edition)
    live = scheduled(session, edition, tutor).live_session
    cancel(session, edition.id, live.id, by=tutor.id, now=NOW)

    again = cancel(session, edition.id, live.id, by=tutor.id, now=NOW)

    assert again == 0
    assert len(session.exec(select(Message)).all()) == 1
    assert session.get_one(LiveSession, live.id).sequence == 1


def test_a_cancelled_session_is_not_changed_any_more(
    session: Session, edition: Edition, tutor: Account
) -> None:
    live = scheduled(session, edition, tutor).live_session
    cancel(session, edition.id, live.id, by=tutor.id, now=NOW)

    with pytest.raises(RuleBroken, match="was cancelled"):
        changed(session, live, tutor, replace(PLAN, title="Again"))


def test_nobody_is_told_that_the_past_was_cancelled(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    make.participant(edition)
    past = make.live_session(edition, NOW - 5 * HOUR)

    assert cancel(session, edition.id, past.id, by=tutor.id, now=NOW) == 0
    assert session.exec(select(Message)).all() == []


def test_a_session_of_another_edition_cannot_be_reached_from_this_one(
    session: Session, make: Make, edition: Edition, tutor: Account
) -> None:
    elsewhere = make.live_session(make.edition())

    with pytest.raises(NotFound):
        cancel(session, edition.id, elsewhere.id, by=tutor.id, now=NOW)
    with pytest.raises(NotFound):
        enter(session, edition.id, elsewhere.id, now=elsewhere.starts_at)
