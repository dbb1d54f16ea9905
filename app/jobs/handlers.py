"""Which handler does which kind of work."""

from collections.abc import Callable
from uuid import UUID

from app.core.work import Work
from app.jobs.certificates import draw_certificate
from app.jobs.invitations import send_invitation
from app.jobs.messages import send_message

#: Every handler may run twice on the same row, and two workers may have it at once.
HANDLERS: dict[Work, Callable[[UUID], None]] = {
    Work.DRAW_CERTIFICATE: draw_certificate,
    Work.SEND_MESSAGE: send_message,
    Work.SEND_INVITATION: send_invitation,
}
