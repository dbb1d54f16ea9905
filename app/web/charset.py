"""Refusing forms in other charsets than browsers send them in.

The form parser decodes with whatever codec of Python's the client names; some of them need the
square of the length in time, and some make letters that nothing can write.
"""

from email.message import Message

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PLAIN = {"utf-8", "utf8"}


class PlainCharset:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "GET" or _is_plain(scope):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("Only UTF-8 is understood", 415)(scope, receive, send)


def _is_plain(scope: Scope) -> bool:
    kind = Headers(scope=scope).get("Content-Type", "")
    if "charset" not in kind.lower():
        return True
    told = Message()
    told["Content-Type"] = kind
    return str(told.get_content_charset("")).lower() in PLAIN
