"""Asking for all the certificates of an edition at once: for those who completed it before."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import batched

from app.core import clock
from app.core.db import changing, reading
from app.core.errors import NotFound, RuleBroken
from app.core.i18n import gettext as _
from app.core.work import noted
from app.jobs.queue import tell
from app.queries.certificates import completed, edition_by_name
from app.services.certificates import request_missing

#: Certificates asked for in one transaction: few enough that nobody waits for it.
BATCH = 50


@dataclass(frozen=True)
class Issued:
    """How many people completed the edition, had a certificate, and now get one."""

    completed: int
    had_one: int
    asked_for: int


def issue_certificates(
    course: str, edition: str, *, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Issued:
    """Ask for a certificate for each person who completed the edition and has none.

    ``course`` and ``edition`` are the names in the edition's public address. ``progress`` hears
    after each batch how many of how many are done. Running it again asks for nothing twice.
    """
    with reading() as session:
        found = edition_by_name(session, course, edition)
        if found is None:
            raise NotFound(_("There is no such edition."))
        if not found.gives_certificate:
            raise RuleBroken(_("This edition gives no certificates."))
        people = completed(session, found.id)
    waiting = [enrolment for enrolment, has_one in people if not has_one]
    asked = done = 0
    for batch in batched(waiting, BATCH):
        with changing() as session:
            asked += request_missing(session, batch, now=clock.now())
            work = noted(session)
        tell(work)
        done += len(batch)
        progress(done, len(waiting))
    return Issued(completed=len(people), had_one=len(people) - asked, asked_for=asked)
