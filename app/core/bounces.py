"""Reading the report of a mail server that a message could not be delivered (RFC 3464)."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from re import search
from typing import Any
from uuid import UUID

from app.core.smtp import blames_mailbox

MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Report:
    """That a message of ours did not reach a recipient, and whether it ever can."""

    message: UUID | None  # ours, as its Message-ID says
    recipient: str
    is_final: bool
    reason: str


def report(raw: bytes) -> list[Report]:
    """What a mail reports, one for each recipient; empty for a mail that is no such report."""
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        if mail.get_content_type() != "multipart/report":
            return []
        parts = list(mail.walk())
        ours = next((id_ for part in parts if (id_ := _original(part))), None)
        groups = [group for part in parts for group in _groups(part)]
    except (MessageError, ValueError, LookupError):
        return []
    return [found for group in groups if (found := _read(group, ours))]


def _groups(part: Message) -> list[Message]:
    """The fields of each recipient: those of the message as a whole come first."""
    if part.get_content_type() != "message/delivery-status":
        return []
    content = part.get_payload()
    return [one for one in content if isinstance(one, Message)] if isinstance(content, list) else []


def _read(group: Message, ours: UUID | None) -> Report | None:
    address = str(group.get("Original-Recipient") or group.get("Final-Recipient") or "")
    action, status = str(group.get("Action", "")).strip().lower(), str(group.get("Status", ""))
    if not address or not action:
        return None
    words = " ".join(str(group.get("Diagnostic-Code", "")).partition(";")[2].split())
    is_final = (
        action == "failed" and status.strip().startswith("5.") and blames_mailbox(status.strip())
    )
    recipient = address.rpartition(";")[2].strip().strip("<>").lower()
    return Report(ours, recipient, is_final, words or f"{action} {status}".strip())


def _original(part: Message) -> UUID | None:
    """The id of the message of ours that came back, from its own headers in the report."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        content: Any = part.get_payload()
        headers = str(content[0].get("Message-ID", "")) if isinstance(content, list) else ""
    elif kind == "text/rfc822-headers":
        found = search(r"(?im)^message-id:\s*(\S+)", str(part.get_payload()))
        headers = found[1] if found else ""
    else:
        return None
    found = search(r"<([0-9a-f-]{36})@", headers)
    try:
        return UUID(found[1]) if found else None
    except ValueError:
        return None
