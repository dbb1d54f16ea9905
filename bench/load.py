"""Asking a server over connections that are kept open: as fast as it answers, or at a pace."""

import asyncio
import re
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from typing import cast

import uvloop

HOST = "127.0.0.1"
SECONDS_TO_ANSWER = 60
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


class LoadError(Exception):
    """A server answered something else than what was to be measured."""


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    @property
    def weight(self) -> int:
        """Bytes on the wire, headers included."""
        return len(self.head) + len(self.body)

    def header(self, name: str) -> str:
        found = re.search(rf"\r\n{name}: *([^\r]*)".encode(), self.head, re.IGNORECASE)
        return found.group(1).decode("latin-1") if found else ""


@dataclass
class Count:
    """What some time of asking came to."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def answers(self) -> int:
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def percentile(self, percent: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000


def get(path: str, **headers: str) -> bytes:
    """A request as it goes over the wire; ``_`` in the name of a header stands for a hyphen."""
    return _request(f"GET {path}", headers, "")


def post(path: str, body: str, **headers: str) -> bytes:
    about = {
        "Content_Type": "application/x-www-form-urlencoded",
        "Content_Length": str(len(body)),
    }
    return _request(f"POST {path}", headers | about, body)


def _request(what: str, headers: dict[str, str], body: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"{what} HTTP/1.1", "Host: localhost", *lines, "", body]).encode()


def ask(port: int, request: bytes) -> Answer:
    """One question on a connection of its own."""
    with socket.create_connection((HOST, port), timeout=SECONDS_TO_ANSWER) as connection:
        connection.sendall(request)
        received = b""
        while more := connection.recv(65536):
            received += more
            head, end, body = received.partition(_END)
            if end and len(body) >= _length(head):
                return Answer(int(head[9:12]), head + end, body)
    raise LoadError(f"the server closed the connection after {received[:200]!r}")


def _length(head: bytes) -> int:
    found = _LENGTH.search(head)
    return int(found.group(1)) if found else 0


class _Asker(asyncio.Protocol):
    """One connection: asks the next question when the last answer is whole, or a pause later."""

    def __init__(self, requests: Iterator[bytes], expected: int, pause: float = 0) -> None:
        self.requests = requests
        self.expected = b"HTTP/1.1 %d" % expected
        self.pause = pause
        self.ended = asyncio.get_running_loop().create_future()
        self.asking = True
        self.latencies: list[float] = []
        self._received = b""
        self._missing = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        request = next(self.requests, None) if self.asking else None
        if request is None:
            self._end()
            return
        self._asked_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._received += data
            head, end, body = self._received.partition(_END)
            if not end:
                return
            self._received = b""
            if not head.startswith(self.expected):
                self._end(f"{head[:300]!r} instead of {self.expected!r}")
                return
            self._missing = _length(head) - len(body)
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._missing = -1
            self.latencies.append(time.perf_counter() - self._asked_at)
            if self.pause:
                asyncio.get_running_loop().call_later(self.pause, self._ask)
            else:
                self._ask()

    def _end(self, trouble: str = "") -> None:
        self.transport.close()
        if self.ended.done():
            return
        if trouble:
            self.ended.set_exception(LoadError(trouble))
        else:
            self.ended.set_result(None)

    def connection_lost(self, _error: Exception | None) -> None:
        self._end("the server closed the connection")


async def _connected(port: int, askers: Iterable[_Asker]) -> None:
    loop = asyncio.get_running_loop()
    for asker in askers:
        await loop.create_connection(partial(_itself, asker), HOST, port)


def _itself[T](thing: T) -> T:
    return thing


def _everlasting(
    requests: Sequence[bytes], connections: int, expected: int, pause: float
) -> list[_Asker]:
    starts = (n * len(requests) // connections for n in range(connections))
    return [_Asker(islice(cycle(requests), n, None), expected, pause) for n in starts]


async def _stopped(askers: list[_Asker], began: float) -> Count:
    for asker in askers:
        asker.asking = False
    await asyncio.wait_for(asyncio.gather(*(a.ended for a in askers)), SECONDS_TO_ANSWER)
    took = time.perf_counter() - began
    return Count(took, [latency for asker in askers for latency in asker.latencies])


def load(
    port: int,
    requests: Sequence[bytes],
    *,
    seconds: float,
    connections: int = 8,
    expected: int = 200,
    pause: float = 0,
) -> Count:
    """Ask ``requests`` in turn for ``seconds``; every answer must have the ``expected`` status."""

    async def asked() -> Count:
        began = time.perf_counter()
        askers = _everlasting(requests, connections, expected, pause)
        await _connected(port, askers)
        ended = [asker.ended for asker in askers]
        await asyncio.wait(ended, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return await _stopped(askers, began)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(asked())


def rush(
    port: int,
    requests: Sequence[bytes],
    crowd: Sequence[bytes],
    *,
    connections: int,
    expected: int,
    pause: float,
) -> tuple[Count, Count]:
    """All of ``crowd`` at once, each on a connection of its own, while ``requests`` go on.

    Gives how these fared until the last of the crowd was answered, and how the crowd did.
    """

    async def asked() -> tuple[Count, Count]:
        began = time.perf_counter()
        calm = _everlasting(requests, connections, 200, pause)
        await _connected(port, calm)
        many = [_Asker(iter([request]), expected) for request in crowd]
        await _connected(port, many)
        return await _answered(many, began), await _stopped(calm, began)

    async def _answered(many: list[_Asker], began: float) -> Count:
        await asyncio.wait_for(asyncio.gather(*(a.ended for a in many)), SECONDS_TO_ANSWER)
        return await _stopped(many, began)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        crowded, calm = runner.run(asked())
        return calm, crowded
