"""What is left of a session: kept, replaced, published and taken back."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlmodel import Session, select

from app.core import db, files
from app.core.errors import RuleBroken
from app.models import Account, Edition, LiveSession, SessionStatus, StoredFile
from app.services.recordings import MOST_SLIDES, Remains, Upload, save_remains
from tests.make import Make

NOW = datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PDF = b"%PDF-1.7\n" + bytes(1000)


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition()


@pytest.fixture
def tutor(make: Make, edition: Edition) -> Account:
    return make.tutor(edition)


@pytest.fixture
def held(make: Make, edition: Edition) -> LiveSession:
    return make.live_session(edition, NOW - 3 * HOUR)


def remains(
    url: str = "", minutes: int | None = None, slides: bytes | None = None, **given: bool
) -> Remains:
    upload = Upload("C:\\Clases\\Presentación.pdf", BytesIO(slides)) if slides is not None else None
    return Remains(url, minutes, upload, given.get("without_slides", False))


def save(held: LiveSession, tutor: Account, left: Remains, *, publish: bool = False) -> LiveSession:
    """In a transaction of its own, as a request does."""
    with db.changing() as session:
        return save_remains(
            session, held.edition_id, held.id, left, publish=publish, by=tutor.id, now=NOW
        )


def kept_files() -> set[str]:
    return {entry["path"] for batch in files.store().list() for entry in batch}


def test_slides_are_kept_under_their_plain_name(
    session: Session, held: LiveSession, tutor: Account
) -> None:
    saved = save(held, tutor, remains(slides=PDF))

    stored = session.exec(select(StoredFile)).one()
    assert saved.slides_id == stored.id
    assert (stored.name, stored.content_type, stored.size) == (
        "Presentación.pdf",
        "application/pdf",
        len(PDF),
    )
    assert stored.uploaded_by_id == tutor.id
    assert b"".join(files.stream(stored.key, 0, stored.size)) == PDF


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 a spreadsheet", b"<html>%PDF-1.7", b"%PD", PDF + bytes(MOST_SLIDES)],
)
def test_only_a_pdf_of_a_size_for_phones_is_taken(
    session: Session, held: LiveSession, tutor: Account, content: bytes
) -> None:
    with pytest.raises(RuleBroken):
        save(held, tutor, remains(slides=content))

    assert session.exec(select(StoredFile)).all() == []
    assert kept_files() == set()


def test_new_slides_take_the_place_of_the_old_ones(
    session: Session, held: LiveSession, tutor: Account
) -> None:
    save(held, tutor, remains(slides=PDF))
    old = session.exec(select(StoredFile.key)).one()

    save(held, tutor, remains(slides=PDF + b"second"))

    stored = session.exec(select(StoredFile)).one()
    assert stored.size == len(PDF) + 6
    assert kept_files() == {stored.key}
    assert old != stored.key


def test_slides_stay_until_they_are_taken_away(
    session: Session, held: LiveSession, tutor: Account
) -> None:
    save(held, tutor, remains(slides=PDF))

    kept = save(held, tutor, remains("https://videos.example.org/1", 80))
    gone = save(held, tutor, remains("https://videos.example.org/1", 80, without_slides=True))

    assert kept.slides_id is not None
    assert gone.slides_id is None
    assert session.exec(select(StoredFile)).all() == []
    assert kept_files() == set()


def break_off(held: LiveSession, tutor: Account, left: Remains) -> None:
    """A request that fails after the slides were taken."""
    with db.changing() as session:
        save_remains(session, held.edition_id, held.id, left, publish=False, by=tutor.id, now=NOW)
        raise RuntimeError


def test_what_is_undone_leaves_the_old_slides_and_no_new_file(
    session: Session, held: LiveSession, tutor: Account
) -> None:
    save(held, tutor, remains(slides=PDF))
    before = kept_files()

    with pytest.raises(RuntimeError):
        break_off(held, tutor, remains(slides=PDF + b"second"))

    assert kept_files() == before
    assert session.exec(select(StoredFile.size)).one() == len(PDF)


def test_publishing_shows_it_and_taking_back_hides_it(
    session: Session, held: LiveSession, edition: Edition, tutor: Account
) -> None:
    version = edition.version

    hidden = save(held, tutor, remains("https://videos.example.org/1"))
    shown = save(held, tutor, remains("https://videos.example.org/1", 80), publish=True)
    again = save(held, tutor, remains("https://videos.example.org/2", 80), publish=True)
    session.expire_all()
    after_publishing = session.get_one(Edition, edition.id).version
    taken_back = save(held, tutor, remains("https://videos.example.org/2", 80))

    assert hidden.published_at is None
    assert (shown.published_at, again.published_at) == (NOW, NOW)
    assert after_publishing == version + 1
    assert taken_back.published_at is None


def test_nothing_cannot_be_published(held: LiveSession, tutor: Account) -> None:
    with pytest.raises(RuleBroken, match="nothing to publish"):
        save(held, tutor, remains(minutes=80), publish=True)


def test_what_has_not_been_held_leaves_nothing(
    make: Make, edition: Edition, tutor: Account
) -> None:
    ahead = make.live_session(edition, NOW + HOUR)
    cancelled = make.live_session(edition, NOW - HOUR, status=SessionStatus.CANCELLED)

    for live in (ahead, cancelled):
        with pytest.raises(RuleBroken):
            save(live, tutor, remains("https://videos.example.org/1"))
