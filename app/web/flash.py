"""One sentence for the next page: what was just done, and how to undo it."""

from dataclasses import dataclass
from functools import cache

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.core.settings import secret_key, settings

COOKIE = "flash"
TWO_MINUTES = 120


@dataclass(frozen=True)
class Flash:
    message: str
    kind: str = "done"  # or "due": something asks for attention
    undo: str | None = None


@cache
def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(), salt="flash")


def say_next(
    response: Response, message: str, *, kind: str = "done", undo: str | None = None
) -> None:
    """Have the next page say ``message`` once; ``undo`` is the address that takes it back."""
    value = str(_signer().dumps([message, kind, undo]))
    response.set_cookie(
        COOKIE,
        value,
        max_age=TWO_MINUTES,
        httponly=True,
        samesite="lax",
        secure=settings().in_production,
    )


def flash_of(request: Request) -> Flash | None:
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        message, kind, undo = _signer().loads(cookie, max_age=TWO_MINUTES)
    except (BadSignature, ValueError):
        return None
    return Flash(str(message), str(kind), str(undo) if undo else None)
