"""Which language and zone an answer is in: asked for, remembered, or the browser's own."""

from datetime import timedelta
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.formats import is_zone, live_in
from app.core.i18n import LANGUAGES, preferred, speak
from app.web.cookie import Cookie, cookie_line, cookie_name

A_YEAR = timedelta(days=365)
#: Query parameters that change how pages look, and are remembered: each with its allowed values.
REMEMBERED = {Cookie.LANGUAGE: set(LANGUAGES), Cookie.LIGHT: {"0", "1"}}


class LocaleMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("Cookie", ""))
        asked = _asked(scope["query_string"])
        speak(
            asked.get(Cookie.LANGUAGE)
            or cookies.get(cookie_name(Cookie.LANGUAGE))
            or preferred(headers.get("Accept-Language", ""))
        )
        zone = cookies.get(cookie_name(Cookie.ZONE), "").replace("%2F", "/")
        live_in(zone if is_zone(zone) else "UTC")
        if not asked:
            await self.app(scope, receive, send)
            return

        async def remembering(message: Message) -> None:
            if message["type"] == "http.response.start":
                for cookie, value in asked.items():
                    line = cookie_line(cookie, value, keep=A_YEAR)
                    MutableHeaders(scope=message).append("Set-Cookie", line)
            await send(message)

        await self.app(scope, receive, remembering)


def _asked(query: bytes) -> dict[Cookie, str]:
    if b"lang=" not in query and b"light=" not in query:
        return {}
    try:
        given = parse_qs(query.decode("latin-1"), max_num_fields=50)
    except ValueError:  # more than anybody asks for
        return {}
    return {
        name: given[name][-1]
        for name, allowed in REMEMBERED.items()
        if name in given and given[name][-1] in allowed
    }
