"""Asking a server as fast as it answers, over a few connections that are kept open."""

import asyncio
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
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
    """What a round of load came to."""

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
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def post(path: str, body: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


def ask(port: int, request: bytes, *, seconds: float = SECONDS_TO_ANSWER) -> Answer:
    """One question on a connection of its own."""
    with socket.create_connection((HOST, port), timeout=seconds) as connection:
        connection.sendall(request)
        received = b""
        while True:
            more = connection.recv(65536)
            received += more
            head, end, body = received.partition(_END)
            if end and len(body) >= _length(head):
                return Answer(int(head[9:12]), head + end, body)
            if not more:
                message = f"the server closed the connection after {received[:200]!r}"
                raise LoadError(message)


def _length(head: bytes) -> int:
    found = _LENGTH.search(head)
    return int(found.group(1)) if found else 0


class _Asker(asyncio.Protocol):
    """One connection: asks the next question as soon as the last answer is whole."""

    def __init__(self, requests: Iterator[bytes], expected: int, done: Callable[[], None]) -> None:
        self.requests = requests
        self.expected = b"HTTP/1.1 %d" % expected
        self.done = done
        self.asking = True
        self.count = Count()
        self.trouble = ""
        self._received = b""
        self._missing = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._asked_at = time.perf_counter()
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._received += data
            head, end, body = self._received.partition(_END)
            if not end:
                return
            self._received = b""
            if not head.startswith(self.expected):
                self._stop(f"{head[:200]!r} instead of {self.expected!r}")
                return
            self._missing = _length(head) - len(body)
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._missing = -1
            self.count.latencies.append(time.perf_counter() - self._asked_at)
            if self.asking:
                self._ask()
            else:
                self._stop("")

    def _stop(self, trouble: str) -> None:
        self.trouble = trouble
        self.transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if self.asking and not self.trouble:
            self.trouble = "the server closed the connection"
        self.done()


def _itself(asker: _Asker) -> _Asker:
    """What asyncio calls for the protocol of a connection."""
    return asker


async def _asked(
    port: int, requests: Sequence[bytes], *, seconds: float, connections: int, expected: int
) -> Count:
    loop = asyncio.get_running_loop()
    askers: list[_Asker] = []
    finished: list[asyncio.Future[None]] = []
    began = time.perf_counter()
    for n in range(connections):
        ended: asyncio.Future[None] = loop.create_future()
        own = islice(cycle(requests), n * len(requests) // connections, None)
        asker = _Asker(own, expected, partial(ended.set_result, None))
        askers.append(asker)
        finished.append(ended)
        await loop.create_connection(partial(_itself, asker), HOST, port)
    await asyncio.wait(finished, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for asker in askers:
        asker.asking = False
    await asyncio.wait_for(asyncio.gather(*finished), SECONDS_TO_ANSWER)
    total = Count(time.perf_counter() - began)
    for asker in askers:
        if asker.trouble:
            raise LoadError(asker.trouble)
        total.latencies += asker.count.latencies
    return total


def load(
    port: int,
    requests: Sequence[bytes],
    *,
    seconds: float,
    connections: int = 8,
    expected: int = 200,
) -> Count:
    """Ask ``requests`` in turn over ``connections`` for ``seconds``; each must be ``expected``."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(
            _asked(port, requests, seconds=seconds, connections=connections, expected=expected)
        )
