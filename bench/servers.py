"""Servers to be measured: one worker process each, on a free port, ended by their own id."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import HOST

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 60
OPTIONS = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")


class ServerError(Exception):
    """A server would not start; the message says why."""


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """The time the process has spent on the processor so far, in all its threads (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """The most memory it has had, in bytes (Linux)."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0


@contextmanager
def server(
    application: str, environment: Mapping[str, str], folder: Path, *options: str
) -> Iterator[Server]:
    """Start uvicorn with ``application``; what it prints is thrown away, its faults are kept."""
    port = _free_port()
    faults = folder / f"{application.partition(':')[0]}-{port}.log"
    with faults.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", application, "--port", str(port), *OPTIONS, *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        _wait_for(process, port, faults)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(process: subprocess.Popen[bytes], port: int, faults: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"The server did not start: {faults.read_text(errors='replace').strip()[-2000:]}"
    raise ServerError(message)
