"""The server as processes: uvicorn, and if wanted the worker beside it."""

import signal
import sys

import uvicorn

from app.jobs.worker import WorkerBeside


def run(host: str, port: int, *, processes: int, with_worker: bool) -> None:
    """Serve until SIGTERM or Ctrl-C, which let what is begun be finished."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the worker is ended too
    beside = WorkerBeside() if with_worker else None
    try:
        uvicorn.run(
            "app.main:app",
            host=host,
            port=port,
            workers=processes,
            log_level="warning",
            access_log=False,  # the application writes lines of its own, without personal data
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=10,
        )
    finally:
        if beside:
            beside.stop()
