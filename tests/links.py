"""Opening the links of messages, as their readers do."""

import re

from app.core.links import with_links
from app.models import Message


def link_in(message: Message, number: int = 0) -> str:
    """The path of a link in a message."""
    found: list[str] = re.findall(r"http://testserver(/link/\S+)", with_links(message.body))
    return found[number]


def secret_in(link: str) -> str:
    return link.removeprefix("/link/")
