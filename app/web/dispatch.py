"""Finding the page for an address: by its first word and its length, rather than in turn.

Trying a hundred routes one after the other takes longer than answering most pages.
"""

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope, Send

#: The first word of an address, and of how many words it is made.
Key = tuple[str, int]


def _key(path: str) -> Key:
    words = path.split("/")
    return words[1] if len(words) > 1 else "", len(words)


def _is_anywhere(route: APIRoute) -> bool:
    """Whether its addresses begin with any word, or have any length."""
    first, _length = _key(route.path)
    return "{" in first or ":path}" in route.path


class Pages(BaseRoute):
    """All pages as one route. Of several that fit an address, the one listed first answers."""

    def __init__(self, routes: Iterable[APIRoute]) -> None:
        listed = list(routes)
        self._anywhere = [route for route in listed if _is_anywhere(route)]
        self._by_key = {
            key: [route for route in listed if _is_anywhere(route) or _key(route.path) == key]
            for key in {_key(route.path) for route in listed if not _is_anywhere(route)}
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first page for the address and the method, else the first for the address."""
        other_method: tuple[Match, Scope] = Match.NONE, {}
        if scope["type"] != "http":
            return other_method
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        asked = _as_get(scope)
        for route in self._by_key.get(_key(path), self._anywhere):
            match, found = route.matches(asked)
            if match is Match.FULL:
                return match, found
            if match is Match.PARTIAL and other_method[0] is Match.NONE:
                other_method = match, found
        return other_method

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            await scope["route"].handle(_as_get(scope), receive, _without_body(send))
        else:
            await scope["route"].handle(scope, receive, send)


def _as_get(scope: Scope) -> Scope:
    """HEAD asks what GET would answer (RFC 9110, section 9.3.2)."""
    return {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return headers_only
