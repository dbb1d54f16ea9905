"""One line and one measurement per request: what was asked, how it went, how long it took."""

import time

import structlog
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

SECONDS = Histogram(
    "taller_request_seconds",
    "How long answers took, by route and status.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class Telemetry:
    """Never logs a query string, a body or a name: addresses are those of the route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watching)
        finally:
            took = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "(none)")
            SECONDS.labels(scope["method"], route, status).observe(took)
            log.info(
                "request",
                method=scope["method"],
                route=route,
                status=status,
                ms=round(took * 1000, 1),
            )
