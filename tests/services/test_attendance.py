"""Noting who came, correcting it, and noting it once more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from app.core.errors import NotFound, RuleBroken
from app.models import (
    Account,
    Attendance,
    Edition,
    Enrolment,
    EnrolmentStatus,
    LiveSession,
    SessionStatus,
)
from app.queries.attendance import Attended, attended, own_minutes, sheet
from app.services.attendance import take_attendance
from tests.make import Make

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def tutor(make: Make, edition: Edition) -> Account:
    return make.tutor(edition)


@pytest.fixture
def held(make: Make, edition: Edition) -> LiveSession:
    return make.live_session(edition, NOW - 3 * HOUR)


@pytest.fixture
def people(make: Make, edition: Edition) -> list[Enrolment]:
    return [make.enrolment(make.account(), edition) for _ in range(3)]


def noted(session: Session) -> list[tuple[object, int]]:
    session.expire_all()
    rows = session.exec(select(Attendance).order_by(col(Attendance.enrolment_id))).all()
    return [(row.enrolment_id, row.minutes) for row in rows]


def test_attendance_is_noted_corrected_and_taken_back(
    session: Session, tutor: Account, held: LiveSession, people: list[Enrolment]
) -> None:
    first, second, third = (person.id for person in people)

    def take(minutes: dict[object, int]) -> int:
        return take_attendance(
            session,
            held.edition_id,
            held.id,
            minutes,  # type: ignore[arg-type]  # -- ids, as everywhere
            by=tutor.id,
            now=NOW,
        )

    assert take({first: 90, second: 45, third: 0}) == 2
    assert noted(session) == [(first, 90), (second, 45)]
    assert take({first: 90, second: 0, third: 10}) == 2
    assert noted(session) == [(first, 90), (third, 10)]


def test_saving_the_same_twice_changes_nothing(
    session: Session, make: Make, tutor: Account, held: LiveSession, people: list[Enrolment]
) -> None:
    minutes = {person.id: 60 for person in people}
    take_attendance(session, held.edition_id, held.id, minutes, by=tutor.id, now=NOW)
    before = session.exec(select(Attendance.id, Attendance.noted_by_id)).all()
    other = make.tutor(session.get_one(Edition, held.edition_id))

    came = take_attendance(
        session, held.edition_id, held.id, minutes, by=other.id, now=NOW + 5 * HOUR
    )

    session.expire_all()
    kept = session.get_one(LiveSession, held.id)
    assert came == 3
    assert session.exec(select(Attendance.id, Attendance.noted_by_id)).all() == before
    assert (kept.attendance_taken_at, kept.sequence) == (NOW, 0)


def test_that_nobody_came_is_attendance_too(
    session: Session, tutor: Account, held: LiveSession
) -> None:
    take_attendance(session, held.edition_id, held.id, {}, by=tutor.id, now=NOW)

    session.expire_all()
    assert session.get_one(LiveSession, held.id).attendance_taken_at == NOW


@pytest.mark.parametrize("minutes", [91, -1])
def test_nobody_stays_longer_than_the_session(
    session: Session,
    tutor: Account,
    held: LiveSession,
    people: list[Enrolment],
    minutes: int,
) -> None:
    with pytest.raises(RuleBroken, match="90 minutes"):
        take_attendance(
            session, held.edition_id, held.id, {people[0].id: minutes}, by=tutor.id, now=NOW
        )

    assert noted(session) == []


def test_attendance_is_of_this_edition_and_of_what_took_place(
    session: Session, make: Make, edition: Edition, tutor: Account, held: LiveSession
) -> None:
    stranger = make.enrolment(make.account(), make.edition())
    applicant = make.enrolment(make.account(), edition, status=EnrolmentStatus.APPLIED)
    ahead = make.live_session(edition, NOW + HOUR)
    cancelled = make.live_session(edition, NOW - HOUR, status=SessionStatus.CANCELLED)
    elsewhere = make.live_session(make.edition(), NOW - HOUR)

    for outsider in (stranger, applicant):
        with pytest.raises(RuleBroken, match="participants of this edition"):
            take_attendance(session, edition.id, held.id, {outsider.id: 5}, by=tutor.id, now=NOW)
    with pytest.raises(RuleBroken, match="has begun"):
        take_attendance(session, edition.id, ahead.id, {}, by=tutor.id, now=NOW)
    with pytest.raises(RuleBroken, match="cancelled"):
        take_attendance(session, edition.id, cancelled.id, {}, by=tutor.id, now=NOW)
    with pytest.raises(NotFound):
        take_attendance(session, edition.id, elsewhere.id, {}, by=tutor.id, now=NOW)


def test_hours_are_counted_by_session_and_by_institution(
    session: Session, make: Make, edition: Edition, tutor: Account, held: LiveSession
) -> None:
    sena = make.institution()
    own = make.enrolment(make.account(institution_id=sena.id), edition)
    other = make.enrolment(make.account(), edition)
    second = make.live_session(edition, NOW - 24 * HOUR)
    elsewhere = make.live_session(make.edition(), NOW - HOUR)
    make.saved(Attendance(live_session_id=elsewhere.id, enrolment_id=other.id, minutes=33))
    take_attendance(session, edition.id, held.id, {own.id: 90, other.id: 30}, by=tutor.id, now=NOW)
    take_attendance(session, edition.id, second.id, {own.id: 20}, by=tutor.id, now=NOW)

    assert attended(session, edition.id) == {held.id: Attended(2, 120), second.id: Attended(1, 20)}
    assert attended(session, edition.id, only_institution=sena.id) == {
        held.id: Attended(1, 90),
        second.id: Attended(1, 20),
    }
    assert own_minutes(session, held.id, other.id) == 30
    assert own_minutes(session, second.id, other.id) == 0


def test_who_came_and_left_the_edition_stays_on_the_sheet(
    session: Session, make: Make, edition: Edition, held: LiveSession
) -> None:
    here = make.enrolment(make.account(name="Ana"), edition)
    left = make.enrolment(make.account(name="Luz"), edition, status=EnrolmentStatus.WITHDRAWN)
    make.enrolment(make.account(name="Rui"), edition, status=EnrolmentStatus.WITHDRAWN)
    make.saved(Attendance(live_session_id=held.id, enrolment_id=left.id, minutes=40))

    lines = sheet(session, edition.id, held.id)

    assert [(line.enrolment_id, line.minutes) for line in lines] == [(here.id, None), (left.id, 40)]
