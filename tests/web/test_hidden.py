"""What is hidden gives nothing to anybody but those who write: no page, file, name or figure."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pytest
from sqlmodel import Session, select

from app.core import db, files
from app.models import (
    Account,
    Activity,
    ActivityFile,
    Course,
    Edition,
    Enrolment,
    EnrolmentStatus,
    FileRole,
    Module,
    Progress,
    ProgressState,
    StoredFile,
)
from app.queries.balance import room
from app.services.keys import make_key
from app.services.progress import record_done
from tests.conftest import Browser
from tests.make import NOW, Make
from tests.web.test_routes_and_roles import everything

MARK = "Quetzal"


@dataclass
class Place:
    """A course with one thing to do, and much that is hidden: an activity, and a whole module."""

    edition: Edition
    seen: Activity
    hidden: list[Activity]
    file: StoredFile
    people: dict[str, Account]
    enrolment: Enrolment


@pytest.fixture
def place(make: Make, session: Session) -> Place:
    institution = make.institution()
    edition = make.edition()
    module = make.module(edition)
    seen = make.activity(module, title={"en": "In sight"})
    parent = make.module(edition, title={"en": f"{MARK} module"}, is_hidden=True,
                         summary={"en": f"{MARK} summary"})  # fmt: skip
    hidden = [
        make.activity(module, title={"en": f"{MARK} page"}, body=f"{MARK} text", is_hidden=True),
        make.quiz(module, title={"en": f"{MARK} quiz"}, is_hidden=True),
        make.activity(parent, title={"en": f"{MARK} within"}, body=f"{MARK} text"),
        make.quiz(parent, title={"en": f"{MARK} quiz within"}),
    ]
    kept = files.keep(BytesIO(MARK.encode()), folder="content", limit=10**6)
    stored = make.saved(
        StoredFile(key=kept.key, name="guide.pdf", content_type="application/pdf",
                   size=kept.size, sha256=kept.sha256)
    )  # fmt: skip
    for activity in hidden:
        make.saved(
            ActivityFile(activity_id=activity.id, file_id=stored.id, role=FileRole.DOWNLOAD,
                         language="en", title=f"{MARK} file")
        )  # fmt: skip
    person = make.account(institution_id=institution.id)
    enrolment = make.counted(make.enrolment(person, edition))
    for activity in hidden:
        session.add(
            Progress(enrolment_id=enrolment.id, activity_id=activity.id, percent=90,
                     state=ProgressState.DONE, changed_at=NOW)
        )  # fmt: skip
    session.flush()
    people = {
        "participant": person,
        "observer": make.observer(edition),
        "focal point": make.focal(institution),
        "stranger": make.account(),
        "tutor": make.tutor(edition),
        "coordinator": make.coordinator(),
    }
    return Place(edition, seen, hidden, stored, people, enrolment)


WRITERS = {"tutor", "coordinator"}


def addresses(make: Make, place: Place) -> Iterator[str]:
    at = f"/editions/{place.edition.id}"
    slug = make.session.get_one(Course, place.edition.course_id).slug
    course = f"/courses/{slug}/{place.edition.slug}"
    yield from (at, f"{at}/results", f"{at}/sessions", f"{at}/people", f"{at}/people.csv", "/home")
    yield from ("/", course, f"{at}/content", f"{at}/activities/{place.seen.id}")
    for activity in place.hidden:
        yield f"{at}/activities/{activity.id}"
        yield f"{at}/activities/{activity.id}/files/{place.file.id}/guide.pdf"
        yield f"{at}/content/activities/{activity.id}/settings"


def test_nobody_but_those_who_write_comes_upon_what_is_hidden(
    make: Make, browser: Browser, place: Place
) -> None:
    cases, violations = 0, []
    for who, account in place.people.items():
        browser.sign_in(account)
        for address in addresses(make, place):
            answer = browser.get(address)
            cases += 1
            shows = MARK in answer.text or any(str(a.id) in answer.text for a in place.hidden)
            is_its_own = any(str(a.id) in address for a in place.hidden)
            if who not in WRITERS and (MARK in answer.text or (shows and not is_its_own)):
                violations.append(f"{who} reads it at {address}")
            if who not in WRITERS and is_its_own and answer.status_code not in {403, 404}:
                violations.append(f"{who} got {answer.status_code} at {address}")
            if who in WRITERS and is_its_own and answer.status_code != 200:
                violations.append(f"{who}, who writes, got {answer.status_code} at {address}")

    print(f"{cases} cases run, {len(violations)} violations")
    assert not violations, "\n".join(violations)


def test_whoever_knows_the_address_changes_nothing_of_what_is_hidden(
    browser: Browser, place: Place
) -> None:
    before, wrong = everything(besides={"sign_in"}), []
    for who in ("participant", "observer", "focal point", "stranger"):
        browser.sign_in(place.people[who])
        for activity in place.hidden:
            at = f"/editions/{place.edition.id}/activities/{activity.id}"
            for act in ("done", "undone", "answers"):
                answer = browser.post(f"{at}/{act}", data={"number": "1"})
                if answer.status_code not in {403, 404}:
                    wrong.append(f"{who}: {act} got {answer.status_code}")

    assert not wrong, "\n".join(wrong)
    assert everything(besides={"sign_in"}) == before


def test_writers_see_it_marked_and_the_visitor_nothing(
    make: Make, browser: Browser, place: Place
) -> None:
    course = make.session.get_one(Edition, place.edition.id)
    browser.sign_in(place.people["tutor"])
    at = f"/editions/{course.id}"

    page = browser.get(at).text
    own = browser.get(f"{at}/activities/{place.hidden[0].id}").text
    browser.sign_out()

    assert page.count("Hidden") >= 3
    assert f"{MARK} module" in page
    assert "Hidden" in own
    assert MARK not in browser.get("/").text


def test_no_figure_counts_what_is_hidden(session: Session, browser: Browser, place: Place) -> None:
    """Neither what there is to do nor what was done before it was hidden."""
    at = f"/editions/{place.edition.id}"
    browser.sign_in(place.people["participant"])
    course, home = browser.get(at).text, browser.get("/home").text
    results = browser.get(f"{at}/results").text
    key = make_key(session, place.people["tutor"].id, name="key")
    told = browser.get(f"/api/v1{at}/people", headers={"Authorization": f"Bearer {key}"}).text
    browser.sign_in(place.people["tutor"])
    people = browser.get(f"{at}/people").text

    assert "0 of 1 activity done" in course
    assert "0 of 1 activity done" in home
    assert "0 of 1 activity done" in results
    assert "0 of 1" in people
    assert MARK not in told
    assert room(session, place.edition.id, on=NOW.date()).activities == 1


def test_the_course_is_complete_without_what_is_hidden(
    session: Session, make: Make, place: Place
) -> None:
    """For whoever did it before it was hidden, and for whoever never saw it."""
    later = make.enrolment(make.account(), place.edition)
    for enrolment in (place.enrolment, later):
        with db.changing() as own:
            record_done(own, enrolment.id, place.seen.id, now=NOW)

    session.expire_all()
    assert set(session.exec(select(Enrolment.status))) == {EnrolmentStatus.COMPLETED}


def test_what_is_hidden_completes_nothing(session: Session, make: Make, place: Place) -> None:
    """However much of it was done."""
    other = make.enrolment(make.account(), place.edition)
    for activity in place.hidden:
        with db.changing() as own:
            record_done(own, other.id, activity.id, now=NOW)

    session.expire_all()
    status = session.exec(select(Enrolment.status).where(Enrolment.id == other.id)).one()
    assert status is EnrolmentStatus.ACTIVE


def test_hiding_is_seen_at_once(browser: Browser, place: Place) -> None:
    """Also where a page was kept."""
    at = f"/editions/{place.edition.id}"
    browser.sign_in(place.people["participant"])
    kept = browser.get(at)
    browser.sign_in(place.people["tutor"])
    address = f"{at}/content/activities/{place.seen.id}/visibility"
    assert browser.post(address, data={"hidden": "on"}).status_code == 303
    browser.cookies.clear()
    browser.sign_in(place.people["participant"])

    again = browser.get(at, headers={"If-None-Match": kept.headers["ETag"]})

    assert "In sight" in kept.text
    assert again.status_code == 200
    assert "In sight" not in again.text
    assert browser.get(f"{at}/activities/{place.seen.id}").status_code == 404


def test_a_hidden_module_is_not_in_the_catalogue(
    make: Make, browser: Browser, session: Session
) -> None:
    course = make.course(slug="shown")
    edition = make.edition(course)
    make.module(edition, title={"en": "Open to see"})
    make.module(edition, title={"en": f"{MARK} module"}, is_hidden=True)

    page = browser.get(f"/courses/shown/{edition.slug}").text

    assert "Open to see" in page
    assert MARK not in page
    assert session.exec(select(Module)).all()
