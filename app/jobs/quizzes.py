"""Handing in what was not handed in when its time was over."""

import structlog

from app.core import clock
from app.core.db import changing, reading
from app.core.work import noted
from app.queries.attempts import overdue
from app.queries.completion import released
from app.services.attempts import hand_in
from app.services.progress import release_result

log = structlog.get_logger()


def hand_in_overdue() -> int:
    """One transaction for each try; what it leaves to be done is found by the sweep."""
    now = clock.now()
    with reading() as session:
        found = overdue(session, now=now)
    for enrolment, activity, number in found:
        try:
            with changing() as session:
                hand_in(session, enrolment, activity, number, now=now, by_server=True)
                noted(session)
        except Exception:
            log.exception("try not handed in", activity=str(activity))
    return len(found) + release_results()


def release_results() -> int:
    """Have results take effect that nobody was to know until their quiz was closed."""
    now = clock.now()
    with reading() as session:
        found = released(session, now=now)
    for enrolment, activity in found:
        try:
            with changing() as session:
                release_result(session, enrolment, activity, now=now)
                noted(session)
        except Exception:
            log.exception("result not released", activity=str(activity))
    return len(found)
