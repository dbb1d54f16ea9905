"""Writing the catalogue: a course from an empty page, changed later, and its first edition."""

import re

import pytest
from sqlmodel import Session, select

from app.core.ids import uuid7
from app.models import Course, Edition, EnrolmentPolicy, Mode
from tests.conftest import Browser
from tests.make import Make

NEW = "/editions/courses/new"
WORDS = {
    "mode": "tutor_led",
    "hours": "40",
    "languages": ["es", "en"],
    "title_es": "Tutoría a distancia",
    "title_en": "Tutoring from afar",
    "outcomes_en": "- Plan a session\n\n* Lead one",
    "is_published": "on",
}


def test_a_course_is_written_and_its_first_edition_opened(
    make: Make, session: Session, browser: Browser
) -> None:
    browser.sign_in(make.coordinator())
    listed = browser.get("/editions").text

    added = browser.post(NEW, data=WORDS)
    course = session.exec(select(Course)).one()
    page = browser.get(added.headers["Location"]).text
    press = re.search(r'name="press" value="([^"]+)"', page)
    assert press
    edition = {
        "press": press[1], "course": str(course.id), "slug": "2027-b", "languages": ["es"],
        "starts_on": "2027-03-01", "ends_on": "2027-06-01", "reporting_year": "2027",
        "policy": "application", "capacity": "30",
    }  # fmt: skip
    opened = browser.post("/editions/new", data=edition)
    again = browser.post("/editions/new", data=edition)

    assert f'href="{NEW}"' in listed
    assert 'href="/editions/new"' in listed
    assert (course.slug, course.mode, course.hours) == ("tutoria-a-distancia", Mode.TUTOR_LED, 40)
    assert course.languages == ["es", "en"]
    assert course.outcomes == {"en": ["Plan a session", "Lead one"]}
    assert f'<option value="{course.id}" selected>' in page
    made = session.exec(select(Edition)).one()
    assert (made.languages, made.policy) == (["es"], EnrolmentPolicy.APPLICATION)
    assert (made.capacity, made.came_from_id) == (30, None)
    assert opened.headers["Location"] == again.headers["Location"]
    assert opened.headers["Location"] == f"/editions/{made.id}/content"
    assert browser.get("/courses/tutoria-a-distancia").status_code == 200


def test_a_course_is_changed_and_taken_out_of_the_catalogue(
    make: Make, session: Session, browser: Browser
) -> None:
    course = make.course(languages=["en"], outcomes={"en": ["Plan"]})
    edition = make.edition(course)
    version = edition.version
    browser.sign_in(make.coordinator())
    at = f"/editions/courses/{course.id}"

    page = browser.get(at).text
    saved = browser.post(at, data=WORDS | {"slug": course.slug, "is_published": ""})
    same = browser.post(at, data=WORDS | {"slug": course.slug, "is_published": ""})

    assert course.title["en"] in page
    assert saved.status_code == same.status_code == 303
    session.expire_all()
    course = session.get_one(Course, course.id)
    assert (course.title["en"], course.is_published) == ("Tutoring from afar", False)
    assert session.get_one(Edition, edition.id).version == version + 1
    assert browser.get(f"/courses/{course.slug}").status_code == 404
    assert "Not published" in browser.get("/editions/courses").text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"languages": []}, "languages", "Choose at least one language."),
        ({"title_en": ""}, "title_en", "Write a title."),
        ({"hours": "0"}, "hours", "Write a number of at least 1."),
        ({"slug": "Not So"}, "slug", "Use small letters without accents"),
        ({"slug": "there-already"}, "slug", "Another course is at this address already."),
    ],
)
def test_what_is_wrong_with_a_course_stands_beside_its_field(
    make: Make, session: Session, browser: Browser, typed: dict[str, str], field: str, words: str
) -> None:
    make.course(slug="there-already")
    browser.sign_in(make.coordinator())

    answer = browser.post(NEW, data=WORDS | typed)

    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">{re.escape(words)}', answer.text)
    assert "Tutoría a distancia" in answer.text
    assert len(session.exec(select(Course)).all()) == 1


def test_an_edition_needs_a_course_and_days_in_order(
    make: Make, session: Session, browser: Browser
) -> None:
    course = make.course()
    browser.sign_in(make.coordinator())
    plain = {"press": str(uuid7()), "course": str(course.id), "slug": "2027", "languages": "en",
             "reporting_year": "2027", "policy": "closed"}  # fmt: skip
    days = {"starts_on": "2027-03-01", "ends_on": "2027-02-01"}

    for wrong in (days, {"course": ""}, {"course": str(uuid7())}, {"policy": "key"}):
        assert browser.post("/editions/new", data=plain | wrong).status_code in {404, 422}
    assert session.exec(select(Edition)).all() == []


def test_nobody_else_writes_the_catalogue(make: Make, browser: Browser) -> None:
    institution = make.institution()
    course = make.course()
    for person in (make.account(), make.tutor(make.edition()), make.focal(institution)):
        browser.sign_in(person)
        assert browser.get("/editions/courses").status_code == 403
        assert browser.get(NEW).status_code == 403
        assert browser.post(NEW, data=WORDS).status_code == 403
        assert browser.post(f"/editions/courses/{course.id}", data=WORDS).status_code == 403
        assert browser.post("/editions/new", data={}).status_code == 403
