"""Asking clamd, ClamAV's daemon, about a file, if the installation has one (INSTREAM protocol)."""

import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

from app.core.errors import RuleBroken, TryLater
from app.core.i18n import gettext as _
from app.core.settings import settings

CHUNK = 64 * 1024
SECONDS = 60.0
DEFAULT_PORT = 3310


class Unanswered(Exception):
    """The daemon is not there, or says what we do not understand."""


def refuse_infected(file: BinaryIO) -> None:
    """Nothing happens without a daemon in the settings; with one, no file passes unlooked."""
    address = settings().clamd_url
    if not address:
        return
    try:
        found = finding(file, address)
    except (OSError, Unanswered) as trouble:
        raise TryLater(
            _("The file could not be looked at for viruses, so it was not taken. Try again later.")
        ) from trouble
    if found:
        raise RuleBroken(_("The file was not taken: it holds %(finding)s.") % {"finding": found})


def finding(file: BinaryIO, address: str) -> str:
    """What is wrong with ``file``, as the daemon calls it; empty: nothing."""
    file.seek(0)
    with _connected(address) as daemon:
        daemon.sendall(b"zINSTREAM\0")
        while piece := file.read(CHUNK):
            daemon.sendall(struct.pack("!I", len(piece)) + piece)
        daemon.sendall(struct.pack("!I", 0))
        answer = _answer(daemon)
    file.seek(0)
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise Unanswered(answer)


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        daemon.settimeout(SECONDS)
        daemon.connect(parts.path)
        return daemon
    place = (parts.hostname or "127.0.0.1", parts.port or DEFAULT_PORT)
    return socket.create_connection(place, timeout=SECONDS)


def _answer(daemon: socket.socket) -> str:
    heard = b""
    while b"\0" not in heard and len(heard) < 1_000:  # noqa: PLR2004 -- it says one line
        piece = daemon.recv(1_000)
        if not piece:
            break
        heard += piece
    return heard.partition(b"\0")[0].decode("utf-8", "replace").strip()
