"""What coordinators set about coming in: the form, the places, invitations, the line."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core import clock
from app.models import (
    ApplicationQuestion,
    Asked,
    Edition,
    Enrolment,
    EnrolmentCorrection,
    EnrolmentPolicy,
    EnrolmentStatus,
    Invitation,
    InvitationState,
    ReservedSeats,
    SeatOffer,
    WaitingPlace,
)
from app.queries.applications import form_of
from app.services.applications import Basics, Filled, Upload, set_basics
from app.services.enrolments import Ticket, enrol
from app.services.invitations import invite, link_of
from tests.conftest import Browser
from tests.make import Make

TODAY = clock.today()


@pytest.fixture
def edition(make: Make) -> Edition:
    course = make.course(title={"en": "Big Data"}, languages=["en", "es"], slug="big-data")
    return make.edition(
        course,
        slug="2030",
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=60),
        policy=EnrolmentPolicy.APPLICATION,
        capacity=2,
    )


def settings(edition: Edition, page: str = "") -> str:
    return f"/editions/{edition.id}/settings{page}"


def words(page: str) -> str:
    return BeautifulSoup(page, "html.parser").find("main").get_text(" ", strip=True)  # type: ignore[union-attr]


def applied(session: Session, make: Make, edition: Edition, **given: Any) -> Enrolment:
    return enrol(
        session,
        make.account(**given),
        edition,
        language="en",
        on=TODAY,
        now=clock.now(),
        ticket=Ticket(application=Filled(motivation="I want to learn")),
    )


CHANGES = [
    ("/form", {"motivation": "required", "position": "no", "letter": "no"}),
    ("/form/questions", {"kind": "short", "text-en": "Why?"}),
    ("/form/questions/{}", {"kind": "short", "text-en": "Why?"}),
    ("/form/questions/{}/place", {"way": "up"}),
    ("/form/questions/{}/removal", {}),
    ("/seats", {"country": "CO", "seats": "1"}),
    ("/seats/{}/release", {}),
    ("/invitations", {"emails": "a@example.org", "language": "en"}),
    ("/invitations/{}/revocation", {}),
    ("/line/{}", {"position": "1"}),
]


@pytest.mark.parametrize(
    "who", ["visitor", "stranger", "participant", "tutor", "observer", "focal"]
)
def test_nobody_but_coordinators_changes_how_people_come_in(
    make: Make, session: Session, browser: Browser, edition: Edition, who: str
) -> None:
    sena = make.institution()
    make.crowd(edition, institution_id=sena.id)
    people: dict[str, Any] = {
        "visitor": lambda: None,
        "stranger": make.account,
        "participant": lambda: make.participant(edition),
        "tutor": lambda: make.tutor(edition),
        "observer": lambda: make.observer(edition),
        "focal": lambda: make.focal(sena),
    }
    person = people[who]()
    if person:
        browser.sign_in(person)

    answers = {
        browser.post(settings(edition, path.format(uuid4())), data=data).status_code
        for path, data in CHANGES
    } | {
        browser.get(settings(edition, page)).status_code
        for page in ("/form", "/seats", "/invitations", "/line", f"/form/questions/{uuid4()}")
    }

    assert answers == {{"visitor": 303, "stranger": 404}.get(who, 403)}
    for table in (ApplicationQuestion, ReservedSeats, Invitation):
        assert session.exec(select(table)).all() == []


def test_what_belongs_to_another_edition_is_not_there(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    other = make.edition(capacity=5)
    browser.sign_in(make.coordinator())
    browser.post(settings(other, "/form/questions"), data={"kind": "short", "text-en": "Why?"})
    browser.post(settings(other, "/seats"), data={"country": "CO", "seats": "1"})
    browser.post(settings(other, "/invitations"), data={"emails": "a@b.org", "language": "en"})
    question = session.exec(select(ApplicationQuestion)).one()
    reserve = session.exec(select(ReservedSeats)).one()
    invitation = session.exec(select(Invitation)).one()

    answers = [
        browser.get(settings(edition, f"/form/questions/{question.id}")),
        browser.post(settings(edition, f"/form/questions/{question.id}/removal")),
        browser.post(settings(edition, f"/form/questions/{question.id}/place"), data={"way": "up"}),
        browser.post(settings(edition, f"/seats/{reserve.id}/release")),
        browser.post(settings(edition, f"/invitations/{invitation.id}/revocation")),
    ]

    assert [a.status_code for a in answers] == [404] * 5
    session.expire_all()
    assert session.get_one(ReservedSeats, reserve.id).released_at is None
    assert session.get_one(Invitation, invitation.id).state is InvitationState.QUEUED


def test_a_coordinator_makes_the_form(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    ask = settings(edition, "/form/questions")

    browser.post(
        settings(edition, "/form"),
        data={
            "motivation": "required",
            "motivation_length": "500",
            "position": "no",
            "letter": "optional",
        },
    )
    browser.post(ask, data={"kind": "short", "text-en": "First?", "text-es": "¿Primera?"})
    few = browser.post(ask, data={"kind": "one", "text-en": "Second?", "choices-en": "One"})
    uneven = browser.post(
        ask,
        data={"kind": "one", "text-en": "Second?", "choices-en": "A\nB", "choices-es": "A"},
    )
    blank = browser.post(ask, data={"kind": "short"})
    browser.post(
        ask,
        data={"kind": "one", "text-en": "Second?", "choices-en": "A\r\nB", "is_required": "on"},
    )
    first, second = form_of(session, edition.id).questions
    browser.post(f"{ask}/{second.id}/place", data={"way": "up"})
    shown = browser.get(f"{ask}/{second.id}").text
    browser.post(f"{ask}/{first.id}/removal")

    seen = form_of(session, edition.id)
    assert [few.status_code, uneven.status_code, blank.status_code] == [422] * 3
    assert "at least two choices" in words(few.text)
    assert "the same number of choices" in words(uneven.text)
    assert "Second?" in few.text
    assert (seen.motivation, seen.motivation_length) == (Asked.REQUIRED, 500)
    assert [(q.text["en"], q.is_required) for q in seen.questions] == [("Second?", True)]
    assert "A\nB" in shown


def test_places_are_reserved_and_released_and_the_figures_say_who_left(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())
    sena = make.institution(acronym="SENA")

    too_many = browser.post(settings(edition, "/seats"), data={"country": "CO", "seats": "3"})
    both = browser.post(
        settings(edition, "/seats"),
        data={"country": "CO", "institution": str(sena.id), "seats": "1"},
    )
    browser.post(settings(edition, "/seats"), data={"institution": str(sena.id), "seats": "1"})
    page = words(browser.get(settings(edition, "/seats")).text)
    reserve = session.exec(select(ReservedSeats)).one()
    browser.post(settings(edition, f"/seats/{reserve.id}/release"))

    assert (too_many.status_code, both.status_code) == (422, 422)
    assert "SENA, Colombia" in page
    assert "Nobody who had a place has left." in page
    session.expire_all()
    assert session.get_one(ReservedSeats, reserve.id).released_at is not None


def test_people_are_invited_by_address_and_the_link_is_for_coordinators_to_see(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.coordinator())

    wrong = browser.post(
        settings(edition, "/invitations"),
        data={"emails": "a@example.org, nonsense", "language": "en"},
    )
    sent = browser.post(
        settings(edition, "/invitations"),
        data={"emails": "A@example.org\nb@example.org", "language": "es"},
    )
    page = browser.get(sent.headers["Location"]).text
    one = session.exec(select(Invitation).where(Invitation.email == "a@example.org")).one()

    assert wrong.status_code == 422
    assert "“nonsense” is not an e-mail address." in words(wrong.text)
    assert "2 people are invited" in page
    assert link_of(one.id, one.generation) in page
    assert one.language == "es"


def test_who_is_invited_registers_comes_back_and_is_in(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    invite(
        session,
        edition.id,
        ["new@example.org"],
        language="en",
        by=make.coordinator().id,
        now=clock.now(),
    )
    one = session.exec(select(Invitation)).one()
    link = link_of(one.id, one.generation).removeprefix("http://testserver")

    visitor = browser.get(link).text
    unsigned = browser.post(link, data={})
    browser.sign_in(make.account())
    other, refused = browser.get(link).text, browser.post(link, data={})
    new = make.account(email="new@example.org")
    browser.sign_in(new)
    shown, taken = browser.get(link).text, browser.post(link, data={})
    lost = browser.get(link[:-1] + ("0" if link[-1] != "0" else "1"))

    assert f'href="/register?next={link}"' in visitor
    assert unsigned.headers["Location"].startswith("/sign-in")
    assert "another e-mail address" in words(other)
    assert "new@example.org" not in other
    assert refused.status_code == 422
    assert "Accept the invitation" in words(shown)
    assert taken.headers["Location"] == f"/editions/{edition.id}"
    assert lost.status_code == 404
    assert [e.account_id for e in session.exec(select(Enrolment))] == [new.id]


def test_a_coordinator_moves_somebody_to_the_front(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    edition.policy = EnrolmentPolicy.OPEN
    make.saved(edition)
    places = [applied(session, make, edition, name=f"P{n}") for n in range(5)]
    browser.sign_in(make.coordinator())

    browser.post(settings(edition, f"/line/{places[4].id}"), data={"position": "1"})
    page = words(browser.get(settings(edition, "/line")).text)
    wrong = browser.post(settings(edition, f"/line/{places[4].id}"), data={"position": "no"})
    seated = browser.post(settings(edition, f"/line/{places[0].id}"), data={"position": "1"})

    session.expire_all()
    standing = {p.enrolment_id: p.position for p in session.exec(select(WaitingPlace))}
    assert [standing[p.id] for p in places[2:]] == [2, 3, 1]
    assert page.index("P4") < page.index("P2") < page.index("P3")
    assert (wrong.status_code, seated.status_code) == (422, 404)
    assert session.exec(select(SeatOffer)).all() == []


def person_page(edition: Edition, enrolment: UUID, page: str = "") -> str:
    return f"/editions/{edition.id}/people/{enrolment}{page}"


def with_letter(session: Session, make: Make, edition: Edition, **given: Any) -> Enrolment:
    asked = Basics(Asked.OPTIONAL, 500, Asked.NO, Asked.OPTIONAL)
    set_basics(session, edition.id, asked, by=make.coordinator().id)
    filled = Filled("I want to learn", letter=Upload("letter.pdf", io.BytesIO(b"%PDF-1.7 secret")))
    return enrol(
        session,
        make.account(**given),
        edition,
        language="en",
        on=TODAY,
        now=clock.now(),
        ticket=Ticket(application=filled),
    )


def test_each_role_sees_of_an_applicant_what_it_may(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    sena, ina = make.institution(), make.institution()
    place = with_letter(session, make, edition, institution_id=sena.id, email="ana@example.org")
    make.crowd(edition, institution_id=ina.id)
    everybody = {
        "coordinator": make.coordinator(),
        "own focal": make.focal(sena),
        "other focal": make.focal(ina),
        "tutor": make.tutor(edition),
        "tutor and focal": make.focal(ina),
        "participant": make.participant(edition),
        "stranger": make.account(),
    }
    make.staff(edition, everybody["tutor and focal"])
    seen = {}
    for who, person in everybody.items():
        browser.sign_in(person)
        page = browser.get(person_page(edition, place.id))
        letter = browser.get(person_page(edition, place.id, "/letter"))
        seen[who] = (
            page.status_code,
            "I want to learn" in page.text,
            "ana@example.org" in page.text,
            ">Gender<" in page.text,
            letter.status_code,
        )

    assert seen == {
        "coordinator": (200, True, True, True, 200),
        "own focal": (200, True, True, True, 200),
        "other focal": (404, False, False, False, 404),
        "tutor": (200, False, False, False, 403),
        "tutor and focal": (200, False, False, False, 404),
        "participant": (403, False, False, False, 403),
        "stranger": (404, False, False, False, 404),
    }


def test_a_letter_is_kept_from_the_browser_and_belongs_to_its_edition(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    place, other = with_letter(session, make, edition), make.edition()
    browser.sign_in(make.coordinator())

    letter = browser.get(person_page(edition, place.id, "/letter"))
    elsewhere = [browser.get(person_page(other, place.id, end)) for end in ("", "/letter")]

    assert letter.headers["Content-Disposition"].startswith("attachment;")
    assert letter.headers["X-Content-Type-Options"] == "nosniff"
    assert [a.status_code for a in elsewhere] == [404, 404]


def test_a_correction_is_shown_with_its_reason(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    edition.policy = EnrolmentPolicy.OPEN
    make.saved(edition)
    place, boss = applied(session, make, edition), make.coordinator()
    address = person_page(edition, place.id)
    tutor = make.tutor(edition)
    browser.sign_in(tutor)
    refused = browser.post(f"{address}/corrections", data={"country": "CR", "why": "x"})
    browser.sign_in(boss)

    without = browser.post(f"{address}/corrections", data={"country": "CR"})
    done = browser.post(
        f"{address}/corrections", data={"country": "CR", "why": "Lives there", "gender": "man"}
    )
    page = words(browser.get(done.headers["Location"]).text)

    session.expire_all()
    mended = session.get_one(Enrolment, place.id)
    assert (refused.status_code, without.status_code) == (403, 422)
    assert "Fill this in." in words(without.text)
    assert (mended.country, mended.gender.value) == ("CR", "woman")
    assert "Country: Colombia, now Costa Rica. Lives there" in page
    assert len(session.exec(select(EnrolmentCorrection)).all()) == 1
    assert mended.status is EnrolmentStatus.ACTIVE
