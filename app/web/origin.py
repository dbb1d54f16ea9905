"""Refusing changes that another site's page asks a browser to make, and names that are not ours."""

import re

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.host import calls_us_by_name

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
#: Mail providers and programs post here from pages of their own (RFC 8058). The address is itself
#: the proof that one may, and ends messages of one kind: nobody else's browser knows it.
_ONE_CLICK = re.compile(r"/unsubscribe/[\w.~-]+")


def comes_from_this_site(headers: Headers) -> bool:
    """Trust the browser's own word on where the request began; no word means no browser."""
    if fetch_site := headers.get("Sec-Fetch-Site"):
        return fetch_site in {"same-origin", "none"}
    origin, host = headers.get("Origin"), headers.get("Host", "").lower()
    return origin is None or origin.lower() in {f"http://{host}", f"https://{host}"}


class OwnOriginOnly:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not calls_us_by_name(scope):
            await PlainTextResponse("No site of this name is here", 400)(scope, receive, send)
        elif (
            scope["type"] != "http"
            or scope["method"] in SAFE_METHODS
            or _ONE_CLICK.fullmatch(scope["path"])
            or comes_from_this_site(Headers(scope=scope))
        ):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("Cross-site request refused", 403)(scope, receive, send)
