"""Links that work once: the secret in them is worked out when it is needed, and kept nowhere.

A message holds only the place where a link goes, ``⟦link:<id>⟧``. What leaves the house, and what
its reader sees, passes `with_links`; what anybody else sees passes `without_links`.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from uuid import UUID

from app.core.settings import secret_key, settings

_PLACE = re.compile("⟦link:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})⟧")


def link_secret(row: UUID) -> str:
    """The secret of a link, from its row's id and our key: 256 bits."""
    digest = hmac.digest(secret_key().encode(), f"one-time:{row}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def place_of_link(row: UUID) -> str:
    return f"⟦link:{row}⟧"


def without_places(words: str) -> str:
    """What somebody wrote, as it may stand in a message: no words of people become a link.

    Whoever knows the id of another's link, out of a backup say, would have us send them the secret.
    """
    return words.replace("⟦link:", "⟦ link:")


def with_links(text: str) -> str:
    """``text`` with the whole address of each link: for the person it was written to alone."""
    return _PLACE.sub(lambda found: _address(UUID(found[1])), text)


def without_links(text: str, instead: str) -> str:
    return _PLACE.sub(lambda _found: instead, text)


def _address(row: UUID) -> str:
    return f"{settings().base_url}/link/{link_secret(row)}"
