"""Drawing certificates: facts in, a kept PDF out, however often it is begun."""

from io import BytesIO
from uuid import UUID

import structlog

from app.core import files
from app.core.db import changing, reading
from app.core.files import Kept
from app.core.logging import named
from app.services.certificates import certificate_to_draw, record_drawn, record_undrawn
from certificates import Facts, draw

FOLDER = "certificates"
MOST_BYTES = 5_000_000

log = structlog.get_logger()


def draw_certificate(certificate_id: UUID) -> None:
    """Draw one certificate and give it out, unless another run did.

    Drawing takes long, so it is done outside any transaction. Of two workers who draw the same one,
    the slower finds it given out and throws its file away.
    """
    with reading() as session:
        wanted = certificate_to_draw(session, certificate_id)
    if wanted is None:
        return
    try:
        kept = _drawn(*wanted)
    except Exception as error:  # noqa: BLE001 -- whatever it is counts as a try, so that tries end
        _note(certificate_id, error)
        return
    _give_out(certificate_id, kept)


def _drawn(facts: Facts, design: str) -> Kept:
    return files.keep(BytesIO(draw(facts, design)), folder=FOLDER, limit=MOST_BYTES)


def _note(certificate_id: UUID, error: Exception) -> None:
    """Facts that can't be printed stay so: only what else went wrong is worth another try."""
    with changing() as session:
        record_undrawn(
            session,
            certificate_id,
            str(error) or type(error).__name__,
            hopeless=isinstance(error, ValueError),
        )
    log.warning("certificate not drawn", certificate=str(certificate_id), error=named(error))


def _give_out(certificate_id: UUID, kept: Kept) -> None:
    with changing() as session:
        given = record_drawn(session, certificate_id, kept)
    if not given:
        files.remove(kept.key)
    log.info("certificate", certificate=str(certificate_id), given=given)
