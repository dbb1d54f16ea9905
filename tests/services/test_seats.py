"""Seats that are kept for some: who can still get how many, and when they come free."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.core.errors import NotFound, RuleBroken
from app.jobs.waiting_lists import move_lines_on
from app.models import (
    Account,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    OfferState,
    ReservedSeats,
    SeatOffer,
)
from app.queries.editions import terms_of
from app.queries.seats import NOWHERE, Origin, Reserve, Seats, seats_of
from app.queries.waiting_lists import to_move_on
from app.services.approvals import approve
from app.services.editions import change_terms
from app.services.enrolments import enrol, leave
from app.services.institution_merges import merge
from app.services.offers import move_on
from app.services.seats import FewerThanKept, release_seats, reserve_seats
from tests.make import Make

DAY = date(2026, 6, 8)
NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
SENA, INA = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("occupied", "reserves", "who", "left"),
    [
        ({}, [], NOWHERE, 10),
        ({}, [Reserve("", SENA, 3)], NOWHERE, 7),
        ({}, [Reserve("", SENA, 3)], Origin("CO", SENA), 10),
        ({Origin("CO", SENA): 2}, [Reserve("", SENA, 3)], NOWHERE, 7),
        ({Origin("CO", SENA): 5}, [Reserve("", SENA, 3)], NOWHERE, 5),
        ({Origin("CO", None): 7}, [Reserve("", SENA, 3)], Origin("CO", None), 0),
        ({Origin("CO", None): 7}, [Reserve("", SENA, 3)], Origin("CO", SENA), 3),
        ({}, [Reserve("", SENA, 3), Reserve("CO", None, 4)], NOWHERE, 3),
        ({}, [Reserve("", SENA, 3), Reserve("CO", None, 4)], Origin("CO", SENA), 10),
        ({}, [Reserve("", SENA, 3), Reserve("CO", None, 4)], Origin("CO", INA), 7),
        # Of five from SENA in Colombia three sit on its own seats, two on those of the country.
        ({Origin("CO", SENA): 5}, [Reserve("", SENA, 3), Reserve("CO", None, 4)], NOWHERE, 3),
        ({Origin("CO", None): 12}, [Reserve("", SENA, 3)], Origin("CO", SENA), 0),
    ],
)
def test_how_many_seats_somebody_can_get(
    occupied: dict[Origin, int], reserves: list[Reserve], who: Origin, left: int
) -> None:
    assert Seats(10, Counter(occupied), reserves).left_for(who) == left


def test_an_edition_without_a_number_of_places_has_one_for_everybody(
    make: Make, session: Session
) -> None:
    assert seats_of(session, make.edition(), on=DAY).left_for(Origin("CO", None)) is None


def kept(session: Session, make: Make, **given: Any) -> tuple[Edition, Account]:
    """Two seats, one of them for Costa Rica; and the coordinator who kept it."""
    edition, boss = make.edition(capacity=2, **given), make.coordinator()
    reserve_seats(session, edition.id, country="CR", seats=1, by=boss.id, now=NOW)
    return edition, boss


def join(session: Session, account: Account, edition: Edition) -> Enrolment:
    return enrol(session, account, edition, language="en", on=DAY, now=NOW)


def test_a_kept_seat_is_for_those_it_is_kept_for(session: Session, make: Make) -> None:
    edition, _boss = kept(session, make)

    statuses = [
        join(session, make.account(country=country), edition).status
        for country in ("CO", "CO", "CR")
    ]

    assert statuses == [EnrolmentStatus.ACTIVE, EnrolmentStatus.WAITLISTED, EnrolmentStatus.ACTIVE]


def test_approval_knows_for_whom_a_seat_is_kept(session: Session, make: Make) -> None:
    edition, boss = kept(session, make, policy=EnrolmentPolicy.APPLICATION)
    first, second, third = (
        join(session, make.account(country=country), edition).id for country in ("CO", "CO", "CR")
    )

    with pytest.raises(RuleBroken, match="only 1 place left"):
        approve(session, edition.id, [first, second], by=boss.id, now=NOW)
    assert approve(session, edition.id, [first, third], by=boss.id, now=NOW) == 2


def test_a_freed_kept_seat_passes_over_those_it_is_not_for(session: Session, make: Make) -> None:
    edition, _boss = kept(session, make)
    ana, _bob = (join(session, make.account(country=c), edition) for c in ("CR", "CO"))
    join(session, make.account(country="CO"), edition)
    carla = join(session, make.account(country="CR"), edition)

    leave(session, ana.account_id, edition.id, because=None, word="", now=NOW)

    assert [o.enrolment_id for o in session.exec(select(SeatOffer))] == [carla.id]


def test_released_seats_are_offered_at_once(session: Session, make: Make) -> None:
    edition, boss = kept(session, make)
    join(session, make.account(country="CO"), edition)
    waiting = join(session, make.account(country="CO"), edition)
    reserve = session.exec(select(ReservedSeats)).one()

    with pytest.raises(NotFound):
        release_seats(session, make.edition().id, reserve.id, by=boss.id, now=NOW)
    release_seats(session, edition.id, reserve.id, by=boss.id, now=NOW)
    release_seats(session, edition.id, reserve.id, by=boss.id, now=NOW)

    offers = session.exec(select(SeatOffer)).all()
    assert [(o.enrolment_id, o.state) for o in offers] == [(waiting.id, OfferState.OPEN)]
    acts = [e.action for e in session.exec(select(AuditEvent))]
    assert acts == ["reserve seats", "release seats"]


def test_kept_seats_come_free_after_their_last_day_by_themselves(
    session: Session, make: Make
) -> None:
    edition, _boss = kept(session, make, reserve_until=DAY)
    join(session, make.account(country="CO"), edition)
    waiting = join(session, make.account(country="CO"), edition)
    end_of_day = datetime(2026, 6, 8, 23, 59, tzinfo=UTC)
    after = end_of_day + timedelta(minutes=1)

    assert to_move_on(session, now=end_of_day, on=end_of_day.date()) == []
    assert to_move_on(session, now=after, on=after.date()) == [edition.id]
    move_on(session, edition.id, now=after)

    assert [o.enrolment_id for o in session.exec(select(SeatOffer))] == [waiting.id]
    assert to_move_on(session, now=after, on=after.date()) == []


def test_the_sweep_moves_lines_on(session: Session, make: Make) -> None:
    edition, _boss = kept(session, make, reserve_until=DAY, ends_on=None)
    for _ in range(2):
        join(session, make.account(country="CO"), edition)

    move_lines_on()
    move_lines_on()

    assert len(session.exec(select(SeatOffer)).all()) == 1


def test_no_more_seats_are_kept_than_there_are(session: Session, make: Make) -> None:
    edition, boss = kept(session, make)
    sena = make.institution()

    with pytest.raises(RuleBroken, match="2 places, and 1 of them"):
        reserve_seats(session, edition.id, institution_id=sena.id, seats=2, by=boss.id, now=NOW)
    reserve_seats(session, edition.id, country="CR", seats=2, by=boss.id, now=NOW)
    terms = terms_of(session, edition.id)
    fewer = type(terms)(**{**{n: getattr(terms, n) for n in terms.__slots__}, "capacity": 1})
    with pytest.raises(FewerThanKept):
        change_terms(session, edition.id, fewer, by=boss.id, now=NOW)

    assert [r.seats for r in session.exec(select(ReservedSeats))] == [2]


@pytest.mark.parametrize("given", [{}, {"country": "XX"}, {"institution_id": SENA}])
def test_seats_are_kept_for_a_country_or_an_institution_that_exists(
    session: Session, make: Make, given: dict[str, object]
) -> None:
    edition = make.edition(capacity=5)

    with pytest.raises(RuleBroken, match="Choose"):
        reserve_seats(session, edition.id, seats=1, by=make.coordinator().id, now=NOW, **given)  # type: ignore[arg-type]


def test_seats_kept_for_a_merged_institution_are_its_successors(
    session: Session, make: Make
) -> None:
    edition, boss = make.edition(capacity=2), make.coordinator()
    old, new = make.institution(), make.institution()
    reserve_seats(session, edition.id, institution_id=old.id, seats=2, by=boss.id, now=NOW)
    join(session, make.account(institution_id=old.id), edition)

    merge(session, old.id, new.id, by=boss.id)

    seats = seats_of(session, edition, on=DAY)
    assert seats.left_for(Origin("CO", new.id)) == 1
    assert seats.left_for(Origin("CO", None)) == 0
