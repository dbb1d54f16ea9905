"""The threads in which answers are made: few for pages, which are quick, and others for files."""

import os
from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache

#: Threads that make pages contend for the one interpreter: with more of them fewer pages are made.
MOST = 1 + (os.cpu_count() or 1)


@cache
def pages() -> Executor:
    return ThreadPoolExecutor(MOST, thread_name_prefix="pages")


@cache
def files() -> Executor:
    """Drawing a PDF takes seconds, in which people want their pages."""
    return ThreadPoolExecutor(MOST, thread_name_prefix="files")


async def in_a_thread[T](do: Callable[[], T], *, among: Executor) -> T:
    """What ``do`` gives or raises, done in another thread with this task's context variables."""
    loop, context = get_running_loop(), copy_context()
    return await loop.run_in_executor(among, context.run, do)
