"""Moving lines on: what only time brings is done once a minute."""

import structlog

from app.core import clock
from app.core.db import changing, reading
from app.queries.waiting_lists import to_move_on
from app.services.offers import move_on

log = structlog.get_logger()


def move_lines_on() -> None:
    """One transaction for each edition; the messages that it writes are found by the sweep."""
    now = clock.now()
    with reading() as session:
        editions = to_move_on(session, now=now, on=now.date())
    for edition_id in editions:
        try:
            with changing() as session:
                move_on(session, edition_id, now=now)
        except Exception:
            log.exception("line not moved on", edition=str(edition_id))
