"""The line of an edition: dense, in order, and moved on by itself; no seat is offered twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import NotFound, RuleBroken
from app.core.ids import uuid7
from app.jobs.queue import sweep
from app.models import (
    Account,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    Message,
    OfferState,
    SeatOffer,
    WaitingPlace,
)
from app.queries.editions import terms_of
from app.queries.installation import findings, miscounted
from app.queries.waiting_lists import standing_of
from app.services.approvals import approve
from app.services.editions import change_terms
from app.services.enrolment_counts import rebuild
from app.services.enrolments import change_status, enrol, leave
from app.services.offers import accept_offer, decline_offer, move_on
from app.services.waiting_lists import move_in_line
from tests.deciding import put_in_line, withdraw
from tests.make import Make

DAY = date(2026, 6, 8)
NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
IN_TIME = NOW + timedelta(days=3, seconds=-1)
TOO_LATE = NOW + timedelta(days=3)

ACTIVE, WAITLISTED, WITHDRAWN = (
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.WAITLISTED,
    EnrolmentStatus.WITHDRAWN,
)


def join(session: Session, account: Account, edition: Edition) -> Enrolment:
    return enrol(session, account, edition, language="en", on=DAY, now=NOW)


def line(session: Session, edition: Edition) -> list[str]:
    """The names of those who wait, in order; the positions are 1 to n without gaps."""
    rows = session.execute(
        select(WaitingPlace.position, Account.name)
        .join(Enrolment, col(Enrolment.id) == col(WaitingPlace.enrolment_id))
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(WaitingPlace.edition_id == edition.id)
        .order_by(col(WaitingPlace.position))
    ).all()
    assert [position for position, _ in rows] == list(range(1, len(rows) + 1))
    return [name for _, name in rows]


def offered(session: Session) -> list[tuple[str, OfferState]]:
    rows = session.execute(
        select(Account.name, SeatOffer.state)
        .join(Enrolment, col(Enrolment.account_id) == col(Account.id))
        .join(SeatOffer, col(SeatOffer.enrolment_id) == col(Enrolment.id))
        .order_by(col(SeatOffer.id))
    )
    return [(name, state) for name, state in rows]


def full(session: Session, make: Make, *waiting: str, **given: Any) -> tuple[Edition, Enrolment]:
    """An edition with one seat, who sits on it, and those who wait, by their names."""
    edition = make.edition(capacity=1, **given)
    sitting = join(session, make.account(name="Sitting"), edition)
    for name in waiting:
        join(session, make.account(name=name), edition)
    return edition, sitting


def person(session: Session, name: str) -> Account:
    return session.exec(select(Account).where(Account.name == name)).one()


def place_of(session: Session, name: str) -> Enrolment:
    session.expire_all()
    account = person(session, name)
    return session.exec(select(Enrolment).where(Enrolment.account_id == account.id)).one()


def test_five_hundred_race_for_fifty_seats(session: Session, make: Make) -> None:
    edition = make.edition(capacity=50)
    people = [uuid7() for _ in range(500)]
    rows = [
        Account(
            id=id_,
            email=f"racer{n}@example.org",
            name=f"R {n}",
            country="CO",
            language="en",
            gender=Gender.WOMAN,
        ).model_dump()
        for n, id_ in enumerate(people)
    ]
    with db.changing() as own:
        own.execute(insert(Account), rows)
    threads = 8
    together = Barrier(threads)

    def race(number: int) -> None:
        together.wait()
        for id_ in people[number::threads]:
            with db.changing() as own:
                join(own, own.get_one(Account, id_), own.get_one(Edition, edition.id))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(race, range(threads)))

    statuses = dict(
        session.execute(select(Enrolment.status, func.count()).group_by(Enrolment.status)).all()
    )
    positions = session.exec(select(WaitingPlace.position)).all()
    assert statuses == {ACTIVE: 50, WAITLISTED: 450}
    assert sorted(positions) == list(range(1, 451))
    assert session.exec(select(SeatOffer)).all() == []
    assert miscounted(session) == 0


def test_who_comes_when_it_is_full_stands_at_the_end_of_the_line(
    session: Session, make: Make
) -> None:
    edition, _sitting = full(session, make, "A", "B")
    third = join(session, make.account(name="C"), edition)

    standing = standing_of(session, third.id)

    assert third.status is WAITLISTED
    assert standing is not None
    assert (standing.position, standing.waiting, standing.offer_ends_at) == (3, 3, None)
    assert line(session, edition) == ["A", "B", "C"]


def test_a_freed_seat_is_offered_to_the_first_in_line_and_held(
    session: Session, make: Make
) -> None:
    edition, sitting = full(session, make, "A", "B")

    withdraw(session, edition.id, [sitting.id], by=make.coordinator().id, now=NOW)
    newcomer = join(session, make.account(name="C"), edition)

    assert offered(session) == [("A", OfferState.OPEN)]
    assert newcomer.status is WAITLISTED
    told = session.exec(select(Message).where(Message.kind == "seat offered")).one()
    assert told.account_id == person(session, "A").id
    assert "/place" in told.body
    standing = standing_of(session, place_of(session, "A").id)
    assert standing is not None
    assert standing.offer_ends_at == TOO_LATE


def test_an_offer_is_taken_in_time_and_not_a_moment_later(session: Session, make: Make) -> None:
    edition, sitting = full(session, make, "A", "B")
    leave(session, sitting.account_id, edition.id, because=None, word="", now=NOW)
    first = person(session, "A")

    with pytest.raises(RuleBroken, match="no longer offered"):
        accept_offer(session, first.id, edition.id, now=TOO_LATE)
    taken = accept_offer(session, first.id, edition.id, now=IN_TIME)
    again = accept_offer(session, first.id, edition.id, now=IN_TIME)

    assert taken.id == again.id
    assert place_of(session, "A").status is ACTIVE
    assert place_of(session, "A").admitted_at == IN_TIME
    assert line(session, edition) == ["B"]
    assert offered(session) == [("A", OfferState.ACCEPTED)]
    assert miscounted(session) == 0


def test_nobody_takes_a_seat_that_was_offered_to_somebody_else(
    session: Session, make: Make
) -> None:
    edition, sitting = full(session, make, "A", "B")
    leave(session, sitting.account_id, edition.id, because=None, word="", now=NOW)

    with pytest.raises(RuleBroken, match="no longer offered"):
        accept_offer(session, person(session, "B").id, edition.id, now=NOW)
    with pytest.raises(NotFound):
        accept_offer(session, make.account().id, edition.id, now=NOW)

    assert place_of(session, "B").status is WAITLISTED


def test_a_declined_offer_goes_to_the_next_at_once(session: Session, make: Make) -> None:
    edition, sitting = full(session, make, "A", "B")
    leave(session, sitting.account_id, edition.id, because=None, word="", now=NOW)

    decline_offer(session, person(session, "A").id, edition.id, now=NOW)

    assert offered(session) == [("A", OfferState.DECLINED), ("B", OfferState.OPEN)]
    assert place_of(session, "A").status is WITHDRAWN
    assert line(session, edition) == ["B"]


def test_an_offer_without_an_answer_lapses_by_itself_and_only_once(
    session: Session, make: Make
) -> None:
    edition, sitting = full(session, make, "A", "B", "C")
    leave(session, sitting.account_id, edition.id, because=None, word="", now=NOW)

    assert move_on(session, edition.id, now=IN_TIME) == 0
    assert move_on(session, edition.id, now=TOO_LATE) == 1
    assert move_on(session, edition.id, now=TOO_LATE) == 0

    assert offered(session) == [("A", OfferState.LAPSED), ("B", OfferState.OPEN)]
    assert line(session, edition) == ["B", "C"]
    told = session.exec(
        select(Message).where(Message.kind != "put in line").order_by(col(Message.id))
    )
    assert [m.kind for m in told] == ["seat offered", "offer lapsed", "seat offered"]


def test_two_sweeps_at_once_offer_a_seat_once(session: Session, make: Make) -> None:
    edition, sitting = full(session, make, "A", "B")
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    leave(session, sitting.account_id, edition.id, because=None, word="", now=long_ago)
    edition.ends_on = None
    session.add(edition)
    session.flush()
    together = Barrier(2)

    def run(_: int) -> None:
        together.wait()
        sweep()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    session.expire_all()
    assert offered(session) == [("A", OfferState.LAPSED), ("B", OfferState.OPEN)]


def test_who_let_an_offer_go_may_stand_in_line_again(session: Session, make: Make) -> None:
    edition, sitting = full(session, make, "A", "B")
    leave(session, sitting.account_id, edition.id, because=None, word="", now=NOW)
    decline_offer(session, person(session, "A").id, edition.id, now=NOW)

    back = join(session, person(session, "A"), edition)

    assert back.status is WAITLISTED
    assert line(session, edition) == ["B", "A"]


def test_more_places_are_offered_in_the_same_breath(session: Session, make: Make) -> None:
    edition, _sitting = full(session, make, "A", "B", "C")
    terms = terms_of(session, edition.id)
    wider = type(terms)(**{**{n: getattr(terms, n) for n in terms.__slots__}, "capacity": 3})

    change_terms(session, edition.id, wider, by=make.coordinator().id, now=NOW)

    assert offered(session) == [("A", OfferState.OPEN), ("B", OfferState.OPEN)]


@pytest.mark.parametrize(
    "given", [{"offers_until": date(2026, 6, 7)}, {"ends_on": date(2026, 6, 7)}]
)
def test_after_its_last_day_a_freed_seat_is_offered_to_nobody(
    session: Session, make: Make, given: dict[str, Any]
) -> None:
    edition, sitting = full(session, make, "A")
    for name, value in given.items():
        setattr(edition, name, value)
    session.add(edition)
    session.flush()

    leave(session, sitting.account_id, edition.id, because=None, word="", now=NOW)

    assert offered(session) == []
    assert line(session, edition) == ["A"]


@pytest.mark.parametrize(
    ("who", "to", "order"),
    [("C", 1, "CABD"), ("A", 3, "BCAD"), ("B", 99, "ACDB"), ("D", -1, "DABC"), ("A", 1, "ABCD")],
)
def test_a_coordinator_moves_somebody_and_no_gap_is_left(
    session: Session, make: Make, who: str, to: int, order: str
) -> None:
    edition, _sitting = full(session, make, *"ABCD")
    own = place_of(session, who)

    move_in_line(session, edition.id, own.id, to=to, by=make.coordinator().id)

    session.expire_all()
    assert line(session, edition) == list(order)


def test_somebody_of_another_edition_is_not_moved(session: Session, make: Make) -> None:
    full(session, make, "A")
    other = make.edition()

    with pytest.raises(NotFound):
        move_in_line(session, other.id, place_of(session, "A").id, to=1, by=make.coordinator().id)


def test_applicants_are_put_in_line_as_they_applied_and_told_where_they_stand(
    session: Session, make: Make
) -> None:
    edition = make.edition(policy=EnrolmentPolicy.APPLICATION, capacity=1)
    first, *others = (join(session, make.account(name=name), edition) for name in "XABC")
    boss = make.coordinator()
    approve(session, edition.id, [first.id], by=boss.id, now=NOW)

    put_in_line(session, edition.id, [e.id for e in reversed(others)], by=boss.id, now=NOW)

    assert line(session, edition) == ["A", "B", "C"]
    told = session.exec(select(Message).where(Message.kind == "put on the waiting list")).all()
    assert sorted(m.body.split("number ")[1][0] for m in told) == ["1", "2", "3"]
    assert all("/place" in m.body for m in told)


def test_who_comes_when_all_is_taken_has_their_number_in_writing_and_who_applies_that_they_did(
    session: Session, make: Make
) -> None:
    full(session, make, "A", "B")
    applied = make.edition(policy=EnrolmentPolicy.APPLICATION)
    asks = join(session, make.account(name="C"), applied)
    join(session, session.get_one(Account, asks.account_id), applied)  # twice is once

    told = session.exec(select(Message).order_by(col(Message.created_at), col(Message.id))).all()

    assert [(m.kind, m.account_id) for m in told] == [
        ("put in line", person(session, "A").id),
        ("put in line", person(session, "B").id),
        ("application received", asks.account_id),
    ]
    assert ["number 1" in told[0].body, "number 2" in told[1].body] == [True, True]


def test_who_is_put_in_line_while_places_are_free_waits_for_the_coordinator(
    session: Session, make: Make
) -> None:
    edition = make.edition(policy=EnrolmentPolicy.APPLICATION, capacity=2)
    applicant, boss = join(session, make.account(name="A"), edition), make.coordinator()

    put_in_line(session, edition.id, [applicant.id], by=boss.id, now=NOW)

    assert (line(session, edition), offered(session)) == (["A"], [])


def test_a_coordinator_may_give_a_held_seat_to_the_one_it_is_held_for_and_no_other(
    session: Session, make: Make
) -> None:
    edition, sitting = full(session, make, "A", "B")
    boss = make.coordinator()
    withdraw(session, edition.id, [sitting.id], by=boss.id, now=NOW)

    with pytest.raises(RuleBroken, match="no place left"):
        approve(session, edition.id, [place_of(session, "B").id], by=boss.id, now=NOW)
    approve(session, edition.id, [place_of(session, "A").id], by=boss.id, now=NOW)

    session.expire_all()
    assert offered(session) == [("A", OfferState.ACCEPTED)]
    assert line(session, edition) == ["B"]


STEP = st.tuples(
    st.sampled_from(["join", "leave", "accept", "decline", "sweep", "front", *EnrolmentStatus]),
    st.integers(0, 4),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, max_size=20))
def test_the_line_has_no_gap_and_no_seat_is_sold_twice_after_any_sequence_of_changes(
    session: Session, make: Make, steps: list[tuple[str, int]]
) -> None:
    edition, boss = make.edition(capacity=2), make.coordinator()
    people = [make.account() for _ in range(5)]
    now = NOW

    def own(who: int) -> Enrolment | None:
        return session.exec(
            select(Enrolment).where(
                Enrolment.account_id == people[who].id, Enrolment.edition_id == edition.id
            )
        ).one_or_none()

    acts: dict[str, Any] = {
        "join": lambda who: enrol(session, people[who], edition, language="en", on=DAY, now=now),
        "leave": lambda who: leave(
            session, people[who].id, edition.id, because=None, word="", now=now
        ),
        "accept": lambda who: accept_offer(session, people[who].id, edition.id, now=now),
        "decline": lambda who: decline_offer(session, people[who].id, edition.id, now=now),
        "sweep": lambda _who: move_on(session, edition.id, now=now),
        "front": lambda who: move_in_line(session, edition.id, own(who).id, to=1, by=boss.id),  # type: ignore[union-attr]
    }
    for what, who in steps:
        now += timedelta(hours=9)
        place = own(who)
        if what in {"front", *EnrolmentStatus} and place is None:
            continue
        try:
            if what in acts:
                acts[what](who)
            elif place and what not in {"active", "completed", "waitlisted"}:
                # `approve` gives seats, and who is put in line waits for the coordinator
                change_status(session, place, EnrolmentStatus(what), now=now)
        except (RuleBroken, NotFound):
            continue
        session.expire_all()
        waiting = line(session, edition)
        statuses = [
            e.status
            for e in session.exec(select(Enrolment).where(Enrolment.edition_id == edition.id))
        ]
        held = session.exec(
            select(SeatOffer).where(
                SeatOffer.edition_id == edition.id, SeatOffer.state == OfferState.OPEN
            )
        ).all()
        assert statuses.count(WAITLISTED) == len(waiting)
        assert statuses.count(ACTIVE) + len(held) <= 2
        assert len(waiting) == len(held) or statuses.count(ACTIVE) + len(held) == 2
    assert miscounted(session) == 0


def test_the_doctor_sees_a_line_that_disagrees(session: Session, make: Make) -> None:
    edition, _sitting = full(session, make, "A", "B")
    lines = "The waiting lists agree with the enrolments."
    before = [f.fine for f in findings(session, now=NOW) if f.sentence == lines]
    place = session.get_one(WaitingPlace, place_of(session, "B").id)
    place.position = 7
    session.add(place)
    session.flush()

    after = [f.sentence for f in findings(session, now=NOW) if not f.fine]

    assert before == [True]
    rebuild(session)
    session.expire_all()
    assert after == ["A waiting list is not in order: run taller doctor --rebuild."]
    assert line(session, edition) == ["A", "B"]
