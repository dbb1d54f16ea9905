"""Sending a file that we keep: streamed, whole or in part, and never run by the browser."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, Protocol
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.core import files
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.web.fresh import REVALIDATE

#: What a page may play: it holds no script, so it may be shown rather than saved.
PLAYED = re.compile(r"(audio|video)/[\w.+-]+|image/(avif|gif|jpeg|png|webp)|text/vtt")
SANDBOX = "default-src 'none'; sandbox"
#: Without a sandbox, in which Chromium plays nothing.
PLAYER = "default-src 'none'; media-src 'self'; img-src 'self'"
_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII)


class Sendable(Protocol):
    """What must be known of a file to send it: a `StoredFile`, or the columns of one."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...


class Span(NamedTuple):
    """The bytes from ``start`` up to but not including ``end``."""

    start: int
    end: int


class NoSuchPart(Exception):
    """The range that was asked for lies outside the file."""


def send_file(request: Request, file: Sendable, *, inline: bool = False) -> Response:
    """Answer with ``file``: all of it, the one range asked for, or ``304`` if it is there already.

    ``inline``: for what a page plays itself, such as a video; everything else is a download.
    """
    headers = _headers(file, inline=inline and bool(PLAYED.fullmatch(file.content_type)))
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    try:
        part = _part(request, file.size, headers["ETag"])
    except NoSuchPart:
        headers |= {"Content-Range": f"bytes */{file.size}"}
        return Response(status_code=416, headers=headers)
    span = part or Span(0, file.size)
    headers["Content-Length"] = str(span.end - span.start)
    if part:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{file.size}"
    return StreamingResponse(
        _pieces(file.key, span),
        status_code=206 if part else 200,
        media_type=file.content_type,
        headers=headers,
    )


def _headers(file: Sendable, *, inline: bool) -> dict[str, str]:
    return {
        "ETag": f'"{file.sha256[:32]}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": REVALIDATE,
        "Content-Disposition": _disposition(file.name, inline=inline),
        "Content-Security-Policy": PLAYER if inline else SANDBOX,
        "X-Content-Type-Options": "nosniff",
        # Ranges count the file's own bytes, so these must not be compressed on the way.
        "Content-Encoding": "identity",
    }


def _disposition(name: str, *, inline: bool) -> str:
    """How to keep the file (RFC 6266): the name in ASCII for old programs, and as it is."""
    kind = "inline" if inline else "attachment"
    plain = re.sub(r"[^\w. -]", "_", name.encode("ascii", "replace").decode(), flags=re.ASCII)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _part(request: Request, size: int, tag: str) -> Span | None:
    """The one range of bytes that is asked for; ``None``: the whole file.

    Several ranges at once, or one that can't be read, count as not asked (RFC 9110, 14.2).
    """
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", tag) != tag:
        return None
    first, last = asked.groups()
    if not first and not last:
        return None
    if first and last and int(first) > int(last):
        return None
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise NoSuchPart
    return Span(start, end)


def _pieces(key: str, span: Span) -> Iterator[bytes]:
    """The bytes in pieces, the first one read at once: a lost file must not begin an answer."""
    rest = files.stream(key, span.start, span.end)
    try:
        beginning = next(rest, b"")
    except FileNotFoundError as lost:
        raise NotFound(_("This file is missing here. Tell your tutor or coordinator.")) from lost
    return chain([beginning], rest)
