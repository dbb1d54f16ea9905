"""The audit log in words: who did what to whom, and what it was before."""

from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from sqlmodel import Session

from app.models import Account, CapstoneKind, Course, Edition
from app.services.audit import record
from app.services.notifications import welcome
from tests.conftest import Browser
from tests.counting import statements
from tests.make import Make


@pytest.fixture
def administrator(make: Make, browser: Browser) -> Account:
    administrator = make.administrator(name="Olga Ruiz")
    browser.sign_in(administrator)
    return administrator


@pytest.fixture
def edition(make: Make) -> Edition:
    course = make.course(title={"en": "Leadership", "es": "Liderazgo"})
    return make.edition(course, starts_on=None, ends_on=None, capstone=CapstoneKind.ROADMAP)


def lines(browser: Browser, query: str = "") -> list[Tag]:
    return BeautifulSoup(browser.get(f"/audit{query}").text, "lxml").select("tbody tr")


def cells(line: Tag) -> list[str]:
    """What was done, and its notes."""
    return [" ".join(cell.get_text(" ").split()) for cell in line.select("td")[1:]]


def places(line: Tag) -> list[str]:
    return [str(link["href"]) for link in line.select("a")]


def one_of_each(session: Session, make: Make, edition: Edition, by: UUID) -> dict[str, str]:
    """Everything that an act can be done to, acted on; and the places that belong to it."""
    ana = make.account(name="Ana Rojas")
    place = make.completed_by(ana, edition)
    certificate = make.certificate(place)
    meeting = make.live_session(edition, title="Opening")
    capstone = make.capstone(make.team(edition, name="Team Peru"))
    version = make.version(capstone)
    record(session, None, "create administrator", "account", ana.id)
    record(session, by, "approve enrolment", "enrolment", place.id, before="waitlisted")
    record(session, by, "cancel live session", "live session", meeting.id, title="Opening")
    record(session, by, "capstone.return", "capstone_version", version.id, number=1, score=None)
    record(session, by, "send message again", "message", welcome(session, ana).id)
    record(
        session,
        by,
        "revoke certificate",
        "certificate",
        certificate.id,
        code=certificate.code,
        reason="Wrong name",
        before="issued",
    )
    session.flush()
    return {
        "certificate": f"/certificates/{certificate.code}",
        "session": f"/editions/{edition.id}/sessions/{meeting.id}",
        "version": f"/editions/{edition.id}/capstones/{capstone.id}/versions/1",
    }


def test_acts_are_said_with_names_and_links(
    session: Session, make: Make, browser: Browser, administrator: Account, edition: Edition
) -> None:
    address = one_of_each(session, make, edition, administrator.id)
    here = f"/editions/{edition.id}"
    code = address["certificate"].removeprefix("/certificates/")

    found = [(*cells(line), places(line)) for line in reversed(lines(browser))]

    assert found == [
        ("made Ana Rojas an administrator", "", []),
        (
            "gave Ana Rojas a place in Leadership (Any day)",
            "Before: On the waiting list",
            [here],
        ),
        (
            "cancelled the session “ Opening ” of Leadership (Any day)",
            "",
            [address["session"], here],
        ),
        (
            "returned version 1 of the work of Team Peru in Leadership (Any day) for revision",
            "",
            [address["version"], here],
        ),
        ("had the message “ Your account at Taller ” sent again to Ana Rojas", "", []),
        (
            f"withdrew certificate {code} of Ana Rojas for Leadership (Any day)",
            "Before: Valid Reason: Wrong name",
            [address["certificate"], here],
        ),
    ]
    for place in {href for *_words, hrefs in found for href in hrefs}:
        assert browser.get(place).status_code == 200, place


def test_settings_are_told_as_they_were_and_as_they_are(
    session: Session, browser: Browser, administrator: Account, edition: Edition
) -> None:
    before = {"capacity": None, "ends_on": "2026-07-29", "policy": "closed", "reporting_year": 2026}
    after = {"capacity": 1200, "ends_on": None, "policy": "open", "reporting_year": 2027}
    record(
        session,
        administrator.id,
        "change edition",
        "edition",
        edition.id,
        before=before | {"requires_capstone": False},
        after=after | {"requires_capstone": True},
    )
    session.flush()

    [line] = lines(browser)

    notes = line.select("td")[-1].get_text("|", strip=True).split("|")
    assert notes == [
        "Places: nothing before, 1,200 now",
        "Last day: 29 July 2026 before, nothing now",
        "Enrolment: Closed before, Open to all now",
        "Reporting year: 2026 before, 2027 now",
        "The team's work must be accepted: no before, yes now",
    ]


@pytest.mark.usefixtures("administrator")
def test_what_is_gone_or_unheard_of_is_still_told(session: Session, browser: Browser) -> None:
    gone = uuid4()
    record(session, None, "withdraw enrolment", "enrolment", gone, edition="x", before="new state")
    record(session, None, "paint", "wall", None, colours=["blue", "orange"])
    session.flush()

    painted, withdrawn = lines(browser)

    assert cells(painted) == ["paint", "colours: ['blue', 'orange']"]
    assert cells(withdrawn) == [
        f"took a place away (enrolment that is no longer here) {gone}",
        "Before: new state",
    ]


def test_names_are_no_markup(
    session: Session, make: Make, browser: Browser, administrator: Account
) -> None:
    trick = make.account(name="<b>Ana</b> %(edition)s")
    record(session, administrator.id, "set password", "account", trick.id)
    session.flush()

    [line] = lines(browser)

    assert cells(line)[0] == "set a new password for <b>Ana</b> %(edition)s"


@pytest.mark.usefixtures("administrator")
def test_many_acts_take_no_more_statements_than_few(
    session: Session, make: Make, browser: Browser, administrator: Account
) -> None:
    def sent() -> int:
        with statements() as seen:
            browser.get("/audit")
        return len(seen)

    def another() -> None:
        course: Course = make.course()
        one_of_each(session, make, make.edition(course), administrator.id)

    another()
    few = sent()
    another()
    another()

    assert sent() == few == 4 + 6  # one for each kind of thing
