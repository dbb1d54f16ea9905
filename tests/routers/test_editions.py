"""The edition's page, as a participant, a tutor and a stranger meet it."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from app.core import clock
from app.models import Edition, EnrolmentStatus, Module, Progress, ProgressState
from app.queries.enrolments import enrolment_of
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"en": "Big Data and skills gap"}))


def with_modules(make: Make, edition: Edition, *, modules: int, activities: int) -> list[Module]:
    made = []
    for _ in range(modules):
        module = make.module(edition)
        for _ in range(activities):
            make.activity(module)
        made.append(module)
    return made


def test_a_participant_is_led_to_the_first_activity(
    make: Make, browser: Browser, edition: Edition
) -> None:
    module = make.module(edition, title={"en": "Read online vacancies"})
    first = make.activity(module, title={"en": "Where vacancies come from"})
    make.activity(module, title={"en": "Clean a messy file"})
    browser.sign_in(make.participant(edition))

    page = browser.get(f"/editions/{edition.id}")

    assert page.status_code == 200
    assert "Begin here" in page.text
    assert f'href="/editions/{edition.id}/activities/{first.id}">Begin</a>' in page.text
    assert "0 of 2 activities done" in page.text


def test_an_edition_without_modules_has_no_outline_and_keeps_no_room_for_one(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.participant(edition))
    page = browser.get(f"/editions/{edition.id}").text
    with_modules(make, edition, modules=1, activities=1)
    edition.version += 1
    make.saved(edition)

    assert "The content of this edition comes in live sessions" in page
    assert "cols start" not in page
    assert "cols start" in browser.get(f"/editions/{edition.id}").text


def test_a_done_activity_is_behind_and_the_next_one_ahead(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    module = make.module(edition)
    first, second = make.activity(module), make.activity(module)
    person = make.participant(edition)
    enrolment = enrolment_of(session, person.id, edition.id)
    assert enrolment is not None
    session.add(
        Progress(
            enrolment_id=enrolment.id,
            activity_id=first.id,
            state=ProgressState.DONE,
            changed_at=datetime.now(UTC),
        )
    )
    session.flush()
    browser.sign_in(person)

    page = browser.get(f"/editions/{edition.id}").text

    assert "1 of 2 activities done" in page
    assert f'href="/editions/{edition.id}/activities/{second.id}">Continue</a>' in page


def test_a_module_that_is_not_open_yet_has_no_links(
    make: Make, browser: Browser, edition: Edition
) -> None:
    closed = make.module(edition, opens_on=date(2099, 6, 13))
    hidden = make.activity(closed)
    browser.sign_in(make.participant(edition))

    page = browser.get(f"/editions/{edition.id}").text

    assert "Opens on Saturday 13 June" in page
    assert str(hidden.id) not in page


def test_a_tutor_sees_every_module_open_and_no_progress(
    make: Make, browser: Browser, edition: Edition
) -> None:
    later = make.activity(make.module(edition, opens_on=date(2099, 6, 13)))
    browser.sign_in(make.tutor(edition))

    page = browser.get(f"/editions/{edition.id}").text

    assert str(later.id) in page
    assert "activities done" not in page


@pytest.mark.parametrize("status", [EnrolmentStatus.APPLIED, EnrolmentStatus.WITHDRAWN])
def test_whoever_is_not_admitted_learns_nothing(
    make: Make, browser: Browser, edition: Edition, status: EnrolmentStatus
) -> None:
    person = make.account()
    make.enrolment(person, edition, status=status)
    browser.sign_in(person)

    assert browser.get(f"/editions/{edition.id}").status_code == 404


def test_a_stranger_learns_nothing_and_a_visitor_is_asked_to_sign_in(
    make: Make, browser: Browser, edition: Edition
) -> None:
    asked = browser.get(f"/editions/{edition.id}")
    browser.sign_in(make.account())
    strange = browser.get(f"/editions/{edition.id}")

    assert asked.status_code == 303
    assert asked.headers["Location"] == f"/sign-in?next=/editions/{edition.id}"
    assert strange.status_code == 404
    assert "Big Data" not in strange.text


def test_an_unchanged_page_is_not_sent_again(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    with_modules(make, edition, modules=1, activities=2)
    person = make.participant(edition)
    browser.sign_in(person)
    address = f"/editions/{edition.id}"
    tag = browser.get(address).headers["ETag"]

    again = browser.get(address, headers={"If-None-Match": tag})
    edition.version += 1
    session.add(edition)
    session.flush()
    changed = browser.get(address, headers={"If-None-Match": tag})
    browser.sign_in(make.participant(edition))
    somebody_else = browser.get(address, headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert somebody_else.status_code == 200


@pytest.mark.parametrize(("modules", "activities"), [(1, 1), (3, 3), (8, 6)])
def test_a_warm_page_takes_one_statement_however_long_it_is(
    make: Make, browser: Browser, edition: Edition, modules: int, activities: int
) -> None:
    with_modules(make, edition, modules=modules, activities=activities)
    browser.sign_in(make.participant(edition))
    browser.get(f"/editions/{edition.id}")
    browser.sign_in(make.participant(edition))

    with statements() as sent:
        page = browser.get(f"/editions/{edition.id}")

    assert page.status_code == 200
    assert len(sent) == 1, sent


def test_the_page_speaks_the_readers_language(make: Make, browser: Browser) -> None:
    edition = make.edition(make.course(languages=["es"], title={"es": "Brecha de habilidades"}))
    browser.sign_in(make.participant(edition, language="fr"))

    french = browser.get(f"/editions/{edition.id}")
    asked = browser.get(f"/editions/{edition.id}?lang=pt")
    remembered = browser.get(f"/editions/{edition.id}")

    assert '<html lang="fr"' in french.text
    assert '<h1 lang="es">Brecha de habilidades</h1>' in french.text
    assert '<html lang="pt"' in asked.text
    assert '<html lang="pt"' in remembered.text


def test_a_module_opens_in_the_browser_too_on_the_morning_of_its_reader(
    make: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = make.edition()
    make.activity(make.module(edition, opens_on=date(2026, 6, 9)))
    browser.sign_in(make.participant(edition, timezone="America/Mexico_City"))
    evening = datetime(2026, 6, 9, 0, 30, tzinfo=UTC)  # of the 8th in Mexico, 18:30
    monkeypatch.setattr(clock, "now", lambda: evening)
    seen = browser.get(f"/editions/{edition.id}")

    morning = datetime(2026, 6, 9, 14, 0, tzinfo=UTC)  # 8:00
    monkeypatch.setattr(clock, "now", lambda: morning)
    again = browser.get(f"/editions/{edition.id}", headers={"If-None-Match": seen.headers["ETag"]})

    assert "Opens on" in seen.text
    assert again.status_code == 200
    assert "Opens on" not in again.text


def test_days_are_written_as_in_the_readers_country_also_where_pieces_are_kept(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    make.activity(make.module(edition, opens_on=date(2099, 9, 12)))
    address = f"/editions/{edition.id}"
    said = {"MX": "12 de septiembre", "UY": "12 de setiembre"}
    people = {c: make.participant(edition, country=c, language="es") for c in said}

    for country in ("MX", "UY", "MX"):
        browser.sign_in(people[country])
        assert said[country] in browser.get(address).text

    kept = browser.get(address).headers["ETag"]
    people["MX"].country = "UY"
    session.add(people["MX"])
    session.flush()
    moved = browser.get(address, headers={"If-None-Match": kept})
    assert moved.status_code == 200
    assert said["UY"] in moved.text
