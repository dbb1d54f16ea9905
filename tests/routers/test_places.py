"""A person's own way in an edition: the form, the line, an offered place, and leaving."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core import clock
from app.models import (
    Account,
    Application,
    Asked,
    AskedKind,
    Course,
    Edition,
    Enrolment,
    EnrolmentPolicy,
    EnrolmentStatus,
    Gender,
    LeavingReason,
)
from app.services.applications import Basics, Wording, put_question, set_basics
from app.services.enrolments import enrol, key_hash, leave
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

TODAY = clock.today()
HERE = "/courses/big-data/2030"
PDF = ("letter.pdf", b"%PDF-1.7 x", "text/html")


@pytest.fixture
def course(make: Make) -> Course:
    return make.course(slug="big-data", title={"en": "Big Data"})


def edition_of(make: Make, course: Course, **given: Any) -> Edition:
    plain: dict[str, Any] = {
        "slug": "2030",
        "starts_on": TODAY + timedelta(days=10),
        "ends_on": TODAY + timedelta(days=65),
        "enrol_until": TODAY + timedelta(days=5),
        "policy": EnrolmentPolicy.OPEN,
    }
    return make.edition(course, **plain | given)


def words(page: str, where: str = "main") -> str:
    found = BeautifulSoup(page, "html.parser").find(where)
    assert found is not None
    return found.get_text(" ", strip=True)


def join(session: Session, account: Account, edition: Edition) -> Enrolment:
    return enrol(session, account, edition, language="en", on=TODAY, now=clock.now())


def own(session: Session, account: Account) -> Enrolment:
    session.expire_all()
    return session.exec(select(Enrolment).where(Enrolment.account_id == account.id)).one()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"policy": EnrolmentPolicy.OPEN}, "in at once"),
        ({"policy": EnrolmentPolicy.KEY}, "Key of this edition"),
        ({"policy": EnrolmentPolicy.NOMINATION}, "The institutions name their people"),
        ({"policy": EnrolmentPolicy.INVITATION}, "By invitation only"),
        ({"enrol_from": TODAY + timedelta(days=2)}, "Opens on"),
        ({"capacity": 0}, "You can wait in line"),
        ({"capacity": 0, "waiting_list": False}, "Look again later"),
        ({"capacity": 0, "policy": EnrolmentPolicy.APPLICATION}, "apply for the waiting list"),
    ],
)
def test_the_public_page_says_how_one_gets_in(
    make: Make, browser: Browser, course: Course, given: dict[str, Any], said: str
) -> None:
    edition_of(make, course, **given)
    browser.sign_in(make.account())

    assert said in words(browser.get(HERE).text, "aside")


def test_a_key_is_asked_for_beside_its_field_and_guessing_is_slowed_down(
    make: Make, browser: Browser, course: Course
) -> None:
    edition_of(make, course, policy=EnrolmentPolicy.KEY, key_hash=key_hash("mango 2026"))
    person = make.account()
    browser.sign_in(person)

    wrong = browser.post(f"{HERE}/enrolment", data={"key": "papaya"})
    tries = [browser.post(f"{HERE}/enrolment", data={"key": f"no {n}"}) for n in range(10)]
    late = browser.post(f"{HERE}/enrolment", data={"key": "mango 2026"})
    browser.sign_in(make.account())
    right = browser.post(f"{HERE}/enrolment", data={"key": "mango 2026"})

    assert wrong.status_code == 422
    assert "not the key of this edition" in words(wrong.text, "aside")
    assert 'value="papaya"' in wrong.text
    assert [t.status_code for t in tries] == [422] * 9 + [429]
    assert (late.status_code, right.status_code) == (429, 303)


def test_who_comes_late_waits_and_is_told_where_they_stand(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition = edition_of(make, course, capacity=1)
    for _ in range(3):
        join(session, make.account(), edition)
    person = make.account()
    browser.sign_in(person)

    browser.post(f"{HERE}/enrolment", data={})
    with statements() as sent:
        page = browser.get(HERE).text

    assert "You are number 3 of 3 in line." in words(page, "aside")
    assert len(sent) <= 8, sent
    assert "number 3 of 3" in words(browser.get(f"{HERE}/place").text)


def offered(
    make: Make, session: Session, course: Course, **given: Any
) -> tuple[Edition, Account, Account]:
    """An edition with a seat that is offered to the first of two who wait."""
    edition = edition_of(make, course, capacity=1, **given)
    sitting, first, second = make.account(), make.account(), make.account()
    for person in (sitting, first, second):
        join(session, person, edition)
    leave(session, sitting.id, edition.id, because=None, word="", now=clock.now())
    return edition, first, second


def test_an_offered_place_is_taken_on_its_page(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition, first, second = offered(make, session, course)

    visitor = browser.get(f"{HERE}/place")
    browser.sign_in(second)
    stolen = browser.post(f"{HERE}/place/offer", data={"do": "accept"})
    browser.sign_in(first)
    asked = browser.get(f"{HERE}/place").text
    taken = browser.post(f"{HERE}/place/offer", data={"do": "accept"})

    assert visitor.headers["Location"] == f"/sign-in?next={HERE}/place"
    assert stolen.status_code == 422
    assert "Do you take the place?" in words(asked)
    assert taken.headers["Location"] == f"/editions/{edition.id}"
    assert own(session, first).status is EnrolmentStatus.ACTIVE
    assert own(session, second).status is EnrolmentStatus.WAITLISTED


def test_an_offer_is_the_next_thing_on_the_first_page_of_whom_it_is_for(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    _edition, first, second = offered(make, session, course)
    pages = []
    for person in (first, second):
        browser.sign_in(person)
        pages.append(browser.get("/home").text)

    assert f'href="{HERE}/place"' in pages[0]
    assert "A place is free for you" in words(pages[0])
    assert "A place is free for you" not in words(pages[1])


def test_a_place_that_is_let_go_is_the_next_ones(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    _edition, first, second = offered(make, session, course)
    browser.sign_in(first)

    browser.post(f"{HERE}/place/offer", data={"do": "decline"})
    back = browser.post(f"{HERE}/enrolment", data={})
    browser.sign_in(second)

    assert back.status_code == 303
    assert "A place is free for you" in words(browser.get(HERE).text, "aside")
    assert own(session, first).status is EnrolmentStatus.WAITLISTED


def test_who_leaves_says_why_if_they_like_and_can_come_back(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition = edition_of(make, course)
    person = make.account()
    join(session, person, edition)
    browser.sign_in(person)

    wrong = browser.post(f"{HERE}/place/leaving", data={"because": "boredom"})
    not_ones_own = browser.post(f"{HERE}/place/leaving", data={"because": "by_mistake"})
    gone = browser.post(f"{HERE}/place/leaving", data={"because": "other", "word": "Moved"})
    again = browser.post(f"{HERE}/place/leaving", data={})
    left = own(session, person)
    facts = (left.status, left.left_because, left.left_word)
    page = browser.get(HERE).text
    browser.post(f"{HERE}/enrolment", data={})

    assert (wrong.status_code, not_ones_own.status_code) == (422, 422)
    assert "Asked a coordinator" not in not_ones_own.text
    assert (gone.status_code, again.status_code) == (303, 303)
    assert facts == (EnrolmentStatus.WITHDRAWN, LeavingReason.OTHER, "Moved")
    assert "Enrol" in words(page, "aside")
    assert own(session, person).status is EnrolmentStatus.ACTIVE


def test_a_stranger_has_no_place_and_leaves_nothing(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition = edition_of(make, course)
    join(session, make.account(), edition)
    browser.sign_in(make.account())

    answers = [
        browser.get(f"{HERE}/place"),
        browser.post(f"{HERE}/place/leaving", data={}),
        browser.post(f"{HERE}/place/offer", data={"do": "accept"}),
        browser.post(f"{HERE}/place/gender"),
        browser.get(f"{HERE}/application/letter"),
        browser.get("/courses/big-data/1999/place"),
    ]

    assert [a.status_code for a in answers] == [404] * 6


def with_form(session: Session, make: Make, course: Course, **given: Any) -> tuple[Edition, str]:
    edition = edition_of(make, course, policy=EnrolmentPolicy.APPLICATION, **given)
    boss = make.coordinator().id
    asked = Basics(Asked.REQUIRED, 200, Asked.OPTIONAL, Asked.OPTIONAL)
    set_basics(session, edition.id, asked, by=boss)
    wording = Wording(
        AskedKind.SEVERAL, {"en": "Which tools?"}, {"en": ["R", "Excel"]}, is_required=True
    )
    question = put_question(session, edition.id, None, wording, by=boss)
    return edition, f"q-{question}"


def test_an_application_is_written_sent_and_changed(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    _edition, field = with_form(session, make, course)
    person = make.account()
    browser.sign_in(person)
    door = browser.get(HERE).text
    blank = browser.get(f"{HERE}/application").text

    straight = browser.post(f"{HERE}/enrolment", data={})
    wrong = browser.post(
        f"{HERE}/application", data={"motivation": "I want to", field: "c9"}, files={"letter": PDF}
    )
    sent = browser.post(
        f"{HERE}/application",
        data={"motivation": "I want to", field: ["c1", "c2"]},
        files={"letter": PDF},
    )
    page = words(browser.get(sent.headers["Location"]).text)
    changed = browser.post(f"{HERE}/application", data={"motivation": "I must", field: "c2"})
    letter = browser.get(f"{HERE}/application/letter")

    assert f'href="{HERE}/application"' in door
    assert "Which tools?" in blank
    assert straight.status_code == 422
    assert wrong.status_code == 422
    assert "I want to" in wrong.text
    assert "Choose one of the options." in words(wrong.text)
    assert "R\nExcel" in page.replace("R Excel", "R\nExcel")
    assert "I want to" in page
    assert changed.status_code == 303
    assert own(session, person).status is EnrolmentStatus.APPLIED
    assert session.exec(select(Application)).one().motivation == "I must"
    assert letter.headers["Content-Disposition"].startswith('attachment; filename="letter.pdf"')
    assert letter.headers["Content-Type"] == "application/pdf"
    assert "sandbox" in letter.headers["Content-Security-Policy"]


def test_fields_that_nobody_asked_for_change_nothing(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition, field = with_form(session, make, course)
    person, other = make.account(), make.account()
    browser.sign_in(person)
    extra = {"status": "active", "account_id": str(other.id), "admitted_at": "2026-01-01"}

    browser.post(f"{HERE}/application", data={"motivation": "x", field: "c1"} | extra)

    place = own(session, person)
    assert (place.status, place.admitted_at, place.edition_id) == (
        EnrolmentStatus.APPLIED,
        None,
        edition.id,
    )


def test_one_has_ones_answer_of_today_on_gender_counted(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    person = make.account(gender=Gender.NOT_ANSWERED)
    join(session, person, edition_of(make, course))
    person.gender = Gender.WOMAN
    make.saved(person)
    browser.sign_in(person)

    assert "You alone decide" in words(browser.get(f"{HERE}/place").text)
    browser.post(f"{HERE}/place/gender")

    assert own(session, person).gender is Gender.WOMAN
    assert "You alone decide" not in words(browser.get(f"{HERE}/place").text)


def test_a_focal_point_names_own_people_only_and_learns_of_no_others(
    make: Make, session: Session, browser: Browser, course: Course
) -> None:
    edition_of(make, course, policy=EnrolmentPolicy.NOMINATION)
    sena = make.institution()
    ana, stranger = make.account(institution_id=sena.id), make.account()
    browser.sign_in(make.focal(sena))
    here = f"{HERE}/nominations"

    shown = browser.get(HERE).text
    wrong = browser.post(here, data={"email": stranger.email})
    nobody = browser.post(here, data={"email": "nobody@example.org"})
    typed = make.account(institution_id=sena.id, password_hash="x", email_confirmed_at=None)
    unconfirmed = browser.post(here, data={"email": typed.email})
    named = browser.post(here, data={"email": ana.email.upper()})
    page = words(browser.get(here).text)
    refused = []
    for person in (ana, make.coordinator()):
        browser.sign_in(person)
        refused.append(browser.post(here, data={"email": ana.email}).status_code)

    assert f'href="{here}"' in shown
    assert (wrong.status_code, nobody.status_code, named.status_code) == (422, 422, 303)
    assert words(wrong.text).replace(stranger.email, "") == words(nobody.text)
    assert words(unconfirmed.text) == words(nobody.text), "a stranger may have typed it"
    assert ana.name in page
    assert refused == [403, 403]
    assert [e.account_id for e in session.exec(select(Enrolment))] == [ana.id]
