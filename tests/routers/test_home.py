"""A person's first page, as a participant, a tutor, a coordinator and somebody new meet it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core import clock
from app.models import (
    Account,
    Activity,
    Announcement,
    Audience,
    CapstoneKind,
    CapstoneStatus,
    CertificateStatus,
    Decision,
    Edition,
    Enrolment,
    EnrolmentStatus,
    LiveSession,
    Progress,
    ProgressState,
)
from app.queries.enrolments import enrolment_of
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

NOW = datetime.now(UTC)
TODAY = clock.today()


def running(make: Make, title: str, *, activities: int = 2, **given: Any) -> Edition:
    plain: dict[str, Any] = {
        "starts_on": TODAY - timedelta(days=20),
        "ends_on": TODAY + timedelta(days=20),
    }
    edition = make.edition(make.course(title={"en": title}), **plain | given)
    module = make.module(edition)
    for n in range(1, activities + 1):
        make.activity(module, title={"en": f"{title}, step {n}"})
    return edition


def steps(session: Session, edition: Edition) -> list[Activity]:
    return list(
        session.exec(select(Activity).where(Activity.edition_id == edition.id).order_by("position"))
    )


def done(
    session: Session, person: Account, edition: Edition, how_many: int, *, ago: int = 0
) -> None:
    enrolment = enrolment_of(session, person.id, edition.id)
    assert enrolment is not None
    for activity in steps(session, edition)[:how_many]:
        session.add(
            Progress(
                enrolment_id=enrolment.id,
                activity_id=activity.id,
                state=ProgressState.DONE,
                changed_at=NOW - timedelta(days=ago),
            )
        )
    session.flush()


def live(make: Make, edition: Edition, **given: Any) -> LiveSession:
    plain: dict[str, Any] = {
        "edition_id": edition.id,
        "title": "Clinic",
        "language": "en",
        "starts_at": NOW + timedelta(days=3),
        "timezone": "UTC",
        "local_start": "2026-06-09T10:00",
        "minutes": 90,
        "link": "https://meet.example/secret-room",
        "changed_at": NOW,
    }
    return make.saved(LiveSession(**plain | given))


def home(browser: Browser, person: Account) -> BeautifulSoup:
    browser.sign_in(person)
    answer = browser.get("/home")
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def words(soup: BeautifulSoup, place: str) -> str:
    found = soup.select_one(place)
    return " ".join(found.get_text(" ", strip=True).split()) if found else ""


def test_a_visitor_is_asked_to_sign_in(browser: Browser) -> None:
    assert browser.get("/home").headers["Location"] == "/sign-in?next=/home"


def test_somebody_new_is_shown_the_way_to_the_courses(make: Make, browser: Browser) -> None:
    page = home(browser, make.account(name="Nadia Nueva"))

    assert "Choose your first course" in words(page, ".next")
    assert page.select(".next a")[0]["href"] == "/"
    assert page.find("h2", string="My courses") is None


@pytest.mark.parametrize(
    ("zone", "hour", "greeting"),
    [
        ("UTC", 4, "Good evening, Ana"),
        ("UTC", 5, "Good morning, Ana"),
        ("UTC", 12, "Good afternoon, Ana"),
        ("UTC", 19, "Good evening, Ana"),
        ("America/Bogota", 14, "Good morning, Ana"),
        ("Asia/Tokyo", 20, "Good morning, Ana"),
    ],
)
def test_the_greeting_keeps_the_hours_of_the_person(
    make: Make,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    hour: int,
    greeting: str,
) -> None:
    browser.sign_in(make.account(name="Ana Rojas", timezone=zone))
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(hour=hour, minute=0))

    assert f"{greeting}</h1>" in browser.get("/home").text


def test_the_next_thing_is_in_the_course_that_was_touched_last(
    make: Make, session: Session, browser: Browser
) -> None:
    person = make.account()
    for title, ago in (("Green jobs", 9), ("Big Data", 1), ("STEAM", 5)):
        edition = running(make, title)
        make.enrolment(person, edition)
        done(session, person, edition, 1, ago=ago)

    page = home(browser, person)

    assert "Next for you in Big Data" in words(page, ".next")
    assert "Big Data, step 2" in words(page, ".next")
    titles = [h.get_text(strip=True) for h in page.select('[aria-labelledby="courses"] h3')]
    assert titles == ["Big Data", "STEAM", "Green jobs"]


def test_a_course_with_nothing_to_do_yet_gives_way_to_another(
    make: Make, session: Session, browser: Browser
) -> None:
    person = make.account()
    waits, other = running(make, "Waits", activities=1), running(make, "Other")
    make.activity(make.module(waits, opens_on=TODAY + timedelta(days=9)))
    for edition in (waits, other):
        make.enrolment(person, edition)
    done(session, person, waits, 1)

    assert "Other, step 1" in words(home(browser, person), ".next")


def test_a_course_that_is_over_is_not_the_next_thing(make: Make, browser: Browser) -> None:
    over = running(make, "Over", ends_on=TODAY - timedelta(days=1))
    person = make.participant(over)

    page = home(browser, person)

    assert "Over" not in words(page, ".next")
    assert "Ended" in words(page, '[aria-labelledby="courses"]')


def test_how_far_one_is_stands_beside_each_course(
    make: Make, session: Session, browser: Browser
) -> None:
    edition = running(make, "Big Data", activities=3)
    person = make.participant(edition)
    done(session, person, edition, 2)

    page = home(browser, person)

    assert "2 of 3 activities done." in words(page, '[aria-labelledby="courses"]')
    ruler = page.select_one('[aria-labelledby="courses"] progress')
    assert ruler is not None
    assert (ruler["value"], ruler["max"]) == ("2", "3")


def test_work_sent_back_comes_next_when_no_activity_does(make: Make, browser: Browser) -> None:
    edition = running(make, "Big Data", activities=0, capstone=CapstoneKind.ROADMAP)
    tutor, team = make.tutor(edition, name="Tomás Vega"), make.team(edition)
    member = make.teammate(team)
    capstone = make.capstone(team, title="Data jobs")
    first = make.version(capstone, decided_at=NOW, status=CapstoneStatus.RETURNED)
    make.review(
        first, tutor, decision=Decision.RETURN, message="Name **one** source.\n\nThen more."
    )

    page = home(browser, member)

    assert "Next for your team in Big Data" in words(page, ".next")
    assert "Data jobs" in words(page, ".next")
    panel = words(page, "main section .panel:has(blockquote)")
    assert "Returned for revision" in panel
    assert "Tomás Vega answered version 1" in panel
    assert "Name one source." in panel
    assert "Then more." not in panel


def test_an_answer_that_is_not_sent_yet_is_not_shown(make: Make, browser: Browser) -> None:
    edition = running(make, "Big Data", capstone=CapstoneKind.PROJECT)
    tutor, team = make.tutor(edition), make.team(edition)
    member = make.teammate(team)
    version = make.version(make.capstone(team))
    make.review(version, tutor, message="Only thinking aloud.")

    page = home(browser, member)

    assert "Only thinking aloud." not in page.get_text()
    assert "Submitted" in page.get_text()


def test_work_of_another_team_is_not_shown(make: Make, browser: Browser) -> None:
    edition = running(make, "Big Data", capstone=CapstoneKind.PROJECT)
    own, other = make.team(edition), make.team(edition)
    member = make.teammate(own)
    make.capstone(other, title="Somebody else's plan")

    page = home(browser, member).get_text()

    assert "Somebody else's plan" not in page
    assert "Without a title yet" in page


def test_the_next_session_is_announced_without_the_link_into_its_room(
    make: Make, browser: Browser
) -> None:
    edition = running(make, "Big Data")
    live(make, edition, title="Later", starts_at=NOW + timedelta(days=5))
    soon = live(make, edition, title="Soon", starts_at=NOW + timedelta(days=2))
    live(make, edition, title="Over", starts_at=NOW - timedelta(hours=3))
    live(make, running(make, "Elsewhere"), title="Not mine", starts_at=NOW + timedelta(days=1))

    page = home(browser, make.participant(edition))

    assert words(page, '[aria-labelledby="live"] h2') == "Soon"
    assert "Join the session" not in page.get_text()
    assert f'href="/sessions/{soon.id}.ics"' in str(page)
    assert "meet.example" not in str(page)
    assert "Not mine" not in page.get_text()
    assert "Over" not in page.get_text()


def test_a_session_that_is_on_can_be_joined(make: Make, browser: Browser) -> None:
    edition = running(make, "Big Data")
    now_on = live(make, edition, starts_at=NOW - timedelta(minutes=30))

    page = home(browser, make.participant(edition))

    assert "Live now" in words(page, '[aria-labelledby="live"]')
    assert f'href="/editions/{edition.id}/sessions/{now_on.id}/join"' in str(page)


def test_dates_to_keep_are_in_order(make: Make, browser: Browser) -> None:
    edition = running(
        make,
        "Big Data",
        capstone=CapstoneKind.PROJECT,
        capstone_due_on=TODAY + timedelta(days=10),
        ends_on=TODAY + timedelta(days=44),
    )
    live(make, edition, title="Clinic", starts_at=NOW + timedelta(days=29))
    live(make, edition, title="Far away", starts_at=NOW + timedelta(days=31))

    page = home(browser, make.participant(edition))
    lines = [" ".join(li.get_text(" ", strip=True).split()) for li in page.select(".when li")]

    assert [line.split(" ", 2)[2].rpartition(" in ")[0] for line in lines] == [
        "Your team's project is due",
        "Clinic",
        "Course ends: Big Data",
    ]
    assert "in 10 days" in lines[0]


def test_many_sessions_do_not_hide_when_the_course_ends(make: Make, browser: Browser) -> None:
    edition = running(make, "Big Data", ends_on=TODAY + timedelta(days=29))
    for n in range(1, 9):
        live(make, edition, title=f"Clinic {n}", starts_at=NOW + timedelta(days=n))

    page = home(browser, make.participant(edition))
    lines = [li.get_text(" ", strip=True) for li in page.select(".when li")]

    assert len(lines) == 6
    assert "Course ends: Big Data" in lines[-1]


def test_accepted_work_is_no_longer_due(make: Make, browser: Browser) -> None:
    edition = running(
        make, "Big Data", capstone=CapstoneKind.PROJECT, capstone_due_on=TODAY + timedelta(days=3)
    )
    team = make.team(edition)
    member = make.teammate(team)
    make.capstone(team, status=CapstoneStatus.ACCEPTED)

    assert "is due" not in home(browser, member).get_text()


def test_applications_say_where_they_stand(make: Make, browser: Browser) -> None:
    person = make.account()
    for title, status in (
        ("Asked", EnrolmentStatus.APPLIED),
        ("Queued", EnrolmentStatus.WAITLISTED),
        ("Refused", EnrolmentStatus.REJECTED),
        ("Left", EnrolmentStatus.WITHDRAWN),
    ):
        make.enrolment(person, running(make, title), status=status)

    page = home(browser, person)
    rows = {
        words(li, "h3"): words(li, ".tag")  # type: ignore[arg-type]
        for li in page.select('[aria-labelledby="courses"] li')
    }

    assert rows == {
        "Asked": "Application received",
        "Queued": "On the waiting list",
        "Refused": "Not admitted this time",
    }


def test_certificates_are_at_hand(make: Make, session: Session, browser: Browser) -> None:
    edition = running(make, "Big Data")
    enrolment = make.completed(edition)
    certificate = make.certificate(enrolment)
    certificate.status = CertificateStatus.ISSUED
    session.add(certificate)
    session.flush()

    page = home(browser, session.get_one(Account, enrolment.account_id))

    assert f"/certificates/{certificate.code}.pdf" in str(page)
    assert "Completed" in words(page, '[aria-labelledby="courses"]')


def test_a_tutor_sees_what_waits_in_each_edition(make: Make, browser: Browser) -> None:
    edition, quiet = (
        running(make, title, capstone=CapstoneKind.PROJECT) for title in ("Big Data", "Quiet")
    )
    tutor = make.tutor(edition)
    make.staff(quiet, tutor)
    for _ in range(2):
        team = make.team(edition, tutor_id=tutor.id)
        make.version(make.capstone(team))

    page = home(browser, tutor)
    rows = [
        (words(li, "h3"), words(li, ".tag"))  # type: ignore[arg-type]
        for li in page.select('[aria-labelledby="accompanied"] li')
    ]

    assert sorted(rows) == [("Big Data", "2 to review"), ("Quiet", "Running")]
    assert "2 works wait for your answer" in words(page, ".next")


def test_coordinators_are_led_to_the_editions(make: Make, browser: Browser) -> None:
    page = home(browser, make.coordinator())

    assert page.select(".next a")[0]["href"] == "/editions"


@pytest.mark.parametrize("courses", [1, 3])
def test_the_page_takes_at_most_nine_statements_however_many_the_courses(
    make: Make, session: Session, browser: Browser, courses: int
) -> None:
    person = make.account()
    for n in range(courses):
        edition = running(make, f"Course {n}", capstone=CapstoneKind.PROJECT)
        enrolment: Enrolment = make.enrolment(person, edition)
        team = make.team(edition, enrolment)
        make.version(make.capstone(team))
        live(make, edition)
        done(session, person, edition, 1, ago=n)
        make.certificate(make.completed_by(person, running(make, f"Old {n}")))
        accompanied = running(make, f"Mine {n}", capstone=CapstoneKind.PROJECT)
        make.staff(accompanied, person)
        make.version(make.capstone(make.team(accompanied)))
    browser.sign_in(person)

    with statements() as cold:
        assert browser.get("/home").status_code == 200
    with statements() as warm:
        browser.get("/home")

    assert len(cold) == 9, cold
    assert len(warm) == 7, warm


def test_the_next_thing_is_in_another_course_where_the_last_one_waits(
    make: Make, browser: Browser
) -> None:
    stuck, other = make.edition(), make.edition()
    person = make.account()
    make.enrolment(person, stuck)
    make.enrolment(person, other)
    first = make.activity(make.module(stuck))
    later = make.module(stuck, opens_on=date(2099, 1, 1))
    make.activity(later)
    make.activity(make.module(stuck, after=later))
    to_do = make.activity(make.module(other))
    browser.sign_in(person)
    browser.post(f"/editions/{stuck.id}/activities/{first.id}/done")

    assert f"/editions/{other.id}/activities/{to_do.id}" in browser.get("/home").text


def test_what_was_announced_of_late_stands_there_for_whom_it_is(
    make: Make, browser: Browser
) -> None:
    edition, other = running(make, "Gaps"), running(make, "Other")
    tutor, person = make.tutor(edition), make.participant(edition, country="CO")

    def announced(title: str, days: int = 1, **given: Any) -> None:
        plain: dict[str, Any] = {"edition_id": edition.id, "author_id": tutor.id}
        plain |= {"audience": Audience.PARTICIPANTS, "title": {"en": title}, "body": {"en": "."}}
        plain |= {"created_at": NOW - timedelta(days=days), "recipients": 1}
        make.saved(Announcement(**plain | given))

    announced("Bring your data")
    announced("For tutors", audience=Audience.TUTORS)
    announced("For Brazil", audience=Audience.COUNTRY, country="BR")
    announced("Elsewhere", edition_id=other.id)
    announced("Long ago", days=30)

    page = home(browser, person)
    assert "Bring your data" in words(page, "[aria-labelledby=news]")
    others = ("For tutors", "For Brazil", "Elsewhere", "Long ago")
    assert not [title for title in others if title in page.get_text()]
    assert "Write an announcement" not in page.get_text()
    assert "For tutors" in words(home(browser, make.tutor(edition)), "[aria-labelledby=news]")
    assert home(browser, make.account()).select("[aria-labelledby=news]") == []


def test_a_tutor_is_led_to_write_an_announcement_and_an_observer_is_not(
    make: Make, browser: Browser
) -> None:
    edition = running(make, "Gaps")
    address = f"/editions/{edition.id}/announcements/new"

    for person, is_led in ((make.tutor(edition), True), (make.observer(edition), False)):
        assert bool(home(browser, person).select(f'a[href="{address}"]')) is is_led
        assert (f'href="{address}"' in browser.get(f"/editions/{edition.id}").text) is is_led
    browser.sign_in(make.coordinator())
    assert f'href="{address}"' in browser.get(f"/editions/{edition.id}").text
