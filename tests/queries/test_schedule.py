"""The next session of a person, over everything they are in."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from app.models import EnrolmentStatus, SessionStatus
from app.queries.schedule import next_for
from tests.make import Make

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_next_session_is_the_first_of_all_editions(make: Make, session: Session) -> None:
    course = make.course(title={"en": "Green jobs"})
    one, other = make.edition(), make.edition(course)
    person = make.participant(one)
    make.enrolment(person, other)
    make.live_session(one, NOW + 5 * HOUR)
    soonest = make.live_session(other, NOW + 2 * HOUR)

    found = next_for(session, person.id, NOW)

    assert found is not None
    assert found.ahead.id == soonest.id
    assert found.edition_id == other.id
    assert found.edition_title == {"en": "Green jobs"}


def test_a_session_that_is_on_comes_before_the_next(make: Make, session: Session) -> None:
    edition = make.edition()
    person = make.participant(edition)
    make.live_session(edition, NOW - 5 * HOUR, minutes=60)
    on = make.live_session(edition, NOW - HOUR, minutes=90)
    make.live_session(edition, NOW + HOUR)

    found = next_for(session, person.id, NOW)
    after = next_for(session, person.id, NOW + HOUR / 2)

    assert found is not None
    assert found.ahead.id == on.id
    assert after is not None
    assert after.ahead.starts_at == NOW + HOUR


def test_the_longest_session_is_still_on_in_its_last_minute(make: Make, session: Session) -> None:
    edition = make.edition()
    long = make.live_session(edition, NOW - 12 * HOUR + timedelta(minutes=1), minutes=720)

    found = next_for(session, make.participant(edition).id, NOW)

    assert found is not None
    assert found.ahead.id == long.id


def test_what_is_cancelled_or_elsewhere_is_not_next(make: Make, session: Session) -> None:
    edition, elsewhere = make.edition(), make.edition()
    person = make.participant(edition)
    make.enrolment(person, elsewhere, status=EnrolmentStatus.WITHDRAWN)
    make.live_session(edition, NOW + HOUR, status=SessionStatus.CANCELLED)
    make.live_session(elsewhere, NOW + HOUR)
    make.live_session(make.edition(), NOW + HOUR)

    assert next_for(session, person.id, NOW) is None


def test_a_tutor_is_reminded_of_the_editions_they_accompany(make: Make, session: Session) -> None:
    edition = make.edition()
    tutor = make.tutor(edition)
    coming = make.live_session(edition, NOW + HOUR)

    found = next_for(session, tutor.id, NOW)

    assert found is not None
    assert found.ahead.id == coming.id
