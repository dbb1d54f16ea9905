"""Uploads in pieces: begun, cut, gone on with; nobody else's, and nothing lost or doubled."""

from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import Session, select

from app.core import clock, files
from app.core.errors import Conflict
from app.jobs.tidying import tidy_up
from app.models import Account, Activity, ActivityFile, Edition, FileRole, StoredFile, Upload
from app.services.resumable import FOLDER, KEPT_FOR, MOST_OPEN, Whose
from app.web.arrivals import Arrival
from tests.conftest import Browser
from tests.make import Make

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = TUS | {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def edition(make: Make) -> Edition:
    return make.edition(make.course(languages=["en", "es"]))


@pytest.fixture
def activity(make: Make, edition: Edition) -> Activity:
    return make.activity(make.module(edition))


@pytest.fixture
def tutor(make: Make, edition: Edition, browser: Browser) -> Account:
    tutor = make.tutor(edition)
    browser.sign_in(tutor)
    return tutor


def at(activity: Activity) -> str:
    return f"/editions/{activity.edition_id}/content/activities/{activity.id}"


def words(**given: str) -> dict[str, str]:
    plain = {"filename": "guide.pdf", "role": "download", "language": "en"}
    pairs = (f"{n} {b64encode(v.encode()).decode()}" for n, v in (plain | given).items())
    return {"Upload-Metadata": ",".join(pairs)}


def a_pdf(size: int = 3_000_000) -> bytes:
    return b"%PDF-1.7\n" + bytes(range(256)) * (size // 256)


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **how: object) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, (200, 80, 10)).save(file, kind, **how)
    return file.getvalue()


def begin(browser: Browser, activity: Activity, content: bytes, **given: str) -> str:
    headers = TUS | words(**given) | {"Upload-Length": str(len(content))}
    answer = browser.post(f"{at(activity)}/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def send(browser: Browser, place: str, start: int, piece: bytes) -> tuple[int, str]:
    headers = PIECE | {"Upload-Offset": str(start)}
    answer = browser.patch(place, headers=headers, content=piece)
    return answer.status_code, answer.headers.get("Upload-Offset", "")


def test_a_file_that_comes_in_pieces_is_offered_once_it_is_whole(
    session: Session, browser: Browser, activity: Activity, tutor: Account
) -> None:
    content = a_pdf()
    place = begin(browser, activity, content)

    first = send(browser, place, 0, content[:1_500_000])
    asked = browser.head(place, headers=TUS)
    none_yet = session.exec(select(ActivityFile)).all()
    second = send(browser, place, 1_500_000, content[1_500_000:])

    assert first == (204, "1500000")
    assert asked.headers["Upload-Offset"] == "1500000"
    assert none_yet == []
    assert second == (204, str(len(content)))
    session.expire_all()
    stored = session.exec(select(StoredFile)).one()
    offered = session.exec(select(ActivityFile)).one()
    assert b"".join(files.stream(stored.key, 0, stored.size)) == content
    assert (stored.uploaded_by_id, stored.content_type) == (tutor.id, "application/pdf")
    assert (offered.role, offered.name) == (FileRole.DOWNLOAD, "guide.pdf")
    assert files.listed(FOLDER) == []
    assert browser.head(place, headers=TUS).headers["Upload-Offset"] == str(len(content))


@pytest.mark.parametrize(
    ("start", "piece", "status"),
    [(5, b"x", 409), (0, b"%PDF-" + b"x" * 200, 413)],
    ids=["another offset", "more than announced"],
)
def test_what_does_not_go_on_where_it_stands_is_refused(
    session: Session,
    browser: Browser,
    activity: Activity,
    tutor: Account,
    start: int,
    piece: bytes,
    status: int,
) -> None:
    del tutor
    place = begin(browser, activity, a_pdf(100))

    refused = send(browser, place, start, piece)

    assert refused[0] == status
    session.expire_all()
    assert session.exec(select(Upload.received)).one() == 0
    assert files.listed(FOLDER) == []


def test_of_two_pieces_for_the_same_place_one_counts(
    session: Session, browser: Browser, activity: Activity, tutor: Account
) -> None:
    """As of two windows that send at once: the second finds that the first was quicker."""
    content = a_pdf(2_000_000)
    place = begin(browser, activity, content)
    upload = session.exec(select(Upload)).one()
    slow = Arrival(Whose(tutor.id, activity.edition_id, activity.id), upload.id, 0)
    slow.take(b"%PDF-other" * 100)

    quick = send(browser, place, 0, content[:1_000_000])
    with pytest.raises(Conflict):
        slow.keep()
    rest = send(browser, place, 1_000_000, content[1_000_000:])

    assert (quick[0], rest[0]) == (204, 204)
    stored = session.exec(select(StoredFile)).one()
    assert b"".join(files.stream(stored.key, 0, stored.size)) == content
    assert files.listed(FOLDER) == []


@pytest.mark.parametrize("who", ["visitor", "participant", "tutor elsewhere", "another tutor"])
def test_nobody_else_continues_sees_or_ends_an_upload(
    make: Make, session: Session, browser: Browser, activity: Activity, edition: Edition,
    tutor: Account, who: str,
) -> None:  # fmt: skip
    del tutor
    content = a_pdf(1000)
    place = begin(browser, activity, content)
    send(browser, place, 0, content[:500])
    browser.cookies.clear()
    if who != "visitor":
        browser.sign_in(
            {
                "participant": lambda: make.participant(edition),
                "tutor elsewhere": lambda: make.tutor(make.edition()),
                "another tutor": lambda: make.tutor(edition),
            }[who]()
        )

    answers = [
        browser.head(place, headers=TUS).status_code,
        send(browser, place, 500, content[500:])[0],
        browser.delete(place, headers=TUS).status_code,
    ]

    assert set(answers) == {{"visitor": 401, "participant": 403}.get(who, 404)}
    session.expire_all()
    assert session.exec(select(Upload.received)).one() == 500
    assert session.exec(select(ActivityFile)).all() == []


def test_an_upload_that_is_given_up_or_forgotten_leaves_nothing(
    session: Session, browser: Browser, activity: Activity, tutor: Account
) -> None:
    del tutor
    content = a_pdf(1000)
    given_up, forgotten = (begin(browser, activity, content) for _ in "12")
    for place in (given_up, forgotten):
        send(browser, place, 0, content[:600])

    browser.delete(given_up, headers=TUS)
    tidy_up(clock.now())
    left = files.listed(FOLDER)
    tidy_up(clock.now() + KEPT_FOR)

    assert [key.split("/")[1] for key in left] == [forgotten.rpartition("/")[2]]
    assert files.listed(FOLDER) == []
    session.expire_all()
    assert session.exec(select(Upload)).all() == []


def test_what_is_refused_when_it_is_whole_leaves_nothing(
    session: Session, browser: Browser, activity: Activity, tutor: Account
) -> None:
    del tutor
    page = b"<!doctype html><script>alert(1)</script>"
    place = begin(browser, activity, page, filename="guide.pdf")

    answer = browser.patch(place, headers=PIECE | {"Upload-Offset": "0"}, content=page)

    assert answer.status_code == 422
    assert "can hold programs" in answer.json()["detail"]
    session.expire_all()
    assert session.exec(select(Upload)).all() == []
    assert session.exec(select(StoredFile)).all() == []
    assert files.listed("uploads") == files.listed(FOLDER) == []


@pytest.mark.parametrize(
    ("given", "length", "status", "words_of_it"),
    [
        ({}, "60000000000", 413, "at most"),
        ({}, "0", 422, "empty"),
        ({}, "-1", 400, ""),
        ({"role": "captions"}, "100", 422, "no such files"),
        ({"language": "fr"}, "100", 422, "Choose one"),
        ({"role": "image"}, "100", 422, "picture shows"),
        ({"role": "nothing"}, "100", 422, "Choose one"),
    ],
)
def test_what_can_never_be_taken_is_said_before_it_is_sent(
    browser: Browser, activity: Activity, tutor: Account, given: dict[str, str], length: str,
    status: int, words_of_it: str,
) -> None:  # fmt: skip
    del tutor
    headers = TUS | words(**given) | {"Upload-Length": length}

    answer = browser.post(f"{at(activity)}/uploads", headers=headers)

    assert answer.status_code == status
    assert words_of_it in answer.json()["detail"]


def test_somebody_with_many_open_uploads_finishes_one_first(
    browser: Browser, activity: Activity, tutor: Account
) -> None:
    del tutor
    for _ in range(MOST_OPEN):
        begin(browser, activity, a_pdf(100))

    headers = TUS | words() | {"Upload-Length": "100"}
    answer = browser.post(f"{at(activity)}/uploads", headers=headers)

    assert answer.status_code == 429


def test_who_does_not_speak_the_protocol_is_told_which(
    browser: Browser, activity: Activity, tutor: Account
) -> None:
    del tutor
    answer = browser.post(f"{at(activity)}/uploads", headers={"Tus-Resumable": "0.2"})

    assert answer.status_code == 412
