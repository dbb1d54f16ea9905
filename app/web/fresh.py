"""Answering "nothing has changed" (304) instead of sending a page again."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import Request, Response

from app.web import flash
from app.web.pages import wants_part

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
    light = request.query_params.get("light", request.cookies.get("light"))
    zone_known = "tz" in request.cookies
    made_of = repr((build(), light, zone_known, str(request.url.query), *parts))
    return f'W/"{hashlib.sha256(made_of.encode()).hexdigest()[:24]}"'


def answer_if_unchanged(request: Request, parts: tuple[object, ...]) -> Response | None:
    """A ``304`` if the browser still has the page made of the same ``parts``."""
    if flash.COOKIE in request.cookies or wants_part(request):
        return None
    tag = _tag(request, parts)
    if tag not in request.headers.get("If-None-Match", ""):
        return None
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": REVALIDATE})


def with_tag(request: Request, response: Response, parts: tuple[object, ...]) -> Response:
    """Let the browser keep the page, and ask each time whether it still holds."""
    if flash.COOKIE not in request.cookies:
        response.headers["ETag"] = _tag(request, parts)
        response.headers["Cache-Control"] = REVALIDATE
    return response
