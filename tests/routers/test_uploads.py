"""Uploads in pieces: begun, cut, gone on with; nobody else's, and nothing lost or doubled."""

import re
from base64 import b64encode
from io import BytesIO
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from PIL import Image
from sqlmodel import Session, col, select

from app.core import clock, files
from app.core.errors import Conflict
from app.jobs.tidying import tidy_up
from app.models import (
    Account,
    Activity,
    ActivityFile,
    ActivityKind,
    Edition,
    FileRole,
    StoredFile,
    Upload,
)
from app.services.addresses import seen
from app.services.resumable import FOLDER, KEPT_FOR, MOST_OPEN, Whose
from app.web.arrivals import Arrival
from tests.conftest import Browser
from tests.make import Make

pytestmark = pytest.mark.usefixtures("tutor")
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
    start: int,
    piece: bytes,
    status: int,
) -> None:
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
    who: str,
) -> None:  # fmt: skip
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
    session: Session, browser: Browser, activity: Activity
) -> None:
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
    session: Session, browser: Browser, activity: Activity
) -> None:
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
    browser: Browser, activity: Activity, given: dict[str, str], length: str,
    status: int, words_of_it: str,
) -> None:  # fmt: skip
    headers = TUS | words(**given) | {"Upload-Length": length}

    answer = browser.post(f"{at(activity)}/uploads", headers=headers)

    assert answer.status_code == status
    assert words_of_it in answer.json()["detail"]


def test_somebody_with_many_open_uploads_finishes_one_first(
    browser: Browser, activity: Activity
) -> None:
    for _ in range(MOST_OPEN):
        begin(browser, activity, a_pdf(100))

    headers = TUS | words() | {"Upload-Length": "100"}
    answer = browser.post(f"{at(activity)}/uploads", headers=headers)

    assert answer.status_code == 429


def test_who_does_not_speak_the_protocol_is_told_which(
    browser: Browser, activity: Activity
) -> None:
    answer = browser.post(f"{at(activity)}/uploads", headers={"Tus-Resumable": "0.2"})

    assert answer.status_code == 412


# --- In one go, and what comes out again (S26, S28, S29, S39)


def add(
    browser: Browser, activity: Activity, name: str, content: bytes, **words_of_it: str
) -> tuple[int, str]:
    plain = {"role": "download", "language": "en"}
    answer = browser.post(
        f"{at(activity)}/files", data=plain | words_of_it, files={"file": (name, content)}
    )
    return answer.status_code, answer.text


def served(browser: Browser, session: Session, activity: Activity) -> tuple[StoredFile, Response]:
    session.expire_all()
    stored = session.exec(select(StoredFile).order_by(col(StoredFile.id).desc())).first()
    assert stored is not None
    page = f"/editions/{activity.edition_id}/activities/{activity.id}/files/{stored.id}"
    return stored, browser.get(f"{page}/{quote(stored.name)}")


@pytest.mark.parametrize(
    ("name", "content", "kind", "shown"),
    [
        ("a.pdf", a_pdf(600), "application/pdf", False),
        ("a.csv", b"a;b\n", "text/csv", False),
        ("a.png", a_picture("PNG"), "image/png", True),
        ("a.jpg", a_picture("JPEG"), "image/jpeg", True),
    ],
)
def test_without_scripts_a_file_comes_in_one_go_and_is_served_so_that_it_cannot_act(
    session: Session, browser: Browser, activity: Activity,
    name: str, content: bytes, kind: str, shown: bool,
) -> None:  # fmt: skip
    role = "image" if shown else "download"
    status, _text = add(browser, activity, name, content, role=role, alt="A red field.")
    stored, answer = served(browser, session, activity)

    assert (status, answer.status_code) == (303, 200)
    assert stored.content_type == answer.headers["Content-Type"].partition(";")[0] == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline" if shown else "attachment")
    expected = "default-src 'none'"
    assert answer.headers["Content-Security-Policy"].startswith(expected)
    assert ("sandbox" in answer.headers["Content-Security-Policy"]) is not shown


@pytest.mark.parametrize(
    ("name", "content", "words_of_it", "said"),
    [
        ("a.svg", b"<svg onload=alert(1)>", {}, "can hold programs"),
        ("a.pdf", b"", {}, "empty"),
        ("a.png", b"\x89PNG\r\n\x1a\n", {"role": "image", "alt": "x"}, "be read"),
        ("a.png", a_picture("PNG"), {"role": "image"}, "what the picture shows"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nA\n", {}, "not taken here"),
    ],
)
def test_what_is_not_taken_is_said_beside_the_field_and_what_was_typed_stays(
    session: Session, browser: Browser, activity: Activity,
    name: str, content: bytes, words_of_it: dict[str, str], said: str,
) -> None:  # fmt: skip
    status, page = add(browser, activity, name, content, title="My <title>", **words_of_it)

    assert status == 422
    assert said in page
    assert "My &lt;title&gt;" in page
    assert session.exec(select(StoredFile)).all() == []
    assert files.listed("uploads") == []


STRANGE_NAMES = [
    "../../etc/passwd.pdf",
    "..\\..\\windows\\a.pdf",
    "a\x00b.pdf",
    "a\r\nSet-Cookie: x=1.pdf",
    'a"; filename="evil.exe.pdf',
    "a\u202efdp.exe",
    "n" * 300 + ".pdf",
    "CON.pdf",
    ".htaccess",
    "año “2026” 中.pdf",
    "<img src=x onerror=alert(1)>.pdf",
    "a.pdf/../../b",
    "%2e%2e%2f.pdf",
    "a;b,c.pdf",
]


def test_whatever_a_file_is_called_it_lies_under_a_name_of_ours(
    session: Session,
    browser: Browser,
    activity: Activity,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """S39, for both ways in which a file comes."""
    content, violations, cases = a_pdf(300), [], 0
    for name in STRANGE_NAMES:
        place = begin(browser, activity, content, filename=name)
        assert send(browser, place, 0, content)[0] == 204
        stored, answer = served(browser, session, activity)
        header = answer.headers["Content-Disposition"]
        cases += 4
        if not re.fullmatch(r"uploads/[0-9a-f]{32}", stored.key):
            violations.append(f"{name!r}: lies under {stored.key}")
        if not re.fullmatch(r"[\w.-]+\.pdf", stored.name) or len(stored.name) > 200:
            violations.append(f"{name!r}: is called {stored.name!r}")
        spelt = quote(stored.name, safe="")
        if header != f"attachment; filename=\"{plain(stored.name)}\"; filename*=UTF-8''{spelt}":
            violations.append(f"{name!r}: {header}")
        if "set-cookie" in answer.headers or answer.content != content:
            violations.append(f"{name!r}: comes out otherwise")
    with capsys.disabled():
        print(f"\nnames of files: {cases} cases, {len(violations)} violations")

    assert violations == []


def plain(name: str) -> str:
    return re.sub(r"[^\w. -]", "_", name.encode("ascii", "replace").decode(), flags=re.ASCII)


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    '" onfocus=alert(1) autofocus="',
    "{{ 7*7 }}<iframe srcdoc='<script>alert(1)</script>'>",
    "<a data-hx-get='/sign-out' hx-trigger=load>x</a>",
]


def test_what_is_written_beside_files_links_and_scenes_is_shown_as_words(
    make: Make,
    browser: Browser,
    edition: Edition,
    activity: Activity,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """S26: on every page of those who write and of those who read."""
    link, around = (
        make.activity(make.module(edition), kind=kind)
        for kind in (ActivityKind.LINK, ActivityKind.PANORAMA)
    )
    for payload in PAYLOADS:
        words_of_it = {"role": "image", "alt": payload, "title": payload}
        assert add(browser, activity, f"{payload}.png", a_picture("PNG"), **words_of_it)[0] == 303
    for scene in PAYLOADS:
        both = {"title-en": scene, "words-en": scene}
        made = browser.post(f"{at(around)}/scenes", data=both).headers["Location"]
        browser.post(f"{made}/points", data=both | {"yaw": "1"})
    evil = {"url-en": "https://example.org/", "seen": seen({})}
    evil |= {"title-en": PAYLOADS[1], "instead-en": "\n\n".join(PAYLOADS)}
    assert browser.post(f"{at(link)}/address", data=evil).status_code == 303
    pages = [f"{at(activity)}/files", f"{at(around)}/scenes", made, f"{at(link)}/address"]
    pages += [f"/editions/{edition.id}/activities/{one.id}{play}"
              for one in (activity, link, around) for play in ("", "?play=1")]  # fmt: skip
    violations = []
    for page in pages:
        soup = BeautifulSoup(browser.get(page).text, "lxml")
        for element in soup.select("main *"):
            acts = (
                element.name in {"script", "iframe", "svg", "object"} and "src" not in element.attrs
            )
            hears = any(name.startswith(("on", "data-hx", "srcdoc")) for name in element.attrs)
            leads = str(element.get("href", "")).lower().startswith("javascript:")
            if acts or hears or leads:
                violations.append(f"{page}: {str(element)[:100]}")
    with capsys.disabled():
        print(
            f"\nwritten payloads: {len(pages) * len(PAYLOADS)} cases, {len(violations)} violations"
        )

    assert violations == []
