"""The worker: does what waits, in a process of its own, until it is told to stop."""

import os
import signal
import subprocess
import sys
import threading
import time

from app.core import logging
from app.jobs.queue import queue

THREADS = 2
SECONDS_BETWEEN_LOOKS = 1.0
#: A piece of work that takes longer to end is broken off; it is done again later.
SECONDS_TO_FINISH = 20
SECONDS_BEFORE_ANOTHER = 3.0


def work(*, parent: int | None = None) -> None:
    """Work until SIGTERM, which lets what is begun be finished. ``parent``: end when it is gone."""
    logging.set_up()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    # It sweeps as soon as it begins, so that what waits since before is done at once.
    consumer = queue().huey.create_consumer(
        workers=THREADS,
        max_delay=SECONDS_BETWEEN_LOOKS,
        graceful_signal="TERM",
        shutdown_timeout=SECONDS_TO_FINISH,
    )
    consumer.run()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)


class WorkerBeside:
    """A worker beside the server: begun again should it end, and ended with the server."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process = self._begin()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(SECONDS_TO_FINISH + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._watcher.join(1)

    def _begin(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "app.cli", "worker", "--parent", str(os.getpid())]
        # In a session of its own, so that Ctrl-C is for the server, which then stops it in order.
        return subprocess.Popen(command, start_new_session=True)  # noqa: S603 -- our own words

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._process.wait()
            if self._stopping.wait(SECONDS_BEFORE_ANOTHER):
                return
            self._process = self._begin()
