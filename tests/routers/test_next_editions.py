"""Opening the next edition: one page to check, everything typed is kept, nobody else gets in."""

import re
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from app.core.ids import uuid7
from app.models import Edition, OpeningRule
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def source(make: Make) -> Edition:
    return make.edition(
        make.course(languages=["en"], title={"en": "Mentors"}),
        slug="2026",
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 7, 31),
    )


def fields(page: str) -> dict[str, str]:
    form = page[page.index('method="post" action="/editions') :]
    return dict(re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form))


def test_the_page_shows_each_date_beside_the_new_one_and_makes_the_edition(
    make: Make, session: Session, browser: Browser, source: Edition
) -> None:
    module = make.module(source, opens_on=date(2026, 4, 8), title={"en": "Safety first"})
    make.activity(module)
    rule = session.exec(select(OpeningRule)).one()
    browser.sign_in(make.tutor(source))
    at = f"/editions/{source.id}/next"

    content = browser.get(f"/editions/{source.id}/content").text
    page = browser.get(f"{at}?starts_on=2027-04-01").text
    typed = fields(page)
    made = browser.post(at, data=typed)
    again = browser.post(at, data=typed)

    assert f'href="{at}"' in content
    assert "Wednesday 8 April 2026" in page
    assert typed[f"rule-{rule.id}"] == "2027-04-07"
    assert typed["ends_on"] == "2027-07-30"
    edition = session.exec(select(Edition).where(Edition.came_from_id == source.id)).one()
    assert made.headers["Location"] == f"/editions/{edition.id}/content"
    assert again.headers["Location"] == made.headers["Location"]
    shown = browser.get(f"/editions/{edition.id}/content").text
    assert "Made from Mentors, 1 Apr – 31 Jul 2026." in shown
    assert "Safety first" in shown


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"slug": "Año Nuevo"}, "slug", "Use small letters without accents"),
        ({"slug": "2026"}, "slug", "The course has an edition with this address already."),
        ({"ends_on": "2027-03-01"}, "ends_on", "The last day comes before the first day."),
        ({"ends_on": "soon"}, "ends_on", "Write a date, such as 2026-05-31."),
        ({"reporting_year": ""}, "reporting_year", "Fill this in."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_made(
    make: Make, session: Session, browser: Browser, source: Edition, typed: dict[str, str],
    field: str, words: str,
) -> None:  # fmt: skip
    browser.sign_in(make.coordinator())
    at = f"/editions/{source.id}/next"
    opened = fields(browser.get(f"{at}?starts_on=2027-04-01").text)

    answer = browser.post(at, data=opened | {"reporting_year": "2030"} | typed)

    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">{re.escape(words)}', answer.text)
    if field != "reporting_year":
        assert 'value="2030"' in answer.text
    assert len(session.exec(select(Edition)).all()) == 1


def test_what_was_dated_after_the_page_was_opened_is_moved_all_the_same(
    make: Make, session: Session, browser: Browser, source: Edition
) -> None:
    browser.sign_in(make.coordinator())
    at = f"/editions/{source.id}/next"
    opened = fields(browser.get(f"{at}?starts_on=2027-04-01").text)
    make.module(source, opens_on=date(2026, 4, 8))

    browser.post(at, data=opened)

    days = [rule.opens_on for rule in session.exec(select(OpeningRule)).all()]
    assert sorted(str(day) for day in days) == ["2026-04-08", "2027-04-07"]


def test_only_its_tutors_and_coordinators_open_the_next_one(
    make: Make, session: Session, browser: Browser, source: Edition
) -> None:
    at, elsewhere = f"/editions/{source.id}/next", make.edition()
    institution = make.institution()
    applied = make.enrolment(make.account(institution_id=institution.id), source)
    make.counted(applied)
    people: list[tuple[Any, int]] = [
        (make.tutor(elsewhere), 404),
        (make.account(), 404),
        (make.participant(source), 403),
        (make.observer(source), 403),
        (make.focal(institution), 403),
    ]
    form = {"press": str(uuid7()), "slug": "2027", "reporting_year": "2027"}

    for person, status in people:
        browser.sign_in(person)
        assert browser.get(at).status_code == status
        assert browser.post(at, data=form).status_code == status
    assert session.exec(select(Edition).where(Edition.came_from_id == source.id)).all() == []


def test_the_page_asks_no_more_for_many_dates_than_for_one(
    make: Make, browser: Browser, source: Edition
) -> None:
    browser.sign_in(make.coordinator())
    make.module(source, opens_on=date(2026, 4, 8))
    with statements() as one:
        browser.get(f"/editions/{source.id}/next")
    for _n in range(3):
        make.module(source, opens_on=date(2026, 4, 8))
    with statements() as many:
        browser.get(f"/editions/{source.id}/next")

    assert len(many) == len(one) <= 10
