"""The synthetic programme: exactly as many enrolments as asked for, and counts that agree."""

import sqlite3
from collections import Counter
from datetime import date

import psycopg
import pytest
from sqlalchemy import inspect, text
from sqlmodel import Session, SQLModel, col, func, select

from app.core import db
from app.core.errors import RuleBroken
from app.core.settings import settings
from app.demo.scale import Grown, grow
from app.models import (
    PARTICIPANTS,
    Account,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Gender,
)
from tests.make import Make

TODAY = date(2026, 11, 22)
ENROLMENTS = 12_000


@pytest.fixture
def grown(database: str) -> Grown:
    del database
    return grow(ENROLMENTS, today=TODAY)


def test_there_are_as_many_enrolments_as_asked_for(grown: Grown, session: Session) -> None:
    editions = session.exec(select(func.count()).select_from(Edition)).one()
    accounts = session.exec(select(func.count()).select_from(Account)).one()
    places = session.exec(select(Enrolment)).all()

    assert grown == Grown(ENROLMENTS, accounts, editions)
    assert len(places) == ENROLMENTS
    assert len({place.account_id for place in places}) == accounts
    assert 1.1 < ENROLMENTS / accounts < 1.4
    years = set(session.exec(select(Edition.reporting_year)).all())
    assert {place.reporting_year for place in places} == years


def test_the_counts_are_those_of_the_synthetic_enrolments(grown: Grown, session: Session) -> None:
    alike = Counter(
        (p.edition_id, p.status, p.country, p.gender, p.institution_id, p.reporting_year)
        for p in session.exec(select(Enrolment)).all()
    )
    counted = {
        (c.edition_id, c.status, c.country, c.gender, c.institution_key, c.reporting_year): c.n
        for c in session.exec(select(EnrolmentCount)).all()
    }

    assert counted == dict(alike)
    assert sum(counted.values()) == grown.enrolments


def test_the_spread_is_plausible(grown: Grown, session: Session) -> None:
    del grown
    places = session.exec(select(Enrolment)).all()
    sizes = Counter(place.edition_id for place in places)
    genders = Counter(place.gender for place in places)
    senders: dict[object, set[object]] = {}
    for place in places:
        senders.setdefault(place.edition_id, set()).add(place.institution_id)
    not_stated = genders[Gender.PREFERS_NOT_TO_SAY] + genders[Gender.NOT_ANSWERED]

    assert min(sizes.values()) >= 200
    assert max(sizes.values()) <= 5200
    assert 0.02 < not_stated / ENROLMENTS < 0.04
    assert 1 <= min(map(len, senders.values())) <= max(map(len, senders.values())) <= 12
    assert {place.status for place in places} == set(EnrolmentStatus)


def test_a_person_has_one_gender_and_one_place_in_an_edition(
    grown: Grown, session: Session
) -> None:
    del grown
    said: dict[object, set[Gender]] = {}
    for place in session.exec(select(Enrolment)).all():
        said.setdefault(place.account_id, set()).add(place.gender)
    stored = dict(session.exec(select(Account.id, col(Account.gender))).all())

    assert {account: {gender} for account, gender in stored.items()} == said


def test_who_completed_has_the_moments_of_it(grown: Grown, session: Session) -> None:
    del grown
    for place in session.exec(select(Enrolment)).all():
        assert (place.completed_at is not None) == (place.status is EnrolmentStatus.COMPLETED)
        if place.status in PARTICIPANTS:
            assert place.admitted_at is not None


def test_every_index_is_there_again(grown: Grown) -> None:
    del grown
    there = inspect(db.engine())

    for model in (Account, Enrolment):
        table = SQLModel.metadata.tables[str(model.__tablename__)]
        found = {tuple(index["column_names"]) for index in there.get_indexes(table.name)}
        assert {tuple(index.columns.keys()) for index in table.indexes} <= found


def test_everything_refers_to_something_that_is_there(grown: Grown, session: Session) -> None:
    del grown
    if db.engine().dialect.name == "sqlite":
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 1
    orphans = select(func.count()).where(col(Enrolment.account_id).not_in(select(Account.id)))
    assert session.exec(orphans).one() == 0


def test_a_second_one_changes_nothing(grown: Grown, session: Session) -> None:
    assert grow(20_000, today=TODAY) == Grown()
    assert session.exec(select(func.count()).select_from(Enrolment)).one() == grown.enrolments


def test_a_growth_that_fails_leaves_nothing_behind(make: Make, session: Session) -> None:
    in_the_way = make.account(email="synthetic00009000@example.org")

    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.UniqueViolation)):
        grow(ENROLMENTS, today=TODAY)

    assert session.exec(select(Account.id)).all() == [in_the_way.id]
    assert session.exec(select(Edition.id)).all() == []


@pytest.mark.parametrize("number", [0, 9_999, 20_000_001])
def test_a_senseless_number_is_refused(database: str, number: int) -> None:
    del database

    with pytest.raises(RuleBroken, match="10000 to 20000000"):
        grow(number, today=TODAY)


def test_production_never_gets_a_synthetic_programme(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    monkeypatch.setenv("TALLER_ENV", "production")
    settings.cache_clear()

    with pytest.raises(RuleBroken, match="never loaded in production"):
        grow(ENROLMENTS, today=TODAY)
