"""Answering "nothing has changed" (304) instead of sending a page again."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fastapi import Request, Response

from app.web import flash
from app.web.cookie import Cookie, cookie_in
from app.web.pages import wants_light, wants_part

REVALIDATE = "private, no-cache"


@cache
def build() -> str:
    """A mark of the templates, catalogues and code that run: a new release makes new pages."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parents[1].rglob("*")):
        if file.suffix in {".html", ".py", ".po", ".css", ".js"}:
            digest.update(f"{file.name}{file.stat().st_mtime_ns}".encode())
    return digest.hexdigest()[:12]


def _tag(request: Request, parts: tuple[object, ...]) -> str:
    zone_known = bool(cookie_in(request, Cookie.ZONE))
    made_of = repr(
        (build(), wants_light(request), zone_known, request.scope["query_string"], *parts)
    )
    return f'W/"{hashlib.sha256(made_of.encode()).hexdigest()[:24]}"'


def unless_unchanged(
    request: Request, parts: tuple[object, ...], answer: Callable[[], Response]
) -> Response:
    """``304`` if the browser still has the page made of the same ``parts``, else the ``answer``.

    The browser may keep it, and asks each time whether it still holds.
    """
    if flash.is_due(request):
        return answer()
    tag = _tag(request, parts)
    kept = {"ETag": tag, "Cache-Control": REVALIDATE}
    if tag in request.headers.get("If-None-Match", "") and not wants_part(request):
        return Response(status_code=304, headers=kept)
    response = answer()
    response.headers.update(kept)
    return response
