"""The secret address of a person's calendar feed: calendars cannot sign in, so the address does."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

from app.core.settings import secret_key

ID_BYTES = 16
MARK_BYTES = 24


def feed_token(account_id: UUID, generation: int) -> str:
    """Whose feed it is, and the proof that we said so. A new ``generation`` makes it void."""
    return urlsafe_b64encode(account_id.bytes + _mark(account_id, generation)).decode().rstrip("=")


def account_of(token: str) -> UUID | None:
    """Whose feed ``token`` claims to open; ask `opens_feed` before believing it."""
    try:
        content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (Error, ValueError):
        return None
    return UUID(bytes=content[:ID_BYTES]) if len(content) == ID_BYTES + MARK_BYTES else None


def opens_feed(token: str, account_id: UUID, generation: int) -> bool:
    return hmac.compare_digest(token.encode(), feed_token(account_id, generation).encode())


def _mark(account_id: UUID, generation: int) -> bytes:
    text = f"calendar feed {account_id} {generation}"
    return hmac.digest(secret_key().encode(), text.encode(), hashlib.sha256)[:MARK_BYTES]
