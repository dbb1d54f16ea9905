"""Work for after the change: told to the worker once the transaction is kept, and only then."""

from enum import StrEnum
from uuid import UUID

from sqlmodel import Session


class Work(StrEnum):
    """Each is done by a handler in `app/jobs`; the row it works on says whether it is still due."""

    COPY_DATA = "copy_data"
    DRAW_CERTIFICATE = "draw_certificate"
    SEND_MESSAGE = "send_message"
    SEND_INVITATION = "send_invitation"
    ANSWER_REQUEST = "answer_request"
    CHECK_IMPORT = "check_import"
    APPLY_IMPORT = "apply_import"
    CHECK_ATTACHMENT = "check_attachment"


#: What is to be done, and on which row.
type Noted = list[tuple[Work, UUID]]


def later(session: Session, work: Work, row: UUID) -> None:
    """Note that ``row`` waits for ``work``. Forgotten if the transaction is undone."""
    session.info.setdefault("work", []).append((work, row))


def noted(session: Session) -> Noted:
    """Take out what has been noted."""
    taken: Noted = session.info.pop("work", [])
    return taken
