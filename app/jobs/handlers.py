"""Which handler does which kind of work."""

from collections.abc import Callable
from uuid import UUID

from app.core.work import Noted, Work
from app.jobs.attachments import check_attachment
from app.jobs.certificates import draw_certificate
from app.jobs.invitations import send_invitation
from app.jobs.links import answer_request
from app.jobs.messages import send_message
from app.jobs.own_data import copy_data
from app.jobs.people_imports import apply_import, check_import

#: Every handler may run twice on the same row, and two workers may have it at once. It may give
#: further work, which is kept already.
HANDLERS: dict[Work, Callable[[UUID], Noted | None]] = {
    Work.CHECK_ATTACHMENT: check_attachment,
    Work.COPY_DATA: copy_data,
    Work.DRAW_CERTIFICATE: draw_certificate,
    Work.CHECK_IMPORT: check_import,
    Work.APPLY_IMPORT: apply_import,
    Work.SEND_MESSAGE: send_message,
    Work.SEND_INVITATION: send_invitation,
    Work.ANSWER_REQUEST: answer_request,
}
