"""The request's session: a look-up for GET, a transaction for everything else."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from fastapi import Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app import jobs
from app.core import db
from app.core.work import noted

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@asynccontextmanager
async def unit_of_work[T](request: Request, load: Callable[[Session], T]) -> AsyncIterator[T]:
    """Open the request's session and ``load`` in it. Return keeps what was done, raise undoes it.

    Both the opening and the loading take one hop to a thread. The body is read first, so that a
    slow client never holds a transaction open.
    """
    if request.method in SAFE_METHODS:
        with ExitStack() as stack:
            yield await run_in_threadpool(lambda: load(stack.enter_context(db.reading())))
        return

    await request.form()
    stack = ExitStack()
    opened: list[Session] = []

    def enter() -> T:
        opened.append(stack.enter_context(db.changing()))
        return load(opened[0])

    try:
        yield await run_in_threadpool(enter)
    except BaseException as error:
        failed = error
        await run_in_threadpool(lambda: stack.__exit__(type(failed), failed, failed.__traceback__))
        raise
    await run_in_threadpool(stack.close)
    jobs.tell(noted(opened[0]))
