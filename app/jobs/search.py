"""Bringing the index of what can be looked for up to date, a bit with every sweep."""

import structlog

from app.core.db import changing, reading
from app.core.logging import named
from app.services.search import index, outdated

#: So that the sweep has time for the rest: an edition takes a fraction of a second.
MOST_AT_ONCE = 40

log = structlog.get_logger()


def bring_search_up_to_date() -> int:
    """Say how many editions and courses were put into the index anew; each by itself."""
    with reading() as session:
        waiting = outdated(session, most=MOST_AT_ONCE)
    for subject in waiting:
        try:
            with changing() as session:
                index(session, subject)
        except Exception as error:  # noqa: BLE001 -- one that fails keeps no other from being found
            log.warning("not put into the index", subject=str(subject), error=named(error))
    return len(waiting)
