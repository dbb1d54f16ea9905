"""Recording and slides on the page of a session, and fetching the slides."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from app.core.clock import now
from app.models import Edition, LiveSession, StoredFile
from tests.conftest import Browser
from tests.make import Make

PDF = b"%PDF-1.7\n" + bytes(5000)
LINK = "https://videos.example.org/7"


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def held(make: Make, edition: Edition) -> LiveSession:
    return make.live_session(edition, now() - timedelta(hours=3))


def address_of(live: LiveSession) -> str:
    return f"/editions/{live.edition_id}/sessions/{live.id}"


def kept(session: Session, held: LiveSession) -> LiveSession:
    session.expire_all()
    return session.get_one(LiveSession, held.id)


def slides(content: bytes = PDF, name: str = "Presentación.pdf") -> dict[str, tuple[str, bytes]]:
    return {"slides": (name, content)}


def test_recording_and_slides_reach_the_participants_once_published(
    make: Make, browser: Browser, edition: Edition, held: LiveSession
) -> None:
    tutor, person = make.tutor(edition), make.participant(edition)
    browser.sign_in(tutor)

    answer = browser.post(
        f"{address_of(held)}/recording",
        data={"recording_url": LINK, "recording_minutes": "74", "publish": "1"},
        files=slides(),
    )
    said = browser.get(answer.headers["Location"]).text
    browser.sign_in(person)
    page = browser.get(address_of(held)).text
    fetched = browser.get(f"{address_of(held)}/slides")

    assert answer.status_code == 303
    assert "Published. Participants see it now." in said
    assert f'href="{LINK}"' in page
    assert "Open the recording, 74 min" in page
    assert "PDF, 5 KB" in page
    assert fetched.status_code == 200
    assert fetched.content == PDF
    assert fetched.headers["Content-Type"] == "application/pdf"
    assert fetched.headers["Content-Disposition"].startswith("attachment;")
    assert "Presentaci%C3%B3n.pdf" in fetched.headers["Content-Disposition"]
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"


def test_slides_come_in_parts_and_only_once(
    make: Make, browser: Browser, edition: Edition, held: LiveSession
) -> None:
    browser.sign_in(make.tutor(edition))
    browser.post(f"{address_of(held)}/recording", data={"publish": "1"}, files=slides())
    address = f"{address_of(held)}/slides"
    tag = browser.get(address).headers["ETag"]

    part = browser.get(address, headers={"Range": "bytes=0-3"})
    beyond = browser.get(address, headers={"Range": "bytes=9000-"})
    same = browser.get(address, headers={"If-None-Match": tag})

    assert (part.status_code, part.content) == (206, b"%PDF")
    assert beyond.status_code == 416
    assert (same.status_code, same.content) == (304, b"")


def test_what_is_saved_without_publishing_is_for_those_who_hold_the_session(
    make: Make, session: Session, browser: Browser, edition: Edition, held: LiveSession
) -> None:
    tutor = make.tutor(edition)
    address = f"{address_of(held)}/slides"
    browser.sign_in(tutor)
    browser.post(
        f"{address_of(held)}/recording",
        data={"recording_url": LINK, "publish": "0"},
        files=slides(),
    )
    own = browser.get(address)
    found = {}
    for name, person in {
        "participant": make.participant(edition),
        "observer": make.observer(edition),
        "stranger": make.participant(make.edition()),
    }.items():
        browser.sign_in(person)
        found[name] = browser.get(address).status_code

    assert kept(session, held).published_at is None
    assert own.status_code == 200
    assert found == {"participant": 404, "observer": 404, "stranger": 404}


def test_what_was_published_can_be_taken_back(
    make: Make, session: Session, browser: Browser, edition: Edition, held: LiveSession
) -> None:
    browser.sign_in(make.tutor(edition))
    browser.post(f"{address_of(held)}/recording", data={"recording_url": LINK, "publish": "1"})
    page = browser.get(address_of(held)).text

    browser.post(f"{address_of(held)}/recording", data={"recording_url": LINK, "publish": "0"})

    assert "Save and take back from participants" in page
    assert kept(session, held).published_at is None
    assert kept(session, held).recording_url == LINK


class Wrong(NamedTuple):
    """What is typed and sent, and what is said about which field."""

    data: dict[str, str]
    content: bytes | None
    name: str
    sentence: str


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong({"recording_url": "http://x.example"}, None, "recording_url", "Start the link"),
        Wrong({"recording_url": "javascript:1"}, None, "recording_url", "Start the link"),
        Wrong({"recording_minutes": "x"}, None, "recording_minutes", "Write a whole number."),
        Wrong({}, None, "recording_url", "There is nothing to publish yet"),
        Wrong(
            {"recording_minutes": "74"}, None, "recording_url", "There is nothing to publish yet"
        ),
        Wrong({"recording_url": LINK}, b"PK\x03\x04", "slides", "This is not a PDF."),
        Wrong({"recording_url": LINK}, b"", "slides", "This is not a PDF."),
        Wrong({"recording_url": LINK}, PDF + bytes(6 * 1024**2), "slides", "5 MB at most"),
    ],
    ids=["plain http", "script", "no number", "nothing", "length only", "zip", "empty", "heavy"],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    make: Make, session: Session, browser: Browser, held: LiveSession, wrong: Wrong
) -> None:
    browser.sign_in(make.coordinator())

    answer = browser.post(
        f"{address_of(held)}/recording",
        data=wrong.data | {"publish": "1"},
        files=slides(wrong.content) if wrong.content is not None else None,
    )

    html = BeautifulSoup(answer.text, "lxml")
    error = html.find(id=f"{wrong.name}-error")
    assert answer.status_code == 422
    assert error is not None
    assert wrong.sentence in error.get_text()
    for field, typed in wrong.data.items():
        control = html.find(id=field)
        assert control is not None
        assert control["value"] == typed
    assert kept(session, held).recording_url == ""
    assert session.exec(select(StoredFile)).all() == []


def test_slides_are_replaced_and_removed(
    make: Make, browser: Browser, edition: Edition, held: LiveSession
) -> None:
    browser.sign_in(make.tutor(edition))
    address = f"{address_of(held)}/recording"
    browser.post(address, data={"publish": "1"}, files=slides())

    browser.post(address, data={"publish": "1"}, files=slides(PDF + b"new"))
    replaced = browser.get(f"{address_of(held)}/slides")
    refused = browser.post(address, data={"publish": "1", "without_slides": "1"})
    browser.post(address, data={"publish": "0", "without_slides": "1"})
    removed = browser.get(f"{address_of(held)}/slides")

    assert replaced.content == PDF + b"new"
    assert refused.status_code == 422
    assert removed.status_code == 404


def test_slides_of_a_session_of_another_edition_are_not_under_this_address(
    make: Make, browser: Browser, edition: Edition, held: LiveSession
) -> None:
    other = make.edition()
    tutor = make.tutor(edition)
    browser.sign_in(tutor)
    browser.post(f"{address_of(held)}/recording", data={"publish": "1"}, files=slides())
    browser.sign_in(make.tutor(other))

    answer = browser.get(f"/editions/{other.id}/sessions/{held.id}/slides")

    assert answer.status_code == 404
