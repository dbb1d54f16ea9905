"""Identifiers: in order on disk for rows, hard to guess for people's codes and tokens."""

import hmac
import secrets
import time
from threading import Lock
from uuid import UUID

from app.core.settings import secret_key

#: Letters and digits of certificate codes: never O or I, so that 0 and 1 can only be digits.
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

_lock = Lock()
_last = 0


def uuid7() -> UUID:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, 12 of sequence, 62 of chance.

    Ids made by one process are strictly increasing, so that rows lie on disk in the order made.
    """
    global _last  # noqa: PLW0603 -- the clock may stand still between two calls
    with _lock:
        tick = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = tick
    milliseconds, sequence = divmod(tick, 4096)
    return UUID(
        int=(milliseconds & (1 << 48) - 1) << 80
        | 0x7 << 76
        | sequence << 64
        | 0b10 << 62
        | secrets.randbits(62)
    )


def certificate_code() -> str:
    """Three groups of four, e.g. ``T7K4-9WQX-3HMR``: 61 bits, too many to try out."""
    letters = [secrets.choice(CODE_LETTERS) for _ in range(12)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, 12, 4))


def token() -> str:
    """A secret for a cookie or a link: 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(secret: str) -> str:
    """What the database keeps of a token: HMAC-SHA-256 (RFC 2104) with our key, in hexadecimal.

    Whoever changes the key has no sign-in and no key to the API open anything any more.
    """
    # `hmac.digest` lets other threads in, each time: that costs more than these few bytes do
    return hmac.new(secret_key().encode(), secret.encode(), "sha256").hexdigest()
