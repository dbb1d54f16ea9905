"""The rules of changing an edition's terms, above all of the year in which it is counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlmodel import Session, select

from app.core import db
from app.core.errors import RuleBroken
from app.models import (
    Account,
    AuditEvent,
    Edition,
    Enrolment,
    EnrolmentCount,
    EnrolmentStatus,
    Gender,
)
from app.queries.editions import terms_of
from app.queries.statistics import Filters, figures
from app.services.editions import change_terms
from app.services.enrolments import change_status, enrol
from tests.make import Make

DAY = date(2026, 6, 8)
NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)


def in_year(session: Session, year: int) -> tuple[int | None, int | None]:
    """All who took part, and the women among them, as the statistics count them."""
    total = figures(session, Filters(year=year), only_institution=None).total
    return total.total, total.women


def years(session: Session) -> tuple[set[int], set[int]]:
    session.expire_all()
    return (
        set(session.exec(select(Enrolment.reporting_year))),
        set(session.exec(select(EnrolmentCount.reporting_year))),
    )


def test_another_reporting_year_moves_the_figures_and_loses_nobody(
    session: Session, make: Make
) -> None:
    edition, other = make.edition(reporting_year=2026), make.edition(reporting_year=2026)
    for gender in (Gender.WOMAN, Gender.WOMAN, Gender.MAN):
        enrol(session, make.account(gender=gender), edition, language="en", on=DAY, now=NOW)
    enrol(session, make.account(gender=Gender.MAN), other, language="en", on=DAY, now=NOW)
    before = in_year(session, 2026), in_year(session, 2027)

    terms = replace(terms_of(session, edition.id), reporting_year=2027)
    changed = change_terms(session, edition.id, terms, by=make.coordinator().id, now=NOW)

    assert before == ((4, 2), (0, 0))
    assert (in_year(session, 2026), in_year(session, 2027)) == ((1, 0), (3, 2))
    assert (changed.names, changed.moved) == (frozenset({"reporting_year"}), 3)


def test_who_comes_after_the_change_is_counted_in_the_new_year(
    session: Session, make: Make
) -> None:
    edition = make.edition(reporting_year=2026)
    first = enrol(session, make.account(), edition, language="en", on=DAY, now=NOW)

    terms = replace(terms_of(session, edition.id), reporting_year=2027)
    change_terms(session, edition.id, terms, by=make.coordinator().id, now=NOW)
    enrol(session, make.account(), edition, language="en", on=DAY, now=NOW)
    change_status(session, first, EnrolmentStatus.COMPLETED, now=NOW)

    assert years(session) == ({2027}, {2027})


def test_a_change_made_meanwhile_by_somebody_else_is_not_overlooked(
    session: Session, make: Make
) -> None:
    edition, boss = make.edition(reporting_year=2026), make.coordinator()
    loaded = enrol(session, make.account(), edition, language="en", on=DAY, now=NOW)

    with db.changing() as elsewhere:
        terms = replace(terms_of(elsewhere, edition.id), reporting_year=2027)
        change_terms(elsewhere, edition.id, terms, by=boss.id, now=NOW)
    change_status(session, loaded, EnrolmentStatus.COMPLETED, now=NOW)

    assert years(session) == ({2027}, {2027})
    assert in_year(session, 2027)[0] == 1


def test_the_change_is_noted_with_what_was_before_and_after(session: Session, make: Make) -> None:
    edition, boss = make.edition(ends_on=date(2026, 12, 31), capacity=None), make.coordinator()

    terms = replace(terms_of(session, edition.id), ends_on=date(2027, 1, 31), capacity=40)
    change_terms(session, edition.id, terms, by=boss.id, now=NOW)
    session.flush()

    noted = session.exec(select(AuditEvent)).one()
    assert (noted.actor_id, noted.action, noted.subject_id) == (
        boss.id,
        "change edition",
        edition.id,
    )
    assert noted.details == {
        "before": {"capacity": None, "ends_on": "2026-12-31"},
        "after": {"capacity": 40, "ends_on": "2027-01-31"},
    }


def test_an_edition_does_not_end_before_it_starts(session: Session, make: Make) -> None:
    edition = make.edition(starts_on=date(2026, 4, 1))
    terms = replace(terms_of(session, edition.id), ends_on=date(2026, 3, 31))

    with pytest.raises(RuleBroken, match="before the first day"):
        change_terms(session, edition.id, terms, by=make.coordinator().id, now=NOW)

    assert session.get_one(Edition, edition.id).version == 1


def test_people_who_come_and_go_meanwhile_end_up_in_the_new_year(
    session: Session, make: Make
) -> None:
    edition, boss = make.edition(reporting_year=2026), make.coordinator()
    inside = [
        enrol(session, make.account(country=code), edition, language="en", on=DAY, now=NOW)
        for code in ("CO", "BR", "UY", "PE")
    ]
    outside = [make.account(country=code) for code in ("CR", "MX", "AR", "CL")]
    terms = replace(terms_of(session, edition.id), reporting_year=2027)
    together = Barrier(9)

    def complete(enrolment: Enrolment) -> Callable[[Session], object]:
        return lambda own: change_status(
            own, own.get_one(Enrolment, enrolment.id), EnrolmentStatus.COMPLETED, now=NOW
        )

    def come(account: Account) -> Callable[[Session], object]:
        return lambda own: enrol(
            own,
            own.get_one(Account, account.id),
            own.get_one(Edition, edition.id),
            language="en",
            on=DAY,
            now=NOW,
        )

    def at_once(act: Callable[[Session], object]) -> None:
        together.wait()
        with db.changing() as own:
            act(own)

    def renumber(own: Session) -> object:
        return change_terms(own, edition.id, terms, by=boss.id, now=NOW)

    with ThreadPoolExecutor(9) as pool:
        list(pool.map(at_once, [*map(complete, inside), renumber, *map(come, outside)]))

    assert years(session) == ({2027}, {2027})
    assert in_year(session, 2027)[0] == 8
