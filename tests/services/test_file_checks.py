"""What is uploaded is looked at: for what it is, what it says of people, and viruses."""

import socket
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image

from app.core import files
from app.core.captions import as_vtt
from app.core.errors import RuleBroken, TallerError, TryLater
from app.core.media import known_as
from app.core.settings import settings
from app.models import FileRole
from app.services.file_checks import checked, what_is_taken
from app.services.uploads import FOLDER

pytestmark = pytest.mark.usefixtures("database")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SRT = "1\n00:00:01,000 --> 00:00:02,500\n<font color=red>Hola</font> & <b>adiós</b>\n"


def picture(kind: str, size: tuple[int, int] = (60, 30), mode: str = "RGB", **how: object) -> bytes:
    file = BytesIO()
    Image.new(mode, size).save(file, kind, **how)
    return file.getvalue()


def noise() -> bytes:
    file = BytesIO()
    Image.effect_noise((300, 300), 80).save(file, "PNG")
    return file.getvalue()


def package(*names: str, first: str = "", content: bytes = b"x") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        if first:
            made.writestr(zipfile.ZipInfo("mimetype"), first)
        for name in names:
            made.writestr(name, content)
    return file.getvalue()


def mp4(brand: bytes = b"isom") -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 200


WORD = package("[Content_Types].xml", "word/document.xml")
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT_TYPE = "application/vnd.oasis.opendocument.text"
TAKEN = [
    (FileRole.DOWNLOAD, "a.doc", b"%PDF-1.4\n", "application/pdf", "a doc.pdf"),
    (FileRole.DOWNLOAD, "Guía 1.docx", WORD, WORD_TYPE, "Guía 1.docx"),
    (FileRole.DOWNLOAD, "t", package("content.xml", first=ODT_TYPE), ODT_TYPE, "t.odt"),
    (FileRole.DOWNLOAD, "d.csv", b"a;b\n1;2\n", "text/csv", "d.csv"),
    (FileRole.IMAGE, "p.png", picture("PNG", mode="RGBA"), "image/png", "p.png"),
    (FileRole.IMAGE, "p.jpeg", picture("JPEG"), "image/jpeg", "p.jpg"),
    (FileRole.IMAGE, "p.jpg", picture("WEBP"), "image/webp", "p jpg.webp"),
    (FileRole.IMAGE, "p.avif", picture("AVIF"), "image/avif", "p.avif"),
    (FileRole.PANORAMA, "a.jpg", picture("JPEG", (400, 200)), "image/jpeg", "a.jpg"),
    (FileRole.VIDEO, "v.mp4", mp4(), "video/mp4", "v.mp4"),
    (FileRole.VIDEO, "v.webm", b"\x1a\x45\xdf\xa3....webm" + b"\x00" * 90, "video/webm", "v.webm"),
    (FileRole.AUDIO, "s.mp3", b"ID3\x04" + b"\x00" * 90, "audio/mpeg", "s.mp3"),
    (FileRole.AUDIO, "s.m4a", mp4(b"M4A "), "audio/mp4", "s.m4a"),
    (FileRole.CAPTIONS, "c.srt", SRT.encode(), "text/vtt", "c srt.vtt"),
    (FileRole.CAPTIONS, "c.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHola\n", "text/vtt", "c.vtt"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "name", "content", "content_type", "kept_as"), TAKEN, ids=[t[4] for t in TAKEN]
)
def test_what_is_on_the_list_is_known_by_its_content(
    role: FileRole, name: str, content: bytes, content_type: str, kept_as: str
) -> None:
    with checked(BytesIO(content), name, role) as found:
        assert (found.content_type, found.name) == (content_type, kept_as)


SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
HUGE = package("[Content_Types].xml", "word/document.xml", content=b"\x00" * 30_000_000)
NOISE = noise()
ACTIVE = {
    "HTML": (b"<!DOCTYPE html><script>alert(1)</script>", "a.html"),
    "HTML named as a picture": (b"  <html><body onload=alert(1)>", "a.png"),
    "HTML named as text": (b"hello <script>alert(1)</script>", "a.txt"),
    "HTML named as a table": (b"<svg onload=alert(1)>,1", "a.csv"),
    "SVG": (SVG, "a.svg"),
    "SVG named as a PNG": (SVG, "a.png"),
    "XHTML": (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "a.xhtml"),
    "MHTML": (b"From: <x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "a.mht"),
    "a program": (b"MZ\x90\x00" + b"\x00" * 60, "a.exe"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "a.sh"),
    "a script named as a PDF": (b"#!/bin/sh\nrm -rf /\n", "a.pdf"),
    "an old document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 60, "a.doc"),
    "macros": (package("[Content_Types].xml", "word/vbaProject.bin"), "a.docx"),
    "a plain package": (package("a.html"), "a.docx"),
    "a package that unpacks to much": (HUGE, "a.docx"),
    "a package of many": (package(*(f"word/{n}" for n in range(5_100))), "a.docx"),
    "half a package": (WORD[:60], "a.docx"),
    "nothing": (b"", "a.pdf"),
    "half a picture": (NOISE[: len(NOISE) // 2], "a.png"),
    "a picture that fills the memory": (picture("PNG", (25_000, 2_500), "1"), "a.png"),
    "a moving picture": (picture("GIF"), "a.gif"),
    "a moving picture of a phone": (mp4(b"qt  "), "a.mov"),
}


def test_nothing_that_could_act_or_harm_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """S29: whatever it calls itself, and for whatever use it is sent."""
    cases, violations = 0, []
    for what, (content, name) in ACTIVE.items():
        for role in FileRole:
            cases += 1
            try:
                with checked(BytesIO(content), name, role) as found:
                    violations.append(f"{what} as {role}: taken as {found.content_type}")
            except TallerError as refused:
                if not refused.message.endswith("."):
                    violations.append(f"{what}: refused without a sentence")
    if files.listed(FOLDER):
        violations.append("what was refused was kept")
    with capsys.disabled():
        print(f"\nactive and harmful uploads: {cases} cases, {len(violations)} violations")

    assert violations == []


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_says_nothing_of_where_and_by_whom_it_was_taken(kind: str) -> None:
    noted = Image.Exif()
    noted[0x010E] = "Canary of the description"
    noted[0x0112] = 6  # turned to the right
    noted.get_ifd(0x8825)[1] = "N"
    content = picture(kind, (60, 30), exif=noted)

    with checked(BytesIO(content), f"a.{kind.lower()}", FileRole.IMAGE) as found:
        clean = b"".join(files.stream(found.kept.key, 0, found.kept.size))

    assert b"Canary" in content
    assert b"Canary" not in clean
    assert not Image.open(BytesIO(clean)).getexif()
    assert (found.width, found.height) == (30, 60)


def test_a_photograph_of_a_camera_becomes_one_for_a_page() -> None:
    with checked(BytesIO(picture("JPEG", (6000, 4000))), "a.jpg", FileRole.IMAGE) as found:
        assert (found.width, found.height) == (2400, 1600)


def test_a_picture_all_around_is_twice_as_wide_as_high() -> None:
    with (
        pytest.raises(RuleBroken, match="twice as wide"),
        checked(BytesIO(picture("JPEG", (300, 200))), "a.jpg", FileRole.PANORAMA),
    ):
        pass


def test_what_fails_afterwards_leaves_no_file() -> None:
    there: list[str] = []
    with pytest.raises(IndexError), checked(BytesIO(b"%PDF-1"), "a.pdf", FileRole.DOWNLOAD):
        there.pop(len(files.listed(FOLDER)))

    assert files.listed(FOLDER) == []


def test_captions_become_web_captions_and_hold_no_markup_of_pages() -> None:
    assert as_vtt(BytesIO(SRT.encode())).decode() == (
        "WEBVTT\n\n000:00:01.000 --> 000:00:02.500\n"
        "&lt;font color=red&gt;Hola&lt;/font&gt; &amp; <b>adiós</b>\n"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"1\n00:00:01 --> 00:00:02,000\nHola", "Line 2 says no time"),
        (b"1\n00:00:03,000 --> 00:00:02,000\nHola", "line 2 ends before"),
        (b"WEBVTT\n\nHola\n", "no caption"),
    ],
)
def test_captions_that_cannot_be_read_are_refused_with_the_line(content: bytes, why: str) -> None:
    with pytest.raises(RuleBroken, match=why):
        as_vtt(BytesIO(content))


def test_a_page_says_what_is_taken_and_how_much() -> None:
    assert what_is_taken(FileRole.VIDEO) == "MP4 or WebM, up to 500 MB"


def test_a_beginning_alone_decides_not_the_name() -> None:
    assert known_as(BytesIO(b"\x89PNG\r\n\x1a\n..."), "a.pdf").content_type == "image/png"


# --- Viruses


class Daemon(Thread):
    """Speaks clamd's INSTREAM, and finds EICAR's test file."""

    def __init__(self, door: socket.socket) -> None:
        super().__init__(daemon=True)
        self.door, self.heard = door, b""

    def run(self) -> None:
        while True:
            try:
                guest, _ = self.door.accept()
            except OSError:
                return
            with guest, guest.makefile("rb") as line:
                assert line.read(10) == b"zINSTREAM\0"
                self.heard = b""
                while size := struct.unpack("!I", line.read(4))[0]:
                    self.heard += line.read(size)
                found = b"Eicar-Signature FOUND" if EICAR in self.heard else b"OK"
                guest.sendall(b"stream: " + found + b"\0")


@pytest.fixture(params=["tcp", "unix"])
def daemon(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Daemon]:
    if request.param == "tcp":
        door = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    else:
        door = socket.socket(socket.AF_UNIX)
        door.bind(str(tmp_path / "clamd"))
        door.listen()
        address = f"unix://{tmp_path}/clamd"
    monkeypatch.setattr(settings(), "clamd_url", address)
    daemon = Daemon(door)
    daemon.start()
    yield daemon
    door.shutdown(socket.SHUT_RDWR)
    door.close()


def test_an_infected_file_is_refused_by_the_name_of_what_is_in_it(daemon: Daemon) -> None:
    clean = b"%PDF-1.7\n" + b"x" * 200_000
    with checked(BytesIO(clean), "a.pdf", FileRole.DOWNLOAD):
        assert daemon.heard == clean

    with (
        pytest.raises(RuleBroken, match=r"Eicar-Signature\.$"),
        checked(BytesIO(b"%PDF-1.7\n" + EICAR), "a.pdf", FileRole.DOWNLOAD),
    ):
        pass


@pytest.mark.parametrize("answer", [b"", b"stream: who knows\0"], ids=["hangs up", "says nothing"])
def test_without_an_answer_of_the_daemon_nothing_is_taken(
    monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    door = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        guest, _ = door.accept()
        guest.sendall(answer)
        guest.close()

    Thread(target=hang_up, daemon=True).start()
    monkeypatch.setattr(settings(), "clamd_url", f"tcp://127.0.0.1:{door.getsockname()[1]}")
    with (
        pytest.raises(TryLater, match="not taken"),
        checked(BytesIO(b"%PDF-1.7\n"), "a.pdf", FileRole.DOWNLOAD),
    ):
        pass
    door.close()
    with (
        pytest.raises(TryLater, match="not taken"),
        checked(BytesIO(b"%PDF-1.7\n"), "a.pdf", FileRole.DOWNLOAD),
    ):
        pass
