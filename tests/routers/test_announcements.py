"""Announcements: who may send them, to whom they go, and who reads them later."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.jobs.messages import as_mail
from app.models import (
    Account,
    Announcement,
    AuditEvent,
    Edition,
    EnrolmentStatus,
    Institution,
    Message,
    Team,
)
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make
from tests.sink import part


class Place:
    """An edition in two languages with people of every kind in it."""

    def __init__(self, make: Make) -> None:
        course = make.course(languages=["es", "en"], title={"es": "Brechas", "en": "Gaps"})
        self.edition: Edition = make.edition(course)
        self.sena: Institution = make.institution(country="CO")
        self.senai: Institution = make.institution(country="BR")
        given: dict[str, Any] = {"institution_id": self.sena.id, "country": "CO"}
        self.ana = make.participant(self.edition, name="Ana", language="es", **given)
        self.bia = make.participant(
            self.edition, name="Bia", language="pt", country="BR", institution_id=self.senai.id
        )
        self.done = make.account(name="Done", **given)
        make.completed_by(self.done, self.edition)
        make.crowd(self.edition, **given)  # counted, so that its country is offered
        self.applicant = make.account(name="Applicant")
        make.enrolment(self.applicant, self.edition, status=EnrolmentStatus.APPLIED)
        self.gone = make.account(name="Gone")
        make.enrolment(self.gone, self.edition, status=EnrolmentStatus.WITHDRAWN)
        self.team: Team = make.team(self.edition, name="Team A")
        self.mate = make.teammate(self.team, name="Mate", **given)
        self.tutor = make.tutor(self.edition, name="Tomás Tutor")
        self.other_tutor = make.tutor(self.edition, name="Other Tutor")
        self.observer = make.observer(self.edition)
        self.address = f"/editions/{self.edition.id}/announcements"

    def form(self, audience: str = "participants", **given: str) -> dict[str, str]:
        plain = {
            "key": str(uuid4()),
            "audience": audience,
            "title_en": "Bring your **data**",
            "text_en": "Two things:\n\n- a *table*\n- <script>alert(1)</script>",
        }
        return plain | given


@pytest.fixture
def place(make: Make) -> Place:
    return Place(make)


@pytest.fixture
def told(session: Session) -> Callable[[], set[str]]:
    """The names of those who were written to."""

    def told() -> set[str]:
        rows = session.exec(
            select(Account.name).join(Message).where(Message.kind == "announcement")
        )
        return {name.split(" Pérez")[0] for name in rows}

    return told


@pytest.mark.parametrize(
    ("audience", "more", "names"),
    [
        ("participants", {}, {"Ana", "Bia", "Done", "Mate"}),
        ("everybody", {}, {"Ana", "Bia", "Done", "Mate", "Other Tutor"}),
        ("applicants", {}, {"Applicant"}),
        ("tutors", {}, {"Other Tutor"}),
        ("team", {"team": "here"}, {"Mate"}),
        ("country", {"country": "CO"}, {"Ana", "Done", "Mate"}),
    ],
)
def test_it_goes_to_those_it_is_for_each_once_and_not_to_its_author(
    browser: Browser,
    place: Place,
    told: Callable[[], set[str]],
    audience: str,
    more: dict[str, str],
    names: set[str],
) -> None:
    browser.sign_in(place.tutor)
    given = {key: str(place.team.id) if value == "here" else value for key, value in more.items()}
    form = place.form(audience, **given)
    preview = browser.post(f"{place.address}/new", data=form)
    assert preview.status_code == 200
    assert told() == set()
    sent = browser.post(place.address, data=form)
    assert sent.status_code == 303

    found = told()
    assert {name for name in found if name in {"Ana", "Bia", "Done", "Mate", "Applicant",
            "Gone", "Tomás Tutor", "Other Tutor"}} == names  # fmt: skip
    assert BeautifulSoup(browser.get(place.address).text, "lxml").find("li", id=form["key"])


def test_the_number_is_said_before_it_is_sent(browser: Browser, place: Place) -> None:
    browser.sign_in(place.tutor)
    page = browser.post(f"{place.address}/new", data=place.form("team", team=str(place.team.id)))
    assert "This goes to 1 person." in page.text
    assert "Send to 1 person" in page.text
    assert "<li>a <em>table</em></li>" in page.text
    assert "<script>alert" not in page.text


def test_each_gets_it_in_their_language_or_in_one_that_is_there(
    session: Session, browser: Browser, place: Place
) -> None:
    browser.sign_in(place.tutor)
    form = place.form(title_es="Traiga sus datos", text_es="Dos cosas.")
    browser.post(place.address, data=form)

    def mail_to(account: Account) -> Any:
        message = session.exec(select(Message).where(Message.account_id == account.id)).one()
        return as_mail(message, account)

    spanish, portuguese = mail_to(place.ana), mail_to(place.bia)
    assert spanish["Subject"] == "Traiga sus datos"
    assert portuguese["Subject"] == "Traiga sus datos"  # the first language of the edition
    assert part(spanish, "plain").startswith("Hola, Ana:")
    assert part(portuguese, "plain").startswith("Olá, Bia,")
    html = BeautifulSoup(part(mail_to(place.mate), "html"), "lxml")
    assert html.find("em", string="table")
    assert html.find("script") is None
    assert "Tomás Tutor" in html.get_text()
    assert mail_to(place.mate)["List-Unsubscribe"]


def test_a_second_click_sends_nothing_more(
    session: Session, browser: Browser, place: Place
) -> None:
    browser.sign_in(place.tutor)
    form = place.form()
    for _ in range(3):
        assert browser.post(place.address, data=form).status_code == 303
    browser.sign_in(place.other_tutor)
    assert browser.post(place.address, data=form).status_code == 409

    assert len(session.exec(select(Announcement)).all()) == 1
    messages = session.exec(select(Message.account_id)).all()
    assert len(messages) == len(set(messages))
    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.actor_id) == ("send announcement", place.tutor.id)
    assert event.details["recipients"] == len(messages)


def test_only_staff_of_the_edition_write_them(
    session: Session, make: Make, browser: Browser, place: Place
) -> None:
    elsewhere = make.edition()
    refused = (
        (place.ana, 403),
        (place.observer, 403),
        (place.applicant, 404),
        (make.account(), 404),
        (make.tutor(elsewhere), 404),
        (make.focal(make.institution()), 404),
    )
    for account, status in refused:
        browser.sign_in(account)
        assert browser.get(f"{place.address}/new").status_code == status
        assert browser.post(f"{place.address}/new", data=place.form()).status_code == status
        assert browser.post(place.address, data=place.form()).status_code == status
    browser.sign_out()
    assert browser.post(place.address, data=place.form()).status_code == 303
    assert session.exec(select(Message)).all() == []


def test_a_focal_point_reaches_the_own_people_alone(
    browser: Browser, make: Make, place: Place, told: Callable[[], set[str]]
) -> None:
    browser.sign_in(make.focal(place.sena))
    page = browser.get(f"{place.address}/new").text
    assert 'value="tutors"' not in page
    assert 'value="everybody"' not in page
    for audience in "everybody", "tutors":
        answer = browser.post(place.address, data=place.form(audience))
        assert answer.status_code == 422
    assert browser.post(place.address, data=place.form("country", country="BR")).status_code == 422
    assert told() == set()
    assert browser.post(place.address, data=place.form("participants")).status_code == 303
    assert {"Ana", "Done", "Mate"} <= told()
    assert "Bia" not in told()


def test_people_read_later_what_was_for_them(browser: Browser, make: Make, place: Place) -> None:
    focal, other = make.focal(place.sena), make.focal(place.senai)
    make.counted(make.enrolment(make.account(institution_id=place.senai.id), place.edition))
    sent = {
        "All": (place.tutor, place.form("participants")),
        "Tutors": (place.tutor, place.form("tutors")),
        "Team": (place.tutor, place.form("team", team=str(place.team.id))),
        "Colombia": (place.tutor, place.form("country", country="CO")),
        "Own": (focal, place.form("participants")),
        "Waiting": (place.tutor, place.form("applicants")),
    }
    for title, (author, form) in sent.items():
        browser.sign_in(author)
        answer = browser.post(place.address, data=form | {"title_en": f"News: {title}"})
        assert answer.status_code == 303

    readers = (
        (place.ana, {"All", "Colombia", "Own"}),
        (place.bia, {"All"}),
        (place.mate, {"All", "Team", "Colombia", "Own"}),
        (place.tutor, set(sent)),
        (place.observer, set(sent)),
        (make.coordinator(), set(sent)),
        (focal, {"All", "Own"}),
        (other, {"All"}),
    )
    for reader, titles in readers:
        browser.sign_in(reader)
        page = browser.get(place.address).text
        assert {title for title in sent if f"News: {title}" in page} == titles, reader.name
    for stranger in place.applicant, place.gone, make.account():
        browser.sign_in(stranger)
        assert browser.get(place.address).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title_en": "", "text_en": ""}, "Write a title and a text."),
        ({"title_en": ""}, "Give this text a title."),
        ({"text_en": " "}, "Write a text under this title."),
        ({"audience": "the world"}, "Choose one of the options."),
        ({"audience": "team"}, "Choose a team of this edition."),
        ({"audience": "team", "team": str(uuid4())}, "Choose a team of this edition."),
        ({"audience": "country", "country": "FR"}, "Choose a country from which people take part."),
        ({"title_en": "T" * 151}, "Write at most 150 characters."),
    ],
)
def test_what_cannot_be_sent_is_said_beside_the_field_and_kept(
    session: Session, browser: Browser, place: Place, wrong: dict[str, str], sentence: str
) -> None:
    browser.sign_in(place.tutor)
    form = place.form()
    for address in f"{place.address}/new", place.address:
        answer = browser.post(address, data=form | wrong)
        assert answer.status_code == 422
        assert sentence in answer.text
        if "text_en" not in wrong:
            assert "Two things:" in answer.text
    assert session.exec(select(Message)).all() == []


def test_nobody_to_write_to_is_said(browser: Browser, make: Make) -> None:
    edition = make.edition()
    browser.sign_in(make.tutor(edition))
    form = {"key": str(uuid4()), "audience": "applicants", "title_en": "T", "text_en": "B"}
    for path in "/new", "":
        answer = browser.post(f"/editions/{edition.id}/announcements{path}", data=form)
        assert answer.status_code == 422
        assert "Nobody would get this." in answer.text


@pytest.mark.parametrize("how_many", [1, 3])
def test_the_list_takes_as_many_statements_for_one_as_for_three(
    browser: Browser, place: Place, how_many: int
) -> None:
    browser.sign_in(place.tutor)
    for _ in range(how_many):
        browser.post(place.address, data=place.form())
    browser.sign_in(place.ana)
    with statements() as sent:
        page = browser.get(place.address)
    assert page.text.count("<article") == how_many
    assert len(sent) == 3
