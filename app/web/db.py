"""The request's session: a look-up for GET, a transaction for everything else."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from fastapi import Request
from sqlmodel import Session

from app import jobs
from app.core import db
from app.core.work import noted

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Return keeps what was done, raise undoes it. The worker hears of it once it is kept."""
    with db.changing() as session:
        yield session
    jobs.tell(noted(session))


def open_session(request: Request, stack: ExitStack) -> Session:
    """The session of ``request``, closed by ``stack``; a transaction unless it only looks."""
    if request.method in SAFE_METHODS:
        return stack.enter_context(db.reading())
    return stack.enter_context(unit_of_work())
