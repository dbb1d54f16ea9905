"""The audit log in words: who did what to whom, and what it was before."""

from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from sqlmodel import Session

from app.core.i18n import LANGUAGES
from app.models import Account, CapstoneKind, Course, Edition, StaffRole
from app.services.audit import record
from app.services.notifications import welcome
from app.services.roles import appoint, dismiss
from app.web.audit_words import DEEDS
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
    record(session, None, "withdraw enrolment", "enrolment", gone, before="new state")
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

    assert sent() == few == 5 + 6  # one for each kind of thing


def test_an_act_about_somebody_in_an_edition_names_the_edition(
    session: Session, make: Make, browser: Browser, edition: Edition
) -> None:
    ana, boss = make.account(name="Ana Rojas"), make.administrator()
    other = make.edition(make.course(title={"en": "Big Data"}), starts_on=None, ends_on=None)
    appoint(session, edition.id, ana.id, StaffRole.TUTOR, by=boss.id)
    appoint(session, other.id, ana.id, StaffRole.OBSERVER, by=boss.id)
    dismiss(session, edition.id, ana.id, by=boss.id)
    session.flush()
    browser.sign_in(make.coordinator())

    found = [(cells(line)[0], places(line)) for line in reversed(lines(browser))]

    assert found == [
        (
            "gave Ana Rojas a role in Leadership (Any day)",
            [f"/editions/{edition.id}"],
        ),
        ("gave Ana Rojas a role in Big Data (Any day)", [f"/editions/{other.id}"]),
        (
            "took the role of Ana Rojas in Leadership (Any day) away",
            [f"/editions/{edition.id}"],
        ),
    ]


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_act_of_an_edition_says_which_and_of_whom_in_every_language(
    session: Session, make: Make, browser: Browser, edition: Edition, language: str
) -> None:
    place = make.enrolment(make.account(name="Ana Rojas"), edition)
    told = {action: words for action, words in DEEDS.items() if "%(thing)s" not in words}
    of_people = [action for action, words in told.items() if "%(person)s" in words]
    of_editions = [action for action, words in told.items() if action not in of_people]
    for action in of_people:
        record(session, None, action, "enrolment", place.id, decision="waitlist", shared=True)
    for action in of_editions:
        record(session, None, action, "invitation", uuid4(), edition=edition.id, audience="tutors")
    session.flush()
    browser.get(f"/?lang={language}")

    said = [cells(line) for line in reversed(lines(browser))]

    title = "Leadership" if language == "en" else "Liderazgo"
    for action, (deed, _notes) in zip(of_people, said, strict=False):
        assert "Ana Rojas" in deed, action
        assert title in deed or "%(edition)s" not in DEEDS[action], action
    for action, (deed, notes) in zip(of_editions, said[len(of_people) :], strict=True):
        assert title in deed, action
        assert "audience" not in notes
    if language != "en":
        assert not {deed for deed, _notes in said} & {in_english(words) for words in told.values()}


def in_english(words: str) -> str:
    return words % {"person": "Ana Rojas", "edition": "Leadership (Any day)"}


def test_an_edition_that_is_gone_leaves_the_deed(
    session: Session, make: Make, browser: Browser, administrator: Account
) -> None:
    ana = make.account(name="Ana Rojas")
    record(session, administrator.id, "appoint staff", "account", ana.id, edition=uuid4())
    session.flush()

    [line] = lines(browser)

    assert cells(line)[0] == "gave a role in an edition: Ana Rojas"
