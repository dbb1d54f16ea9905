"""What changed in the course since: seen with its differences, decided by a button or by ticks."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from app.core.ids import uuid7
from app.models import Activity, ActivityText, CarriedPiece, Edition
from app.services.next_editions import NextEdition, open_next_edition
from tests.conftest import Browser
from tests.make import NOW, Make


@pytest.fixture
def older(make: Make) -> Edition:
    return make.edition(make.course(languages=["en"]), starts_on=date(2026, 4, 1), ends_on=None)


def test_a_change_is_shown_as_a_difference_and_taken_over_or_left(
    make: Make, session: Session, browser: Browser, older: Edition
) -> None:
    tutor = make.tutor(older)
    module = make.module(older)
    pages = [make.activity(module, body="Three steps lead there.") for _n in range(3)]
    wanted = NextEdition(uuid7(), "2027", date(2027, 4, 7), 2027)
    edition = open_next_edition(session, older.id, wanted, by=tutor.id, now=NOW).edition_id
    for original in pages:
        text = session.exec(
            select(ActivityText).where(ActivityText.activity_id == original.id)
        ).one()
        text.body = "Four steps lead there."
    session.commit()
    browser.sign_in(tutor)
    at = f"/editions/{edition}/changes"

    page = browser.get(at).text
    one = browser.post(at, data={"take": str(pages[0].id), "chosen": str(pages[1].id)})
    ticked = browser.post(at, data={"chosen": [str(pages[1].id)], "do": "leave"})
    nothing = browser.post(at, data={"do": "take"})

    assert "<del>Three</del>" in page
    assert "<ins>Four</ins>" in page
    assert one.headers["Location"] == at
    assert ticked.status_code == nothing.status_code == 303
    left = browser.get(at).text
    assert str(pages[2].id) in left
    assert str(pages[0].id) not in left
    assert str(pages[1].id) not in left
    session.expire_all()
    bodies = {
        activity.came_from_id: text.body
        for activity, text in session.exec(
            select(Activity, ActivityText).join(ActivityText).where(Activity.edition_id == edition)
        )
    }
    assert [bodies[one.id].split()[0] for one in pages] == ["Four", "Three", "Three"]


def test_an_edition_made_from_none_says_so_and_takes_nothing(
    make: Make, session: Session, browser: Browser, older: Edition
) -> None:
    browser.sign_in(make.tutor(older))
    page = make.activity(make.module(make.edition()))
    at = f"/editions/{older.id}/changes"

    assert "This edition was made from no other" in browser.get(at).text
    assert browser.post(at, data={"take": str(page.id)}).status_code == 303
    assert session.exec(select(CarriedPiece)).all() == []


def test_only_those_who_write_the_newer_edition_see_what_changed(
    make: Make, browser: Browser, older: Edition
) -> None:
    newer = make.edition(make.course(), came_from_id=older.id)
    people: list[tuple[Any, int]] = [
        (make.tutor(older), 404),
        (make.participant(newer), 403),
        (make.observer(newer), 403),
        (make.tutor(newer), 200),
    ]
    for person, status in people:
        browser.sign_in(person)
        assert browser.get(f"/editions/{newer.id}/changes").status_code == status
