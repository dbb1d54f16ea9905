"""Reminding people of the sessions that begin soon: looked after once a minute."""

import structlog

from app.core import clock
from app.core.db import changing, reading
from app.queries.live_sessions import to_remind
from app.services.live_sessions import remind

log = structlog.get_logger()


def remind_of_sessions() -> None:
    """One transaction for each session; the messages that it writes are found by the sweep."""
    now = clock.now()
    with reading() as session:
        soon = to_remind(session, now=now)
    for session_id in soon:
        try:
            with changing() as session:
                told = remind(session, session_id, now=now)
        except Exception:
            log.exception("nobody reminded", live_session=str(session_id))
        else:
            log.info("reminded", live_session=str(session_id), people=told)
