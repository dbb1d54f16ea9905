"""The secret address by which a message's reader ends messages of its kind, without signing in.

It says whose messages and of which group, and proves that we said so. It opens nothing else.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

from app.core.settings import secret_key

ID_BYTES = 16
MARK_BYTES = 18


def unsubscribe_token(account_id: UUID, group: str, generation: int) -> str:
    """A new ``generation`` makes all that were sent before void."""
    content = account_id.bytes + _mark(account_id, group, generation)
    return f"{group}.{urlsafe_b64encode(content).decode().rstrip('=')}"


def claimed_by(token: str) -> tuple[UUID, str] | None:
    """Whose messages of which group; ask `ends_messages` before believing it."""
    group, _dot, secret = token.partition(".")
    try:
        content = urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    except (Error, ValueError):
        return None
    if len(content) != ID_BYTES + MARK_BYTES:
        return None
    return UUID(bytes=content[:ID_BYTES]), group


def ends_messages(token: str, account_id: UUID, group: str, generation: int) -> bool:
    known = unsubscribe_token(account_id, group, generation)
    return hmac.compare_digest(token.encode(), known.encode())


def _mark(account_id: UUID, group: str, generation: int) -> bytes:
    text = f"unsubscribe {account_id} {group} {generation}"
    return hmac.digest(secret_key().encode(), text.encode(), hashlib.sha256)[:MARK_BYTES]
