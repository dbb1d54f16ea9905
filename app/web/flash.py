"""One sentence for the next page: what was just done, and how to undo it."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.core.settings import secret_key
from app.web.cookie import Cookie, cookie_in, put

TWO_MINUTES = timedelta(minutes=2)


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
    put(response, Cookie.FLASH, value, keep=TWO_MINUTES)


def is_due(request: Request) -> bool:
    """Whether a sentence waits for the next page."""
    return bool(cookie_in(request, Cookie.FLASH))


def flash_of(request: Request) -> Flash | None:
    if not is_due(request):
        return None
    try:
        message, kind, undo = _signer().loads(
            cookie_in(request, Cookie.FLASH), max_age=int(TWO_MINUTES.total_seconds())
        )
    except (BadSignature, ValueError):
        return None
    return Flash(str(message), str(kind), str(undo) if undo else None)
