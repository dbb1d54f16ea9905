"""A freed seat is offered at once to whoever is first and may take it, and held for them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.core import db
from app.core.errors import RuleBroken
from app.models import (
    Account,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    OfferState,
    SeatOffer,
    Verdict,
)
from app.queries.balance import balance, room
from app.queries.installation import miscounted
from app.queries.waiting_lists import waiting_line
from app.services.admissions import Judgement, decide
from app.services.enrolments import change_status, enrol, leave
from app.services.offers import accept_offer, move_on
from app.services.seats import reserve_seats
from app.services.undoing import undo
from tests.make import Make

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
DAY = date(2026, 6, 8)
LATER = NOW + timedelta(minutes=5)
OVER = NOW + timedelta(days=3)  # the time to answer an offer
ACTIVE, WAITLISTED = EnrolmentStatus.ACTIVE, EnrolmentStatus.WAITLISTED


@pytest.fixture
def boss(make: Make) -> Account:
    return make.coordinator()


def join(session: Session, account: Account, edition: Edition) -> Enrolment:
    return enrol(session, account, edition, language="en", on=DAY, now=NOW)


def filled(
    session: Session, make: Make, seats: int, *waiting: str
) -> tuple[Edition, list[Enrolment]]:
    """An edition whose seats are all taken, who sits there, and those who wait, by their names."""
    edition = make.edition(capacity=seats)
    sitting = [join(session, make.account(name=f"Seated {n}"), edition) for n in range(seats)]
    for name in waiting:
        join(session, make.account(name=name), edition)
    return edition, sitting


def offers(session: Session) -> list[tuple[str, OfferState]]:
    session.expire_all()
    rows = session.execute(
        select(Account.name, SeatOffer.state)
        .join(Enrolment, col(Enrolment.account_id) == col(Account.id))
        .join(SeatOffer, col(SeatOffer.enrolment_id) == col(Enrolment.id))
        .order_by(col(SeatOffer.created_at), col(SeatOffer.id))
    )
    return [(name, state) for name, state in rows]


def place(session: Session, name: str) -> Enrolment:
    return session.exec(
        select(Enrolment)
        .join(Account, col(Account.id) == col(Enrolment.account_id))
        .where(Account.name == name)
    ).one()


def line(session: Session, edition: Edition) -> list[tuple[str, int]]:
    return [(one.name, one.position) for one in waiting_line(session, edition.id)]


def places_taken(session: Session, edition: Edition) -> int:
    of = Enrolment
    return len(
        session.exec(select(of).where(of.edition_id == edition.id, of.status == ACTIVE)).all()
    )


type Way = Callable[[Session, Edition, Enrolment, Account], object]


def they_leave(session: Session, edition: Edition, one: Enrolment, _boss: Account) -> None:
    leave(session, one.account_id, edition.id, because=None, word="", now=NOW)


def they_are_withdrawn(session: Session, edition: Edition, one: Enrolment, boss: Account) -> None:
    decide(session, edition.id, [one.id], Judgement(Verdict.WITHDRAW), by=boss.id, now=NOW)


def they_are_moved(session: Session, _edition: Edition, one: Enrolment, _boss: Account) -> None:
    change_status(session, one, EnrolmentStatus.WITHDRAWN, now=NOW)


@pytest.mark.parametrize("way", [they_leave, they_are_withdrawn, they_are_moved])
def test_a_freed_seat_is_offered_to_the_first_in_line(
    session: Session, make: Make, boss: Account, way: Way
) -> None:
    edition, [sitting] = filled(session, make, 1, "First", "Second")

    way(session, edition, sitting, boss)

    assert offers(session) == [("First", OfferState.OPEN)]
    assert place(session, "First").status is WAITLISTED, "a seat is offered, not imposed"
    assert miscounted(session) == 0


@pytest.mark.parametrize("verdict", [Verdict.DECLINE, None])
def test_whoever_waits_with_an_offer_frees_the_seat_that_was_held_for_them(
    session: Session, make: Make, boss: Account, verdict: Verdict | None
) -> None:
    edition, [sitting] = filled(session, make, 1, "First", "Second")
    they_leave(session, edition, sitting, boss)
    first = place(session, "First")

    if verdict:
        decide(session, edition.id, [first.id], Judgement(verdict), by=boss.id, now=LATER)
    else:
        leave(session, first.account_id, edition.id, because=None, word="", now=LATER)

    assert offers(session) == [("First", OfferState.ENDED), ("Second", OfferState.OPEN)]


def test_whoever_holds_no_seat_frees_none(session: Session, make: Make, boss: Account) -> None:
    edition, [sitting] = filled(session, make, 1, "First", "Second")
    applied = make.enrolment(
        make.account(), edition, status=EnrolmentStatus.APPLIED, admitted_at=None
    )
    make.counted(applied)

    decide(session, edition.id, [applied.id], Judgement(Verdict.DECLINE), by=boss.id, now=NOW)
    leave(session, place(session, "First").account_id, edition.id, because=None, word="", now=NOW)
    change_status(session, sitting, EnrolmentStatus.COMPLETED, now=NOW)

    assert offers(session) == [], "who completes keeps the seat"


def test_reserved_seats_go_to_the_first_they_are_kept_for(
    session: Session, make: Make, boss: Account
) -> None:
    edition = make.edition(capacity=2)
    reserve_seats(session, edition.id, country="CR", seats=1, by=boss.id, now=NOW)
    rica = join(session, make.account(country="CR"), edition)
    other = join(session, make.account(country="CO"), edition)
    for name, country in (("Bogotá", "CO"), ("Cartago", "CR"), ("Limón", "CR"), ("Cali", "CO")):
        join(session, make.account(name=name, country=country), edition)

    they_leave(session, edition, rica, boss)
    kept = offers(session)
    they_leave(session, edition, other, boss)

    assert kept == [("Cartago", OfferState.OPEN)]
    assert offers(session) == [("Cartago", OfferState.OPEN), ("Bogotá", OfferState.OPEN)]


def test_an_offer_holds_the_seat_until_it_lapses(
    session: Session, make: Make, boss: Account
) -> None:
    edition, [sitting] = filled(session, make, 1, "First", "Second")
    they_leave(session, edition, sitting, boss)

    newcomer = join(session, make.account(name="New"), edition)
    early = move_on(session, edition.id, now=OVER - timedelta(seconds=1))
    held = offers(session)
    move_on(session, edition.id, now=OVER)

    assert newcomer.status is WAITLISTED
    assert (early, held) == (0, [("First", OfferState.OPEN)])
    assert offers(session) == [("First", OfferState.LAPSED), ("Second", OfferState.OPEN)]


def test_two_seats_freed_by_one_decision_make_two_offers(
    session: Session, make: Make, boss: Account
) -> None:
    edition, sitting = filled(session, make, 2, "First", "Second", "Third")
    ids = [one.id for one in sitting]

    decide(session, edition.id, ids, Judgement(Verdict.WITHDRAW), by=boss.id, now=NOW)

    assert offers(session) == [("First", OfferState.OPEN), ("Second", OfferState.OPEN)]


def test_two_who_leave_at_the_same_moment_free_a_seat_each(session: Session, make: Make) -> None:
    edition, sitting = filled(session, make, 2, "First", "Second", "Third")
    whose, here = [one.account_id for one in sitting], edition.id
    session.commit()
    together = Barrier(2)

    def go(number: int) -> None:
        together.wait()
        with db.changing() as own:
            leave(own, whose[number], here, because=None, word="", now=NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(go, range(2)))

    assert sorted(offers(session)) == [("First", OfferState.OPEN), ("Second", OfferState.OPEN)]
    assert miscounted(session) == 0


def test_a_decision_that_is_taken_back_leaves_its_seat_with_the_coordinator(
    session: Session, make: Make, boss: Account
) -> None:
    edition, _sitting = filled(session, make, 1, "First")
    edition.capacity, edition.policy = 2, EnrolmentPolicy.APPLICATION
    applied = make.counted(
        make.enrolment(make.account(), edition, status=EnrolmentStatus.APPLIED, admitted_at=None)
    )
    done = decide(
        session, edition.id, [applied.id], Judgement(Verdict.APPROVE), by=boss.id, now=NOW
    )
    session.flush()

    undo(session, edition.id, done.id, by=boss.id, now=LATER)

    assert offers(session) == []
    assert session.get_one(Enrolment, applied.id).status is EnrolmentStatus.APPLIED


def test_a_held_seat_counts_as_gone_for_all_but_the_one_it_is_held_for(
    session: Session, make: Make, boss: Account
) -> None:
    """What is said before deciding is what approving makes of it."""
    edition, [sitting] = filled(session, make, 1, "First", "Second")
    they_leave(session, edition, sitting, boss)
    first, second = place(session, "First").id, place(session, "Second").id

    there_is = room(session, edition.id, on=NOW.date())

    def left_after(*chosen: UUID) -> int | None:
        return balance(session, edition.id, chosen, on=NOW.date()).left_after

    assert (there_is.taken, there_is.held, there_is.left) == (0, 1, 1)
    assert left_after(first) == 0
    assert left_after(second) == -1
    assert left_after(first, second) == -1


def test_nobody_comes_back_to_a_seat_that_is_offered_to_another(
    session: Session, make: Make, boss: Account
) -> None:
    edition, [sitting] = filled(session, make, 1, "First")
    done = decide(
        session, edition.id, [sitting.id], Judgement(Verdict.WITHDRAW), by=boss.id, now=NOW
    )

    with pytest.raises(RuleBroken, match="or are offered one"):
        undo(session, edition.id, done.id, by=boss.id, now=LATER)

    accept_offer(session, place(session, "First").account_id, edition.id, now=LATER)
    assert places_taken(session, edition) == 1


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.DECLINE])
def test_whoever_comes_back_to_the_line_stands_where_they_stood(
    session: Session, make: Make, boss: Account, verdict: Verdict
) -> None:
    edition, _sitting = filled(session, make, 1, "A", "B", "C", "D", "E")
    edition.capacity = 3
    session.add(edition)
    ids = [place(session, name).id for name in ("D", "B")]
    done = decide(session, edition.id, ids, Judgement(verdict), by=boss.id, now=NOW)
    meanwhile = line(session, edition)

    undo(session, edition.id, done.id, by=boss.id, now=LATER)

    assert meanwhile == [("A", 1), ("C", 2), ("E", 3)]
    assert line(session, edition) == [("A", 1), ("B", 2), ("C", 3), ("D", 4), ("E", 5)]


def test_nobody_passes_those_who_wait_by_coming_just_when_kept_seats_are_free(
    session: Session, make: Make, boss: Account
) -> None:
    """The last day of keeping is over, and the sweep has not come by yet."""
    edition = make.edition(capacity=1)
    reserve_seats(session, edition.id, country="UY", seats=1, by=boss.id, now=NOW)
    join(session, make.account(name="First", country="BR"), edition)
    edition.reserve_until = DAY - timedelta(days=1)
    session.add(edition)

    newcomer = join(session, make.account(name="New", country="BR"), edition)

    assert newcomer.status is WAITLISTED
    assert offers(session) == [("First", OfferState.OPEN)]


def test_who_is_suspended_is_passed_over_and_keeps_their_place_in_line(
    session: Session, make: Make, boss: Account
) -> None:
    edition, [sitting] = filled(session, make, 1, "First", "Second")
    first = session.get_one(Account, place(session, "First").account_id)
    first.suspended_at = NOW
    session.add(first)

    they_leave(session, edition, sitting, boss)

    assert offers(session) == [("Second", OfferState.OPEN)]
    assert line(session, edition) == [("First", 1), ("Second", 2)]


def test_nobody_is_offered_a_seat_who_is_declined_in_the_same_breath(
    session: Session, make: Make, boss: Account
) -> None:
    edition, [sitting] = filled(session, make, 1, "First", "Second", "Third")
    they_leave(session, edition, sitting, boss)
    ids = [place(session, name).id for name in ("First", "Second")]

    decide(session, edition.id, ids, Judgement(Verdict.DECLINE), by=boss.id, now=NOW)

    assert offers(session) == [("First", OfferState.ENDED), ("Third", OfferState.OPEN)]
