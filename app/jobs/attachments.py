"""Looking at files that people add to their posts: what they are, and whether they harm."""

from tempfile import TemporaryFile
from uuid import UUID

import structlog

from app.core import files
from app.core.db import changing, reading
from app.core.errors import RuleBroken, TryLater
from app.core.i18n import speaking
from app.core.logging import named
from app.models import FileRole
from app.services.attachments import (
    Waiting,
    attachment_to_check,
    keep_checked,
    record_unchecked,
    refuse_attached,
)
from app.services.file_checks import checked

log = structlog.get_logger()


def check_attachment(attachment_id: UUID) -> None:
    """Put a clean copy in the place of what was sent, or let go of it and say why."""
    with reading() as session:
        wanted = attachment_to_check(session, attachment_id)
    if wanted is None:
        return
    try:
        with speaking(wanted.language):
            _check(wanted)
    except TryLater as busy:
        _again(wanted, busy)
    except RuleBroken as refusal:
        with changing() as session:
            refuse_attached(session, attachment_id, refusal.message)
        log.info("attachment refused", attachment=str(attachment_id))
    except Exception as error:  # noqa: BLE001 -- whatever it is counts as a try, so that tries end
        _again(wanted, error)


def _check(wanted: Waiting) -> None:
    with TemporaryFile() as copy:
        for piece in files.stream(wanted.key, 0, wanted.size):
            copy.write(piece)
        copy.seek(0)
        with (
            checked(copy, wanted.name, FileRole.DOWNLOAD) as clean,
            changing() as session,
        ):
            keep_checked(session, wanted, clean)


def _again(wanted: Waiting, error: Exception) -> None:
    with changing() as session:
        record_unchecked(session, wanted.id)
    log.warning("attachment not looked at", attachment=str(wanted.id), error=named(error))
