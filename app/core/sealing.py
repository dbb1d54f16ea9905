"""Keeping secrets that we must read again: encrypted, so that a stolen database tells none."""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import secret_key


@cache
def _cipher(key: str, purpose: str) -> Fernet:
    """A key for one purpose, derived from ours (HKDF, RFC 5869)."""
    derived = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))


def seal(text: str, purpose: str) -> str:
    return _cipher(secret_key(), purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """What was sealed; nothing if it was sealed with another key."""
    try:
        return _cipher(secret_key(), purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
