"""What a browser gets when it asks for a file, for a part of it, or for it once more."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.testclient import TestClient

from app.core import files
from app.core.errors import TallerError
from app.web.downloads import send_file
from app.web.explain import explain

CONTENT = bytes(range(256)) * 3000  # more than two pieces


@dataclass(frozen=True, slots=True)
class AFile:
    key: str
    name: str
    content_type: str
    size: int
    sha256: str


@pytest.fixture
def kept(database: str) -> AFile:
    del database
    it = files.keep(BytesIO(CONTENT), folder="slides", limit=10**6)
    return AFile(it.key, "Presentación 1.pdf", "application/pdf", it.size, it.sha256)


@pytest.fixture
def client(kept: AFile) -> Iterator[TestClient]:
    """A server that has the one file and packs its answers, as the product does."""
    app = FastAPI()
    app.add_middleware(GZipMiddleware, minimum_size=600)
    app.add_exception_handler(TallerError, explain)

    def present() -> AFile:
        return kept

    @app.get("/file")
    def whole(request: Request, file: Annotated[AFile, Depends(present)]) -> Response:
        return send_file(request, file)

    @app.get("/played/{kind}")
    def played(request: Request, kind: str, file: Annotated[AFile, Depends(present)]) -> Response:
        shown = replace(file, content_type=kind.replace("-", "/"))
        return send_file(request, shown, inline=True)

    with TestClient(app) as client:
        yield client


def test_a_file_arrives_whole_under_its_own_name(client: TestClient) -> None:
    answer = client.get("/file")

    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Presentaci_n 1.pdf\"; filename*=UTF-8''Presentaci%C3%B3n%201.pdf"
    )


def test_a_file_can_do_no_harm_in_the_browser(client: TestClient) -> None:
    answer = client.get("/file")

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("video-mp4", "inline"),
        ("audio-mpeg", "inline"),
        ("text-vtt", "inline"),
        ("image-png", "inline"),
        ("image-svg+xml", "attachment"),
        ("text-html", "attachment"),
        ("application-pdf", "attachment"),
    ],
)
def test_only_what_holds_no_script_is_played_in_the_page(
    client: TestClient, kind: str, shown: str
) -> None:
    answer = client.get(f"/played/{kind}")

    assert answer.headers["Content-Disposition"].startswith(f"{shown};")
    assert ("sandbox" in answer.headers["Content-Security-Policy"]) is (shown == "attachment")


def test_a_name_cannot_break_out_of_its_header(client: TestClient, kept: AFile) -> None:
    nasty = AFile(kept.key, 'a"; b\r\nSet-Cookie: x=1.pdf', "application/pdf", 3, "0" * 64)
    request = Request({"type": "http", "method": "GET", "headers": []})

    sent = send_file(request, nasty).headers["Content-Disposition"]

    assert "\r" not in sent
    assert "\n" not in sent
    assert 'filename="a__ b__Set-Cookie_ x_1.pdf"' in sent
    assert client.get("/file").status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=262100-262200", 262100, 262201),
        ("bytes=700000-", 700000, 768000),
        ("bytes=-500", 767500, 768000),
        ("bytes=-9999999", 0, 768000),
        ("bytes=10-99999999", 10, 768000),
    ],
)
def test_one_range_is_sent_alone(client: TestClient, asked: str, start: int, end: int) -> None:
    answer = client.get("/file", headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/768000"
    assert answer.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=768000-", "bytes=900000-900001", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(client: TestClient, asked: str) -> None:
    answer = client.get("/file", headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */768000"
    assert answer.content == b""


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-1", "bytes=-", "bytes=0-1,5-9", "pages=1-2", "bytes=a-b", f"bytes={'9' * 5000}-"],
)
def test_what_is_no_single_range_brings_the_whole_file(client: TestClient, asked: str) -> None:
    answer = client.get("/file", headers={"Range": asked})

    assert answer.status_code == 200
    assert answer.content == CONTENT


def test_a_file_that_is_there_already_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/file").headers["ETag"]

    same = client.get("/file", headers={"If-None-Match": tag})
    other = client.get("/file", headers={"If-None-Match": '"another"'})

    assert (same.status_code, same.content) == (304, b"")
    assert (other.status_code, other.content) == (200, CONTENT)


def test_a_part_of_an_older_file_is_not_mixed_with_this_one(client: TestClient) -> None:
    tag = client.get("/file").headers["ETag"]

    goes_on = client.get("/file", headers={"Range": "bytes=5-9", "If-Range": tag})
    begins_anew = client.get("/file", headers={"Range": "bytes=5-9", "If-Range": '"older"'})

    assert (goes_on.status_code, goes_on.content) == (206, CONTENT[5:10])
    assert (begins_anew.status_code, begins_anew.content) == (200, CONTENT)


def test_a_lost_file_is_explained_before_anything_is_sent(client: TestClient, kept: AFile) -> None:
    files.remove(kept.key)

    answer = client.get("/file")

    assert answer.status_code == 404
    assert "This file is missing here." in answer.text
