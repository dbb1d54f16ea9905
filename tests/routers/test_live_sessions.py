"""The pages of live sessions, as participants, staff and strangers meet them."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session

from app.core.clock import now
from app.models import (
    Account,
    Attendance,
    Edition,
    LiveSession,
    SessionStatus,
    StoredFile,
)
from app.services.enrolment_counts import count
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make

SECRET = "secret-room"
HOUR = timedelta(hours=1)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(title={"en": "Big Data and skills gap"}))


def address_of(live: LiveSession) -> str:
    return f"/editions/{live.edition_id}/sessions/{live.id}"


def text_of(html: str) -> str:
    return " ".join(BeautifulSoup(html, "lxml").get_text(" ").split())


def held_with_remains(make: Make, edition: Edition, **given: object) -> LiveSession:
    slides = make.saved(
        StoredFile(
            key="uploads/1",
            name="slides.pdf",
            content_type="application/pdf",
            size=1_800_000,
            sha256="0" * 64,
        )
    )
    return make.live_session(
        edition,
        now() - timedelta(days=3),
        recording_url="https://videos.example.org/7",
        recording_minutes=74,
        slides_id=slides.id,
        **given,
    )


def test_the_list_shows_what_comes_and_what_was_in_the_readers_hours(
    make: Make, browser: Browser, edition: Edition
) -> None:
    year = now().year + 1
    make.live_session(edition, datetime(year, 6, 9, 15, 0, tzinfo=UTC), title="Clinic")
    held_with_remains(make, edition, title="Welcome", published_at=now())
    browser.sign_in(make.participant(edition, timezone="America/Bogota"))

    page = browser.get(f"/editions/{edition.id}/sessions")

    words = text_of(page.text)
    assert page.status_code == 200
    assert "10:00" in words
    assert "9 June" in words
    assert words.count("Times are in Bogota time (UTC−5).") == 1
    assert "/account#zone" in page.text
    assert words.index("Clinic") < words.index("Past sessions") < words.index("Welcome")
    assert 'href="https://videos.example.org/7"' in page.text
    assert "Recording, 74 min" in words
    assert "Slides, PDF, 1.8 MB" in words
    assert "Schedule a session" not in words
    assert SECRET not in page.text


def test_what_is_not_published_is_not_offered(
    make: Make, browser: Browser, edition: Edition
) -> None:
    held = held_with_remains(make, edition)
    browser.sign_in(make.participant(edition))

    index = browser.get(f"/editions/{edition.id}/sessions").text
    page = browser.get(address_of(held)).text

    for html in (index, page):
        assert "videos.example.org" not in html
        assert "/slides" not in html


def test_an_edition_without_sessions_says_so(
    make: Make, browser: Browser, edition: Edition
) -> None:
    make.live_session(make.edition(), title="Elsewhere")
    browser.sign_in(make.participant(edition))

    page = browser.get(f"/editions/{edition.id}/sessions").text

    assert "No live session yet" in page
    assert "Elsewhere" not in page


def test_those_who_accompany_see_the_hours_offered_and_attended(
    make: Make, session: Session, browser: Browser, edition: Edition
) -> None:
    sena = make.institution()
    own = make.enrolment(make.account(institution_id=sena.id), edition)
    other = make.enrolment(make.account(), edition)
    count(session, own, 1)
    held = make.live_session(edition, now() - 5 * HOUR, attendance_taken_at=now())
    make.live_session(edition, now() - 50 * HOUR, minutes=60)
    make.live_session(edition, now() - 70 * HOUR, status=SessionStatus.CANCELLED)
    make.live_session(edition, now() + HOUR)
    for enrolment, minutes in ((own, 90), (other, 60)):
        make.saved(Attendance(live_session_id=held.id, enrolment_id=enrolment.id, minutes=minutes))
    address = f"/editions/{edition.id}/sessions"

    browser.sign_in(make.tutor(edition))
    tutor = text_of(browser.get(address).text)
    browser.sign_in(make.focal(sena))
    focal = text_of(browser.get(address).text)
    browser.sign_in(make.participant(edition))
    participant = text_of(browser.get(address).text)

    assert "Sessions held 2" in tutor
    assert "Hours offered 2.5" in tutor
    assert "Hours attended 2.5" in tutor
    assert "2 people came, 2.5 hours together" in tutor
    assert "Hours attended 1.5" in focal
    assert "1 person came, 1.5 hours" in focal
    assert "Schedule a session" not in focal
    assert "Hours attended" not in participant
    assert "came" not in participant


@pytest.mark.parametrize("path", ["", "/new", "/{id}", "/{id}/edit", "/{id}/join", "/{id}/slides"])
def test_strangers_learn_nothing_and_visitors_are_asked_to_sign_in(
    make: Make, browser: Browser, edition: Edition, path: str
) -> None:
    live = make.live_session(edition, now())
    address = f"/editions/{edition.id}/sessions" + path.format(id=live.id)

    visitor = browser.get(address)
    browser.sign_in(make.participant(make.edition()))
    stranger = browser.get(address)

    assert visitor.status_code == 303
    assert visitor.headers["Location"].startswith("/sign-in")
    assert stranger.status_code == 404
    assert live.title not in stranger.text
    assert SECRET not in stranger.text


@pytest.mark.parametrize("path", ["", "/edit", "/join", "/slides"])
def test_a_session_of_another_edition_is_not_under_this_address(
    make: Make, browser: Browser, edition: Edition, path: str
) -> None:
    other = make.edition()
    live = make.live_session(other, now())
    tutor = make.tutor(edition)
    browser.sign_in(tutor)

    answer = browser.get(f"/editions/{edition.id}/sessions/{live.id}{path}")

    assert answer.status_code == 404
    assert SECRET not in answer.text


def test_a_participant_sees_when_the_room_opens_and_not_where_it_is(
    make: Make, browser: Browser, edition: Edition
) -> None:
    live = make.live_session(edition, now() + timedelta(days=2), agenda="1. **Questions**")
    browser.sign_in(make.participant(edition, timezone="America/Bogota"))

    page = browser.get(address_of(live))
    joined = browser.get(f"{address_of(live)}/join")

    words = text_of(page.text)
    assert "The room opens on" in words
    assert "<strong>Questions</strong>" in page.text
    assert "90 minutes" in words
    assert f'href="/sessions/{live.id}.ics"' in page.text
    assert "/join" not in page.text
    assert joined.status_code == 422
    assert "The room opens on" in joined.text
    assert SECRET not in page.text + joined.text
    assert "Attendance" not in words
    assert "The hour in each country" not in words


def test_from_a_quarter_of_an_hour_before_one_can_join(
    make: Make, browser: Browser, edition: Edition
) -> None:
    live = make.live_session(edition, now() + timedelta(minutes=14))
    browser.sign_in(make.participant(edition))

    page = browser.get(address_of(live))
    index = browser.get(f"/editions/{edition.id}/sessions")
    joined = browser.get(f"{address_of(live)}/join")

    assert f'href="{address_of(live)}/join"' in page.text
    assert f'href="{address_of(live)}/join"' in index.text
    assert SECRET not in page.text + index.text
    assert joined.status_code == 302
    assert joined.headers["Location"] == "https://meet.example.org/secret-room"
    assert joined.headers["Referrer-Policy"] == "no-referrer"
    assert joined.headers["Cache-Control"] == "no-store"


def test_a_page_left_open_asks_once_when_the_room_opens(
    make: Make, browser: Browser, edition: Edition
) -> None:
    soon = make.live_session(edition, now() + timedelta(minutes=30))
    later = make.live_session(edition, now() + timedelta(hours=9))
    browser.sign_in(make.participant(edition))

    waiting = BeautifulSoup(browser.get(address_of(soon)).text, "lxml").select_one("[hx-trigger]")
    part = browser.get(address_of(soon), headers={"HX-Request-Type": "partial"}).text

    assert waiting is not None
    assert str(waiting["hx-trigger"]).startswith("load delay:")
    assert 890 <= int(str(waiting["hx-trigger"])[11:-1]) <= 901
    assert waiting["hx-target"] == "#room"
    assert part.lstrip().startswith('<section class="panel stack gap-3" id="room"')
    assert "The room is open." not in part
    assert "hx-trigger" not in browser.get(address_of(later)).text


def test_the_part_that_a_page_asks_for_when_the_room_opens_tells_it(
    make: Make, browser: Browser, edition: Edition
) -> None:
    live = make.live_session(edition, now() + timedelta(minutes=14))
    browser.sign_in(make.participant(edition))

    part = browser.get(address_of(live), headers={"HX-Request-Type": "partial"}).text
    page = browser.get(address_of(live)).text

    assert "/join" in part
    assert "The room is open." in part
    assert "The room is open." not in page


def test_those_who_might_move_it_see_where_the_hour_was_agreed(
    make: Make, browser: Browser, edition: Edition
) -> None:
    starts_at = datetime(now().year + 1, 6, 9, 8, 0, tzinfo=UTC)
    live = make.live_session(edition, starts_at, timezone="Europe/Madrid")
    address = address_of(live)

    browser.sign_in(make.tutor(edition, timezone="America/Bogota"))
    away = text_of(browser.get(address).text)
    browser.sign_in(make.tutor(edition, timezone="Europe/Madrid"))
    there = text_of(browser.get(address).text)
    browser.sign_in(make.participant(edition, timezone="America/Bogota"))
    participant = text_of(browser.get(address).text)

    assert "Agreed as 10:00 in Madrid" in away
    assert "Agreed as" not in there
    assert "Agreed as" not in participant


@pytest.mark.parametrize(
    "given",
    [
        {"starts_at": now() - 3 * HOUR},
        {"starts_at": now(), "status": SessionStatus.CANCELLED},
        {"starts_at": now(), "link": ""},
    ],
)
def test_there_is_no_way_into_a_room_that_is_over_cancelled_or_unknown(
    make: Make, browser: Browser, edition: Edition, given: dict[str, object]
) -> None:
    live = make.live_session(edition, **given)  # type: ignore[arg-type]  # -- columns of any type
    browser.sign_in(make.participant(edition))

    page = browser.get(address_of(live))
    joined = browser.get(f"{address_of(live)}/join")

    assert "/join" not in page.text
    assert joined.status_code == 422
    assert "Location" not in joined.headers


def test_staff_see_the_link_the_hours_and_what_is_left(
    make: Make, browser: Browser, edition: Edition
) -> None:
    make.participant(edition, country="CO", timezone="America/Bogota")
    make.participant(edition, country="ES", timezone="Europe/Madrid")
    live = make.live_session(edition, link="")
    held = make.live_session(edition, now() - 3 * HOUR)
    tutor = make.tutor(edition)
    browser.sign_in(tutor)

    before = browser.get(address_of(live)).text
    after = text_of(browser.get(address_of(held)).text)

    assert "The hour in each country" in before
    assert "Spain" in before
    assert "Link into the room to add" in before
    assert "Attendance to take" in after
    assert "Recording to publish" in after
    assert "Publish to participants" in after


@pytest.mark.parametrize("kind", ["observer", "focal"])
def test_those_who_only_watch_get_no_link_and_no_forms(
    make: Make, session: Session, browser: Browser, edition: Edition, kind: str
) -> None:
    sena = make.institution()
    own = make.enrolment(make.account(name="Ana Own", institution_id=sena.id), edition)
    other = make.enrolment(make.account(name="Rui Other"), edition)
    count(session, own, 1)
    held = make.live_session(edition, now() - 3 * HOUR, attendance_taken_at=now())
    ahead = make.live_session(edition)
    make.saved(Attendance(live_session_id=held.id, enrolment_id=other.id, minutes=55))
    browser.sign_in(make.observer(edition) if kind == "observer" else make.focal(sena))

    page = browser.get(address_of(held)).text
    coming = browser.get(address_of(ahead)).text

    assert "Ana Own" in page
    assert ("Rui Other" in page) is (kind == "observer")
    assert (">55</td>" in page) is (kind == "observer")
    assert '<form method="post" action="/editions' not in page
    assert SECRET not in page + coming


def test_a_participant_sees_how_long_they_were_there(
    make: Make, browser: Browser, edition: Edition
) -> None:
    person = make.account()
    enrolment = make.enrolment(person, edition)
    other = make.enrolment(make.account(name="Rui Other"), edition)
    held = make.live_session(edition, now() - 3 * HOUR, attendance_taken_at=now())
    for who, minutes in ((enrolment, 47), (other, 31)):
        make.saved(Attendance(live_session_id=held.id, enrolment_id=who.id, minutes=minutes))
    browser.sign_in(person)

    words = text_of(browser.get(address_of(held)).text)

    assert "You were there 47 minutes" in words
    assert "31 minutes" not in words
    assert "Rui Other" not in words


@pytest.mark.parametrize("sessions", [1, 3])
@pytest.mark.parametrize("who", ["participant", "tutor", "coordinator"])
def test_pages_take_few_statements_however_many_sessions_there_are(
    make: Make, browser: Browser, edition: Edition, sessions: int, who: str
) -> None:
    held = with_attendance(make, edition, sessions)
    people: dict[str, Account] = {
        "participant": make.participant(edition),
        "tutor": make.tutor(edition),
        "coordinator": make.coordinator(),
    }
    browser.sign_in(people[who])
    most = {
        f"/editions/{edition.id}/sessions": 3,
        address_of(held): 5,
        "/sessions": 3,
    }
    if who != "participant":
        most |= {f"/editions/{edition.id}/sessions/new": 3, f"{address_of(held)}/edit": 5}

    for address, allowed in most.items():
        with statements() as sent:
            assert browser.get(address).status_code == 200
        assert len(sent) <= allowed, (address, sent)


def with_attendance(make: Make, edition: Edition, sessions: int) -> LiveSession:
    held = [
        make.live_session(edition, now() - (3 + n) * HOUR, attendance_taken_at=now())
        for n in range(sessions)
    ]
    for live in held:
        make.live_session(edition, now() + timedelta(minutes=5))
        enrolment = make.enrolment(make.account(institution_id=make.institution().id), edition)
        make.saved(Attendance(live_session_id=live.id, enrolment_id=enrolment.id, minutes=5))
    return held[0]


def test_what_is_left_of_a_session_is_called_so_only_while_something_is(
    make: Make, browser: Browser, edition: Edition
) -> None:
    browser.sign_in(make.tutor(edition))
    bare = make.live_session(edition, link="", agenda="Words")
    ready = make.live_session(edition, agenda="Words")
    held = make.live_session(edition, now() - timedelta(days=2), agenda="Words")

    said = [
        browser.get(f"/editions/{edition.id}/sessions/{it.id}").text for it in (bare, ready, held)
    ]

    assert ["What is left" in page for page in said] == [True, False, True]
    assert ["Nothing is left to do" in page for page in said] == [False, True, False]
