"""A real server and a bad line: an upload that is cut, whose server is killed, and that arrives."""

import hashlib
import os
import random
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlmodel import Session, select

from app.core import files
from app.core.settings import settings
from app.models import Activity, StoredFile
from app.services.resumable import FOLDER
from app.web.arrivals import PIECE
from tests.conftest import Browser
from tests.make import Make

HOUSE = Path(__file__).parents[2]
TALLER = str(Path(sys.executable).parent / "taller")
TUS = {"Tus-Resumable": "1.0.0"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@dataclass
class Line:
    """What a browser has on its side: the address of a server that may be killed, and a cookie."""

    cookie: str
    database: str
    port: int = field(default_factory=free_port)
    server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = os.environ | {
            "TALLER_DATABASE_URL": self.database,
            "TALLER_DATA_DIR": str(settings().data_dir),
        }
        self.server = subprocess.Popen(
            [TALLER, "serve", "--port", str(self.port)],
            cwd=HOUSE,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        assert self.server is not None
        self.server.kill()
        self.server.wait()

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str]]:
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request(method, path, body or None, TUS | headers | {"Cookie": self.cookie})
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    def reached(self, path: str) -> int:
        status, headers = self.ask("HEAD", path, {})
        assert status == 200
        return int(headers["upload-offset"])

    def send(self, path: str, start: int, body: bytes) -> int:
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
        return self.ask("PATCH", path, headers, body)[0]

    def begin_to_send(self, path: str, start: int, announced: int, body: bytes) -> socket.socket:
        """Announce more than is sent, and leave the line open."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        head = (
            f"PATCH {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n"
            f"Upload-Offset: {start}\r\nContent-Length: {announced}\r\n\r\n"
        )
        line.sendall(head.encode() + body)
        return line

    def wait_until(self, path: str, at_least: int) -> int:
        for _ in range(200):
            if (reached := self.reached(path)) >= at_least:
                return reached
            time.sleep(0.05)
        raise AssertionError(f"only {reached} of {at_least} bytes were kept")


@pytest.fixture
def line(database: str, browser: Browser) -> Iterator[Line]:
    line = Line("", database)
    yield line
    if line.server is not None and line.server.poll() is None:
        line.kill()
    del browser


def test_an_upload_over_a_bad_line_arrives_whole_and_little_is_sent_twice(
    make: Make, session: Session, browser: Browser, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    edition = make.edition()
    activity: Activity = make.activity(make.module(edition))
    browser.sign_in(make.tutor(edition))
    line.cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    content = b"%PDF-1.7\n" + random.Random(1).randbytes(7 * PIECE)  # noqa: S311 -- no secret
    at = f"/editions/{edition.id}/content/activities/{activity.id}/uploads"
    line.start()
    told = {"filename": "guide.pdf", "role": "download", "language": "en"}
    words = ",".join(f"{n} {b64encode(v.encode()).decode()}" for n, v in told.items())
    status, begun = line.ask(
        "POST", at, {"Upload-Length": str(len(content)), "Upload-Metadata": words}
    )
    assert status == 201
    place, reached, sent = begun["location"], 0, 0

    for cut in range(1, 6):  # the line breaks in the middle of a piece, five times
        half = content[reached : reached + PIECE + PIECE // 3]
        open_line = line.begin_to_send(place, reached, len(content) - reached, half)
        if cut == 3:  # the server dies, with the line open and one piece kept
            line.wait_until(place, reached + PIECE)
            line.kill()
            open_line.close()
            line.start()
        else:
            open_line.close()
            line.wait_until(place, reached + PIECE)
            time.sleep(0.2)  # what came after the last whole piece is kept as well
        sent += len(half)
        reached = line.reached(place)
    twice = [line.send(place, reached - 1, content[reached:]), line.send(place, reached + 1, b"x")]
    sent += len(content) - reached
    last = line.send(place, reached, content[reached:])

    session.expire_all()
    stored = session.exec(select(StoredFile)).one()
    arrived = b"".join(files.stream(stored.key, 0, stored.size))
    with capsys.disabled():
        print(f"\n5 cuts and a kill: {sent} bytes sent for {len(content)}")
    assert (last, twice) == (204, [409, 409])
    assert hashlib.sha256(arrived).digest() == hashlib.sha256(content).digest()
    assert sent - len(content) <= PIECE
    assert files.listed(FOLDER) == []
